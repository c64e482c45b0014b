"""The launcher: ``python3 deploy demo|test|check|fix|render|bench|lock``. Needs Python 3.11 and nothing else.

Each command first makes sure of ``.venv`` (see ``environment.py``), then runs its work inside it. Everything after the
command's name is passed on: ``python3 deploy test tests/node -k import``, ``python3 deploy demo --once``.
"""

import os
import sys

# Whoever starts us with an older one is told so, not shown a traceback: nothing newer may stand above this.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("Coupole needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
from deploy import checking, environment, locking, testing

COMMANDS = {
    "demo": "a hub and five members on this machine, with invented people; --once prints the table and ends",
    "test": "every test, with coverage; with arguments, what pytest makes of them",
    "check": "style, types, layers, dependencies, lock and rendered files; changes nothing",
    "fix": "style, as far as a machine can",
    "render": "write openapi/, the clients' types and the settings examples anew",
    "bench": "speed, as ratios to a floor in the same run; bench statistics for one",
    "lock": "pin dependencies anew from pyproject.toml; --upgrade lets every version move",
}


def main() -> int:
    """Run one command and give its exit code; 2 when there is no such command."""
    command, *arguments = sys.argv[1:] or ["help"]
    if command not in COMMANDS:
        print("usage: python3 deploy COMMAND\n")
        print("\n".join(f"  {name:7} {what}" for name, what in COMMANDS.items()))
        return 0 if command in ("help", "-h", "--help") else 2
    try:
        return _run(command, arguments)
    except environment.SetupError as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1


def _run(command: str, arguments: list[str]) -> int:
    python = environment.ready("demo" if command == "demo" else "test")
    if command == "demo":
        return environment.run(python, "-m", "coupole", "demo", *arguments)
    if command == "test":
        return testing.test(python, arguments)
    if command == "bench":
        return environment.run(python, "-m", "deploy.benchmarking", *arguments)
    if command == "check":
        return checking.check(python)
    if command == "fix":
        return checking.fix(python)
    if command == "lock":
        return locking.lock(python, upgrade="--upgrade" in arguments)
    return environment.run(python, "-m", "deploy.rendering")


if __name__ == "__main__":
    sys.exit(main())
