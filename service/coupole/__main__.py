"""``coupole`` and ``python -m coupole``."""

import sys


def main() -> None:
    """The commands, or what to install for them: the base install is standard, wire and client only."""
    try:
        from coupole.cli import main as run
    except ModuleNotFoundError as missing:
        sys.exit(f"{missing.name} is not installed. The commands come with the services: pip install 'coupole[server]'")
    run()


if __name__ == "__main__":
    main()
