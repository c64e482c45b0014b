from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coupole.node.opening import open_node
from coupole.node.settings import NodeSettings
from coupole.node.store.facts import stale_count
from coupole.node.store.journal import verify_chain
from coupole.node.store.queries import counts, read
from coupole.standard.reading import canonical
from tests.factories import SHARED, accompaniment, id_of, participant, referral

pytestmark = pytest.mark.processes
HERE = Path(__file__).parents[3]
ENVIRONMENT = os.environ | {
    "PYTHONPATH": os.pathsep.join(map(str, (HERE, HERE / "service", HERE / "clients" / "python"))),
    "PYTHONWARNINGS": "ignore",
}


def check_whole(settings: NodeSettings, at_least: int) -> int:
    """Every file is there whole, all that were acknowledged among them, and the chain holds; how many there are."""
    with open_node(settings) as node, node.store.reading() as session:
        assert verify_chain(session).broken_at is None
        found = counts(session)
        people = found.get("participant", 0)
        assert found.get("referral", 0) == found.get("accompaniment", 0) == people >= at_least
        for number in range(1, people + 1):
            assert read(session, node.store.vault, id_of("participant", number)) == participant(number)
            assert read(session, node.store.vault, id_of("accompaniment", number)) == accompaniment(number)
        return people


@pytest.mark.parametrize("acknowledged", [1, 7, 23])
def test_a_writer_that_is_killed_loses_nothing_it_acknowledged(settings: NodeSettings, acknowledged: int) -> None:
    words = [sys.executable, str(Path(__file__).with_name("writing_process.py")), str(settings.directory)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=ENVIRONMENT) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(acknowledged)]
        time.sleep(0.002 * acknowledged)
        writer.kill()
        said += [int(line) for line in writer.stdout.read().split() if line.strip()]
    people = check_whole(settings, said[-1])
    assert people - said[-1] in (0, 1)  # one may be written whose acknowledgement did not get through


def test_an_import_that_is_killed_goes_on_and_ends_as_one_that_was_not(settings: NodeSettings, tmp_path: Path) -> None:
    people = 3_000  # two pieces, the second long enough to be killed in
    documents = [*SHARED]
    for number in range(1, people + 1):
        documents += [participant(number), referral(number), accompaniment(number)]
    file = tmp_path / "documents.ndjson"
    file.write_bytes(b"".join(canonical(document) + b"\n" for document in documents))
    words = [sys.executable, "-m", "coupole", "node", "import", str(settings.directory), str(file), "--yes"]
    seen = _kill_when_some_is_written(words, settings)
    with open_node(settings) as node, node.store.reading() as session:
        assert verify_chain(session).broken_at is None
        before = sum(counts(session).values())
        assert seen <= before < len(documents)
    done = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "it goes on there" in done.stderr
    assert check_whole(settings, people) == people
    with open_node(settings) as node, node.store.reading() as session:
        assert stale_count(session) == 0
    again = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, timeout=120, check=False)
    assert f"unchanged: {len(documents)}" in again.stdout


def _kill_when_some_is_written(words: list[str], settings: NodeSettings) -> int:
    """Start an import and kill it after its first piece; how many documents there were then."""
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT) as importer:
        with open_node(settings) as node:
            while importer.poll() is None:
                with node.store.reading() as session:
                    seen = sum(counts(session).values())
                if seen:
                    break
                time.sleep(0.01)
        importer.kill()
    return seen
