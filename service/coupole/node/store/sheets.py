"""Keeps spreadsheets that wait to be brought in: sealed, each under a key of its own, and gone without a trace.

When a person is erased, the rows about them go as well: those that would write to them, and those that hold their
names or number. What is left of the spreadsheet is sealed anew under another key and the former one destroyed, so that
no copy of the database made in between can be read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Engine, delete, func, select, update
from sqlmodel import Session, col
from ulid import ULID

from coupole.database import insert_rows, reading, writing
from coupole.errors import CoupoleError
from coupole.node.store.sheet_tables import SHEET_ROW as ROW
from coupole.node.store.sheet_tables import Sheet, SpentKey
from coupole.node.store.vault import Vault, seal, unseal


class SheetNotFound(CoupoleError):
    """This spreadsheet is not here any more."""


class SheetRowNotFound(CoupoleError):
    """The spreadsheet has no such row."""


@dataclass(slots=True)
class StagedRow:
    """One row of a waiting spreadsheet. ``told``: what was found about it, as the room above keeps it."""

    number: int
    cells: list[str]
    participant: str | None = None
    outcome: str = "refused"
    ticked: bool = True
    told: dict[str, Any] = field(default_factory=dict)


def new_owner(vault: Vault) -> str:
    """The name of a fresh key for a spreadsheet."""
    owner = f"sheet:{ULID()}"
    vault.create([owner])
    return owner


def find(session: Session, sheet: str) -> Sheet:
    """The spreadsheet of that name. Raises ``SheetNotFound``."""
    found = session.get(Sheet, sheet)
    if found is None:
        raise SheetNotFound()
    return found


def sealed(vault: Vault, sheet: Sheet, part: str, value: Any) -> bytes:
    """A part of a spreadsheet (``told``, ``file``) under its key."""
    return seal(vault.key(sheet.owner), orjson.dumps(value), _place(sheet.id, part))


def opened(vault: Vault, sheet: Sheet, part: str, text: bytes) -> Any:
    """A part as it was sealed."""
    return orjson.loads(unseal(vault.key(sheet.owner), text, _place(sheet.id, part)))


def _place(sheet: str, part: str | int) -> str:
    return f"sheet|{sheet}|{part}"


def put_rows(session: Session, vault: Vault, sheet: Sheet, rows: Sequence[StagedRow]) -> None:
    """Put these rows in the place of those of the same numbers."""
    numbers = [row.number for row in rows]
    for start in range(0, len(numbers), 500):
        some = ROW.c.number.in_(numbers[start : start + 500])
        session.execute(delete(ROW).where(ROW.c.sheet == sheet.id, some))
    key = vault.key(sheet.owner)
    made = [
        (
            sheet.id,
            row.number,
            row.participant,
            row.outcome,
            row.ticked,
            seal(key, orjson.dumps({"cells": row.cells, **row.told}), _place(sheet.id, row.number)),
        )
        for row in rows
    ]
    insert_rows(session.connection(), ROW, made)


def rows(
    session: Session,
    vault: Vault,
    sheet: Sheet,
    *,
    outcomes: Sequence[str] = (),
    ticked: bool | None = None,
    participants: Iterable[str] = (),
    number: int | None = None,
    after: int = 0,
    skip: int = 0,
    limit: int | None = None,
) -> list[StagedRow]:
    """Rows of a spreadsheet by number: all of them, or those of these outcomes, ticked, about these people."""
    query = select(ROW).where(ROW.c.sheet == sheet.id, ROW.c.number > after).order_by(ROW.c.number)
    if outcomes:
        query = query.where(ROW.c.outcome.in_(outcomes))
    if ticked is not None:
        query = query.where(ROW.c.ticked == ticked)
    wanted = list(participants)
    if wanted:
        query = query.where(ROW.c.participant.in_(wanted))
    if number is not None:
        query = query.where(ROW.c.number == number)
    found = session.execute(query.offset(skip).limit(limit)).all()
    return list(_opened_rows(vault, sheet, found))


def _opened_rows(vault: Vault, sheet: Sheet, found: Sequence[Any]) -> Iterator[StagedRow]:
    key = vault.key(sheet.owner)
    for row in found:
        told = orjson.loads(unseal(key, row.body, _place(sheet.id, row.number)))
        yield StagedRow(row.number, told.pop("cells"), row.participant, row.outcome, row.ticked, told)


def one_row(session: Session, vault: Vault, sheet: Sheet, number: int) -> StagedRow:
    """The row of that number. Raises ``SheetRowNotFound``."""
    found = rows(session, vault, sheet, number=number)
    if not found:
        raise SheetRowNotFound()
    return found[0]


def tally(session: Session, sheet: Sheet) -> Mapping[tuple[str, bool], int]:
    """How many rows there are of each outcome, ticked or not."""
    query = select(ROW.c.outcome, ROW.c.ticked, func.count()).where(ROW.c.sheet == sheet.id)
    found = session.execute(query.group_by(ROW.c.outcome, ROW.c.ticked))
    return {(outcome, ticked): count for outcome, ticked, count in found}


def tick(session: Session, sheet: Sheet, numbers: Iterable[int], ticked: bool) -> None:
    """Take these rows in, or leave them out."""
    wanted = list(numbers)
    for start in range(0, len(wanted), 500):
        some = ROW.c.number.in_(wanted[start : start + 500])
        session.execute(update(ROW).where(ROW.c.sheet == sheet.id, some).values(ticked=ticked))


def empty(session: Session, vault: Vault, sheet: Sheet) -> None:
    """Throw the rows of a spreadsheet away and keep what is told of it, under another key."""
    _seal_anew(session, vault, sheet, [], None)


def discard(session: Session, sheet: Sheet) -> None:
    """Throw a spreadsheet away; its key is destroyed by the next ``finish_erasures``."""
    session.execute(delete(ROW).where(ROW.c.sheet == sheet.id))
    session.merge(SpentKey(owner=sheet.owner))
    session.delete(sheet)
    session.flush()


def tidy(source: Engine, now: datetime) -> None:
    """Throw away what waited too long; ``finish_erasures`` then destroys the keys."""
    expired = select(Sheet).where(col(Sheet.expires_at) <= now)
    with reading(source) as session:
        if session.scalars(expired.limit(1)).first() is None:  # nearly always: no lock for nothing
            return
    with writing(source) as session:
        for sheet in list(session.scalars(expired)):
            discard(session, sheet)


def forget(session: Session, vault: Vault, participant: str, person: Mapping[str, Any] | None) -> None:
    """Take a person out of every waiting spreadsheet. ``person``: their document, when it can still be read."""
    for sheet in session.scalars(select(Sheet)):
        file = opened(vault, sheet, "file", sheet.file) if sheet.file else None
        kept = [row for row in rows(session, vault, sheet) if not _about(row, participant, person)]
        left = None if file is None else [_without(part, person) for part in file]
        count = session.scalar(select(func.count()).where(ROW.c.sheet == sheet.id))
        if len(kept) < (count or 0) or left != file:
            _seal_anew(session, vault, sheet, kept, left)


def _seal_anew(session: Session, vault: Vault, sheet: Sheet, kept: list[StagedRow], file: Any) -> None:
    told = opened(vault, sheet, "told", sheet.told)
    session.merge(SpentKey(owner=sheet.owner))
    sheet.owner = new_owner(vault)
    sheet.told = sealed(vault, sheet, "told", told)
    sheet.file = None if file is None else sealed(vault, sheet, "file", file)
    session.add(sheet)
    session.execute(delete(ROW).where(ROW.c.sheet == sheet.id))
    put_rows(session, vault, sheet, kept)
    session.flush()


def _about(row: StagedRow, participant: str, person: Mapping[str, Any] | None) -> bool:
    return row.participant == participant or (person is not None and _names(row.cells, person))


def _without(part: Mapping[str, Any], person: Mapping[str, Any] | None) -> dict[str, Any]:
    if person is None:
        return dict(part)
    return {**part, "rows": [row for row in part["rows"] if not _names(row[1], person)]}


def _names(cells: Sequence[str], person: Mapping[str, Any]) -> bool:
    """Whether a row holds a person's national number, or all words of their names: rather a row too many."""
    number = _words(person.get("national_identifier") or "")
    names = [_words(person.get(name) or "") for name in ("family_name", "given_name")]
    held = [_words(cell) for cell in cells]
    if number and number in held:
        return True
    return all(names) and set().union(*names) <= set().union(*held)


def _words(text: str) -> frozenset[str]:
    """The words of a text without accents and capitals; of a number its signs are no part."""
    letters = "".join(x for x in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(x))
    digits = "".join(x for x in letters if x.isalnum())
    if any(x.isdigit() for x in digits):
        return frozenset([digits])
    return frozenset("".join(x if x.isalnum() else " " for x in letters).split())
