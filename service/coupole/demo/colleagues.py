"""Who works at the members of the demonstration, and how one signs in as them.

At every start each gets a fresh link that signs in once: there is nothing to remember, and an authenticator app would
only stand in the way of looking around. Such links exist here alone; a service that others can reach refuses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlmodel import Session

from coupole.demo.members import MEMBERS, Member
from coupole.demo.names import names_of
from coupole.node.opening import OpenNode, open_node
from coupole.node.settings import NodeSettings
from coupole.node.staff import accounts, codes
from coupole.node.staff.accounts import Staff
from coupole.node.store import queries
from coupole.node.store.tables import RECORD

SHOWN = ("coach", "officer", "admin", "reader")
"""Those whose links are shown, by the name they sign in with."""


@dataclass(frozen=True, slots=True)
class Door:
    """A way to look around as somebody, good once."""

    staff: Staff
    address: str


def doors(nodes: Iterable[NodeSettings]) -> list[list[Door]]:
    """The doors of each member, fresh ones; whoever is missing among its people is employed first."""
    return [list(_of_one(settings, member)) for settings, member in zip(nodes, MEMBERS, strict=True)]


def _of_one(settings: NodeSettings, member: Member) -> Iterator[Door]:
    with open_node(settings) as node, node.store.writing() as session:
        if not accounts.everybody(session):
            employ(node, session, member)
        for login in SHOWN:
            staff = accounts.by_login(session, login)
            if staff is not None and not staff.disabled:
                made = codes.make(session, staff.id, "visit", by=None, now=datetime.now(UTC))
                yield Door(staff, f"{settings.issuer}/set-up#{made.code}")


def employ(node: OpenNode, session: Session, member: Member) -> None:
    """Give accounts to whoever is responsible for open files, the one with most of them first, and to those around."""
    for number, actor in enumerate(_responsibles(session)):
        name = str(queries.read(session, node.store.vault, actor)["display_name"])
        login = "coach" if number == 0 else f"coach.{number + 1}"
        accounts.create(session, login=login, name=name, role="coach", language=member.language, actor=actor)
    women, men, families = names_of(member.country, member.language)
    own = MEMBERS.index(member)  # so that no two members have people of one name
    for role, given, family in zip(SHOWN[1:], (women[own], men[own], women[-own - 1]), families[own:], strict=False):
        accounts.create(session, login=role, name=f"{given} {family}", role=role, language=member.language)


def _responsibles(session: Session) -> list[str]:
    """Who is responsible for open files, whoever has most of them first."""
    files = func.count()
    query = (
        select(RECORD.c.responsible)
        .where(RECORD.c.entity == "accompaniment", RECORD.c.ends_on.is_(None), RECORD.c.responsible.is_not(None))
        .group_by(RECORD.c.responsible)
        .order_by(files.desc(), RECORD.c.responsible)
    )
    return list(session.scalars(query))
