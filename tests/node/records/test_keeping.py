"""What a dry run made is written as it is, for as long as nobody else writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from coupole.node.records import importing
from coupole.node.records.importing import Kept, Source, Verdict, plan, unfinished, write_in_pieces
from coupole.node.records.local import define
from coupole.node.records.reading import Row, document_rows
from coupole.node.store import Store
from coupole.node.store.changes import Change
from coupole.node.store.journal import verify_chain
from coupole.node.store.local_fields import namespace
from coupole.node.store.queries import counts, page, read
from coupole.standard.reading import canonical
from tests.factories import SHARED, content, dossier, id_of, participant
from tests.stores import NOW, change, entity_of, keep

Document = dict[str, Any]
SOURCE = Source("hash", "mapping")
PEOPLE = [participant(number) for number in range(1, 9)]


class MadeAgain(Exception):
    pass


def mapped(documents: list[Document]) -> Iterator[Row]:
    """Rows as a mapping makes them: the node gives the envelope."""
    for number, document in enumerate(documents, 1):
        yield Row(number, [Change(entity_of(document), content(document), id=document["id"])])


def never() -> Iterator[Row]:
    raise MadeAgain
    yield


def rehearsed(store: Store, rows: Iterator[Row], kept: Kept) -> list[Verdict]:
    with store.reading() as session:
        return list(plan(session, rows, store, store.context("anna", now=NOW), kept))


@pytest.fixture(autouse=True)
def _short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "TOGETHER", 3)


def test_rows_are_made_and_read_once(store: Store) -> None:
    kept = Kept()
    documents = [*SHARED, *dossier(1), *dossier(2)]
    said = rehearsed(store, mapped(documents), kept)
    assert list(write_in_pieces(store, never(), SOURCE, "anna", kept=kept)) == said
    with store.reading() as session:
        assert sum(counts(session).values()) == len(documents)
        assert verify_chain(session).broken_at is None
        assert unfinished(session, SOURCE) is None
        for document in documents:
            assert content(read(session, store.vault, document["id"])) == content(document)


def test_a_document_bears_the_moment_of_writing_unless_it_came_with_its_own(store: Store) -> None:
    for number, rows in ((1, mapped(PEOPLE[:1])), (2, document_rows([canonical(PEOPLE[1])]))):
        kept = Kept()
        rehearsed(store, rows, kept)
        list(write_in_pieces(store, never(), Source(str(number)), "anna", kept=kept))
    with store.reading() as session:
        given, brought = page(session, store.vault, "participant")
        if given.id != PEOPLE[0]["id"]:
            given, brought = brought, given
    assert given.updated_at > NOW
    assert given.document["updated_at"] == given.updated_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert brought.document == PEOPLE[1]


def test_what_referrals_and_files_say_of_each_other_holds_across_pieces(store: Store) -> None:
    kept = Kept()
    documents = [*SHARED, *dossier(1)]
    rehearsed(store, mapped(documents), kept)
    list(write_in_pieces(store, never(), SOURCE, "anna", kept=kept))
    again = Kept()
    referral = next(document for document in documents if entity_of(document) == "referral")
    said = rehearsed(store, mapped([{**referral, "referred_on": "2024-12-01"}, *documents]), again)
    done = list(write_in_pieces(store, never(), Source("again"), "anna", kept=again))
    assert done == said
    assert [verdict.outcome for verdict in done[:2]] == ["replaced", "unchanged"]
    with store.reading() as session:
        assert verify_chain(session).broken_at is None


def _another_writes(store: Store) -> None:
    keep(store, [participant(3, family_name="Other")])


def _a_person_is_erased(store: Store) -> None:
    keep(store, [participant(9)])
    store.erase(id_of("participant", 9), store.context("anna"))


def _an_own_field_is_made(store: Store) -> None:
    with store.writing() as session:
        spec = {"entity": "participant", "name": "own", "kind": "text", "labels": {"en": "Own"}}
        define(session, spec, store.context("admin"))


@pytest.mark.parametrize("meanwhile", [_another_writes, _a_person_is_erased, _an_own_field_is_made])
def test_rows_are_made_again_when_anything_changed_meanwhile(store: Store, meanwhile: Callable[[Store], None]) -> None:
    kept = Kept()
    rehearsed(store, mapped(PEOPLE), kept)
    meanwhile(store)
    with pytest.raises(MadeAgain):
        list(write_in_pieces(store, never(), SOURCE, "anna", kept=kept))
    done = list(write_in_pieces(store, mapped(PEOPLE), SOURCE, "anna", kept=kept))
    assert [verdict.row for verdict in done] == list(range(1, 9))
    with store.reading() as session:
        assert read(session, store.vault, PEOPLE[2]["id"])["family_name"] == PEOPLE[2]["family_name"]
        assert verify_chain(session).broken_at is None


def test_an_own_field_that_changed_meanwhile_is_asked_of_what_was_rehearsed(store: Store) -> None:
    person = {**PEOPLE[0], "extensions": {namespace("north"): {"own": "x"}}}
    kept = Kept()
    assert [verdict.outcome for verdict in rehearsed(store, mapped([person]), kept)] == ["refused"]
    _an_own_field_is_made(store)
    done = list(write_in_pieces(store, mapped([person]), SOURCE, "anna", kept=kept))
    assert [verdict.outcome for verdict in done] == ["created"]


def test_a_write_between_two_pieces_is_not_overlooked(store: Store) -> None:
    kept = Kept()
    rehearsed(store, mapped(PEOPLE), kept)
    done = []
    for verdict in write_in_pieces(store, mapped(PEOPLE), SOURCE, "anna", kept=kept):
        done.append(verdict)
        if verdict.row == 3:
            change(store, Change("participant", content(PEOPLE[6]), id=PEOPLE[6]["id"]))
    assert [verdict.outcome for verdict in done] == [*["created"] * 6, "unchanged", "created"]
    with store.reading() as session:
        assert counts(session) == {"participant": 8}
        assert verify_chain(session).broken_at is None


def test_what_is_too_much_to_keep_is_made_again(store: Store) -> None:
    kept = Kept(room=5)
    rehearsed(store, mapped(PEOPLE), kept)
    assert not kept.pieces
    with pytest.raises(MadeAgain):
        list(write_in_pieces(store, never(), SOURCE, "anna", kept=kept))
    assert len(list(write_in_pieces(store, mapped(PEOPLE), SOURCE, "anna", kept=kept))) == 8


def test_an_import_that_was_stopped_goes_on_by_its_rows(store: Store) -> None:
    kept = Kept()
    rehearsed(store, mapped(PEOPLE), kept)
    writing = write_in_pieces(store, mapped(PEOPLE), SOURCE, "anna", kept=kept)
    assert next(writing).row == 1
    writing.close()
    later = Kept()
    rehearsed(store, mapped(PEOPLE), later)
    rest = list(write_in_pieces(store, mapped(PEOPLE), SOURCE, "anna", kept=later))
    assert [(verdict.row, verdict.outcome) for verdict in rest] == [(row, "created") for row in range(4, 9)]
    with store.reading() as session:
        assert counts(session) == {"participant": 8}
