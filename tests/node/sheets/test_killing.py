from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coupole.node.opening import open_node
from coupole.node.settings import NodeSettings
from coupole.node.sheets import applying
from coupole.node.store import Store, sheets
from coupole.node.store.journal import verify_chain
from coupole.node.store.queries import counts
from tests.node.sheets.staged import checked, confirm, documents, outcomes, rows, state
from tests.node.sheets.tables import as_xlsx, people, with_registers
from tests.node.store.test_killing import ENVIRONMENT

ENTITIES = ("participant", "referral", "accompaniment", "status_observation", "placement")


def numbers(store: Store) -> dict[str, int]:
    with store.reading() as session:
        found = counts(session)
    return {entity: found.get(entity, 0) for entity in ENTITIES}


class PowerCut(Exception):
    pass


def test_writing_that_stops_anywhere_goes_on_without_making_anything_twice(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = with_registers(sqlite_store)
    sheet = checked(sqlite_store, as_xlsx(people(60, seed=2)), ids)
    confirm(sqlite_store, sheet)
    whole = applying.write_in_pieces
    monkeypatch.setattr(applying, "TOGETHER", 20)  # four rows
    for after in (1, 4, 5, 9):

        def cut(*given, after=after, **named):  # type: ignore[no-untyped-def]
            for place, verdict in enumerate(whole(*given, **named), 1):
                yield verdict
                if place >= after:
                    raise PowerCut

        monkeypatch.setattr(applying, "write_in_pieces", cut)
        with pytest.raises(PowerCut):
            applying.write_rows(sqlite_store, sheet, "anna")
        found = numbers(sqlite_store)
        assert len(set(found.values())) == 1  # every row whole or not at all
        assert state(sqlite_store, sheet) == "writing"
    monkeypatch.undo()
    assert 0 < numbers(sqlite_store)["participant"] < 60
    applying.write_rows(sqlite_store, sheet, "anna")
    assert numbers(sqlite_store) == dict.fromkeys(ENTITIES, 60)
    assert state(sqlite_store, sheet) == "done"
    assert all(document["revision"] == 1 for entity in ENTITIES for document in documents(sqlite_store, entity))


def test_cut_after_the_last_row_the_rows_are_looked_at_again(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = with_registers(sqlite_store)
    sheet = checked(sqlite_store, as_xlsx(people(5, seed=2)), ids)
    confirm(sqlite_store, sheet)

    def cut(*_):  # type: ignore[no-untyped-def]
        raise PowerCut

    monkeypatch.setattr(applying, "_look_again", cut)
    with pytest.raises(PowerCut):
        applying.write_rows(sqlite_store, sheet, "anna")
    monkeypatch.undo()
    applying.write_rows(sqlite_store, sheet, "anna")
    assert state(sqlite_store, sheet) == "done"
    assert numbers(sqlite_store) == dict.fromkeys(ENTITIES, 5)


@pytest.mark.processes
def test_a_process_that_is_killed_leaves_rows_whole_and_another_ends_the_work(settings: NodeSettings) -> None:
    people_ = 400
    with open_node(settings) as node:
        ids = with_registers(node.store)
        sheet = checked(node.store, as_xlsx(people(people_, seed=4)), ids, now=datetime.now(UTC))
        confirm(node.store, sheet)
    words = [sys.executable, str(Path(__file__).with_name("writing_process.py")), str(settings.directory), sheet]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=ENVIRONMENT) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with open_node(settings) as node:
            while writer.poll() is None and not numbers(node.store)["participant"]:
                pass
        writer.kill()
    with open_node(settings) as node:
        found = numbers(node.store)
        assert len(set(found.values())) == 1
        assert 0 < found["participant"] < people_
        with node.store.reading() as session:
            assert verify_chain(session).broken_at is None
            assert sheets.find(session, sheet).state == "writing"
        assert len(rows(node.store, sheet)) == people_
    subprocess.run(words, check=True, env=ENVIRONMENT, timeout=300, stdout=subprocess.DEVNULL)
    with open_node(settings) as node:
        assert numbers(node.store) == dict.fromkeys(ENTITIES, people_)
        assert state(node.store, sheet) == "done"
        again = checked(node.store, as_xlsx(people(people_, seed=4)), ids, now=datetime.now(UTC))
        assert outcomes(node.store, again) == {"unchanged": people_}
