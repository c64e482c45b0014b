"""``check`` and ``fix``: what can be said of the sources without running the tests."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from deploy import environment

CHECKS = {
    "lint": ("-m", "ruff", "check"),
    "format": ("-m", "ruff", "format", "--check"),
    "types": ("-m", "mypy"),
    # Its own command has our path in its first line, which may be long or have been moved.
    "layers": ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    "dependencies": ("-m", "deptry", "service", "clients/python"),
    "lock": ("-m", "deploy.lock_checking"),
    "rendered files": ("-m", "deploy.rendering", "--check"),
}


def check(python: Path) -> int:
    """Run every check, tell each outcome, and show what the failing ones said. 1 if any failed."""
    failures = [name for name, command in CHECKS.items() if not _passes(python, name, command)]
    print(f"\n{len(CHECKS) - len(failures)} of {len(CHECKS)} checks pass", flush=True)
    return 1 if failures else 0


def fix(python: Path) -> int:
    """Let ruff mend what it can; what is left is shown."""
    left = environment.run(python, "-m", "ruff", "check", "--fix")
    return environment.run(python, "-m", "ruff", "format") or left


def _passes(python: Path, name: str, command: tuple[str, ...]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        [str(python), *command],
        cwd=environment.ROOT,
        env=environment.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(f"{'ok' if done.returncode == 0 else 'FAILS':6}{name} ({time.monotonic() - began:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0
