"""``coupole`` and ``python -m coupole``."""

import gc
import sys

SEARCHES = (20_000, 10, 10)
"""After how many new objects Python looks for garbage in cycles, and after how many such searches in what is older.

Documents, figures and answers hold no cycles; looking for them as often as Python does of its own accord, after 700
objects, was a quarter of the time of a collection.
"""


def main() -> None:
    """The commands, or what to install for them: the base install is standard, wire and client only."""
    gc.set_threshold(*SEARCHES)
    try:
        from coupole.cli import main as run
    except ModuleNotFoundError as missing:
        sys.exit(f"{missing.name} is not installed. The commands come with the services: pip install 'coupole[server]'")
    run()


if __name__ == "__main__":
    main()
