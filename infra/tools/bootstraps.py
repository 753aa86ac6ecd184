#!/usr/bin/env python3
"""Runs release bootstraps against a small Lambda Runtime API on this machine and prints what each of them costs.

Build first, the empty function included, so that everything is measured beside it:

    cargo lambda build --release -p empty-function $(printf -- '-p %s ' $(ls functions))
    infra/tools/bootstraps.py

Start is from spawn to the first request for work, first and warm from an event to its answer: all in milliseconds, the
median of some starts. Absolute times differ from machine to machine; compare within one run. Memory is the peak of the
resident set. Without --endpoint calls to AWS meet a closed port at once: what is measured then is the function alone. With the
endpoint of a running local stack (`cargo run`) they are answered.
"""

import argparse
import io
import json
import os
import queue
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EMPTY = "empty-function"
API = "/2018-06-01/runtime"
ARN = "arn:aws:lambda:eu-central-1:000000000000:function:"
PATIENCE = 30  # seconds until a bootstrap that says nothing has failed


class Failed(Exception):
    """A bootstrap did not do what Lambda expects of it."""


class RuntimeApi:
    """Lambda's side: hands out events, takes answers, and notes when each came."""

    def __init__(self):
        self.events, self.arrivals = queue.Queue(), queue.Queue()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = "127.0.0.1:%d" % self.server.server_address[1]

    def close(self):
        self.events.put(None)
        self.server.shutdown()
        self.server.server_close()

    def await_arrival(self, kind):
        """When the next thing arrived, which has to be this: `next` or `response`."""
        try:
            arrived, at, body = self.arrivals.get(timeout=PATIENCE)
        except queue.Empty:
            raise Failed(f"no {kind} within {PATIENCE} s") from None
        if arrived != kind:
            raise Failed(f"{arrived} instead of {kind}: {body[:200].decode(errors='replace')}")
        return at

    def handler(self):
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def do_GET(self):
                if self.path != f"{API}/invocation/next":
                    return self.answer(404)
                api.arrivals.put(("next", time.perf_counter(), b""))
                event = api.events.get()
                if event is None:  # the measurement is over
                    self.close_connection = True
                    return None
                deadline = int(time.time() * 1000) + PATIENCE * 1000
                return self.answer(200, event, {
                    "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                    "Lambda-Runtime-Deadline-Ms": str(deadline),
                    "Lambda-Runtime-Invoked-Function-Arn": ARN + "measured",
                    "Lambda-Runtime-Trace-Id": "Root=1-6702a1b2-0123456789abcdef01234567;Parent=53995c3f42cd8ad8;Sampled=0",
                })

            def do_POST(self):
                body = self.body()
                kind = self.path.rsplit("/", 1)[-1]  # response, or error of an invocation or of the start
                api.arrivals.put((kind, time.perf_counter(), body))
                return self.answer(202)

            def body(self):
                if self.headers.get("transfer-encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("content-length") or 0))
                chunks = []
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    chunks.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(chunks)

            def answer(self, status, body=b"", headers=None):
                self.send_response(status)
                for name, value in {**(headers or {}), "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        return Handler


def closed_port():
    """An address of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return "http://127.0.0.1:%d" % taken.getsockname()[1]


def environment(function, endpoint):
    """What the template gives to functions, with the values of the local stack. Each gets all of it: what it does not read costs nothing."""
    queues = {f"{name}_QUEUE_URL": f"{endpoint}/000000000000/aura-local-{name.lower()}" for name in ("SYNC", "REFRESH", "WEBHOOK", "LIFECYCLE")}
    keys = {f"{name}_KEYS_SECRET": f"aura/local/keys/{name.lower()}s" for name in ("FLOW", "TOKEN", "LEAD")}
    return {
        "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_ENDPOINT_URL": endpoint,
        "AWS_LAMBDA_FUNCTION_NAME": f"aura-local-{function}", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "STAGE": "local", "FAILURE_POLICY": "",
        "TABLE_NAME": "aura-local", "BUS_NAME": "aura-local", "SECRET_PREFIX": "aura/local",
        "ACCOUNT_CLAIM": "account_id", "ROLES_CLAIM": "roles", "ADMIN_ROLE": "channels_admin", "BACK_URL": "",
        "REDIRECT_BASE_URL": "http://127.0.0.1:8787", "RETURN_PAGE_URL": "http://127.0.0.1:8787/assets/return.html",
        "ISSUER_URL": "http://127.0.0.1:8787/_local/issuer", "AUDIENCE": "aura-integrations", "WEB_CLIENT_ID": "aura-web",
        "SIGN_IN_ORIGINS": "", "OFFERED_PROVIDERS": "", "FACEBOOK_LOGIN_CONFIG": "", "FACEBOOK_GRAPH_VERSION": "", "TIKTOK_AUTH_URL": "", **queues, **keys,
    }


def unknown_variables(template):
    """Variables of the template that functions would miss here."""
    names = set(re.findall(r"^          ([A-Z][A-Z_]+):", template, re.MULTILINE))
    return sorted(names - set(environment("any", "http://127.0.0.1:1")))


def peak_kilobytes(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1])


def measure_once(bootstrap, variables, event, invocations):
    """One start: milliseconds of the start and of each invocation, and the peak memory in KB."""
    api = RuntimeApi()
    began = time.perf_counter()
    said = tempfile.TemporaryFile()
    process = subprocess.Popen([str(bootstrap)], env={**variables, "AWS_LAMBDA_RUNTIME_API": api.address, "PATH": os.environ["PATH"]},
                               stdout=said, stderr=said)
    threading.Thread(target=tell_of_its_end, args=(process, said, api), daemon=True).start()
    try:
        started = api.await_arrival("next") - began
        times = []
        for _ in range(invocations):
            sent = time.perf_counter()
            api.events.put(event)
            times.append(api.await_arrival("response") - sent)
            api.await_arrival("next")
        return started * 1000, [one * 1000 for one in times], peak_kilobytes(process.pid)
    finally:
        process.kill()
        process.wait()
        api.close()


def tell_of_its_end(process, said, api):
    """A bootstrap that ends by itself is not waited for: what it said last is the reason."""
    process.wait()
    said.seek(0)
    last = said.read().strip().splitlines()[-1:]
    said.close()
    api.arrivals.put(("exit", time.perf_counter(), b"".join(last)))


def zipped_size(bootstrap):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(bootstrap, "bootstrap")
    return len(packed.getvalue())


def measure(function, bootstrap, event, endpoint, starts, invocations):
    """The figures of one function, as a row."""
    runs = [measure_once(bootstrap, environment(function, endpoint), event, invocations) for _ in range(starts)]
    warm = [one for _, times, _ in runs for one in times[1:]]
    return {
        "function": function,
        "start ms": statistics.median(started for started, _, _ in runs),
        "first ms": statistics.median(times[0] for _, times, _ in runs),
        "warm ms": statistics.median(warm),
        "peak MiB": max(peak for _, _, peak in runs) / 1024,
        "MB": bootstrap.stat().st_size / 1e6,
        "zip MB": zipped_size(bootstrap) / 1e6,
    }


def event_of(function):
    """The first sample trigger of a function; an empty one for what nothing triggers."""
    samples = sorted((ROOT / "events" / function).glob("*.json"))
    return json.dumps(json.loads(samples[0].read_text())).encode() if samples else b"{}"


def table(rows):
    """The rows as a table of Markdown."""
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|---|" + "--:|" * (len(names) - 1)]
    for row in rows:
        lines.append("| " + " | ".join(value if isinstance(value, str) else f"{value:.2f}" for value in row.values()) + " |")
    return "\n".join(lines)


def arguments(given):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("functions", nargs="*", help="only these; without any, all that were built")
    parser.add_argument("--built", type=Path, default=ROOT / "target" / "lambda", help="where <function>/bootstrap are")
    parser.add_argument("--endpoint", help="AWS endpoint of a running local stack; without it, a closed port")
    parser.add_argument("--starts", type=int, default=5, help="starts of each function")
    parser.add_argument("--invocations", type=int, default=20, help="invocations of each start, at least 2")
    return parser.parse_args(given)


def main(given=None):
    chosen = arguments(given)
    missing = unknown_variables((ROOT / "infra" / "template.yaml").read_text())
    if missing:
        print(f"the template has variables that this script does not give: {', '.join(missing)}", file=sys.stderr)
        return 2
    built = {path.parent.name: path for path in chosen.built.glob("*/bootstrap")}
    wanted = [EMPTY, *(chosen.functions or sorted(name for name in built if name != EMPTY and (ROOT / "functions" / name).is_dir()))]
    absent = [name for name in wanted if name not in built]
    if absent:
        print(f"not built: {', '.join(absent)} (--help says how)", file=sys.stderr)
        return 2
    endpoint, rows, failures = chosen.endpoint or closed_port(), [], []
    for name in wanted:
        try:
            rows.append(measure(name, built[name], event_of(name), endpoint, chosen.starts, max(chosen.invocations, 2)))
        except Failed as why:
            failures.append(f"{name}: {why}")
    if rows:
        print(table(rows))
    print("\n".join(failures), file=sys.stderr, end="\n" if failures else "")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
