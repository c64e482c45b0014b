"""Sealed totals: what is counted, what the trustees certified, and the fine tables of each slot, as signed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from coupole.hub.api import STATUS
from coupole.hub.api.reading import KnownQuery, Reading
from coupole.hub.collection.tabulating import TabulationNotHere
from coupole.hub.publication.crossings import names_in
from coupole.hub.publication.opening import DatasetClosed, opened
from coupole.hub.publication.sealed import SlotNotReleased
from coupole.hub.store import sealed
from coupole.web.problems import problems_of
from coupole.web.tags import AS_SIGNED, signed
from coupole.wire.tabulations import shape

router = APIRouter(tags=["sealed totals"])

TabulationId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the tabulation.")]
SLOT_FORM = r"^(19|20)[0-9]{2}-((0[1-9]|1[0-2])|Q[1-4])$"
Slot = Annotated[str, Path(pattern=SLOT_FORM, description="2026-10 or 2026-Q4.")]


class ShownTabulation(BaseModel):
    """What is counted and sealed, in short."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    """SHA-256 of the document."""
    epoch: int
    grain: str
    first_slot: str
    m: int
    """No total is made of fewer members."""
    tables: int
    cells: int
    in_force: bool
    made_at: datetime


class Tabulations(BaseModel):
    """All tabulations, the newest first."""

    items: list[ShownTabulation]


class ShownCertificate(BaseModel):
    """What a trustee certified of one slot. ``document`` and ``signature``: as it signed it."""

    model_config = ConfigDict(from_attributes=True)

    trustee: int
    number: int
    slot: str
    outcome: str
    document: str
    signature: str


class Certificates(BaseModel):
    """The certificates of a tabulation, trustee by trustee, each chain in order."""

    items: list[ShownCertificate]


class ShownSlot(BaseModel):
    """A slot of which fine tables were published."""

    model_config = ConfigDict(from_attributes=True)

    tabulation: str
    slot: str
    made_at: datetime


class Slots(BaseModel):
    """Everything published of sealed totals, the newest slot first."""

    items: list[ShownSlot]


@router.get("/tabulations", dependencies=[KnownQuery])
def list_tabulations(session: Reading) -> Tabulations:
    """What was and is counted and sealed."""
    items = []
    for kept in sealed.tabulations(session):
        document = sealed.document(kept)
        items.append(
            ShownTabulation(
                id=kept.id,
                epoch=document["epoch"],
                grain=document["grain"],
                first_slot=document["first_slot"],
                m=document["m"],
                tables=len(document["tables"]),
                cells=shape(document).cells,
                in_force=kept.in_force,
                made_at=kept.made_at,
            )
        )
    return Tabulations(items=items)


@router.get(
    "/tabulations/{tabulation}",
    dependencies=[KnownQuery],
    response_class=Response,
    responses=AS_SIGNED | problems_of(TabulationNotHere, status=STATUS),
)
def read_tabulation(request: Request, session: Reading, tabulation: TabulationId) -> Response:
    """A tabulation as this hub signed it."""
    kept = sealed.tabulation(session, tabulation)
    if kept is None:
        raise TabulationNotHere()
    return signed(request, kept.body, kept.signature)


@router.get(
    "/tabulations/{tabulation}/certificates",
    dependencies=[KnownQuery],
    responses=problems_of(TabulationNotHere, status=STATUS),
)
def list_certificates(session: Reading, tabulation: TabulationId) -> Certificates:
    """What the trustees certified of each slot: every member can look whether its report was counted."""
    if sealed.tabulation(session, tabulation) is None:
        raise TabulationNotHere()
    places = range(len(sealed.countersignatures(session, tabulation)))
    found = [one for place in places for one in sealed.certificates(session, tabulation, place)]
    return Certificates(
        items=[
            ShownCertificate(
                trustee=one.trustee,
                number=one.number,
                slot=one.slot,
                outcome=one.outcome,
                document=one.body.decode(),
                signature=one.signature,
            )
            for one in found
        ]
    )


@router.get("/sealed", dependencies=[KnownQuery])
def list_slots(session: Reading) -> Slots:
    """The months or quarters of which fine tables were published."""
    return Slots(items=[ShownSlot.model_validate(one) for one in sealed.publications(session)])


@router.get(
    "/sealed/{slot}",
    dependencies=[KnownQuery],
    response_class=Response,
    responses=AS_SIGNED | problems_of(SlotNotReleased, DatasetClosed, status=STATUS),
)
def read_slot(request: Request, session: Reading, slot: Slot) -> Response:
    """The fine tables of a month or quarter: every figure with its noise, or the places of those left out.

    And how members differ: by some rates how many lie in which band. What was signed cannot be cut: it is for everybody
    when all its tables are.
    """
    found = sealed.newest_publication(session, slot)
    if found is None:
        raise SlotNotReleased()
    text = sealed.text(found)
    opened(session).require(names_in(orjson.loads(text)))
    return signed(request, text, found.signature)
