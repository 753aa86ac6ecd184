"""Runs a command beside other people's DynamoDB, Secrets Manager and SQS.

    backends.py [--only moto,ministack] -- cargo test --workspace --test backends

Starts each back end on a free port of 127.0.0.1 from its virtual environment in target/venvs (infra/tools/<name>.txt),
waits until it answers, and runs the command with AURA_BACKENDS=name=URL,… and AURA_REQUIRE_BACKENDS=1. Ends what it
started, and nothing else, whatever comes. Exits as the command does.
"""

import argparse
import base64
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
TARGET = TOOLS.parent.parent / "target"
PATIENCE = 60  # seconds until a back end must answer

# The package that ships the jar of DynamoDB Local. Nothing else of it is used, and none of its scripts runs.
PACKAGE = "amplify-dynamodb-simulator@2.9.30"
INTEGRITY = "sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
JAR_FOLDER = "package/emulator"


class Failed(Exception):
    """Something for the person who called."""


def integrity(archive: Path) -> str:
    """The archive's digest as npm writes it (Subresource Integrity)."""
    return "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()


def check(archive: Path, expected: str) -> None:
    """Refuses an archive that is not the one that was looked at."""
    if integrity(archive) != expected:
        raise Failed(f"{archive.name} is {integrity(archive)}, not {expected}")


def dynamodb_local_folder() -> Path:
    """Where the jar is; fetched and unpacked once."""
    home = TARGET / "dynamodb-local" / PACKAGE.replace("@", "-")
    if not (home / "complete").exists():
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "pack", PACKAGE, "--ignore-scripts", "--silent", "--pack-destination", home],
            check=True, stdout=subprocess.DEVNULL,
        )
        (archive,) = home.glob("*.tgz")
        check(archive, INTEGRITY)
        with tarfile.open(archive) as packed:
            packed.extractall(home, [it for it in packed if it.name.startswith(JAR_FOLDER + "/")])
        archive.unlink()
        (home / "complete").touch()
    return home / JAR_FOLDER


def program(name: str, of: str) -> str:
    """A program of a back end's virtual environment."""
    path = TARGET / "venvs" / of / "bin" / name
    if not path.exists():
        raise Failed(f"{path} is missing: make the environment of infra/tools/{of}.txt there (.ci/run does)")
    return str(path)


def moto(port: int) -> list[str]:
    """How moto is started."""
    return [program("moto_server", "moto"), "-H", "127.0.0.1", "-p", str(port)]


def ministack(port: int) -> list[str]:
    """How ministack is started: by itself it would listen on every interface."""
    return [program("python", "ministack"), "-m", "hypercorn", "ministack.app:app", "--bind", f"127.0.0.1:{port}"]


def dynamodb_local(port: int) -> list[str]:
    """How DynamoDB Local is started."""
    python = program("python", "dynamodb-local")
    return [python, str(TOOLS / "dynamodb_local.py"), str(dynamodb_local_folder()), str(port)]


BACK_ENDS = {"dynamodb-local": dynamodb_local, "moto": moto, "ministack": ministack}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A back end that was started here, with everything that it started."""

    def __init__(self, name: str, command: list[str], port: int) -> None:
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        self.log = tempfile.TemporaryFile()
        # A session of its own, so that what it starts can be ended with it.
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True
        )

    def wait(self, patience: float = PATIENCE) -> None:
        """Waits until it answers anything."""
        deadline = time.monotonic() + patience
        while not self.answers():
            if self.process.poll() is not None:
                raise Failed(f"{self.name} ended with {self.process.returncode}:\n{self.said()}")
            if time.monotonic() > deadline:
                raise Failed(f"{self.name} does not answer within {patience} s:\n{self.said()}")
            time.sleep(0.2)

    def answers(self) -> bool:
        """Whether HTTP is answered, with whatever status."""
        try:
            urllib.request.urlopen(self.url, timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def said(self) -> str:
        """The end of its output."""
        self.log.seek(0)
        return self.log.read()[-2000:].decode(errors="replace")

    def stop(self) -> None:
        """Ends it and its children: at first by asking, then not."""
        self.signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        # Also where it has ended: a child may not have.
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def signal(self, how: signal.Signals) -> None:
        """Tells it and its children."""
        try:
            os.killpg(self.process.pid, how)
        except ProcessLookupError:
            pass  # all of them have ended


def run(commands: dict, command: list[str]) -> int:
    """Runs the command beside the back ends; its exit status."""
    servers: list[Server] = []
    try:
        for name, start in commands.items():
            port = free_port()
            servers.append(Server(name, start(port), port))
        for server in servers:
            server.wait()
            print(f"{server.name} answers at {server.url}", flush=True)
        named = ",".join(f"{server.name}={server.url}" for server in servers)
        return subprocess.run(command, env={**os.environ, **variables(named, commands)}).returncode
    finally:
        for server in servers:
            server.stop()


def variables(named: str, commands: dict) -> dict[str, str]:
    """What the tests are told. Where only some were asked for, the others may be left out."""
    everything = {"AURA_REQUIRE_BACKENDS": "1"} if set(commands) == set(BACK_ENDS) else {}
    return {"AURA_BACKENDS": named, **everything}


def main() -> int:
    """Reads the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(BACK_ENDS), help="names, separated by commas")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.only.split(",") if name not in BACK_ENDS]
    if unknown:
        parser.error(f"there are {', '.join(BACK_ENDS)}, not {', '.join(unknown)}")
    # Being asked to end is an end like any other: what was started is ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return run({name: BACK_ENDS[name] for name in arguments.only.split(",")}, arguments.command)
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
