"""Runs commands of docs/OPERATIONS.md as they stand there, in a shell whose AWS is the back end."""

import re
import subprocess

from . import Failed
from .place import ROOT

BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def block(text, having):
    """The one block of commands that has this in it."""
    found = [it for it in BLOCK.findall(text) if having in it]
    if len(found) != 1:
        raise Failed(f"docs/OPERATIONS.md has {len(found)} blocks of commands with {having!r}, not one")
    return found[0]


def replaced(commands, changes):
    """The commands with a person's own values; a change that has nothing to change is a mistake here."""
    for old, new in changes.items():
        if old not in commands:
            raise Failed(f"docs/OPERATIONS.md has no {old!r} to replace any more")
        commands = commands.replace(old, new)
    return commands


class Shell:
    """Runs blocks in a folder that has the sample events in it, as the root of the repository does."""

    def __init__(self, place):
        self.folder, self.environment = place.folder / "shell", place.aws()
        self.folder.mkdir()
        (self.folder / "events").symlink_to(ROOT / "events")
        self.text = (ROOT / "docs" / "OPERATIONS.md").read_text()

    def run(self, having, changes=None):
        """What the commands wrote."""
        commands = replaced(block(self.text, having), changes or {})
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=self.folder, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"commands of docs/OPERATIONS.md ({having}) ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout
