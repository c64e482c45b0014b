"""What others changed in a file since somebody was here last: what, which fields, by whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import Session

from coupole.node.store import queries
from coupole.node.store.changes import RecordNotFound
from coupole.node.store.queries import Version
from coupole.node.store.vault import PersonErased, Vault
from coupole.node.ui.desk import Visit
from coupole.node.ui.files.naming import Names
from coupole.node.ui.files.settling import record_path
from coupole.standard.entities import ENTITIES, ENVELOPE

MOST = 40
"""Versions that are looked at: who was away for half a year reads the history instead."""

Sees = Callable[[str, str], bool]
"""Whether the reader may see a field of an entity."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one person did with one record. ``kind``: created, replaced or deleted."""

    what: str
    kind: str
    fields: tuple[str, ...]
    who: str
    at: datetime
    href: str


def since(visit: Visit, session: Session, names: Names, after: int, sees: Sees) -> list[Told]:
    """What others did with this file after a row of the journal, the latest first, as far as the reader sees it."""
    person = names.participant["id"]
    versions = queries.changes(session, visit.node.store.vault, after, MOST, participant=person)
    others = [version for version in versions if version.actor != visit.staff.id and of_file(version, names)]
    return told(visit, session, names, others, sees)


def told(visit: Visit, session: Session, names: Names, versions: Sequence[Version], sees: Sees) -> list[Told]:
    """These versions in words, the latest first; several of one record by one person are one."""
    who = visit.who(session, {version.actor for version in versions})
    latest: dict[tuple[str, str], Told] = {}
    for version in versions:
        one = _told(session, visit.node.store.vault, names, version, who[version.actor], sees)
        if one is None:
            continue
        key = (version.id, version.actor)
        before = latest.pop(key, None)
        latest[key] = one if before is None else _joined(before, one)
    return list(reversed(latest.values()))


def changed_fields(entity: str, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The fields in which two versions differ."""
    names = [name for name in ENTITIES[entity].fields if name not in ENVELOPE]
    return [name for name in names if before.get(name) != after.get(name)]


def _told(session: Session, vault: Vault, names: Names, version: Version, who: str, sees: Sees) -> Told | None:
    """None for a change of fields alone that the reader does not see: which they are says something as well."""
    label = ENTITIES[version.entity].labels[names.language]
    kind, fields = "deleted", tuple[str, ...]()
    if version.text is not None:
        before = _before(session, vault, version)
        kind = "replaced" if before is not None else "created"
        changed = changed_fields(version.entity, before, orjson.loads(version.text)) if before else []
        seen = [name for name in changed if sees(version.entity, name)]
        if changed and not seen:
            return None
        fields = tuple(ENTITIES[version.entity].fields[name].label(names.language) for name in seen)
    href = "" if version.text is None else record_path(version.id, names.dossier)
    return Told(label, kind, fields, who, version.at, href)


def _before(session: Session, vault: Vault, version: Version) -> dict[str, Any] | None:
    if version.revision == 1:
        return None
    try:
        return queries.read(session, vault, version.id, version.revision - 1)
    except (RecordNotFound, PersonErased):
        return None


def _joined(before: Told, after: Told) -> Told:
    kind = before.kind if after.kind == "replaced" else after.kind
    fields = tuple(dict.fromkeys([*before.fields, *after.fields])) if kind == "replaced" else ()
    return Told(after.what, kind, fields, after.who, after.at, after.href)


def of_file(version: Version, names: Names) -> bool:
    """Whether a version belongs to this file: a person may have had others before."""
    if version.entity in ("participant", "referral") or version.id == names.dossier.id:
        return True
    if version.text is None:  # of what was deleted nothing tells the file; better one line too many
        return version.entity != "accompaniment"
    return bool(orjson.loads(version.text).get("accompaniment") == names.dossier.id)
