"""Every sample event of events/, to the function that it is for, and what it may answer: the same that tests/samples.rs asks for."""

import base64
import json
import re
import time
from typing import NamedTuple

from . import Failed
from .place import ROOT, STAGE

TABLE = re.compile(r"const ANSWERS: \[\(&str, u16\); (\d+)\] = \[\n(.*?)\n\];", re.DOTALL)
ENTRY = re.compile(r'\("([^"]+)", (\d+)\)')
ERROR_LINE = '"level":"error"'
BATCH = 25  # DynamoDB's limit of a BatchWriteItem


class Sample(NamedTuple):
    """One sample event: the function's package, the sample's name, its content."""

    package: str
    name: str
    event: dict


class Answer(NamedTuple):
    """What an invocation gave: the answer, Lambda's word for a failure, the last log lines, milliseconds."""

    payload: object
    error: str | None
    log: str
    ms: float


def samples(folder=ROOT / "events"):
    files = sorted(folder.glob("*/*.json"))
    return [Sample(file.parent.name, file.stem, json.loads(file.read_text())) for file in files]


def statuses(source):
    """The table of answers in tests/samples.rs, of samples in a world in which nothing is connected; others are answered 200."""
    table = TABLE.search(source)
    entries = ENTRY.findall(table[2]) if table else []
    if not table or len(entries) != int(table[1]):
        raise Failed("the table ANSWERS of tests/samples.rs cannot be read any more")
    return {name: int(status) for name, status in entries}


def problem(sample, answer, expected):
    """Why an answer is not the one asked for, or nothing."""
    if answer.error:
        return f"{answer.error}: {json.dumps(answer.payload)[:400]}"
    if ERROR_LINE in answer.log:
        return next(line for line in answer.log.splitlines() if ERROR_LINE in line)
    if not isinstance(answer.payload, dict):
        return f"no object: {answer.payload!r}"
    if "routeKey" in sample.event and answer.payload.get("statusCode") != expected:
        return f"{answer.payload.get('statusCode')} instead of {expected}: {answer.payload.get('body')}"
    if "Records" in sample.event and answer.payload != {"batchItemFailures": []}:
        return json.dumps(answer.payload)
    return None


def word(answer):
    """An answer in the report's table."""
    if answer.error:
        return answer.error
    if isinstance(answer.payload, dict) and "statusCode" in answer.payload:
        return str(answer.payload["statusCode"])
    return json.dumps(answer.payload, separators=(",", ":"))[:60]


class Invoker:
    """Invokes deployed functions directly, through their alias where API Gateway would."""

    def __init__(self, place, aliased):
        self.client, self.aliased = place.client("lambda"), aliased

    def invoke(self, package, event):
        qualifier = {"Qualifier": "live"} if package in self.aliased else {}
        began = time.perf_counter()
        given = self.client.invoke(FunctionName=f"aura-{STAGE}-{package}", Payload=json.dumps(event), LogType="Tail", **qualifier)
        payload = json.loads(given["Payload"].read())
        ms = (time.perf_counter() - began) * 1000
        return Answer(payload, given.get("FunctionError"), base64.b64decode(given.get("LogResult", "")).decode(errors="replace"), ms)


def empty_table(place):
    """So that each sample meets a world in which nothing is connected."""
    client, name = place.client("dynamodb"), f"aura-{STAGE}"
    pages = client.get_paginator("scan").paginate(TableName=name, ProjectionExpression="PK, SK")
    keys = [{"DeleteRequest": {"Key": key}} for page in pages for key in page["Items"]]
    for start in range(0, len(keys), BATCH):
        client.batch_write_item(RequestItems={name: keys[start:start + BATCH]})


def play(place, invoker, packages):
    """Invokes every function with each of its samples; answers rows for the report and what went wrong."""
    asked, rows, problems = statuses((ROOT / "tests" / "samples.rs").read_text()), [], []
    played = [sample for sample in samples() if sample.package in packages]
    unplayed = sorted(set(packages) - {sample.package for sample in played})
    if unplayed:
        problems.append(f"no sample event: {', '.join(unplayed)}")
    for sample in played:
        empty_table(place)
        answer = invoker.invoke(sample.package, sample.event)
        name = f"{sample.package}/{sample.name}"
        wrong = problem(sample, answer, asked.get(name, 200))
        rows.append({"function": sample.package, "sample": sample.name, "answer": word(answer), "ms": f"{answer.ms:.0f}"})
        if wrong:
            problems.append(f"{name}: {wrong}")
    return rows, problems


def table(rows):
    """The rows as a table of Markdown."""
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|---|---|---|--:|"]
    return "\n".join(lines + ["| " + " | ".join(row[name].replace("|", "\\|") for name in names) + " |" for row in rows])
