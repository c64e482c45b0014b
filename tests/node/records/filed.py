"""The story of ``method`` in a store, brought forward as a coach does: change by change, move by move."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from coupole.node.records.changing import change
from coupole.node.records.moves import hand_back, move
from coupole.node.store import Store
from coupole.node.store.changes import Change, StoredDossier, Written
from coupole.node.store.queries import dossier, read
from tests.factories import content, id_of
from tests.node.records.method import DAYS, FILE, rows, story
from tests.stores import entity_of, keep

FILE_ID = FILE["accompaniment"]
Document = dict[str, Any]
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)


def stored(store: Store, until: str, *left_out: str, **fields: Any) -> None:
    """The story up to a phase as an import writes it, without the documents of some entities."""
    known = story(until, **fields)
    inside = [one for entity, those in known.documents.items() if entity not in left_out for one in those]
    keep(store, [*known.outside.values(), *inside])


def at(store: Store, phase: str, *left_out: str, **fields: Any) -> None:
    """A file that stands in any phase, its history long enough to have come there."""
    path = {"suspended": "insertion_coop", "discontinued": "drafting", "not_started": "referred"}
    if phase in DAYS:
        stored(store, phase, *left_out, **fields)
        return
    before = list(DAYS)[: list(DAYS).index(path[phase]) + 1]
    days = [*(DAYS[one] for one in before), "2025-08-01"]
    ended = {"closed_on": "2025-08-01"} if phase != "suspended" else {}
    started = {"started_on": DAYS["preparation"]} if phase == "suspended" else {}
    stored(
        store,
        "referred",
        *left_out,
        phase=phase,
        phase_history=rows([*before, phase], days),
        **ended,
        **started,
        **fields,
    )


def put(store: Store, entity: str, number: int = 1, **fields: Any) -> Written:
    """Other fields in a document; ``...`` takes one away."""
    record = id_of(entity, number)
    with store.writing() as session:
        whole = read(session, store.vault, record)
        made = {name: value for name, value in {**whole, **fields}.items() if value is not ...}
        wanted = Change(entity, content(made), id=record, expect=whole["revision"])
        return change(session, store, [wanted], store.context("anna", now=NOW))[0]


def made(store: Store, *documents: Document) -> list[Written]:
    """New documents, their identifiers kept."""
    with store.writing() as session:
        changes = [Change(entity_of(one), content(one), id=one["id"]) for one in documents]
        return change(session, store, changes, store.context("anna", now=NOW))


def go(store: Store, phase: str, on: str, **rest: Any) -> list[Written]:
    """The move of the file to a phase on a day."""
    with store.writing() as session:
        return move(session, store, store.context("anna", now=NOW), FILE_ID, phase, date.fromisoformat(on), **rest)


def back(store: Store, phase: str, reason: str | None = "a slip of the pen") -> list[Written]:
    """The file handed back to an earlier phase."""
    with store.writing() as session:
        revision = read(session, store.vault, FILE_ID)["revision"]
        context = store.context("anna", now=NOW, reason=reason)
        return hand_back(session, store, context, FILE_ID, phase, revision)


def known(store: Store) -> StoredDossier:
    """The file with everything known of it."""
    with store.reading() as session:
        return dossier(session, store.vault, FILE_ID)


def the(store: Store, entity: str = "accompaniment", number: int = 1) -> Document:
    """One document as it stands."""
    with store.reading() as session:
        return read(session, store.vault, id_of(entity, number))
