"""What a trustee answers: its roster, its log, its keys. Everybody may read; admission is done by command."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from sqlmodel import Session
from starlette.responses import Response

from coupole.database import Store
from coupole.errors import CoupoleError
from coupole.trustee import batches
from coupole.trustee.batches import RosterUnknown
from coupole.web.bodies import refuse_unknown_query
from coupole.web.problems import problems_of
from coupole.wire.keys import KeyRing

STATUS: dict[type[CoupoleError], int] = {RosterUnknown: 404}
"""The numbers of a trustee's own refusals."""

JSON = "application/json"
SIGNED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {JSON: {"schema": {"type": "object"}}},
        "description": "The signed bytes; the signature stands in Coupole-Signature.",
    },
    304: {"description": "The caller has this version already."},
}

router = APIRouter(prefix="/api/v1", tags=["trustee"], dependencies=[Depends(refuse_unknown_query)])


@dataclass(frozen=True, slots=True)
class Trustee:
    """An open trustee: who it is, its keys, where it keeps its rosters."""

    name: str
    ring: KeyRing
    store: Store


def trustee_of(request: Request) -> Trustee:
    """The trustee this application was made for."""
    found: Trustee = request.app.state.trustee
    return found


def reading(request: Request) -> Iterator[Session]:
    """A session that reads, closed before the answer leaves."""
    with trustee_of(request).store.reading() as session:
        yield session


ThisTrustee = Annotated[Trustee, Depends(trustee_of)]
Reading = Annotated[Session, Depends(reading, scope="function")]


@router.get("/roster", response_class=Response, responses=SIGNED | problems_of(RosterUnknown, status=STATUS))
def read_roster(request: Request, session: Reading) -> Response:
    """The roster in force, as signed."""
    found = batches.roster(session)
    return _signed(request, found.body, found.signature)


@router.get("/roster/{version}", response_class=Response, responses=SIGNED | problems_of(RosterUnknown, status=STATUS))
def read_roster_version(request: Request, session: Reading, version: Annotated[int, Path(ge=1, le=2**31)]) -> Response:
    """One version of the roster: with it anybody can check that each names the one before."""
    found = batches.roster(session, version)
    return _signed(request, found.body, found.signature)


@router.get("/batches", response_class=Response, responses=SIGNED)
def read_batches(request: Request, trustee: ThisTrustee) -> Response:
    """The log of what was summed, as signed; empty so far."""
    return _signed(request, *batches.log(trustee.ring.active("sign"), trustee.name))


@router.get("/keys")
def read_keys(trustee: ThisTrustee) -> dict[str, Any]:
    """The public keys that roster and log are signed with, a JSON Web Key Set."""
    return trustee.ring.public_set("sign")


def _signed(request: Request, raw: bytes, signature: str) -> Response:
    tag = f'"{hashlib.sha256(raw).hexdigest()[:32]}"'
    headers = {"Coupole-Signature": signature, "ETag": tag, "Cache-Control": "public, max-age=60"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(raw, headers=headers, media_type=JSON)
