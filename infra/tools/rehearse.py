#!/usr/bin/env python3
"""Rehearses a deployment on this machine: `sam build`, `sam deploy` to a back end that speaks CloudFormation (ministack), every function
once with every sample event of events/, a change of the stack, and its deletion. `.ci/run rehearsal` prepares and runs it; by hand,
with the virtual environments of infra/tools/{ministack,sam,awscli}.txt below target/venvs:

    cargo build --workspace --bins
    target/venvs/ministack/bin/python infra/tools/rehearse.py

Functions run as processes with their roles' sessions, and the back end refuses what a role or its boundary does not allow. Everything
is written below target/rehearsal, where the logs stay. What differs from AWS is in rehearsal/deviations.py, and printed.
"""

import argparse
import signal
import sys
import time
from pathlib import Path

from rehearsal import Failed, backend, building, deploying, deviations, operations, samples, wiring
from rehearsal.place import ROOT, STAGE, Place

# What a person brings along for each provider; Meta's verify token is the one in the sample of its handshake.
CREDENTIALS = {
    "google-calendar": {"ID SECRET": "rehearsed-id rehearsed-secret"},
    "facebook-lead-ads": {"ID SECRET": "1040000000000 rehearsed-secret", '"client_secret":"%s"': '"client_secret":"%s","verify_token":"sandbox-verify-token"'},
    "tiktok-lead-ads": {"ID SECRET": "7040000000000 rehearsed-secret"},
}
OPERATOR = "aura-$STAGE-delete"  # in the commands that erase a tenant
DENIED = "ListFunction"  # loses its permissions for a moment, to see that the roles are enforced


def renamed(provider):
    """The document's example is of one provider."""
    return {"providers/google-calendar": f"providers/{provider}"}


class Rehearsal:
    """One rehearsal, step by step, in the order of docs/OPERATIONS.md."""

    def __init__(self, place, built):
        self.place, self.built, self.began = place, built, time.monotonic()
        self.problems = []

    def say(self, what):
        print(f"-- {what} ({time.monotonic() - self.began:.0f}s)", flush=True)

    def run(self):
        self.place.empty()
        self.say("sam build")
        self.template = building.build(self.place, self.built)
        self.functions = building.functions(self.template)
        with backend.running(self.place):
            self.shell = operations.Shell(self.place)
            self.deploy()
            self.invoke()
            self.operate()
            self.change()
            self.delete()

    def deploy(self):
        self.say("the providers' credentials, as docs/OPERATIONS.md creates them")
        for provider, changes in CREDENTIALS.items():
            self.shell.run("aws secretsmanager create-secret", {**changes, **renamed(provider)})
        self.say("sam deploy")
        template = deviations.without_deviations(self.template)
        written = building.write(self.place, "deployed", template)
        deploying.deploy(self.place, written, "deploy")
        made = deploying.expect_complete(self.place, template)
        deviations.confirm(self.place)
        print(f"{len(made)} resources, {len(self.functions)} functions")
        self.say("sam deploy of the same")
        deploying.expect_unchanged(deploying.deploy(self.place, written, "deploy-again"))

    def invoke(self):
        self.say("an event of the bus")
        wiring.event_reaches_the_table(self.place)
        self.say("every function with its samples")
        self.invoker = samples.Invoker(self.place, aliased=self.aliased())
        rows, problems = samples.play(self.place, self.invoker, set(self.functions.values()))
        print(samples.table(rows))
        self.problems += problems
        self.since = int(time.time() * 1000)  # later lines of schedules are not ours

    def aliased(self):
        resources = self.template["Resources"]
        return {package for name, package in self.functions.items() if "AutoPublishAlias" in resources[name]["Properties"]}

    def operate(self):
        self.say("more commands of docs/OPERATIONS.md: a key for a keyring, the erasure of a tenant")
        if '["k1","k2"]' not in self.shell.run("RING="):
            raise Failed("a keyring does not get its second key")
        if '"statusCode":204' not in self.shell.run(OPERATOR).replace(" ", ""):
            raise Failed("the operator's delete is not answered 204")
        self.problems += [f"a line of the log: {line}" for line in wiring.error_lines(self.place)]

    def change(self):
        self.say(f"a change: {DENIED} without permissions, and back")
        template = deploying.packaged(self.place)
        policies = template["Resources"][DENIED]["Properties"].pop("Policies")
        deploying.deploy(self.place, building.write(self.place, "denied", template), "deploy-denied")
        self.expect_list(500)
        template["Resources"][DENIED]["Properties"]["Policies"] = policies
        deploying.deploy(self.place, building.write(self.place, "restored", template), "deploy-restored")
        self.expect_list(200)

    def expect_list(self, status):
        sample = next(one for one in samples.samples() if (one.package, one.name) == ("list", "admin"))
        answer = self.invoker.invoke(sample.package, sample.event)
        if answer.payload.get("statusCode") != status:
            raise Failed(f"list answers {answer.payload.get('statusCode')} instead of {status}: roles are not enforced, or a change is not deployed")

    def delete(self):
        self.say("schedules")
        wiring.schedules_fire(self.place, self.since)
        self.say("sam delete")
        made = deploying.resources(self.place)
        deploying.delete(self.place)
        kept = {name: made[name][1] for name in deploying.retained(self.template)}
        kept |= {provider: f"aura/{STAGE}/providers/{provider}" for provider in CREDENTIALS}
        deploying.expect_retained(self.place, kept)

    def report(self):
        print("\nNot as AWS:")
        print("\n".join(f"* {line}" for line in deviations.listed()))
        print("\n".join(f"FAILED {problem}" for problem in self.problems), file=sys.stderr, end="\n" if self.problems else "")


def arguments(given):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--built", type=Path, default=ROOT / "target" / "debug", help="where the binaries of the functions are")
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "rehearsal", help="emptied, then written to")
    parser.add_argument("--venvs", type=Path, default=ROOT / "target" / "venvs", help="where ministack, sam and awscli are")
    parser.add_argument("--port", type=int, help="of ministack on 127.0.0.1; a free one without it")
    return parser.parse_args(given)


def main(given=None):
    chosen = arguments(given)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    place = Place(chosen.folder, chosen.venvs, chosen.port)
    rehearsal = Rehearsal(place, chosen.built)
    try:
        rehearsal.run()
    except Failed as why:
        rehearsal.problems.append(str(why))
    finally:
        place.sweep()
    rehearsal.report()
    return 1 if rehearsal.problems else 0


if __name__ == "__main__":
    sys.exit(main())
