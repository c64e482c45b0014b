"""What the register tells of organisations and professionals today: who is placed where, who guides them there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from coupole.node.records.project import lasts_on
from coupole.node.records.register import Register
from coupole.node.records.searching import fold
from coupole.node.store.changes import Document, RecordNotFound
from coupole.standard.codes import code_list

OFFICER = "coop_insertion_officer"


class Uncovered(NamedTuple):
    """A co-operative where people are placed today without a trained insertion officer (R10).

    ``untrained``: the officers it has, none of whom is trained.
    """

    organisation: str
    placed: int
    untrained: list[str]


def in_order(documents: Mapping[str, Document], field: str) -> list[tuple[str, Document]]:
    """Identifier and document, in the order of a name."""
    return sorted(documents.items(), key=lambda item: (fold(item[1][field]), item[0]))


def known(register: Register, entity: str, record: str) -> Document:
    """The document of that entity. Raises ``RecordNotFound``."""
    found = register.of(entity).get(record)
    if found is None:
        raise RecordNotFound()
    return found


def works(actor: Document, day: date) -> bool:
    """Whether a professional is active on that day."""
    return lasts_on({"active_from": "1900-01-01", **actor}, day, "active_from", "active_to")


def workers(register: Register, organisation: str, day: date) -> list[tuple[str, Document]]:
    """The professionals of an organisation on that day."""
    own = {actor: one for actor, one in register.of("actor").items() if one["organisation"] == organisation}
    return in_order({actor: one for actor, one in own.items() if works(one, day)}, "display_name")


def placements(register: Register, day: date) -> Mapping[str, list[str]]:
    """The accompaniments placed in each organisation on that day."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for placement in register.of("placement").values():
        if lasts_on(placement, day) and placement["accompaniment"] not in found[placement["host"]]:
            found[placement["host"]].append(placement["accompaniment"])
    return found


def officers(register: Register, day: date) -> Mapping[str, list[str]]:
    """The insertion officers of each organisation on that day."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for actor, document in in_order(register.of("actor"), "display_name"):
        if OFFICER in document["roles"] and works(document, day):
            found[document["organisation"]].append(actor)
    return found


def trained(register: Register, actor: str, day: date) -> bool:
    """Whether a professional had been trained by that day."""
    on = register.of("actor")[actor].get("trained_on")
    return on is not None and on <= day.isoformat()


def teams(register: Register, actor: str, day: date) -> dict[str, str]:
    """Role of a professional in the team of each accompaniment they are in on that day."""
    return {
        file: member["role"]
        for file, member in register.memberships.get(actor, ())
        if lasts_on(member, day) and file in register.of("accompaniment")
    }


def uncovered(register: Register, day: date) -> list[Uncovered]:
    """R10: where people work in a social placement today, and no trained insertion officer does."""
    kinds = code_list("placement_type")
    social = [
        one["host"]
        for one in register.of("placement").values()
        if lasts_on(one, day) and kinds.attribute(one["type"], "side") == "social"
    ]
    own = officers(register, day)
    found = [
        Uncovered(host, social.count(host), own.get(host, []))
        for host in set(social)
        if not any(trained(register, actor, day) for actor in own.get(host, ()))
    ]
    return sorted(found, key=lambda one: (-one.placed, register.name(one.organisation)))


def labels(codes: str, chosen: Iterable[str], language: str) -> str:
    """Codes of a list in words."""
    return ", ".join(code_list(codes).labels(code, language) for code in chosen)


def day_of(text: str | None) -> date | None:
    """A date of a document."""
    return date.fromisoformat(text) if text else None
