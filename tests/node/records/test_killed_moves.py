"""A process that dies in the middle of a move leaves the whole move or nothing of it."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from coupole.node.opening import open_node
from coupole.node.records.follow_ups import AFTER_HIRE
from coupole.node.records.phases import history_findings
from coupole.node.records.project import accompaniment, hires
from coupole.node.settings import NodeSettings
from coupole.node.store.journal import verify_chain
from coupole.node.store.queries import dossier
from tests.node.records.filed import FILE_ID, stored
from tests.node.store.test_killing import ENVIRONMENT

pytestmark = pytest.mark.processes
MOVES_BEFORE = 7
"""Phases of the story up to the enterprise."""


@pytest.mark.parametrize("acknowledged", [1, 4, 11])
def test_a_move_is_there_whole_or_not_at_all_after_a_kill(settings: NodeSettings, acknowledged: int) -> None:
    with open_node(settings) as node:
        stored(node.store, "insertion_enterprise", "closure", "follow_up")
    words = [sys.executable, str(Path(__file__).with_name("moving_process.py")), str(settings.directory)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT) as mover:
        assert mover.stdout is not None
        said = [int(mover.stdout.readline()) for _ in range(acknowledged)]
        time.sleep(0.003 * acknowledged)
        mover.kill()
        said += [int(line) for line in mover.stdout.read().split() if line.strip()]
    with open_node(settings) as node, node.store.reading() as session:
        assert verify_chain(session).broken_at is None
        found = dossier(session, node.store.vault, FILE_ID)
    file = accompaniment(found)
    moves = len(file["phase_history"]) - MOVES_BEFORE
    assert moves - said[-1] in (0, 1)  # one may be made whose acknowledgement did not get through
    assert history_findings(found, date(2026, 12, 1)) == []
    jobs = [placed.document for placed in hires(found) if placed.document["from"] >= "2026-01-01"]
    assert len(jobs) == (moves + 1) // 2
    assert [job for job in jobs if "to" not in job] == jobs[len(jobs) - moves % 2 :]
    checks = found.documents.get("follow_up", [])
    assert sorted((check["placement"], check["month"]) for check in checks) == sorted(
        (job["id"], month) for job in jobs for month in AFTER_HIRE
    )
