"""What was deleted can be brought back for thirty days; what was closed is kept as long as was decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from coupole.node.records.bin import KEPT, Deleted, NothingToRestore, closed_files, deleted, restore
from coupole.node.records.changing import change
from coupole.node.records.moves import hand_back
from coupole.node.store import Store
from coupole.node.store.changes import Change, ReferenceMissing, Written
from coupole.node.store.choices import Choices, choose
from coupole.node.store.queries import history, read
from coupole.node.store.write import write
from tests.factories import id_of
from tests.node.records.filed import FILE_ID, stored, the
from tests.stores import with_files

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
ACTION = id_of("action")
LATER = NOW + timedelta(days=3)


def delete(store: Store, *records: str, at: datetime = NOW, reason: str | None = None) -> None:
    with store.writing() as session:
        revisions = {record: read(session, store.vault, record)["revision"] for record in records}
        gone = [
            Change(record.split(":")[1], None, id=record, expect=revision) for record, revision in revisions.items()
        ]
        change(session, store, gone, store.context("anna", now=at, reason=reason))


def listed(store: Store, at: datetime = LATER, participant: str | None = None) -> list[Deleted]:
    with store.reading() as session:
        return deleted(session, store, at, participant=participant)


def back(store: Store, *records: str, at: datetime = LATER) -> list[Written]:
    with store.writing() as session:
        return restore(session, store, records, store.context("bert", now=at))


def test_it_is_told_what_was_deleted_by_whom_and_until_when_it_can_be_undone(store: Store) -> None:
    with_files(store, 1, 2)
    with store.reading() as session:
        before = read(session, store.vault, ACTION)
    delete(store, ACTION, reason="Entered twice")
    (one,) = listed(store)
    assert (one.entity, one.id, one.document) == ("action", ACTION, before)
    assert (one.actor, one.at, one.reason, one.participant) == ("anna", NOW, "Entered twice", id_of("participant"))
    assert one.until == date(2026, 5, 1)
    assert listed(store, participant=id_of("participant", 2)) == []
    assert listed(store, participant=id_of("participant")) == [one]


def test_what_comes_back_is_as_it_was_and_the_history_knows_all_of_it(store: Store) -> None:
    with_files(store, 1)
    with store.reading() as session:
        before = read(session, store.vault, ACTION)
    delete(store, ACTION)
    (written,) = back(store, ACTION)
    with store.reading() as session:
        after = read(session, store.vault, ACTION)
        told = [(version.kind, version.actor) for version in history(session, store.vault, ACTION)]
    assert (written.kind, written.revision) == ("created", 3)
    assert {**after, "revision": 1, "updated_at": before["updated_at"]} == before
    assert told == [("put", "anna"), ("delete", "anna"), ("put", "bert")]
    assert listed(store) == []


def test_a_second_deletion_is_undone_to_the_last_version(store: Store) -> None:
    with_files(store, 1)
    delete(store, ACTION)
    back(store, ACTION)
    delete(store, ACTION, at=LATER)
    (one,) = listed(store)
    assert (one.document["revision"], one.at) == (3, LATER)
    assert back(store, ACTION)[0].revision == 5


def test_after_thirty_days_it_stays_deleted(store: Store) -> None:
    with_files(store, 1)
    delete(store, ACTION)
    assert len(listed(store, NOW + KEPT)) == 1
    late = NOW + KEPT + timedelta(seconds=1)
    assert listed(store, late) == []
    with pytest.raises(NothingToRestore):
        back(store, ACTION, at=late)


@pytest.mark.parametrize("record", [id_of("participant"), id_of("action", 99), "nothing", ""])
def test_what_was_not_deleted_cannot_come_back(store: Store, record: str) -> None:
    with_files(store, 1)
    with pytest.raises(NothingToRestore):
        back(store, record)
    with pytest.raises(NothingToRestore):
        back(store)


def test_several_come_back_together(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired")
    with sqlite_store.writing() as session:
        context = sqlite_store.context("anna", now=NOW, reason="the wrong person")
        hand_back(session, sqlite_store, context, FILE_ID, "planned", 1)
    placements = [id_of("placement", number) for number in (1, 2)]
    delete(sqlite_store, *placements)
    with pytest.raises(NothingToRestore):
        back(sqlite_store, *placements, ACTION)
    assert {one.id for one in listed(sqlite_store)} >= {*placements}
    assert [one.id for one in back(sqlite_store, *placements)] == placements
    assert the(sqlite_store, "placement", 2)["revision"] == 3


def test_a_document_without_its_owner_waits_for_the_owner(store: Store) -> None:
    with_files(store, 1)
    records = [id_of(entity) for entity in HANGING]
    with store.writing() as session:
        gone = [Change(record.split(":")[1], None, id=record, expect=1) for record in (*records, *OWNERS)]
        write(session, store.vault, gone, store.context("anna", now=NOW))
    with pytest.raises(ReferenceMissing):
        back(store, ACTION)
    assert {one.kind for one in back(store, ACTION, *OWNERS)} == {"created"}
    assert {one.id for one in listed(store)} == set(records) - {ACTION}


HANGING = (
    "status_observation",
    "team",
    "objective",
    "plan",
    "team_meeting",
    "evaluation",
    "placement",
    "contribution",
    "action",
    "follow_up",
    "closure",
)
OWNERS = (id_of("accompaniment"), id_of("referral"), id_of("participant"))


def test_of_somebody_who_was_erased_nothing_is_left_to_restore(store: Store) -> None:
    with_files(store, 1)
    delete(store, ACTION)
    store.erase(id_of("participant"), store.context("anna"))
    assert listed(store) == []
    with pytest.raises(NothingToRestore):
        back(store, ACTION)


def test_closed_files_say_until_when_they_are_kept(sqlite_store: Store) -> None:
    stored(sqlite_store, "concluded")
    with sqlite_store.reading() as session:
        (one,) = closed_files(session, date(2026, 4, 1))
        assert (one.accompaniment, one.phase, one.closed_on) == (FILE_ID, "concluded", date(2026, 3, 2))
        assert (one.kept_until, one.spent) == (date(2031, 3, 2), False)
        assert closed_files(session, date(2031, 3, 3)) == [replace(one, spent=True)]
    with sqlite_store.writing() as session:
        choose(session, Choices(retention_years=1), "anna", NOW)
        assert closed_files(session, date(2026, 4, 1))[0].kept_until == date(2027, 3, 2)


def test_an_open_file_is_not_among_the_closed(sqlite_store: Store) -> None:
    stored(sqlite_store, "hired")
    with sqlite_store.reading() as session:
        assert closed_files(session, date(2040, 1, 1)) == []
