"""Which files somebody sees by name in a list: their own, those of their teams, or all, as the access matrix says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sqlmodel import Session

from coupole.node.records.project import lasts_on
from coupole.node.records.register import Register
from coupole.node.store.changes import Document
from coupole.node.ui.desk import Visit

ASSIGNED, TEAM, NONE = "assigned", "team", "none"


@dataclass(frozen=True)
class Sight:
    """What one visitor sees of the register. ``action``: what they want of it, ``find`` or ``export``."""

    visit: Visit
    register: Register
    action: Literal["find", "export"] = "find"

    @cached_property
    def relations(self) -> Mapping[str, str]:
        """How the visitor stands to each accompaniment that has to do with them."""
        me, today = self.visit.staff.actor, self.visit.today
        if me is None:
            return {}
        files = self.register.of("accompaniment")
        teams = self.register.memberships.get(me, ())
        found = {file: TEAM for file, member in teams if file in files and lasts_on(member, today)}
        return found | {file: ASSIGNED for file, document in files.items() if self._is_theirs(document, me)}

    def _is_theirs(self, file: Document, actor: str) -> bool:
        referral = self.register.of("referral").get(file.get("referral") or "", {})
        return actor in (file["responsible"], referral.get("source_actor"))

    def relation(self, file: str) -> str:
        """How the visitor stands to an accompaniment."""
        return self.relations.get(file, NONE)

    def sees(self, file: str | None) -> bool:
        """Whether the visitor may know who it is about; without a file, whether they may know it of anybody."""
        return self.relation(file or "") in self._readable

    def sees_groups(self, file: str) -> bool:
        """Whether the visitor may know to which target groups the person belongs."""
        return self.relation(file) in self._with_groups

    @cached_property
    def everybody(self) -> bool:
        """Whether the visitor may know whose each file is."""
        return NONE in self._readable

    @cached_property
    def any_groups(self) -> bool:
        """Whether there is any file of which the visitor may know the target groups."""
        return bool(self._with_groups)

    @cached_property
    def _readable(self) -> frozenset[str]:
        return self._relations_with("participant", "family_name")

    @cached_property
    def _with_groups(self) -> frozenset[str]:
        return self._relations_with("status_observation", "target_groups")

    def _relations_with(self, entity: str, field: str) -> frozenset[str]:
        return frozenset(one for one in (ASSIGNED, TEAM, NONE) if self.visit.may(self.action, entity, one, field))


def sight_of(visit: Visit, session: Session, action: Literal["find", "export"] = "find") -> Sight:
    """What the visitor sees of the register as it stands."""
    return Sight(visit, visit.node.registers.current(session, visit.node.store.vault), action)
