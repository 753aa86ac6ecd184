"""What only the transformed template shows, and no linter: circles of references (an alias refers to its alarms, the API
to its aliases), permissions of a function that the boundary of its role takes away again, and alarms whose section of
docs/RUNBOOKS.md is not there, or sections without an alarm's name.

Runs in the environment of sam.txt: transformed.py infra/template.yaml
"""

import logging
import os
import re
import sys
from fnmatch import fnmatchcase
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

GIVEN = "https://example.com"


class ManagedPolicies:
    """Stands in for IAM, which would have to be asked for their ARNs."""

    def load(self):
        return {"AWSXrayWriteOnlyAccess": "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"}


def transformed(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file)
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"  # as `sam package` leaves it
    given = {name: GIVEN for name, it in template["Parameters"].items() if "Default" not in it}
    given["Canary"] = "true"
    return transform(template, given, ManagedPolicies())["Resources"]


def references(value):
    """The names that a value refers to, as CloudFormation counts them: anywhere in a resource."""
    if isinstance(value, list):
        return {name for item in value for name in references(item)}
    if not isinstance(value, dict):
        return set()
    names = set()
    for key, inside in value.items():
        if key in ("Ref", "DependsOn"):
            names.update([inside] if isinstance(inside, str) else inside)
        elif key == "Fn::GetAtt":
            names.add(inside[0] if isinstance(inside, list) else inside.split(".")[0])
        elif key == "Fn::Sub":
            text, own = (inside, {}) if isinstance(inside, str) else inside
            names.update(name.split(".")[0] for name in re.findall(r"\$\{([^!}][^}]*)\}", text))
            names.update(references(own))
        else:
            names.update(references(inside))
    return names


def circles(resources):
    graph = {name: sorted(references(it) & resources.keys() - {name}) for name, it in resources.items()}
    done, found = set(), []

    def visit(name, way):
        if name in way:
            found.append(" -> ".join(way[way.index(name):] + [name]))
        elif name not in done:
            for other in graph[name]:
                visit(other, way + [name])
            done.add(name)

    for name in graph:
        visit(name, [])
    return [f"a circle: {circle}" for circle in found]


def actions(document):
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        yield from [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def taken_away(resources):
    for name, role in resources.items():
        if role["Type"] != "AWS::IAM::Role" or "PermissionsBoundary" not in role["Properties"]:
            continue
        boundary = resources[role["Properties"]["PermissionsBoundary"]["Ref"]]["Properties"]["PolicyDocument"]
        for policy in role["Properties"].get("Policies", []):
            for action in actions(policy["PolicyDocument"]):
                if not any(fnmatchcase(action, most) for most in actions(boundary)):
                    yield f"{name}: its boundary does not let it {action}"


def runbooks(text):
    """The sections of the document by the anchors that GitHub gives to their headings."""
    sections = re.split(r"^##+ ", text, flags=re.MULTILINE)[1:]
    anchor = lambda heading: re.sub(r"[^a-z0-9 _-]", "", heading.strip().lower()).replace(" ", "-")
    return {anchor(section.split("\n", 1)[0]): section for section in sections}


def without_runbook(resources, sections):
    for name, alarm in resources.items():
        if alarm["Type"] != "AWS::CloudWatch::Alarm":
            continue
        own = alarm["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("aura-${Stage}-")
        said = re.search(r"\$\{RunbookUrl\}#([a-z0-9-]+)$", alarm["Properties"]["AlarmDescription"]["Fn::Sub"])
        if said is None or said[1] not in sections:
            yield f"{name}: its description does not end in a section of the runbooks"
        elif f"`{own}`" not in sections[said[1]]:
            yield f"{name}: its section of the runbooks, #{said[1]}, does not name `{own}`"


def main():
    logging.disable(logging.WARNING)
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    resources = transformed(sys.argv[1])
    sections = runbooks((Path(sys.argv[1]).parent.parent / "docs/RUNBOOKS.md").read_text(encoding="utf-8"))
    found = circles(resources) + list(taken_away(resources)) + list(without_runbook(resources, sections))
    sys.exit("\n".join(found) or None)


main()
