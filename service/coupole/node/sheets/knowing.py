"""Finds whom a row is about among the people who are here, and which records of theirs it speaks of.

A row finds the person by the workshop's own number, or by the national one. A second upload therefore finds what the
first one made, and a person whom somebody entered by hand is not made twice. Several rows of one person speak of one
person: of one file as long as its first day is the same, of one placement as long as its first day and the host are.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import select
from sqlmodel import Session
from ulid import ULID

from coupole.database import listed
from coupole.node.records.mapping import Mapper
from coupole.node.sheets.mapping import NAME
from coupole.node.sheets.matching import plain
from coupole.node.sheets.merging import read_standing
from coupole.node.store.changes import Document
from coupole.node.store.opening import living, opened
from coupole.node.store.tables import RECORD
from coupole.node.store.vault import Vault

Known = dict[tuple[int, str], str]
"""Which record a row speaks of, by the number of the row and the template's name."""


def documents_of(session: Session, vault: Vault, entity: str) -> list[tuple[str, Document]]:
    """Every living document of one kind, by its id."""
    rows = session.execute(living().where(RECORD.c.entity == entity).order_by(RECORD.c.id)).all()
    return [(row.id, orjson.loads(text)) for row, text in zip(rows, opened(vault, rows), strict=True)]


def known_records(
    session: Session, vault: Vault, mapper: Mapper, rows: Iterable[tuple[int, Mapping[str, str]]]
) -> Known:
    """Who is meant by the rows, here already or not, and which records of theirs each row speaks of."""
    people = _people(session, vault)
    meant: dict[str, list[_Said]] = defaultdict(list)
    for number, cells in rows:
        key = cells.get(mapper.mapping["key"][0], "").strip()
        [mapped] = mapper.rows(iter([(number, cells)]))
        said = {document["id"].split(":")[1]: document for document in mapped.documents}
        if said:
            person = _found(people, said["participant"]) or said["participant"]["id"]
            meant[person].append(_Said(number, key, said))
    theirs = _records_of(session, meant)
    files = [row.id for rows_ in theirs.values() for row in rows_ if row.entity == "accompaniment"]
    referrals = {record: one.document.get("referral") for record, one in read_standing(session, vault, files).items()}
    return {
        (said.number, name): record
        for person, those in meant.items()
        for said, name, record in _Person(mapper.node, person, those, theirs[person], referrals).spoken_of()
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


@dataclass(frozen=True, slots=True)
class _Said:
    """What one row says, by the kind of record."""

    number: int
    key: str
    documents: Mapping[str, Document]

    def day(self) -> str | None:
        """The first day of the file it speaks of, when it says one."""
        return self.documents.get("accompaniment", {}).get("opened_on")

    def place(self) -> tuple[str | None, str | None]:
        """First day and host of the placement it speaks of."""
        placement = self.documents.get("placement", {})
        return placement.get("from"), placement.get("host")


@dataclass(slots=True)
class _Person:
    """One person, the rows about them in the order of the table, and their records that are here already."""

    node: str
    id: str
    rows: Sequence[_Said]
    theirs: Sequence[Any]
    referrals: Mapping[str, str | None]
    """The referral each of their files names."""
    once: dict[tuple[str, str], str] = field(default_factory=dict)
    """The one referral and the one entry of each file."""
    made: set[str] = field(default_factory=set)
    """Records that the rows make."""

    def spoken_of(self) -> Iterator[tuple[_Said, str, str]]:
        """Each row with the kinds and ids of the records it speaks of."""
        files = self._files()
        placements = self._placements(files)
        for said in self.rows:
            file = files.get(said.number)
            yield said, "participant", self.id
            if "accompaniment" in said.documents and file is not None:
                yield said, "accompaniment", file
            if "referral" in said.documents:
                yield said, "referral", self._referral(said, file)
            if "status_observation" in said.documents and file is not None:
                yield said, "status_observation", self._entry(said, file)
            if said.number in placements:
                yield said, "placement", placements[said.number]

    def _of(self, entity: str, file: str | None = None) -> list[Any]:
        return [one for one in self.theirs if one.entity == entity and file in (None, one.accompaniment)]

    def _files(self) -> dict[int, str]:
        """The file each row speaks of: that of its first day; without one, that of the row above or the running one."""
        by_day = self._by_day()
        stored = self._of("accompaniment")
        running = [one.id for one in stored if one.ends_on is None]
        last = next(iter([*running[-1:], *(one.id for one in stored[-1:]), *by_day.values()]), None)
        found: dict[int, str] = {}
        for said in self.rows:
            day = said.day()
            default = said.documents.get("accompaniment", {}).get("id")
            last = by_day[day] if day else last or default
            if last:
                found[said.number] = last
        return found

    def _by_day(self) -> dict[str, str]:
        """Files by first day: those here already, then a running one whose day is corrected, then new ones."""
        days = list(dict.fromkeys(day for said in self.rows if (day := said.day())))
        stored = self._of("accompaniment")
        found = {day: one.id for day in days for one in stored if one.starts_on and one.starts_on.isoformat() == day}
        running = [one.id for one in stored if one.ends_on is None and one.id not in found.values()]
        found |= dict(zip([day for day in days if day not in found], running[-1:], strict=False))
        for day in days:
            if day not in found:
                said = next(one for one in self.rows if one.day() == day)
                found[day] = self._new(said, "accompaniment", day)
        return found

    def _referral(self, said: _Said, file: str | None) -> str:
        """The one its file names; while there is no file, the last that is here."""
        named = self.referrals.get(file or "")
        if named:
            return named
        there = [one.id for one in self._of("referral")] if self._alone(file) else []
        return self._once(said, "referral", file, *there[-1:])

    def _alone(self, file: str | None) -> bool:
        """Whether the referral that is here can only be that of this file."""
        files = {one.id for one in self._of("accompaniment")}
        others = {one for one, name in self.once if name == "referral"}
        return files <= {file} and others <= {file or ""}

    def _entry(self, said: _Said, file: str) -> str:
        entries = [one.id for one in self._of("status_observation", file) if one.status == "entry"]
        return self._once(said, "status_observation", file, *entries[-1:])

    def _placements(self, files: Mapping[int, str]) -> dict[int, str]:
        """The placement each row speaks of: of that day and host; else of that day (another host), else the running one
        at that host (its day was corrected), else another one."""
        wanted = {
            said.number: (files[said.number], *said.place())
            for said in self.rows
            if "placement" in said.documents and said.number in files
        }
        found: dict[tuple[str, str | None, str | None], str] = {}
        for same_day, same_host in ((True, True), (True, False), (False, True)):
            for place in dict.fromkeys(wanted.values()):
                file, day, host = place
                fitting = [
                    one.id
                    for one in self._of("placement", file)
                    if one.id not in found.values()
                    and (one.starts_on and one.starts_on.isoformat() == day if same_day else one.ends_on is None)
                    and (one.organisation == host or not same_host)
                ]
                if place not in found and fitting:
                    found[place] = fitting[-1]
        for said in self.rows:
            if said.number in wanted and wanted[said.number] not in found:
                found[wanted[said.number]] = self._new(said, "placement", *said.place())
        return {number: found[place] for number, place in wanted.items()}

    def _once(self, said: _Said, name: str, file: str | None, *there: str) -> str:
        """The one record of its kind for a file: the one there is, or one that the first row of the file makes."""
        place = file or "", name
        if place not in self.once:
            self.once[place] = there[0] if there else self._new(said, name, said.day())
        return self.once[place]

    def _new(self, said: _Said, name: str, *about: str | None) -> str:
        """A record that a row makes: of a person who has no file the first of its kind is the one of the row's key."""
        used = {one.id for one in self.theirs} | self.made
        default = str(said.documents[name]["id"])
        fresh = default if not self._of("accompaniment") and default not in used else ""
        record = fresh or _another(self.node, name, said.key, *about[:1])
        if record in used:
            record = _another(self.node, name, said.key, *about)
        self.made.add(record)
        return record


def _another(node: str, entity: str, key: str, *about: str | None) -> str:
    """The id of a further record of its kind that a row makes: the same each time for the same ``about``, day first."""
    named = "\x1f".join((NAME, entity, key, *(part or "" for part in about)))
    return f"{node}:{entity}:{ULID(hashlib.sha256(named.encode()).digest()[:16])}"
