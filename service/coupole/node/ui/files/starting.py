"""Somebody new is referred: person, referral and file in one page, written in one go."""

from __future__ import annotations

import re
from typing import Any

from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.errors import CoupoleError
from coupole.node.records import changing, searching
from coupole.node.records.register import Register, full_name
from coupole.node.store import queries
from coupole.node.store.changes import Change, Document
from coupole.node.ui import keeping
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.files.deciding import new_id
from coupole.node.ui.files.keeping import begun
from coupole.node.ui.files.saving import Trouble, told
from coupole.node.ui.files.typed import Filled, Reader
from coupole.node.ui.forms.options import countries
from coupole.node.ui.forms.subject import subject
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES

DECISIONS = ("accepted", "waiting")
"""A file opens for who was accepted, or still waits for it."""
PARTIAL_DAY = re.compile(r"[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")


def add(desk: Desk) -> None:
    """The page of the beginning."""
    desk.get("/people/new", show, needs=Right("write", "participant"))
    desk.post("/people/new", begin, needs=Right("write", "participant"))


def show(visit: Visit) -> Response:
    """The form, with what can be known beforehand."""
    with visit.node.store.reading() as session:
        register = _register(visit, session)
        filled = begun(visit, session, proposed(visit, session, register))
        _check_known(visit, session, register, filled.text("person"))
        return _page(visit, register, filled, None)


def begin(visit: Visit, form: FormData) -> Response:
    """Write all three and go on to the file; or show the form again as it was typed."""
    visit.require("write", "participant", "new")
    store = visit.node.store
    with store.reading() as session:
        person = form.get("person")
        _check_known(visit, session, _register(visit, session), person if isinstance(person, str) else "")
    with store.writing() as session:
        register = _register(visit, session)
        if form.get("forget"):
            keeping.forget(visit, session)
            return visit.see_other("/people/new")
        if form.get("autosave"):
            keeping.keep(visit, session, form)
            return _page(visit, register, Filled(typed=form, just_kept=True), None)
        try:
            file, changes = wanted(visit, register, Reader(form))
            made = changing.change(session, store, changes, visit.context())
        except CoupoleError as error:
            keeping.keep(visit, session, form)
            return _page(visit, register, Filled(typed=form), told(visit, error))
        keeping.forget(visit, session)
    return visit.see_other(f"/files/{file}", "saved", undo=made)


def _register(visit: Visit, session: Session) -> Register:
    return visit.node.registers.current(session, visit.node.store.vault)


def _check_known(visit: Visit, session: Session, register: Register, person: str) -> None:
    """Another file for somebody who is here already opens what is written of them: it is for whoever may do that.

    Raises ``ReasonNeeded``, ``AccessRefused``.
    """
    if person in register.of("participant"):
        subject(visit, session, "participant", {"id": person}).require("write")


def _page(visit: Visit, register: Register, filled: Filled, trouble: Trouble | None) -> Response:
    def options(codes: str) -> list[tuple[str, str]]:
        known = code_list(codes)
        return [(code, known.labels(code, visit.language)) for code in known.ids]

    known = register.of("participant").get(filled.text("person"))
    return visit.page(
        "files/start.html",
        trouble.status if trouble else 200,
        filled=filled,
        trouble=trouble,
        known=full_name(known) if known else "",
        alike=alike(visit, register, filled) if filled.typed is not None and not known else [],
        sexes=options("sex"),
        countries=countries(visit.language),
        sources=options("referral_source"),
        organisations=_named(register, "organisation", "name"),
        actors=_named(register, "actor", "display_name"),
        pathways=options("pathway"),
        programmes=options("programme"),
        decisions=[
            one for one in ENTITIES["referral"].fields["decision"].options(visit.language) if one[0] in DECISIONS
        ],
    )


def _named(register: Register, entity: str, name: str) -> list[tuple[str, str]]:
    found = [(record, str(document[name])) for record, document in register.of(entity).items()]
    return sorted(found, key=lambda one: one[1].casefold())


def proposed(visit: Visit, session: Session, register: Register) -> dict[str, str | list[str]]:
    """Today, this country, the next number, and what the last file opened here says of agency and programme."""
    today = visit.today.isoformat()
    found: dict[str, str | list[str]] = {
        "person": visit.asked("person"),
        "local_id": next_number(register, visit.today.year),
        "citizenship": visit.node.country,
        "country": visit.node.country,
        "consent_on": today,
        "referred_on": today,
        "decision": "accepted",
        "decided_on": today,
        "opened_on": today,
        "responsible": visit.staff.actor or "",
    }
    latest = max(register.of("accompaniment").values(), key=lambda one: str(one["opened_on"]), default=None)
    if latest is None:
        return found
    return found | {
        "agency": latest["agency"],
        "pathway": latest["pathway"],
        "nuts3": region(visit, session, register, latest),
    }


