"""The starting and ending of back ends, with small scripts in their place: python3 infra/tools/backends_test.py"""

import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import backends

SERVES = "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.BaseHTTPRequestHandler).serve_forever()"
ENDS = "import sys; sys.exit('no such option')"
IS_SILENT = "import time; time.sleep(600)"
IS_DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
HAS_A_CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[2], sys.argv[1]])"


def script(text, *more):
    """How a back end is started that is this script."""
    return lambda port: [sys.executable, "-c", text, str(port), *more]


class Backends(unittest.TestCase):
    """What `run` promises to who calls it."""

    def setUp(self):
        self.servers = []
        original = backends.Server
        self.addCleanup(setattr, backends, "Server", original)

        def noting(*arguments):
            self.servers.append(original(*arguments))
            return self.servers[-1]

        backends.Server = noting

    def assert_all_ended(self):
        """Nothing answers any more."""
        for server in self.servers:
            self.assertIsNotNone(server.process.returncode)
            self.assertFalse(server.answers(), server.name)

    def test_the_command_is_told_where_the_back_ends_are_and_its_status_is_handed_on(self):
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "told"
            command = ["sh", "-c", f'echo "$AURA_BACKENDS" > {told}; exit 7']
            self.assertEqual(backends.run({"moto": script(SERVES), "ministack": script(SERVES)}, command), 7)
            urls = [f"{server.name}={server.url}" for server in self.servers]
            self.assertEqual(told.read_text().strip(), ",".join(urls))
        self.assert_all_ended()

    def test_children_of_a_back_end_end_with_it(self):
        # It ends when it is asked to, its child does not.
        self.assertEqual(backends.run({"moto": script(HAS_A_CHILD, IS_DEAF + SERVES)}, ["true"]), 0)
        self.assert_all_ended()

    def test_a_back_end_that_ends_is_told_with_its_words_and_the_others_are_ended(self):
        with self.assertRaisesRegex(backends.Failed, "(?s)ministack ended with 1.*no such option"):
            backends.run({"moto": script(SERVES), "ministack": script(ENDS)}, ["false"])
        self.assert_all_ended()

    def test_a_command_that_cannot_be_run_leaves_nothing(self):
        with self.assertRaises(FileNotFoundError):
            backends.run({"moto": script(SERVES)}, ["./there-is-no-such-command"])
        self.assert_all_ended()

    def test_a_back_end_that_says_nothing_is_given_up(self):
        server = backends.Server("moto", script(IS_SILENT)(1), backends.free_port())
        with self.assertRaisesRegex(backends.Failed, "does not answer within 0.3 s"):
            server.wait(0.3)
        server.stop()
        self.assert_all_ended()

    def test_only_all_of_them_are_required(self):
        self.assertNotIn("AURA_REQUIRE_BACKENDS", backends.variables("", {"moto": None}))
        self.assertEqual(backends.variables("", backends.BACK_ENDS)["AURA_REQUIRE_BACKENDS"], "1")

    def test_being_asked_to_end_ends_what_was_started(self):
        with tempfile.TemporaryDirectory() as folder:
            ready = Path(folder) / "ready"
            program = (
                "import backends, sys; backends.BACK_ENDS = {'moto': lambda port: [sys.executable, '-c', sys.argv.pop(), str(port)]};"
                "sys.exit(backends.main())"
            )
            command = ["sh", "-c", f'echo "$AURA_BACKENDS" > {ready}.part; mv {ready}.part {ready}; exec sleep 600']
            asked = subprocess.Popen(
                [sys.executable, "-c", program, "--only", "moto", "--", *command, SERVES],
                cwd=Path(__file__).parent, stdout=subprocess.DEVNULL,
            )
            self.addCleanup(asked.kill)
            while not ready.exists():
                time.sleep(0.05)
            url = ready.read_text().strip().split("=")[1]
            asked.terminate()
            self.assertEqual(asked.wait(30), 143)
            probe = backends.Server("probe", ["true"], int(url.rsplit(":", 1)[1]))
            self.assertFalse(probe.answers())
            probe.stop()


class Pins(unittest.TestCase):
    """Nothing comes in that was not looked at."""

    def test_another_archive_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder) / "package.tgz"
            archive.write_bytes(b"something else")
            backends.check(archive, backends.integrity(archive))
            with self.assertRaises(backends.Failed):
                backends.check(archive, backends.INTEGRITY)

    def test_each_back_end_has_its_versions(self):
        for name in backends.BACK_ENDS:
            lines = (backends.TOOLS / f"{name}.txt").read_text().split()
            self.assertTrue(lines and all("==" in line for line in lines), name)


if __name__ == "__main__":
    unittest.main()
