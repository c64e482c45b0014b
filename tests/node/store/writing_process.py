"""A process that writes person after person and says of each when it was acknowledged, until somebody kills it."""

from __future__ import annotations

import sys
from pathlib import Path

from coupole.node.opening import open_node
from coupole.node.settings import NodeSettings
from coupole.node.store.changes import Change
from coupole.node.store.write import write
from tests.factories import accompaniment, participant, referral


def main(directory: Path) -> None:

    with open_node(NodeSettings.load(directory)) as node:
        for number in range(1, 100_000):
            file = (participant(number), referral(number), accompaniment(number))
            changes = [Change(one["id"].split(":")[1], one, keep_envelope=True) for one in file]
            with node.store.writing() as session:
                write(session, node.store.vault, changes, node.store.context("writer"))
            print(number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
