"""`sam deploy` and `sam delete` as samconfig.toml has them, to a stage of the rehearsal's own."""

import subprocess
import tomllib

from . import Failed
from .building import last_lines, parse
from .place import ROOT, STACK, STAGE, architecture

UNCHANGED = "No changes to deploy"


def parameters(config):
    """Those of the stage dev, addresses and all, for the rehearsal's stage and this machine's processor."""
    given = dict(one.split("=", 1) for one in config["default"]["deploy"]["parameters"]["parameter_overrides"])
    return [f"{name}={value}" for name, value in {**given, "Stage": STAGE, "Architecture": architecture()}.items()]


def sam(place, name, *arguments):
    """Runs SAM, and answers what it wrote."""
    with open(place.log(name), "wb") as log:
        done = subprocess.run([place.tool("sam", "sam"), *arguments], cwd=ROOT, env=place.aws(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    if done.returncode:
        raise Failed(f"sam {arguments[0]}:\n{failures(place, name)}")
    return place.log(name).read_text(errors="replace")


def failures(place, name):
    """The end of SAM's own words, and what the back end says failed, which SAM shows in a narrow column."""
    said = place.log("ministack").read_text(errors="replace").splitlines()
    return "\n".join([last_lines(place.log(name)), *(line for line in said if " ERROR " in line)][-60:])


def deploy(place, template, name):
    """Makes the stack, or changes it. What is not said here is said by samconfig.toml."""
    config = ROOT / "samconfig.toml"
    return sam(
        place, name, "deploy", "--config-file", str(config), "--template-file", str(template), "--stack-name", STACK, "--s3-prefix", STACK,
        "--tags", f"project=aura-integrations stage={STAGE}",
        "--parameter-overrides", *parameters(tomllib.loads(config.read_text())),
    )


def expect_unchanged(said):
    if UNCHANGED not in said:
        raise Failed(f"the same template deployed again is not {UNCHANGED!r}")


def delete(place):
    sam(place, "delete", "delete", "--no-prompts", "--stack-name", STACK, "--region", place.aws()["AWS_DEFAULT_REGION"])


def packaged(place):
    """The template that SAM sent, in which bootstraps are in S3 already: what is made of it is deployed without packing them again."""
    return parse(place.client("cloudformation").get_template(StackName=STACK, TemplateStage="Original")["TemplateBody"])


def resources(place):
    """Logical id to type and physical id of all that the stack has, of which everything has to be made."""
    pages = place.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
    found = [it for page in pages for it in page["StackResourceSummaries"]]
    unmade = [it["LogicalResourceId"] for it in found if it["ResourceStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE")]
    if unmade:
        raise Failed(f"not made: {', '.join(unmade)}")
    return {it["LogicalResourceId"]: (it["ResourceType"], it["PhysicalResourceId"]) for it in found}


def expect_complete(place, template):
    """The stack is complete, and every resource of the template with the type it has there is in it (SAM's own become others)."""
    status = place.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise Failed(f"the stack is {status}")
    made = resources(place)
    missing = [name for name, it in template["Resources"].items() if name not in made and "Condition" not in it]
    if missing:
        raise Failed(f"not in the stack: {', '.join(missing)}")
    return made


def retained(template):
    """Logical ids of what outlives the stack."""
    return sorted(name for name, it in template["Resources"].items() if it.get("DeletionPolicy") == "Retain")


def expect_retained(place, kept):
    """The stack is gone, and what outlives it is there, given as name to physical id. Of the rest it left nothing."""
    there = set(place.client("dynamodb").list_tables()["TableNames"])
    for secret in place.client("secretsmanager").list_secrets()["SecretList"]:
        there |= {secret["ARN"], secret["Name"]}
    lost = [name for name, physical in kept.items() if physical not in there]
    if lost:
        raise Failed(f"does not outlive the stack: {', '.join(lost)}")
    left = [function["FunctionName"] for function in place.client("lambda").list_functions()["Functions"]]
    left += place.client("sqs").list_queues(QueueNamePrefix=f"aura-{STAGE}").get("QueueUrls", [])
    left += [group["logGroupName"] for group in place.client("logs").describe_log_groups(logGroupNamePrefix=f"/aura/{STAGE}")["logGroups"]]
    if left:
        raise Failed(f"outlives the stack: {', '.join(left)}")
