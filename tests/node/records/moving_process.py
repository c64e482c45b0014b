"""A process that moves one file back and forth and says when each move was acknowledged, until somebody kills it."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from coupole.node.opening import open_node
from coupole.node.records.moves import move
from coupole.node.settings import NodeSettings
from tests.factories import id_of
from tests.node.records.filed import FILE_ID

JOB = {"type": "enterprise_job", "contract_type": "permanent", "host": id_of("organisation", 2)}
COOP = {"type": "coop_placement", "contract_type": "internship_agreement", "host": id_of("organisation")}
FIRST = date(2026, 1, 1)


def main(directory: Path) -> None:
    with open_node(NodeSettings.load(directory)) as node:
        for number in range(90):
            hired = number % 2 == 0
            phase, placement, reason = ("hired", JOB, None) if hired else ("insertion_coop", COOP, "contract_ended")
            day = FIRST + timedelta(days=number)
            with node.store.writing() as session:
                context = node.store.context("writer", now=datetime(2026, 12, 1, tzinfo=UTC))
                move(session, node.store, context, FILE_ID, phase, day, reason=reason, placement=placement)
            print(number + 1, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
