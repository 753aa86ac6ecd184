"""What differs from AWS here, each with its reason. Nothing is left out silently, and nothing stays in these lists that need not be:
a name that the template no longer has ends the rehearsal, and so does a probe that finds the back end as AWS is."""

import string
from typing import Callable, NamedTuple

from . import Failed
from .place import STACK, STAGE

METRIC_MATH = "alarms on an expression over several metrics (Properties.Metrics) are refused, so these are not deployed"

# Resources that the deployed copy of the template lacks.
TAKEN_OUT = {
    "OtherQueuesLateAlarm": METRIC_MATH,
    "ApiErrorsAlarm": METRIC_MATH,
    "ApiErrorsSlowAlarm": METRIC_MATH,
    "BackgroundErrorsAlarm": METRIC_MATH,
    "SchedulesSilentAlarm": METRIC_MATH,
    "TableThrottledAlarm": METRIC_MATH,
    "ConnectsFailingAlarm": METRIC_MATH,
    "SecretWritesAlarm": METRIC_MATH,
}


def without_deviations(template):
    """A copy of a template as the back end can make it."""
    resources = template["Resources"]
    stale = [name for name in TAKEN_OUT if "Metrics" not in resources.get(name, {}).get("Properties", {})]
    if stale:
        raise Failed(f"named in TAKEN_OUT, and no alarm with Metrics in the template: {', '.join(stale)}")
    made = {name: it for name, it in resources.items() if name not in TAKEN_OUT}
    secrets = {name for name, it in made.items() if it["Type"] == "AWS::SecretsManager::Secret"}
    by_arn = with_arns(made, secrets)
    if by_arn == made:
        raise Failed("nothing in the template refers to a secret: with_arns is not needed any more")
    return {**template, "Resources": by_arn}


def with_arns(value, secrets):
    """Ref of a secret is its ARN, here its name, which no policy matches. Its attribute Id is the ARN in both."""
    if isinstance(value, list):
        return [with_arns(one, secrets) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Ref"} and value["Ref"] in secrets:
        return {"Fn::GetAtt": [value["Ref"], "Id"]}
    return {key: with_arns(one, secrets) for key, one in value.items()}


class NotAsAws(NamedTuple):
    """A property of the back end: what it is, and a probe that says whether it still is so. Without one it cannot be seen from outside."""

    what: str
    probe: Callable | None


def has_no_routes(place):
    apis = place.client("apigatewayv2")
    return all(not apis.get_routes(ApiId=api["ApiId"])["Items"] for api in apis.get_apis()["Items"])


def forgets_recovery(place):
    described = place.client("dynamodb").describe_continuous_backups(TableName=f"aura-{STAGE}")
    recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return recovery["PointInTimeRecoveryStatus"] == "DISABLED"


def punctuates_keys(place):
    ring = place.client("secretsmanager").get_secret_value(SecretId=f"aura/{STAGE}/keys/flows")["SecretString"]
    return any(letter in string.punctuation for letter in ring.replace('{"k1": "', "").replace('"}', ""))


def names_secrets(place):
    resource = place.client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId="FlowKeys")
    return not resource["StackResourceDetail"]["PhysicalResourceId"].startswith("arn:")


NOT_AS_AWS = [
    NotAsAws("Ref of a secret gives its name, not its ARN: the deployed copy of the template has GetAtt Id instead", names_secrets),
    NotAsAws("an HTTP API loses its routes and authorizers: functions are invoked directly", has_no_routes),
    NotAsAws("a table's PointInTimeRecoverySpecification is not applied", forgets_recovery),
    NotAsAws("ExcludePunctuation of a generated secret is not applied", punctuates_keys),
    NotAsAws("SAM is transformed without the deployment's parameters, with their defaults: Canary is false", None),
    NotAsAws("there is no CodeDeploy: aliases switch at once, and no canary is tried", None),
    NotAsAws("a resource whose name is taken by a retained one is taken over instead of refused", None),
]


def confirm(place):
    """Every probe still finds what is said."""
    gone = [one.what for one in NOT_AS_AWS if one.probe and not one.probe(place)]
    if gone:
        raise Failed("the back end is as AWS by now, so take this out of NOT_AS_AWS: " + "; ".join(gone))


def named(reason):
    return ", ".join(name for name, why in TAKEN_OUT.items() if why == reason)


def listed():
    """All of them, for the report."""
    taken_out = [f"{reason}: {named(reason)}" for reason in dict.fromkeys(TAKEN_OUT.values())]
    return taken_out + [one.what for one in NOT_AS_AWS]
