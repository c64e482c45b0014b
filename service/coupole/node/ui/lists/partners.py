"""Organisations and the professionals who work there: whom a workshop has to do with, and who is trained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlmodel import Session
from starlette.responses import Response

from coupole.node.records.project import is_final
from coupole.node.records.register import Register, full_name
from coupole.node.store.changes import Document
from coupole.node.ui.desk import Visit
from coupole.node.ui.lists import trades
from coupole.node.ui.lists.listing import Column, Listing, Row, part
from coupole.node.ui.lists.own import Own, own_fields
from coupole.node.ui.lists.seeing import Sight
from coupole.node.ui.lists.trades import OFFICER, labels
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES


def organisations(visit: Visit, session: Session) -> Listing:
    """Every organisation in the order of names: where it is, how many people are placed there, its officer."""
    register = visit.node.registers.current(session, visit.node.store.vault)
    placed = trades.placements(register, visit.today)
    officers = trades.officers(register, visit.today)
    own = own_fields(visit, session, "organisation")
    wanted = visit.asked("type") if visit.asked("type") in code_list("organisation_type").ids else ""
    rows = [
        Row(
            {
                "name": document["name"],
                "types": labels("organisation_type", document["types"], visit.language),
                "place": document.get("postcode") or document.get("municipality"),
                "placed": len(placed.get(record, ())) or None,
                "officer": ", ".join(map(register.name, officers.get(record, ()))),
                **own.values(document),
            },
            f"/organisations/{record}",
        )
        for record, document in trades.in_order(register.of("organisation"), "name")
        if not wanted or wanted in document["types"]
    ]
    fields = ENTITIES["organisation"].fields
    columns = [
        Column("name", fields["name"].label(visit.language)),
        Column("types", visit.gettext("Kind")),
        Column("place", fields["postcode"].label(visit.language)),
        Column("placed", visit.gettext("People there today")),
        Column("officer", code_list("team_role").labels(OFFICER, visit.language)),
        *own.columns,
    ]
    asked = [(visit.gettext("Kind"), labels("organisation_type", [wanted], visit.language))] if wanted else []
    return Listing(visit.gettext("Organisations"), columns, rows, asked)


def actors(visit: Visit, session: Session) -> Listing:
    """Every professional in the order of names: where, as what, trained since when, in how many teams today."""
    register = visit.node.registers.current(session, visit.node.store.vault)
    active = visit.asked("who") != "every"
    own = own_fields(visit, session, "actor")
    rows = [
        _actor(visit, register, record, document, own)
        for record, document in trades.in_order(register.of("actor"), "display_name")
        if not active or trades.works(document, visit.today)
    ]
    fields = ENTITIES["actor"].fields
    columns = [
        Column("name", fields["display_name"].label(visit.language)),
        Column("organisation", fields["organisation"].label(visit.language)),
        Column("roles", fields["roles"].label(visit.language)),
        Column("trained_on", fields["trained_on"].label(visit.language)),
        Column("teams", visit.gettext("Teams today")),
        *own.columns,
    ]
    asked = [(visit.gettext("Who"), visit.gettext("Active today"))] if active else []
    return Listing(visit.gettext("Professionals"), columns, rows, asked)


def _actor(visit: Visit, register: Register, record: str, document: Document, own: Own) -> Row:
    values = {
        "name": document["display_name"],
        "organisation": register.name(document["organisation"]),
        "roles": labels("team_role", document["roles"], visit.language),
        "trained_on": trades.day_of(document.get("trained_on")),
        "teams": len(trades.teams(register, record, visit.today)) or None,
        **own.values(document),
    }
    untrained = OFFICER in document["roles"] and not trades.trained(register, record, visit.today)
    return Row(values, f"/actors/{record}", "untrained" if untrained else "")


def show_organisations(visit: Visit) -> Response:
    """The list of organisations."""
    with visit.node.store.reading() as session:
        found = organisations(visit, session)
    types = code_list("organisation_type")
    choices = [(code, types.labels(code, visit.language)) for code in types.ids]
    shown = part(found.rows, visit.asked("page", "1"))
    return visit.page(
        "lists/organisations.html", listing=found, part=shown, choices=choices, chosen=visit.asked("type")
    )


def show_actors(visit: Visit) -> Response:
    """The list of professionals."""
    with visit.node.store.reading() as session:
        found = actors(visit, session)
    shown = part(found.rows, visit.asked("page", "1"))
    return visit.page("lists/actors.html", listing=found, part=shown, every=visit.asked("who") == "every")


def show_organisation(visit: Visit) -> Response:
    """One organisation: who works there, and who is placed there today."""
    record = visit.path("id")
    with visit.node.store.reading() as session:
        register = visit.node.registers.current(session, visit.node.store.vault)
    document = trades.known(register, "organisation", record)
    sight = Sight(visit, register)
    placed = trades.placements(register, visit.today).get(record, [])
    return visit.page(
        "lists/organisation.html",
        record=record,
        organisation=document,
        types=labels("organisation_type", document["types"], visit.language),
        coordinated=[(one, register.name(one)) for one in document.get("coordinates_for") or () if register.name(one)],
        workers=[
            (actor, one["display_name"], labels("team_role", one["roles"], visit.language))
            for actor, one in trades.workers(register, record, visit.today)
        ],
        people=_people(sight, placed),
        others=_others(sight, placed),
    )


def show_actor(visit: Visit) -> Response:
    """One professional: the files they are responsible for, and the teams they are in today."""
    record = visit.path("id")
    with visit.node.store.reading() as session:
        register = visit.node.registers.current(session, visit.node.store.vault)
    document = trades.known(register, "actor", record)
    sight = Sight(visit, register)
    files = register.of("accompaniment").items()
    own = [file for file, one in files if one["responsible"] == record and not is_final(one["phase"])]
    teams = trades.teams(register, record, visit.today)
    roles = {file: labels("team_role", [role], visit.language) for file, role in teams.items()}
    return visit.page(
        "lists/actor.html",
        record=record,
        actor=document,
        organisation=(document["organisation"], register.name(document["organisation"])),
        roles=labels("team_role", document["roles"], visit.language),
        trained_on=trades.day_of(document.get("trained_on")),
        officer=OFFICER in document["roles"],
        responsible=_people(sight, own),
        teams=_people(sight, teams, roles),
        others=_others(sight, {*own, *teams}),
    )


def _people(
    sight: Sight, files: Iterable[str], words: Mapping[str, str] = MappingProxyType({})
) -> list[tuple[str, str, str]]:
    """File, name and a word of each, in the order of names, as far as the visitor may know them."""
    register = sight.register
    known = register.of("participant")
    found = []
    for file in files:
        if sight.sees(file):
            accompaniment = register.of("accompaniment")[file]
            word = words.get(file) or code_list("phase").labels(accompaniment["phase"], sight.visit.language)
            found.append((file, full_name(known[accompaniment["participant"]]), word))
    return sorted(found, key=lambda one: one[1].casefold())


def _others(sight: Sight, files: Iterable[str]) -> int:
    """How many more there are whom the visitor does not see by name."""
    return sum(not sight.sees(file) for file in files)
