"""A node that is killed while it seals a report makes it once: what was counted is counted, what was kept is sent."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from coupole.node.store import sealed
from coupole.wire.reports import pack
from tests.calling import RunningNode
from tests.node.sealed import SCOPE, arrive, house_of, joined
from tests.node.store.test_killing import ENVIRONMENT

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("commits", [1, 2, 0])
def test_a_slot_has_one_report_whenever_the_node_was_killed(node: RunningNode, commits: int) -> None:
    house_of(node)
    made = joined(node)
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    arrive(node, 5, opened="2025-01-10")
    client = node.program(SCOPE).client_id
    words = [sys.executable, str(Path(__file__).with_name("sealing_process.py"))]
    words += [str(node.settings.directory), client, str(commits)]
    question = json.dumps(made.question("2025-01"))
    killed = subprocess.run(words, input=question, text=True, env=ENVIRONMENT, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL
    with node.node.store.reading() as session:
        row = sealed.report(session, made.name, "2025-01")
    assert (row is not None) == (commits == 0)
    report = made.pull("2025-01")
    assert row is None or pack(report) == row.body
    assert made.told(report) == [1, 1, 0, 1, 1]
    made.certify("2025-01", report)
    assert made.told(made.pull("2025-02")) == [0, 0, 0, 0, 0]
