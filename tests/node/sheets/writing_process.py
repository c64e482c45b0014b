"""A process that writes the rows of a spreadsheet somebody confirmed, until it is done or killed."""

from __future__ import annotations

import sys
from pathlib import Path

from coupole.node.opening import open_node
from coupole.node.settings import NodeSettings
from coupole.node.sheets import applying


def main(directory: Path, sheet: str) -> None:
    with open_node(NodeSettings.load(directory)) as node:
        print("ready", flush=True)
        applying.write_rows(node.store, sheet, "anna")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
