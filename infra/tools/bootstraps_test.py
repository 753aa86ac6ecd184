"""The measuring of bootstraps, with bootstraps that are small scripts: python3 infra/tools/bootstraps_test.py"""

import contextlib
import io
import tempfile
import textwrap
import unittest
from pathlib import Path

import bootstraps

HEAD = """\
    #!/usr/bin/env python3
    import http.client, os, sys
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    def ask(method, path, body=None):
        api.request(method, "/2018-06-01/runtime/" + path, body)
        answer = api.getresponse()
        return answer, answer.read()
"""
ECHO = HEAD + """\
    while True:
        event, body = ask("GET", "invocation/next")
        ask("POST", "invocation/%s/response" % event.headers["Lambda-Runtime-Aws-Request-Id"], body)
"""
CHUNKED = ECHO.replace('Request-Id"], body)', 'Request-Id"], iter([body, b" "]))')
FAILS = ECHO.replace("/response", "/error")
TELLS_OF_ITS_START = HEAD + """\
    ask("POST", "init/error", b'{"errorMessage": "TABLE_NAME is missing"}')
"""
ENDS = HEAD + """\
    sys.exit("BUS_NAME is missing")
"""


class Measured(unittest.TestCase):
    def setUp(self):
        self.built = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.bootstrap("empty-function", ECHO)

    def bootstrap(self, name, script):
        (self.built / name).mkdir()
        path = self.built / name / "bootstrap"
        path.write_text(textwrap.dedent(script))
        path.chmod(0o755)

    def run_on(self, *functions):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = bootstraps.main([*functions, "--built", str(self.built), "--starts", "2", "--invocations", "3"])
        return code, out.getvalue(), err.getvalue()

    def test_a_row_has_every_figure_and_stands_below_the_empty_function(self):
        self.bootstrap("list", CHUNKED)
        code, out, err = self.run_on()
        self.assertEqual((code, err), (0, ""))
        head, _, empty, row = [[cell.strip() for cell in line.strip("|").split("|")] for line in out.splitlines()]
        self.assertEqual(head, ["function", "start ms", "first ms", "warm ms", "peak MiB", "MB", "zip MB"])
        self.assertEqual((empty[0], row[0]), ("empty-function", "list"))
        self.assertTrue(all(float(figure) > 0 for figure in row[1:5]), row)

    def test_an_invocation_that_fails_is_told_and_the_others_are_measured(self):
        self.bootstrap("list", FAILS)
        code, out, err = self.run_on("list")
        self.assertEqual(code, 1)
        self.assertIn("empty-function", out)
        self.assertIn("list: error instead of response", err)

    def test_a_start_that_fails_is_told_with_its_reason(self):
        self.bootstrap("list", TELLS_OF_ITS_START)
        self.bootstrap("get", ENDS)
        code, _, err = self.run_on("list", "get")
        self.assertEqual(code, 1)
        self.assertIn("TABLE_NAME is missing", err)
        self.assertIn("get: exit instead of next: BUS_NAME is missing", err)

    def test_what_was_not_built_is_named(self):
        code, out, err = self.run_on("get")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("not built: get", err)

    def test_every_variable_of_the_template_has_a_value(self):
        template = (bootstraps.ROOT / "infra" / "template.yaml").read_text()
        self.assertEqual(bootstraps.unknown_variables(template), [])
        self.assertEqual(bootstraps.unknown_variables("          OF_TOMORROW: !Ref Table"), ["OF_TOMORROW"])

    def test_every_function_has_a_sample_event(self):
        for function in (bootstraps.ROOT / "functions").iterdir():
            self.assertNotEqual(bootstraps.event_of(function.name), b"{}", function.name)


if __name__ == "__main__":
    unittest.main()
