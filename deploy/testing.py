"""``test``: pytest inside the environment, with a browser and coverage."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, NamedTuple

from deploy import browser, environment

# Rooms in which a line or branch that no test takes is a fault: the standard, and all that guards people's data.
WHOLLY_COVERED = ("standard", "disclosure", "wire", "web/oauth")


class Part(NamedTuple):
    """Tests that run one after the other. ``rooms``: where they are, or where they are not."""

    title: str
    marked: str
    rooms: tuple[str, ...] = ()
    covered: bool = True


INSIDE = "not processes and not browser"
BESIDE = ("tests/node/ui", "tests/demo", "tests/disclosure")
"""Rooms whose tests take as long as all others, so that no part is waited for."""
PARTS = (
    # Services run at their own speed, and what a browser reaches is reached without one as well: no coverage.
    Part("Tests of whole services, and those in a browser", "processes or browser", covered=False),
    Part("Tests of pages, of invented people and of disclosure", INSIDE, BESIDE),
    Part("All other tests", INSIDE, ("tests", *(f"--ignore={room}" for room in BESIDE))),
)


def test(python: Path, arguments: list[str]) -> int:
    """All tests with coverage and its floors; with arguments, only what they choose and no coverage."""
    extra = {"COUPOLE_BROWSER": str(browser.find())}
    if arguments:
        return environment.run(python, "-m", "pytest", *arguments, extra=extra)
    failed = _all_parts(python, extra)
    environment.run(python, "-m", "coverage", "combine", "--quiet")
    environment.run(python, "-m", "coverage", "report")
    print(f"\nCovered whole, line by line and branch by branch: {', '.join(WHOLLY_COVERED)}", flush=True)
    rooms = ",".join(f"service/coupole/{room}/*" for room in WHOLLY_COVERED)
    uncovered = environment.run(python, "-m", "coverage", "report", f"--include={rooms}", "--fail-under=100")
    return failed or uncovered


def _all_parts(python: Path, extra: dict[str, str]) -> int:
    """The parts at the same time, each in a process of its own; what one says is shown whole when it has ended."""
    environment.run(python, "-m", "coverage", "erase")
    print("Three parts at the same time; each is shown when it has ended, after some minutes …", flush=True)
    running = [(part, *_started(python, extra, part)) for part in PARTS]
    failed = 0
    for part, process, told in running:
        failed = process.wait() or failed
        print(f"\n{part.title}:", flush=True)
        told.seek(0)
        sys.stdout.buffer.write(told.read())
        sys.stdout.flush()
        told.close()
    return failed


def _started(python: Path, extra: dict[str, str], part: Part) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    told = tempfile.TemporaryFile()  # noqa: SIM115  # closed by who reads it
    coverage = ("-m", "coverage", "run") if part.covered else ()
    pytest = ("-m", "pytest", "-p", "no:cacheprovider", "-m", part.marked, *part.rooms)
    process = subprocess.Popen(
        [str(python), *coverage, *pytest],
        cwd=environment.ROOT,
        env=environment.variables() | extra,
        stdout=told,
        stderr=subprocess.STDOUT,
    )
    return process, told
