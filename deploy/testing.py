"""``test``: pytest inside the environment, with a browser and coverage."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from deploy import browser, environment

# Rooms in which a line or branch that no test takes is a fault: the standard, and all that guards people's data.
WHOLLY_COVERED = ("standard", "disclosure", "wire", "web/oauth")


def test(python: Path, arguments: list[str]) -> int:
    """All tests with coverage and its floors; with arguments, only what they choose and no coverage."""
    extra = {"COUPOLE_BROWSER": str(browser.find())}
    if arguments:
        return environment.run(python, "-m", "pytest", *arguments, extra=extra)
    failed = _both_halves(python, extra)
    environment.run(python, "-m", "coverage", "combine", "--quiet")
    environment.run(python, "-m", "coverage", "report")
    print(f"\nCovered whole, line by line and branch by branch: {', '.join(WHOLLY_COVERED)}", flush=True)
    rooms = ",".join(f"service/coupole/{room}/*" for room in WHOLLY_COVERED)
    uncovered = environment.run(python, "-m", "coverage", "report", f"--include={rooms}", "--fail-under=100")
    return failed or uncovered


def _both_halves(python: Path, extra: dict[str, str]) -> int:
    """What starts services of its own beside all the rest. Services run at their own speed, without coverage."""
    pytest = ("-m", "pytest", "-p", "no:cacheprovider", "-m")
    environment.run(python, "-m", "coverage", "erase")
    with tempfile.TemporaryFile() as told:
        services = subprocess.Popen(
            [str(python), *pytest, "processes"],
            cwd=environment.ROOT,
            env=environment.variables() | extra,
            stdout=told,
            stderr=subprocess.STDOUT,
        )
        failed = environment.run(python, "-m", "coverage", "run", *pytest, "not processes", extra=extra)
        print("Tests that start services of their own, at the same time:", flush=True)
        failed_too = services.wait()
        told.seek(0)
        sys.stdout.buffer.write(told.read())
        sys.stdout.flush()
    return failed or failed_too
