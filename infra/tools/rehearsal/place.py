"""Where a rehearsal happens: its folder, its port, and the environments of what it starts."""

import os
import platform
import shutil
import socket
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STAGE = "rehearsal"
STACK = f"aura-integrations-{STAGE}"
REGION = "eu-central-1"
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Place:
    """One rehearsal's folder and addresses. The folder is emptied when it begins; nothing is written outside of it."""

    def __init__(self, folder, venvs, port=None):
        self.folder, self.venvs = Path(folder).resolve(), Path(venvs).resolve()
        self.port = port or free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.build = self.folder / "build"
        self.home = self.folder / "home"
        self.temporary = self.folder / "tmp"

    def empty(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for needed in (self.home, self.temporary):
            needed.mkdir(parents=True)

    def sweep(self):
        """Takes away what is large, and leaves the logs."""
        for large in (self.build, self.temporary, self.folder / "cargo"):
            shutil.rmtree(large, ignore_errors=True)

    def log(self, name):
        return self.folder / f"{name}.log"

    def tool(self, venv, name):
        return str(self.venvs / venv / "bin" / name)

    def aws(self):
        """The environment of tools that believe they talk to AWS. Nothing of the caller's own AWS configuration is in it."""
        tools = [str(self.venvs / venv / "bin") for venv in ("awscli", "sam")]
        return {
            "PATH": os.pathsep.join([*tools, os.environ["PATH"]]),
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "LANG": "C.UTF-8",
            "STAGE": STAGE,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
        }

    def client(self, service):
        """A client of boto3, which is in the back end's virtual environment."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test",
            config=Config(retries={"max_attempts": 1}, read_timeout=300, connect_timeout=5),
        )


def architecture():
    """The template's word for this machine's processor, which the bootstraps were built for."""
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        sys.exit(f"no Lambda function runs on a {machine}")
    return ARCHITECTURES[machine]
