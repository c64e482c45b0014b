"""Puts what a row says on top of what is there.

A row changes only what it says: what it does not mention stays, an empty cell erases nothing, and a phase is never
moved from a spreadsheet, for that is the method's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlmodel import Session

from coupole.database import listed
from coupole.errors import Finding
from coupole.node.records.reading import Row
from coupole.node.store.changes import Change, Document
from coupole.node.store.opening import living, opened
from coupole.node.store.tables import RECORD
from coupole.node.store.vault import Vault

STAYS = frozenset(
    {"phase", "phase_history", "participant", "accompaniment", "referral", "agreement", "current_plan", "missing"}
)
"""Fields of a record that is there which no spreadsheet changes; why a value is missing follows from the values."""

ADDED_TO = frozenset({"consents", "languages", "programmes", "barriers", "target_groups"})
"""Lists to which a row adds its entry; any other list it puts in the place of what was there."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it is now."""

    revision: int
    document: Document


def read_standing(session: Session, vault: Vault, records: Iterable[str]) -> dict[str, Standing]:
    """Those of the records that are there."""
    rows = session.execute(living().where(RECORD.c.id.in_(listed(session, records)))).all()
    return {
        row.id: Standing(row.revision, orjson.loads(text)) for row, text in zip(rows, opened(vault, rows), strict=True)
    }


def merged(
    row: Row, cells: Mapping[str, str], standing: Mapping[str, Standing], told: Mapping[str, Mapping[str, str]]
) -> tuple[Row, dict[str, Any]]:
    """The row's changes on top of what stands, and for each column that changes something what it was before.

    ``told``: for each record the places that this row or another one of the same person speaks of.
    """
    changes, before = [], {}
    for position, change in enumerate(row.changes):
        now = standing.get(change.id or "")
        if now is None or change.document is None:
            changes.append(change)
            continue
        places = {
            pointer: column
            for (place, pointer), column in row.columns.items()
            if place == position and cells.get(column, "").strip()
        }
        document = overlaid(now.document, change.document, told[now.document["id"]])
        before.update(_differences(now.document, document, places))
        changes.append(Change(change.entity, document, id=change.id, expect=now.revision))
    return replace(row, changes=changes), before


def overlaid(now: Document, said: Document, places: Mapping[str, str]) -> Document:
    """A document with what cells say at these places, and nothing else of what is said."""
    document = {name: value for name, value in now.items() if name != "missing"}
    missing = dict(now.get("missing", {}))
    told = {pointer.split("/")[1] for pointer in places if pointer}
    for name in told - STAYS:
        value = said.get(name)
        if value is None:
            if name in now or name not in said:
                continue
            missing[name] = said.get("missing", {}).get(name, "not_known")
        document[name] = _together(name, document.get(name), value)
    for name in said.get("missing", {}):  # a reason the row gives for what was never told, as its other cells ask for
        if name not in document and name in said:
            document[name], missing[name] = None, said["missing"][name]
    missing = {name: why for name, why in missing.items() if document.get(name, ...) is None}
    return document | ({"missing": missing} if missing else {})


def _together(name: str, now: Any, said: Any) -> Any:
    if isinstance(now, dict) and isinstance(said, dict):
        return now | {inner: _together("", now.get(inner), value) for inner, value in said.items()}
    if not isinstance(now, list) or not isinstance(said, list):
        return said
    fresh = [entry for entry in said if not any(_within(entry, old) for old in now)]
    if not fresh or name not in ADDED_TO:
        return now if not fresh else said
    if name == "target_groups":  # one reason is the main one: now the row's
        codes = {entry["code"] for entry in fresh}
        return [*fresh, *({**old, "primary": False} for old in now if old["code"] not in codes)]
    return [*now, *fresh]


def _within(entry: Any, old: Any) -> bool:
    if isinstance(entry, dict) and isinstance(old, dict):
        return all(old.get(name) == value for name, value in entry.items())
    return bool(entry == old)


def _differences(now: Document, document: Document, places: Mapping[str, str]) -> dict[str, Any]:
    """What a column's value was before, for columns that change it."""
    found = {}
    for pointer, column in places.items():
        name = pointer.split("/")[1] if pointer else ""
        if name and document.get(name) != now.get(name):
            old, new = at(now, pointer), at(document, pointer)
            if old != new:
                found[column] = old
    return found


def at(value: Any, pointer: str) -> Any:
    """What stands at a place of a document; none when nothing does."""
    for step in pointer.split("/")[1:]:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


OUTDATED = Finding("sheet_row_outdated")


def unless_outdated(row: Row, seen: Mapping[str, int], standing: Mapping[str, Standing]) -> Row:
    """The row, or the reason it is not written: what it would change is no longer as it was shown.

    What it leaves as it is may have been written since, by the rows before it among others.
    """
    there = ((change, standing[change.id]) for change in row.changes if change.id and change.id in standing)
    now = {change.id: one.revision for change, one in there if change.document != one.document}
    if row.findings or all(seen.get(str(record)) == revision for record, revision in now.items()):
        return row
    return Row(row.number, findings=[OUTDATED], columns=row.columns)


def seen_revisions(changes: Sequence[Change]) -> dict[str, int]:
    """The records a row would replace, as they are when it is shown."""
    return {change.id: change.expect for change in changes if change.id and change.expect is not None}
