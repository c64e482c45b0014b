"""The lock files: made by uv, installed by pip, and holding no address.

uv's own lock names the index and every file on it, which would tie each clone to one index; these two hold names,
versions, markers and hashes only. ``lock_checking.py`` compares them with ``pyproject.toml`` without a network.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from deploy.environment import ROOT, Kind, lock_file, run

WHAT: dict[Kind, tuple[str, ...]] = {
    "demo": ("--extra", "server", "--extra", "parquet", "--no-default-groups", "--group", "build"),
    "test": ("--all-extras", "--all-groups"),
}
PIN = re.compile(r"^([a-z0-9._-]+)==([^\s;]+)(?: ; (.+?))?(?: \\)?$")


class Pin(NamedTuple):
    """One line of a lock file."""

    name: str
    version: str
    marker: str


# A version that is out for less than a week has not been looked at by anybody.
COOLING = timedelta(days=7)


def pins(kind: Kind) -> list[Pin]:
    """What one lock file pins; a name stands twice when its version depends on the Python."""
    lines = lock_file(kind).read_text(encoding="utf-8").splitlines()
    return [Pin(found[1], found[2], found[3] or "") for line in lines if (found := PIN.match(line))]


def lock(python: Path, *, upgrade: bool) -> int:
    """Write both files anew. Versions already pinned stay unless ``upgrade`` or ``pyproject.toml`` moves them."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        project.mkdir()
        shutil.copy(ROOT / "pyproject.toml", project)
        uv = ("-m", "uv", "--quiet", "--directory", str(project), "--no-python-downloads")
        options: tuple[str, ...] = ("--exclude-newer", f"{datetime.now(UTC) - COOLING:%Y-%m-%dT%H:%M:%SZ}")
        if not upgrade:
            options = ()
            _hold_pins(project / "pyproject.toml")
        if failed := run(python, *uv, "lock", *options):
            return failed
        for kind, what in WHAT.items():
            exported = Path(folder) / kind
            plain = ("--frozen", "--no-emit-project", "--no-annotate", "--no-header", "--output-file", str(exported))
            if failed := run(python, *uv, "export", *plain, *what):
                return failed
            shutil.copyfile(exported, lock_file(kind))
    return 0


def _hold_pins(project: Path) -> None:
    """Ask uv, in its own copy of the metadata, to keep to the versions of the present lock."""
    held = [f'"{name}=={version}{f" ; {marker}" if marker else ""}"' for name, version, marker in pins("test")]
    table = "[tool.uv]\n"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace(table, f"{table}constraint-dependencies = [{', '.join(held)}]\n"), encoding="utf-8")