def region(visit: Visit, session: Session, register: Register, latest: Document) -> str:
    """Where the agency of the last file is, else where its person lives: few know the code of a region by heart."""
    vault = visit.node.store.vault
    if latest["agency"] in register.of("organisation"):
        own = queries.read(session, vault, latest["agency"]).get("nuts3")
        if own:
            return str(own)
    lives = queries.read(session, vault, latest["participant"]).get("residence") or {}
    return str(lives.get("nuts3", ""))


def next_number(register: Register, year: int) -> str:
    """A number for the file that nobody has yet."""
    taken = {str(document.get("local_id", "")) for document in register.of("participant").values()}
    number = len(taken) + 1
    while f"{year}-{number:04}" in taken:
        number += 1
    return f"{year}-{number:04}"


def alike(visit: Visit, register: Register, filled: Filled) -> list[tuple[str, str]]:
    """Who has exactly these names already: perhaps it is the same person. Only whom this colleague may find."""
    asked = f"{filled.text('given_name')} {filled.text('family_name')}"
    found = [
        (record, full_name(document))
        for record, document in register.of("participant").items()
        if searching.named(asked, str(document.get("given_name", "")), str(document.get("family_name", "")))
    ]
    return found[:5]


def wanted(visit: Visit, register: Register, reader: Reader) -> tuple[str, list[Change]]:
    """The identifier of the file, and what is to be written. Raises ``FormIncomplete``."""
    node = visit.node.node_id
    known = reader.text("person")
    known = known if known in register.of("participant") else None
    person = known or new_id(node, "participant")
    referral, file = new_id(node, "referral"), new_id(node, "accompaniment")
    changes = [] if known else [Change("participant", _person(visit, register, reader), id=person)]
    changes.append(Change("referral", _referral(register, reader, person), id=referral))
    changes.append(Change("accompaniment", _file(register, reader, person, referral), id=file))
    reader.done()
    return file, changes


def _person(visit: Visit, register: Register, reader: Reader) -> Document:
    names = {name: reader.text(name) for name in ("given_name", "family_name")}
    typed = f"{names['given_name'] or ''} {names['family_name'] or ''}"
    fresh = Filled({"given_name": names["given_name"] or "", "family_name": names["family_name"] or ""})
    if typed.strip() and alike(visit, register, fresh) and not reader.ticked("another"):
        reader.wrong("name_known", "another")
    born, consent_on = reader.text("birth_date", most=10), reader.day("consent_on", needed=True)
    if born and not PARTIAL_DAY.fullmatch(born):
        reader.wrong("date_invalid", "birth_date")
    if not reader.ticked("consent"):
        reader.wrong("consent_needed", "consent")
    citizenship = reader.text("citizenship", most=2)
    country, nuts3 = reader.text("country", needed=True, most=2), reader.text("nuts3", needed=True)
    missing = {name: "not_asked" for name, value in (("birth_date", born), ("citizenships", citizenship)) if not value}
    return {
        "local_id": reader.text("local_id", needed=True),
        **{name: text for name, text in names.items() if text},
        "birth_date": born,
        "sex": reader.code("sex", "sex", needed=True),
        "citizenships": [citizenship] if citizenship else None,
        "residence": {"country": country, "nuts3": nuts3.upper() if nuts3 else None},
        "consents": [{"purpose": "accompaniment", "granted_on": consent_on}],
        **({"missing": missing} if missing else {}),
    }


def _referral(register: Register, reader: Reader, person: str) -> Document:
    decision = reader.one_of("decision", DECISIONS, needed=True)
    fresh: dict[str, Any] = {
        "participant": person,
        "source_type": reader.code("source_type", "referral_source", needed=True),
        "source_organisation": reader.one_of("service", register.of("organisation"), needed=True),
        "referred_on": reader.day("referred_on", needed=True),
        "followed_since": reader.day("followed_since"),
        "decision": decision,
        "decided_on": reader.day("decided_on", needed=True) if decision == "accepted" else None,
    }
    return {name: value for name, value in fresh.items() if value is not None}


def _file(register: Register, reader: Reader, person: str, referral: str) -> Document:
    opened_on = reader.day("opened_on", needed=True)
    programme = reader.code("programme", "programme", needed=True)
    return {
        "participant": person,
        "agency": reader.one_of("agency", register.of("organisation"), needed=True),
        "responsible": reader.one_of("responsible", register.of("actor"), needed=True),
        "pathway": reader.code("pathway", "pathway", needed=True),
        "programmes": [{"programme": programme, "operation": reader.text("operation", needed=True)}],
        "referral": referral,
        "opened_on": opened_on,
        "phase": "referred",
        "phase_history": [{"phase": "referred", "from": opened_on}],
    }
