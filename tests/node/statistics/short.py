"""One person's file in a line or two, for tables of edge histories."""

from __future__ import annotations

from typing import Any

from tests import factories
from tests.factories import id_of

Document = dict[str, Any]

HOST, AGENCY = factories.organisation(1), factories.organisation(2)
SHARED = [HOST, AGENCY, factories.actor(1), factories.agreement(1, signed_on="2023-12-01")]


def phases(line: str) -> list[Document]:
    """``"planned 2024-01-10 | insertion_coop 2024-03-15 2024-06-13"``: each ends where the next begins."""
    rows: list[Document] = []
    for part in line.split("|"):
        name, first, *last = part.split()
        if rows and "to" not in rows[-1]:
            rows[-1]["to"] = first
        rows.append({"phase": name, "from": first} | ({"to": last[0]} if last else {}))
    return rows


def file(
    opened: str = "2024-01-10",
    *hanging: Document,
    number: int = 1,
    started: str | None = None,
    hired: str | None = None,
    closed: str | None = None,
    history: str = "",
    person: Document | None = None,
    **fields: Any,
) -> list[Document]:
    """A participant, their accompaniment, what hangs on it, and what it refers to. No referral unless one is given."""
    rows = phases(history or f"drafting {opened}")
    given = {"opened_on": opened, "started_on": started, "hired_on": hired, "closed_on": closed}
    given |= {"phase": rows[-1]["phase"], "phase_history": rows, "referral": None} | fields
    known = {name: value for name, value in given.items() if value is not None}
    missing = dict.fromkeys({"started_on", "hired_on", "closed_on", "referral"} - known.keys(), ...)
    accompaniment = factories.accompaniment(number, **(missing | known))
    participant = factories.participant(number, **(person or {}))
    return [*SHARED, participant, accompaniment, *hanging]


def status(stage: str, day: str, labour: str | None = "unemployed_registered", n: int = 1, **fields: Any) -> Document:
    """What was observed of the first person; ``n`` tells several apart."""
    given = {"stage": stage, "observed_on": day, "labour_status": labour}
    return factories.status_observation(n, **(given | {"accompaniment": id_of("accompaniment")} | fields))


def one(entity: str, n: int = 1, **fields: Any) -> Document:
    """A document of the first person's accompaniment. ``from_`` and ``to_`` are the fields from and to."""
    named = {name.removesuffix("_"): value for name, value in fields.items()}
    made: Document = getattr(factories, entity)(n, **({"accompaniment": id_of("accompaniment")} | named))
    return made


def place(first: str, last: Any = ..., n: int = 1, **fields: Any) -> Document:
    """A placement; ``last`` is the field to."""
    return one("placement", n, **({"from": first, "to": last, "hire": False} | fields))


def meeting(held: Any, n: int = 1, **fields: Any) -> Document:
    """A team meeting."""
    return one("team_meeting", n, **({"held_on": held, "type": "team_monthly"} | fields))


def check(reference: str, month: int, status: Any, checked: Any = "2024-12-01", n: int = 1) -> Document:
    """A follow-up."""
    return one("follow_up", n, reference=reference, month=month, checked_on=checked, status=status)


def esf(*operations: str) -> list[Document]:
    """Operations of the ESF+ programme, for the field programmes."""
    return [{"programme": "esfplus_operation", "operation": operation} for operation in operations]


LEFT = "2024-01-31"


def again(first_operation: str, second_operation: str, **second: Any) -> list[Document]:
    """Somebody who left on 31 January 2024 and came back: both files."""
    first = file(
        "2022-01-01", status("entry", "2023-01-01", "inactive_care"), status("exit", LEFT, "employed_ordinary", 2),
        started="2023-01-01", closed=LEFT, programmes=esf(first_operation),
    )  # fmt: skip
    fields = {"previous_accompaniment": id_of("accompaniment", 1), "participant": id_of("participant", 1)} | second
    later = file("2024-02-01", number=2, programmes=esf(second_operation), **fields)
    return first + [document for document in later if document["id"] == id_of("accompaniment", 2)]
