"""``test``: pytest inside the environment, with a browser and coverage."""

from __future__ import annotations

from pathlib import Path

from deploy import browser, environment

# Rooms in which a line or branch that no test takes is a fault: the standard, and all that guards people's data.
WHOLLY_COVERED = ("standard", "disclosure", "wire", "web/oauth")


def test(python: Path, arguments: list[str]) -> int:
    """All tests with coverage and its floors; with arguments, only what they choose and no coverage."""
    extra = {"COUPOLE_BROWSER": str(browser.find())}
    if arguments:
        return environment.run(python, "-m", "pytest", *arguments, extra=extra)
    coverage = (python, "-m", "coverage")
    environment.run(*coverage, "erase")
    failed = environment.run(*coverage, "run", "-m", "pytest", extra=extra)
    environment.run(*coverage, "combine", "--quiet")
    environment.run(*coverage, "report")
    print(f"\nCovered whole, line by line and branch by branch: {', '.join(WHOLLY_COVERED)}", flush=True)
    rooms = ",".join(f"service/coupole/{room}/*" for room in WHOLLY_COVERED)
    uncovered = environment.run(*coverage, "report", f"--include={rooms}", "--fail-under=100")
    return failed or uncovered
