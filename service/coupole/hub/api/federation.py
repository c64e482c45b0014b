"""Members and collections, for whoever wants to know of whom the figures speak."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict

from coupole.hub import members
from coupole.hub.api import STATUS
from coupole.hub.api.reading import KnownQuery, Period, Reading, Spoken, ThisHub
from coupole.hub.collection import reading as collections
from coupole.hub.collection.reading import CollectionUnknown
from coupole.standard.calendar import parse_period
from coupole.web.problems import problems_of

router = APIRouter(tags=["federation"])

Kind = Literal["open", "answered", "refused", "withheld", "unreachable", "invalid"]


class ShownMember(BaseModel):
    """A member of the federation."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """Short name of its node."""
    name: str
    country: str
    issuer: str
    """Address of its node."""
    added_at: datetime


class Members(BaseModel):
    """The members of today, by name."""

    items: list[ShownMember]


class Collection(BaseModel):
    """One collection: all members asked for one period."""

    model_config = ConfigDict(use_attribute_docstrings=True, from_attributes=True)

    id: int
    catalogue: str
    version: str
    period: str
    started_at: datetime
    ended_at: datetime | None
    """Empty while it goes on, or when it was stopped."""
    kinds: dict[Kind, int]
    """How many members by what came of asking them."""


class Collections(BaseModel):
    """Collections, the newest first."""

    items: list[Collection]


class ReleaseFinding(BaseModel):
    """One thing wrong with one place of a release that was refused."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    pointer: str
    title: str


class CollectedMember(BaseModel):
    """What came of asking one member."""

    model_config = ConfigDict(use_attribute_docstrings=True, from_attributes=True)

    member: str
    name: str
    kind: Kind
    reason: str
    """Stable name of the reason; empty when it answered."""
    title: str
    """What happened, in the reader's language."""
    remedy: str
    """What to do about it."""
    findings: list[ReleaseFinding]
    """What exactly is wrong with its release."""
    at: datetime


class CollectionInFull(Collection):
    """One collection with what came of each member."""

    outcomes: list[CollectedMember]


@router.get("/members", dependencies=[KnownQuery])
def list_members(session: Reading) -> Members:
    """The members of today."""
    return Members(items=[ShownMember.model_validate(one.model_dump()) for one in members.active(session)])


@router.get("/collections", dependencies=[KnownQuery], responses=problems_of(status=STATUS))
def list_collections(
    session: Reading, period: Period = None, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> Collections:
    """Collections, the newest first."""
    if period is not None:
        parse_period(period)
    found = collections.shown_rounds(session, period=period, limit=limit)
    return Collections(items=[Collection.model_validate(one) for one in found])


@router.get("/collections/{number}", dependencies=[KnownQuery], responses=problems_of(CollectionUnknown, status=STATUS))
def read_collection(
    session: Reading, language: Spoken, number: Annotated[int, Path(ge=1, le=2**53)]
) -> CollectionInFull:
    """One collection, member by member, with what to do where one did not answer."""
    made = collections.shown_round(session, number)
    values = Collection.model_validate(made).model_dump()
    outcomes = [CollectedMember.model_validate(one) for one in collections.shown_outcomes(session, number, language)]
    return CollectionInFull(**values, outcomes=outcomes)


@router.get("/keys", dependencies=[KnownQuery])
def read_keys(hub: ThisHub) -> dict[str, Any]:
    """The public keys that publications are signed with, a JSON Web Key Set."""
    return hub.keys
