"""ministack, on a port of this machine alone, with the roles of functions enforced."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

from . import Failed
from .building import last_lines
from .place import REGION

PATIENCE = 60  # seconds until it has to answer
GRACE = 10  # seconds to end by itself


def environment(place):
    """AUTH makes it check each call against the caller's role and boundary; functions get sessions of theirs. The listeners that it
    would open on all addresses are off. AWS_ENDPOINT_URL it gives to functions."""
    return {
        **place.aws(),
        "PATH": os.environ["PATH"],
        "AUTH": "true",
        "GATEWAY_PORT": str(place.port),
        "MINISTACK_REGION": REGION,
        "MINISTACK_HOST": "localhost",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": f"unix://{place.home}/none",
    }


def start(place, log):
    """Its own `main` binds all addresses, so the server is started as a module. A session of its own, so that it ends with all its bootstraps."""
    command = [place.tool("ministack", "python"), "-m", "hypercorn", "ministack.app:app", "--bind", f"127.0.0.1:{place.port}", "--keep-alive", "75"]
    return subprocess.Popen(command, cwd=place.folder, env=environment(place), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)


def end(process):
    """Ends the process and what it started, which is in its group."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sent)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=GRACE)


def answers(place):
    try:
        with urllib.request.urlopen(f"{place.endpoint}/_ministack/health", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def await_answers(place, process):
    until = time.monotonic() + PATIENCE
    while not answers(place):
        if process.poll() is not None or time.monotonic() > until:
            raise Failed(f"ministack does not start:\n{last_lines(place.log('ministack'))}")
        time.sleep(0.1)


@contextlib.contextmanager
def running(place):
    """The back end, as long as it is needed and not longer, whatever happens."""
    with open(place.log("ministack"), "wb") as log:
        process = start(place, log)
        try:
            await_answers(place, process)
            yield
        finally:
            end(process)
