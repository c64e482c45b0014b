"""What a trustee answers: its keys, its roster, its log, and sums. Everybody may read.

A node asks for admission with a code, or with the key that is admitted; a hub asks for sums with the signature that the
tabulation names. A person admits by command.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from coupole.errors import CoupoleError
from coupole.trustee import batches, months, roster, tabulations
from coupole.trustee.store import Trustee
from coupole.web.bodies import check_type, refuse_unknown_query
from coupole.web.problems import problems_of
from coupole.web.tags import AS_SIGNED, JSON, signed
from coupole.wire import batches as wire
from coupole.wire import certificates, documents, keys

UNKNOWN = (roster.RosterUnknown, batches.CertificateUnknown, tabulations.TabulationNotAgreed)
STRANGE = (roster.InvitationInvalid, documents.SignatureInvalid, documents.SignerUnknown)
TOO_LATE = (batches.TabulationSuperseded, batches.SlotPassed, batches.SlotSettled)
NOT_YET = (batches.SlotOpen, batches.BatchRefused)
WRONG = (batches.SlotUnknown, wire.BatchInvalid, certificates.CertificateInvalid, documents.DocumentNotCanonical)
STATUS: dict[type[CoupoleError], int] = {
    **dict.fromkeys(UNKNOWN, 404),
    **dict.fromkeys(STRANGE, 403),
    **dict.fromkeys((*TOO_LATE, *NOT_YET), 409),
    **dict.fromkeys((*WRONG, keys.KeySetInvalid), 422),
}
"""The numbers of a trustee's own refusals."""

MAX_BATCH = wire.MAX_REQUEST
SUMS: dict[int | str, dict[str, Any]] = {200: {"content": {JSON: {"schema": {"type": "object"}}}}}
LINES = {"requestBody": {"required": True, "content": {wire.MEDIA_TYPE: {"schema": {"type": "string"}}}}}

router = APIRouter(prefix="/api/v1", tags=["trustee"], dependencies=[Depends(refuse_unknown_query)])


class Admission(BaseModel):
    """A node that asks: its description and the signature beside it; the code its people were given."""

    model_config = ConfigDict(extra="forbid")
    descriptor: str = Field(max_length=100_000)
    signature: str = Field(max_length=300)
    code: str = Field(default="", max_length=100)
    """Not needed to put a new key in the place of the admitted one, which signs then."""


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


@router.get("/keys", response_class=Response, responses=AS_SIGNED)
def read_keys(request: Request, trustee: ThisTrustee, session: Reading) -> Response:
    """The public keys that shares are sealed for, one a month, as signed."""
    return signed(request, *months.key_list(session, trustee))


@router.get("/roster", response_class=Response, responses=AS_SIGNED | problems_of(roster.RosterUnknown, status=STATUS))
def read_roster(request: Request, session: Reading) -> Response:
    """The roster in force, as signed; it names the keys that the trustee signs with."""
    found = roster.roster(session)
    return signed(request, found.body, found.signature)


@router.get(
    "/roster/{version}", response_class=Response, responses=AS_SIGNED | problems_of(roster.RosterUnknown, status=STATUS)
)
def read_roster_version(request: Request, session: Reading, version: Annotated[int, Path(ge=1, le=2**31)]) -> Response:
    """One version of the roster: with it anybody can check that each names the one before."""
    found = roster.roster(session, version)
    return signed(request, found.body, found.signature)


@router.post("/roster", status_code=202, responses=problems_of(roster.InvitationInvalid, status=STATUS))
def ask_admission(trustee: ThisTrustee, asked: Admission) -> dict[str, str]:
    """Ask for admission, which a person decides by the fingerprint; or replace the key that signs by a new one."""
    with trustee.store.writing() as session:
        raw = asked.descriptor.encode()
        made = roster.ask(session, trustee, raw, asked.signature, asked.code, datetime.now(UTC))
    return {"fingerprint": made}


@router.get("/batches", response_class=Response, responses=AS_SIGNED)
def read_batches(request: Request, trustee: ThisTrustee, session: Reading) -> Response:
    """The log: how every slot ended, by the hashes of the certificates, as signed."""
    return signed(request, *batches.log(session, trustee))


@router.get(
    "/batches/{digest}",
    response_class=Response,
    responses=AS_SIGNED | problems_of(batches.CertificateUnknown, status=STATUS),
)
def read_certificate(
    request: Request, session: Reading, digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
) -> Response:
    """One certificate of the log, as signed."""
    found = batches.certificate(session, digest)
    return signed(request, found.body, found.signature)


@router.post(
    "/batches",
    response_class=Response,
    openapi_extra=LINES,
    responses=SUMS | problems_of(*(kind for kind, number in STATUS.items() if number != 404), status=STATUS),
)
async def sum_batch(
    request: Request, trustee: ThisTrustee, coupole_signature: Annotated[str, Header(max_length=300)]
) -> Response:
    """Sum the reports of a slot, once. The same request again is given the same bytes."""
    check_type(request, wire.MEDIA_TYPE)
    body = await request.body()
    return Response(await run_in_threadpool(batches.settle, trustee, body, coupole_signature), media_type=JSON)
