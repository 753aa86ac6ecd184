"""The rehearsal's own parts, without SAM and back end: python3 infra/tools/rehearse_test.py"""

import os
import re
import shutil
import subprocess
import tempfile
import tomllib
import unittest
from pathlib import Path
from unittest import mock

import rehearse
from rehearsal import Failed, backend, building, deploying, deviations, operations, samples
from rehearsal.place import ROOT, Place

TEMPLATE = (ROOT / "infra" / "template.yaml").read_text()
ALARM = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": []}}
SECRET = {"Type": "AWS::SecretsManager::Secret"}
ALARMS = {name: ALARM for name in deviations.TAKEN_OUT}


def user(of, by):
    """A resource that refers to another."""
    return {"Type": "T", "Properties": {"Policies": [{"Resource": [{by: of}]}], "TableName": {"Ref": "Table"}}}


def template_resources():
    """Name to text of each resource of the template, which is too much for a YAML reader without SAM."""
    body = TEMPLATE.split("\nResources:\n", 1)[1].split("\nOutputs:\n", 1)[0]
    parts = re.split(r"^  (\w+):\n", body, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


class Deviations(unittest.TestCase):
    def test_every_alarm_on_an_expression_is_named_and_nothing_else(self):
        metric_math = {name for name, text in template_resources().items() if re.search(r"^      Metrics:", text, re.MULTILINE)}
        self.assertEqual(metric_math, set(deviations.TAKEN_OUT))

    def test_the_deployed_copy_lacks_them_and_the_built_template_keeps_them(self):
        built = {"Transform": "t", "Resources": {**ALARMS, "Keys": SECRET, "List": user("Keys", "Ref")}}
        deployed = deviations.without_deviations(built)
        self.assertEqual((deployed["Transform"], set(deployed["Resources"])), ("t", {"Keys", "List"}))
        self.assertIn("ApiErrorsAlarm", built["Resources"])

    def test_a_secret_is_referred_to_by_its_arn_and_everything_else_as_it_was(self):
        built = {"Resources": {**ALARMS, "Keys": SECRET, "List": user("Keys", "Ref")}}
        self.assertEqual(deviations.without_deviations(built)["Resources"]["List"], user(["Keys", "Id"], "Fn::GetAtt"))
        with self.assertRaisesRegex(Failed, "with_arns"):
            deviations.without_deviations({"Resources": {**ALARMS, "Keys": SECRET, "List": user("Table", "Ref")}})

    def test_a_name_that_the_template_has_no_more_ends_the_rehearsal(self):
        resources = {**ALARMS, "ApiErrorsAlarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "5xx"}}}
        del resources["TableThrottledAlarm"]
        with self.assertRaisesRegex(Failed, "ApiErrorsAlarm, TableThrottledAlarm"):
            deviations.without_deviations({"Resources": resources})

    def test_a_back_end_that_has_become_as_aws_is_not_excused_any_more(self):
        known = [deviations.NotAsAws("no routes", lambda _: False), deviations.NotAsAws("no CodeDeploy", None)]
        with mock.patch.object(deviations, "NOT_AS_AWS", known), self.assertRaisesRegex(Failed, "no routes$"):
            deviations.confirm(None)

    def test_the_report_has_all_of_them(self):
        said = "\n".join(deviations.listed())
        for name in [*deviations.TAKEN_OUT, *(one.what for one in deviations.NOT_AS_AWS)]:
            self.assertIn(name, said)


class Samples(unittest.TestCase):
    def test_answers_are_those_that_the_tests_in_rust_ask_for(self):
        asked = samples.statuses((ROOT / "tests" / "samples.rs").read_text())
        self.assertEqual((asked["create/google-calendar"], asked["oauth-callback/allowed"]), (201, 303))
        names = {f"{one.package}/{one.name}" for one in samples.samples()}
        self.assertLessEqual(set(asked), names)

    def test_a_table_that_cannot_be_read_whole_is_refused(self):
        for source in ("", 'const ANSWERS: [(&str, u16); 2] = [\n    ("list/admin", 200),\n];'):
            with self.assertRaises(Failed):
                samples.statuses(source)

    def test_every_function_has_a_sample(self):
        functions = {folder.name for folder in (ROOT / "functions").iterdir()}
        self.assertEqual({one.package for one in samples.samples()}, functions)

    def judged(self, event, payload, error=None, log=""):
        return samples.problem(samples.Sample("list", "admin", event), samples.Answer(payload, error, log, 1.0), 200)

    def test_what_is_asked_for_is_no_problem(self):
        self.assertIsNone(self.judged({"routeKey": "GET /"}, {"statusCode": 200}))
        self.assertIsNone(self.judged({"Records": []}, {"batchItemFailures": []}))
        self.assertIsNone(self.judged({"source": "aws.scheduler"}, {"due": 0}))

    def test_everything_else_is_one(self):
        self.assertIn("Unhandled: ", self.judged({"routeKey": "GET /"}, {"errorMessage": "exit"}, error="Unhandled"))
        self.assertIn("500 instead of 200: no table", self.judged({"routeKey": "GET /"}, {"statusCode": 500, "body": "no table"}))
        self.assertIn("item-1", self.judged({"Records": []}, {"batchItemFailures": [{"itemIdentifier": "item-1"}]}))
        self.assertIn("no object", self.judged({"source": "aws.scheduler"}, None))
        line = '{"level":"error","why":"vault"}'
        self.assertEqual(self.judged({"routeKey": "GET /"}, {"statusCode": 200}, log=f"START\n{line}\nEND"), line)

    def test_the_table_says_what_was_answered(self):
        words = [samples.word(samples.Answer(payload, error, "", 1.0)) for payload, error in
                 (({"statusCode": 303}, None), ({"batchItemFailures": []}, None), ({"errorMessage": "m"}, "Unhandled"))]
        self.assertEqual(words, ["303", '{"batchItemFailures":[]}', "Unhandled"])
        row = {"function": "list", "sample": "a|b", "answer": "200", "ms": "3"}
        self.assertEqual(samples.table([row]).splitlines()[-1], "| list | a\\|b | 200 | 3 |")


class Building(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "built").mkdir()
        shutil.copy(shutil.which("true"), self.folder / "built" / "list")
        real = self.folder / "real"
        real.write_text('#!/bin/sh\necho real "$@"\n')
        real.chmod(0o755)
        self.stand_in = building.put_stand_in(self.folder / "bin")

    def call(self, *arguments):
        environment = {**os.environ, "REHEARSAL_CARGO": str(self.folder / "real"), "REHEARSAL_BUILT": str(self.folder / "built"),
                       "CARGO_TARGET_DIR": str(self.folder / "target")}
        return subprocess.run([self.stand_in / "cargo", *arguments], env=environment, capture_output=True, text=True)

    def test_a_build_for_lambda_is_answered_with_what_is_built(self):
        self.assertEqual(self.call("lambda", "build", "--release", "--bin", "list").returncode, 0)
        bootstrap = self.folder / "target" / "lambda" / "list" / "bootstrap"
        self.assertEqual(subprocess.run([bootstrap]).returncode, 0)
        self.assertTrue((self.stand_in / "cargo-lambda").exists())

    def test_what_is_not_built_fails_and_is_named(self):
        done = self.call("lambda", "build", "--release", "--bin", "get")
        self.assertEqual(done.returncode, 1)
        self.assertIn("built/get is not built", done.stderr)

    def test_every_other_call_is_cargos(self):
        self.assertEqual(self.call("metadata", "--no-deps").stdout, "real metadata --no-deps\n")

    def test_functions_are_named_by_what_they_are_built_of(self):
        function = {"Type": "AWS::Serverless::Function", "Metadata": {"BuildProperties": {"Binary": "list"}}}
        self.assertEqual(building.functions({"Resources": {"ListFunction": function, "Table": {"Type": "T"}}}), {"ListFunction": "list"})


class Deploying(unittest.TestCase):
    def test_every_parameter_without_a_default_is_given_and_the_stage_is_its_own(self):
        given = dict(one.split("=", 1) for one in deploying.parameters(tomllib.loads((ROOT / "samconfig.toml").read_text())))
        body = TEMPLATE.split("\nParameters:\n", 1)[1].split("\nConditions:\n", 1)[0]
        parts = re.split(r"^  (\w+):\n", body, flags=re.MULTILINE)
        needed = {name for name, text in zip(parts[1::2], parts[2::2]) if "    Default:" not in text}
        self.assertLessEqual(needed, set(given))
        self.assertEqual(given["Stage"], "rehearsal")

    def test_what_outlives_the_stack_is_what_the_template_retains(self):
        retained = {name for name, text in template_resources().items() if "DeletionPolicy: Retain" in text}
        self.assertEqual(retained, {"Table", "FlowKeys", "TokenKeys", "LeadKeys"})
        resources = {name: {"DeletionPolicy": "Retain" if name in retained else "Delete"} for name in template_resources()}
        self.assertEqual(set(deploying.retained({"Resources": resources})), retained)

    def test_a_second_deployment_that_changes_something_fails(self):
        deploying.expect_unchanged("No changes to deploy. Stack x is up to date")
        with self.assertRaises(Failed):
            deploying.expect_unchanged("Successfully created/updated stack")


class Operations(unittest.TestCase):
    text = (ROOT / "docs" / "OPERATIONS.md").read_text()

    def test_the_commands_that_are_rehearsed_stand_in_the_document(self):
        for having in ("aws secretsmanager create-secret", "RING=", rehearse.OPERATOR):
            self.assertIn("aws ", operations.block(self.text, having))

    def test_each_provider_gets_a_secret_of_its_own(self):
        block = operations.block(self.text, "aws secretsmanager create-secret")
        for provider, changes in rehearse.CREDENTIALS.items():
            commands = operations.replaced(block, {**changes, **rehearse.renamed(provider)})
            self.assertIn(f"--name aura/$STAGE/providers/{provider} ", commands)
        self.assertIn("verify_token\":\"", operations.replaced(block, rehearse.CREDENTIALS["facebook-lead-ads"]))

    def test_a_command_that_is_not_there_or_not_alone_is_a_failure(self):
        twice = "```sh\naws a\n```\n\n   ```sh\n   aws b\n   ```\n"
        self.assertEqual(operations.block(twice, "aws b"), "   aws b\n")
        for having in ("aws c", "aws"):
            with self.assertRaises(Failed):
                operations.block(twice, having)
        with self.assertRaises(Failed):
            operations.replaced("aws a", {"b": "c"})


class Processes(unittest.TestCase):
    def test_the_back_end_ends_with_all_that_it_started(self):
        reading, writing = os.pipe()
        script = "trap '' TERM; sleep 600 & echo started; wait"  # neither heeds the first signal
        process = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, pass_fds=[writing], start_new_session=True)
        os.close(writing)
        process.stdout.readline()
        with mock.patch.object(backend, "GRACE", 0.1):
            backend.end(process)
        process.stdout.close()
        self.assertEqual(os.read(reading, 1), b"")  # nobody has the other end any more
        os.close(reading)

    def test_tools_see_nothing_of_the_callers_aws(self):
        with mock.patch.dict(os.environ, {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "t"}):
            given = Place("target/rehearsal", "target/venvs", port=1).aws()
        self.assertEqual((given["AWS_ENDPOINT_URL"], given["AWS_ACCESS_KEY_ID"]), ("http://127.0.0.1:1", "test"))
        self.assertFalse({"AWS_PROFILE", "AWS_SESSION_TOKEN"} & set(given))


if __name__ == "__main__":
    unittest.main()
