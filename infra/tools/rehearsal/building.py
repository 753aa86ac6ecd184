"""`sam build`, the real one, of bootstraps that are there already.

SAM has each function compiled by `cargo lambda build --release --bin <name>`, for Lambda's own libc: ten minutes of two cores. Here a
stand-in answers that call with the binary that `cargo build` made for this machine, without its symbols. Everything else (which
binaries the template asks for, where bootstraps lie, what the built template says) is SAM's own work.
"""

import os
import shutil
import subprocess

from . import Failed
from .place import ROOT, architecture

STAND_IN = """#!/bin/sh
# Stands in for `cargo lambda build`; every other call is cargo's.
set -eu
[ "$1" = lambda ] || exec "$REHEARSAL_CARGO" "$@"
while [ "$1" != --bin ]; do shift; done
from="$REHEARSAL_BUILT/$2" into="$CARGO_TARGET_DIR/lambda/$2"
[ -x "$from" ] || { echo "$from is not built" >&2; exit 1; }
mkdir -p "$into"
if command -v strip >/dev/null; then strip -o "$into/bootstrap" "$from"; else cp "$from" "$into/bootstrap"; fi
"""


def put_stand_in(folder):
    """SAM looks for both names, and calls the first."""
    folder.mkdir()
    for name in ("cargo", "cargo-lambda"):
        script = folder / name
        script.write_text(STAND_IN)
        script.chmod(0o755)
    return folder


def build(place, built):
    """Runs `sam build`, and answers the template that it wrote."""
    cargo = shutil.which("cargo")
    if cargo is None:
        raise Failed("cargo is not on the PATH")
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(put_stand_in(place.folder / "bin")), os.environ["PATH"]]),
        "CARGO_TARGET_DIR": str(place.folder / "cargo"),
        "REHEARSAL_CARGO": cargo,
        "REHEARSAL_BUILT": str(built.resolve()),
        "SAM_CLI_TELEMETRY": "0",
    }
    command = [place.tool("sam", "sam"), "build", "--build-dir", str(place.build),
               "--parameter-overrides", f"Architecture={architecture()}"]
    with open(place.log("build"), "wb") as log:
        code = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode
    if code:
        raise Failed(f"sam build:\n{last_lines(place.log('build'))}")
    shutil.rmtree(place.folder / "cargo")
    return parse((place.build / "template.yaml").read_text())


def last_lines(log, number=25):
    return "\n".join(log.read_text(errors="replace").strip().splitlines()[-number:])


def parse(text):
    """SAM writes no short forms of functions, so this is plain YAML."""
    import yaml

    return yaml.safe_load(text)


def write(place, name, template):
    """Beside the built one, because the paths in it are relative."""
    import yaml

    path = place.build / f"{name}.yaml"
    path.write_text(yaml.safe_dump(template, sort_keys=False))
    return path


def functions(template):
    """Logical id to package of every function of a built template."""
    resources = template["Resources"].items()
    return {name: it["Metadata"]["BuildProperties"]["Binary"] for name, it in resources if it["Type"] == "AWS::Serverless::Function"}
