from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from coupole.node.store import Store
from coupole.node.store.changes import Change, RecordNotFound
from coupole.node.store.columns import FOUND_BY, TEXTS
from coupole.node.store.queries import (
    FilterUnknown,
    changes,
    export,
    first_texts,
    history,
    page,
    page_texts,
    read,
    read_current,
    read_version,
    standing,
)
from coupole.standard.entities import ENTITIES
from tests.factories import SHARED, dossier, id_of, participant
from tests.stores import PARTICIPANT, change, keep, replace, with_files

MARCH, APRIL, MAY = (datetime(2026, month, 3, 10, tzinfo=UTC) for month in (3, 4, 5))


def _three_versions(store: Store) -> None:
    keep(store, [participant()], now=MARCH)
    change(store, replace(participant(), sex="F"), now=APRIL, actor="bert", reason="asked again")
    change(store, Change("participant", None, id=PARTICIPANT, expect=2), now=MAY)


def test_a_document_is_read_as_it_stood_on_a_day_at_a_moment_or_in_a_revision(store: Store) -> None:
    _three_versions(store)
    with store.reading() as session:
        for as_of in (date(2026, 3, 3), MARCH, 1, date(2026, 4, 2)):
            assert read(session, store.vault, PARTICIPANT, as_of)["sex"] == "M"
        for as_of in (date(2026, 4, 3), APRIL, 2, date(2026, 5, 2)):
            assert read(session, store.vault, PARTICIPANT, as_of)["sex"] == "F"
        for as_of in (None, date(2026, 3, 2), date(2026, 5, 3), 3, 9):
            with pytest.raises(RecordNotFound):
                read(session, store.vault, PARTICIPANT, as_of)


def test_the_short_way_to_read_finds_what_the_long_way_finds(store: Store) -> None:
    with_files(store, 3)
    vault, after = store.vault, None
    with store.looking() as connection:
        while found := first_texts(store.engine, vault, "objective", after=after, limit=2):
            assert found == page_texts(connection, vault, "objective", after=after, limit=2, filters={})
            for record, text in found:
                assert read_current(store.engine, vault, record) == read_version(connection, vault, record) == (1, text)
            after = found[-1][0]
    assert after is not None
    with pytest.raises(RecordNotFound):
        read_current(store.engine, vault, id_of("objective", 999))


def test_the_history_says_who_did_what_when_and_why(store: Store) -> None:
    _three_versions(store)
    with store.reading() as session:
        versions = history(session, store.vault, PARTICIPANT)
        with pytest.raises(RecordNotFound):
            history(session, store.vault, id_of("participant", 9))
    assert [(v.kind, v.revision, v.actor, v.reason, v.at) for v in versions] == [
        ("put", 1, "anna", None, MARCH),
        ("put", 2, "bert", "asked again", APRIL),
        ("delete", 3, "anna", None, MAY),
    ]


def test_changes_come_in_order_and_go_on_where_one_stopped(store: Store) -> None:
    with_files(store, 1)
    with store.reading() as session:
        everything = changes(session, store.vault, 0, 100)
        first = changes(session, store.vault, 0, 5)
        rest = changes(session, store.vault, first[-1].seq, 100)
        plans = changes(session, store.vault, 0, 100, ["plan"])
    assert [v.seq for v in everything] == list(range(1, len(SHARED) + len(dossier(1)) + 1))
    assert [*first, *rest] == everything
    assert [v.entity for v in plans] == ["plan"]


def test_pages_follow_each_other_without_gap_or_repeat(store: Store) -> None:
    keep(store, [participant(n) for n in range(1, 13)])
    seen: list[str] = []
    with store.reading() as session:
        while found := page(session, store.vault, "participant", after=seen[-1] if seen else None, limit=5):
            seen.extend(stored.id for stored in found)
    assert seen == sorted(id_of("participant", n) for n in range(1, 13))


@pytest.mark.parametrize(
    ("entity", "name", "value", "found"),
    [
        ("evaluation", "accompaniment", id_of("accompaniment", 2), 1),
        ("evaluation", "participant", id_of("participant", 2), 1),
        ("evaluation", "organisation", id_of("organisation", 2), 2),
        ("evaluation", "status", "final", 0),
        ("evaluation", "due_on_from", date(2025, 7, 15), 2),
        ("evaluation", "due_on_from", date(2025, 7, 16), 0),
        ("evaluation", "starts_on_to", date(2025, 7, 16), 2),
        ("accompaniment", "responsible", id_of("actor"), 2),
        ("accompaniment", "ends_on_to", date(2030, 1, 1), 0),
        ("plan", "updated_from", datetime(2026, 1, 5, 9, tzinfo=UTC), 2),
        ("plan", "updated_from", datetime(2026, 1, 5, 10, tzinfo=UTC), 0),
    ],
)
def test_lists_are_narrowed_down(store: Store, entity: str, name: str, value: str | date, found: int) -> None:
    with_files(store, 1, 2)
    with store.reading() as session:
        assert len(page(session, store.vault, entity, filters={name: value})) == found


def test_lists_are_not_narrowed_down_by_what_nobody_knows(store: Store) -> None:
    with store.reading() as session, pytest.raises(FilterUnknown):
        page(session, store.vault, "plan", filters={"family_name": "x"})


def test_standing_revisions_are_those_of_living_records(store: Store) -> None:
    _three_versions(store)
    keep(store, [participant(2)])
    with store.reading() as session:
        assert standing(session, [PARTICIPANT, id_of("participant", 2)]) == {id_of("participant", 2): 1}


def test_an_export_can_be_written_again_as_it_comes(store: Store) -> None:
    with_files(store, 1, 2)
    with store.reading() as session:
        documents = [stored.document for stored in export(session, store.vault, limit=3)]
    assert len(documents) == len(SHARED) + 2 * len(dossier(1))
    known: set[str] = set()
    for document in documents:
        owners = {document.get(field) for field in ("participant", "accompaniment", "referral")} - {None}
        assert owners <= known
        known.add(document["id"])


def test_what_records_are_found_by_stands_in_the_standard() -> None:
    assert set(FOUND_BY) == set(ENTITIES)
    for entity, columns in FOUND_BY.items():
        for column, field in columns.items():
            value = ENTITIES[entity].fields[field].value
            kind = "text" if "enum" in value or value.get("format") != "date" else "day"
            assert kind == ("text" if column in TEXTS else "day"), (entity, field)
