"""What came in after something was published, with the figures then and now; and figures of some groups of members."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from coupole.hub.api import STATUS
from coupole.hub.api.reading import KnownQuery, PeriodInPath, Reading, ThisHub
from coupole.hub.api.sealed import Slot
from coupole.hub.publication import corrections, later
from coupole.hub.publication.crossings import Shown, named
from coupole.hub.publication.grouping import GroupNotApart, of_publication
from coupole.hub.publication.opening import opened
from coupole.hub.publication.publishing import PublicationUnknown, publication
from coupole.hub.publication.sealed import SlotNotReleased
from coupole.hub.store import published, sealed
from coupole.standard.calendar import PeriodInvalid, parse_period
from coupole.web.problems import problems_of

router = APIRouter(tags=["corrections"])

Groups = Annotated[
    list[Annotated[str, Query(pattern="^[a-z][a-z0-9_-]{0,39}$")]],
    Query(
        default_factory=list,
        max_length=200,
        description="A group of members, as often as there are; none is the whole federation.",
    ),
]


class Correction(BaseModel):
    """A figure that was published otherwise before."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    indicator: str
    dimension: str
    code: str
    part: str
    revision: int
    """The publication that changed it."""
    since: str
    """When that was published."""
    before: int | None
    """What was published until then; none where nothing was."""
    after: int | None
    """What was published then; none where nothing is any more."""
    causes: dict[str, int]
    """Why, by code, each with the number of members it is of: `members_late` answered late, `members_new` joined,
    `members_out` are no longer in the totals; `records_changed`, `decision_changed`, `method_changed` and `settled` are
    what members gave as the cause of a new release."""


class Corrections(BaseModel):
    """Every change of the figures of a period since it was first published, indicator by indicator."""

    period: str
    revision: int
    items: list[Correction]


class Came(BaseModel):
    """Something that came in later."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)

    code: str
    """`members_late` had been silent, `balances_opened`, `members_closed` left, `definition_changed`,
    `count_began_anew`."""
    since: str
    """The slot whose figures hold it."""
    members: int
    """Of how many members; 0 where it concerns all."""


class Then(BaseModel):
    """A table as it was published, and what stands beside it now; none where nothing can be said."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)

    published: dict[str, Any]
    former: dict[str, Any] | None
    """What was published of the slot before, under another agreement."""
    newest: dict[str, Any] | None
    """The same of the newest slot."""
    restated: dict[str, Any] | None
    """With balances that were opened later."""
    most: dict[str, Any] | None
    """With all that was counted in the slots in which members came back, if nothing was taken back."""


class Later(BaseModel):
    """What came in after a slot was published. Its own figures stay as they are."""

    model_config = ConfigDict(from_attributes=True)

    slot: str
    newest: str
    came: list[Came]
    tables: list[Then]


class Tables(BaseModel):
    """Fine tables of some groups of members together."""

    slot: str
    groups: list[str]
    tables: list[dict[str, Any]]


@router.get(
    "/publications/{period}/corrections",
    dependencies=[KnownQuery],
    responses=problems_of(PublicationUnknown, PeriodInvalid, status=STATUS),
)
def list_corrections(session: Reading, hub: ThisHub, period: PeriodInPath) -> Corrections:
    """What was published otherwise before: both figures, since when, and why."""
    parse_period(period)
    found = publication(session, hub.catalogue, period)
    document, open_now = orjson.loads(published.text(found)), opened(session)
    items = []
    for place, steps in corrections.steps(document).items():
        if place[0] in open_now:
            items += [
                Correction(
                    **dict(zip(("indicator", "dimension", "code", "part"), place, strict=True)),
                    revision=one.revision,
                    since=one.since,
                    before=one.before,
                    after=after,
                    causes=dict(one.causes),
                )
                for one, after in steps
            ]
    return Corrections(period=period, revision=found.revision, items=items)


@router.get(
    "/sealed/{slot}/later",
    dependencies=[KnownQuery],
    responses=problems_of(SlotNotReleased, status=STATUS),
)
def read_later(session: Reading, slot: Slot) -> Later:
    """What came in after a slot was published, and its figures beside what can be said of them now."""
    found, open_now = later.later(session, slot), opened(session)
    shown = [one for one in found.tables if named(one.published) in open_now]
    return Later.model_validate(found._replace(tables=shown))


@router.get(
    "/sealed/{slot}/tables",
    dependencies=[KnownQuery],
    responses=problems_of(SlotNotReleased, GroupNotApart, status=STATUS),
)
def read_tables(session: Reading, slot: Slot, group: Groups) -> Tables:
    """The fine tables of some groups of members together, where these are shown apart from others."""
    groups = list(dict.fromkeys(group))
    return Tables(slot=slot, groups=groups, tables=_tables(session, slot, groups))


def _tables(session: Session, slot: str, groups: list[str]) -> list[Shown]:
    found = sealed.newest_publication(session, slot)
    if found is None:
        raise SlotNotReleased()
    open_now = opened(session)
    return [one for one in of_publication(orjson.loads(sealed.text(found)), groups) if named(one) in open_now]
