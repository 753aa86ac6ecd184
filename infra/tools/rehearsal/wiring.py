"""What invoking functions directly does not show: that rule, queue, schedule and role are wired to them."""

import time

from . import Failed
from .place import STAGE

PATIENCE = 100  # seconds; the schedules fire every minute
SOON = 30  # seconds for what has to happen at once
EVERY_MINUTE = ("schedule-sync", "schedule-refresh", "relay")
LOGS = f"/aura/{STAGE}/functions"


def until(seen, what, patience=PATIENCE):
    """Waits until something is so."""
    end = time.monotonic() + patience
    while not seen():
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {patience} s")
        time.sleep(0.5)


def event_reaches_the_table(place):
    """An event of the bus goes by rule and queue to account-events, which writes the account's plan."""
    detail = '{"account": "wired", "version": 1, "plan": "pro"}'
    entry = {"Source": "aura.billing", "DetailType": "billing.subscription.changed", "Detail": detail, "EventBusName": f"aura-{STAGE}"}
    if place.client("events").put_events(Entries=[entry])["FailedEntryCount"]:
        raise Failed("the bus does not take an event")
    key = {"PK": {"S": "ACCOUNT#wired"}, "SK": {"S": "META"}}
    table = place.client("dynamodb")
    until(lambda: "Item" in table.get_item(TableName=f"aura-{STAGE}", Key=key), "an event of the bus changes an account's plan", SOON)


def lines_since(place, since, pattern):
    pages = place.client("logs").get_paginator("filter_log_events").paginate(logGroupName=LOGS, startTime=since)
    return [event["message"] for page in pages for event in page["events"] if pattern in event["message"]]


def schedules_fire(place, since):
    """Each schedule of a minute starts its function, which says so in the log group of the stage."""
    for name in EVERY_MINUTE:
        until(lambda: lines_since(place, since, f'"fn":"{name}"'), f"{name} is started by its schedule")


def error_lines(place):
    """All that functions have called an error of ours."""
    return lines_since(place, 0, '"level":"error"')
