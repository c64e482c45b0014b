"""Finds whom a row is about among the people who are here, and which records of theirs it speaks of.

A row finds the person by the workshop's own number, or by the national one. A second upload therefore finds what the
first one made, and a person whom somebody entered by hand is not made twice.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import select
from sqlmodel import Session
from ulid import ULID

from coupole.database import listed
from coupole.node.records.mapping import Mapper
from coupole.node.sheets.mapping import NAME
from coupole.node.sheets.matching import plain
from coupole.node.store.changes import Document
from coupole.node.store.opening import living, opened
from coupole.node.store.tables import RECORD
from coupole.node.store.vault import Vault

Known = dict[tuple[str, tuple[str, ...]], str]
"""Records that are there, by the template's name and the row's key."""


def documents_of(session: Session, vault: Vault, entity: str) -> list[tuple[str, Document]]:
    """Every living document of one kind, by its id."""
    rows = session.execute(living().where(RECORD.c.entity == entity).order_by(RECORD.c.id)).all()
    return [(row.id, orjson.loads(text)) for row, text in zip(rows, opened(vault, rows), strict=True)]


def known_records(
    session: Session, vault: Vault, mapper: Mapper, rows: Iterable[tuple[int, Mapping[str, str]]]
) -> Known:
    """Who is meant by the rows, when they are here already, and which records of theirs a row speaks of."""
    people = _people(session, vault)
    meant: list[tuple[str, str, dict[str, Document]]] = []
    for number, cells in rows:
        key = cells.get(mapper.mapping["key"][0], "").strip()
        [mapped] = mapper.rows(iter([(number, cells)]))
        said = {document["id"].split(":")[1]: document for document in mapped.documents}
        if person := _found(people, said.get("participant", {})):
            meant.append((key, person, said))
    theirs = _records_of(session, {person for _, person, _ in meant})
    return {
        (name, (key,)): record
        for key, person, said in meant
        for name, record in _spoken_of(mapper.node, key, person, said, theirs[person])
    }


def _found(people: Mapping[tuple[str, str], str], said: Document) -> str | None:
    """The person a row is about, by the workshop's number or else by the national one."""
    by_number = people.get(("local_id", str(said.get("local_id", ""))))
    return by_number or people.get(("national_identifier", plain(said.get("national_identifier", ""))))


def _people(session: Session, vault: Vault) -> dict[tuple[str, str], str]:
    """Everybody by the workshop's number and by the national one; a number two people have names nobody."""
    found: dict[tuple[str, str], str | None] = {}
    for record, person in documents_of(session, vault, "participant"):
        for name, value in (
            ("local_id", str(person.get("local_id", "")).strip()),
            ("national_identifier", plain(person.get("national_identifier", ""))),
        ):
            if value:
                found[name, value] = None if (name, value) in found else record
    return {key: record for key, record in found.items() if record}


def _records_of(session: Session, people: Iterable[str]) -> dict[str, list[Any]]:
    """What lists know of these people's records, oldest first."""
    names = ("id", "entity", "participant", "accompaniment", "status", "organisation", "starts_on", "ends_on")
    query = select(*(RECORD.c[name] for name in names)).where(RECORD.c.participant.in_(listed(session, people)))
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(query.order_by(RECORD.c.starts_on, RECORD.c.id)):
        found[row.participant].append(row)
    return found


def _spoken_of(
    node: str, key: str, person: str, said: Mapping[str, Document], theirs: Sequence[Any]
) -> Iterator[tuple[str, str]]:
    """The person, and of the records of theirs those that the row speaks of; a new file has new records."""
    yield "participant", person
    day = said.get("accompaniment", {}).get("opened_on")
    files = [one for one in theirs if one.entity == "accompaniment"]
    file = _file(day, files)
    mine = [one for one in theirs if file is not None and one.accompaniment == file.id]
    if file is not None:
        yield "accompaniment", file.id
    elif files:
        yield from (
            (name, _another(node, name, key, day)) for name in ("referral", "accompaniment", "status_observation")
        )
    referrals = [one for one in (mine or theirs) if one.entity == "referral"]
    if referrals and (file is not None or not files):
        yield "referral", referrals[-1].id
    for one in mine:
        if one.entity == "status_observation" and one.status == "entry":
            yield "status_observation", one.id
    if "placement" in said:
        yield "placement", _placement(node, key, said["placement"], [one for one in mine if one.entity == "placement"])


def _file(day: str | None, files: Sequence[Any]) -> Any:
    """The file a row speaks of: of that first day, or the open one; once that ended, another day is another file."""
    same = [one for one in files if one.starts_on and one.starts_on.isoformat() == day]
    running = [one for one in files if one.ends_on is None]
    return next(iter([*same, *running[-1:], *(files[-1:] if day is None else [])]), None)


def _placement(node: str, key: str, said: Document, placements: Sequence[Any]) -> str:
    """The placement of that first day, or the running one at that host (its day was corrected), or another one."""
    day, host = said.get("from"), said.get("host")
    same = [one.id for one in placements if one.starts_on and one.starts_on.isoformat() == day]
    running = [one.id for one in placements if one.ends_on is None and one.organisation == host]
    return next(iter([*same, *running[-1:]]), None) or _another(node, "placement", key, day)


def _another(node: str, entity: str, key: str, day: str | None) -> str:
    """The id of a second record of its kind that a row makes: the same each time for one day."""
    digest = hashlib.sha256("\x1f".join((NAME, entity, key, day or "")).encode()).digest()[:16]
    return f"{node}:{entity}:{ULID(digest)}"
