"""What a reference may point to, by name, and what any document is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from babel.dates import format_date
from sqlmodel import Session

from coupole.node.records.register import Register
from coupole.node.store import queries
from coupole.node.store.changes import Document, StoredDossier
from coupole.node.ui.desk import Visit
from coupole.node.ui.forms.options import Options
from coupole.standard.entities import ENTITIES
from coupole.web.languages import Language

DAYS = ("held_on", "planned_on", "signed_on", "from", "due_on", "opened_on", "on", "observed_on", "received_on")
"""The day a document is known by, the first of these that it has."""


def choices(visit: Visit, session: Session, dossier: StoredDossier | None) -> Mapping[str, Options]:
    """Everything a reference of a form may point to, by entity: of the house, and of the file if there is one."""
    register = visit.node.registers.current(session, visit.node.store.vault)
    found: dict[str, Options] = {
        "actor": _sorted((record, _actor(register, one)) for record, one in register.of("actor").items()),
        "organisation": _sorted((record, str(one["name"])) for record, one in register.of("organisation").items()),
        "agreement": _sorted(
            (stored.id, called(stored.document, visit.language, register))
            for stored in queries.page(session, visit.node.store.vault, "agreement", limit=1_000)
        ),
    }
    if dossier is None:
        files = register.of("accompaniment") if visit.may("read", "accompaniment", "none") else {}
        named = ((record, f"{register.name(one['participant'])} ({one['opened_on']})") for record, one in files.items())
        return found | {"accompaniment": _sorted(named)}
    for entity, documents in dossier.documents.items():
        found[entity] = tuple((one["id"], called(one, visit.language, register)) for one in documents)
    return found


def called(document: Document, language: Language, register: Register) -> str:
    """What a document is called in a list: its name, its words, or its kind and day."""
    entity = document["id"].split(":")[1]
    name = register.name(document["id"]) or document.get("wording") or document.get("reference")
    if name:
        return str(name)
    coded = ENTITIES[entity].fields.get("type")
    kind = dict(coded.options(language)).get(str(document.get("type"))) if coded else None
    labels = ENTITIES[entity].labels
    day = next((document[name] for name in DAYS if isinstance(document.get(name), str)), None)
    parts = [kind or labels.get(language, labels["en"]), _day(day, language)]
    return ", ".join(part for part in parts if part)


def _actor(register: Register, actor: Document) -> str:
    house = register.name(actor.get("organisation"))
    return f"{actor['display_name']} ({house})" if house else str(actor["display_name"])


def _day(day: str | None, language: Language) -> str:
    return str(format_date(date.fromisoformat(day), format="d MMM y", locale=language)) if day else ""


def _sorted(named: Iterable[tuple[str, str]]) -> Options:
    return tuple(sorted(named, key=lambda one: one[1].casefold()))
