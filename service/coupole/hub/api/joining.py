"""Joining and leaving: what a member's program asks of its hub, with a code or a signature, never a token."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from coupole.hub import members
from coupole.hub.api import STATUS
from coupole.hub.api.federation import CollectedMember
from coupole.hub.api.reading import KnownQuery, Reading, Spoken, ThisHub
from coupole.hub.collection import reading as collections
from coupole.hub.collection.visiting import Reach, VisitFailed, visit
from coupole.hub.members import MemberUnknown, directory, joining
from coupole.hub.members.directory import DirectoryMissing
from coupole.hub.members.invitations import InvitationExpired, InvitationSpent, InvitationUsed, InvitationWrong
from coupole.web.problems import problems_of
from coupole.web.tags import AS_SIGNED, signed
from coupole.wire.descriptor import fingerprint, read_descriptor, signing_key
from coupole.wire.documents import DocumentNotCanonical, SignatureInvalid, SignerUnknown

router = APIRouter(tags=["joining"])
introduction = APIRouter(tags=["joining"])
"""What stands at an address of its own, outside the API."""

SHOWN = 14
"""Pulls a member is told of."""
SIGNED = (DocumentNotCanonical, SignatureInvalid, SignerUnknown)
TAKEN = (members.MemberIsHub, members.MemberAddressTaken, members.MemberKeyTaken, members.MemberBlocked)
REFUSED = (
    *(InvitationWrong, InvitationExpired, InvitationUsed, InvitationSpent),
    *(joining.ClocksApart, VisitFailed, joining.MemberAlready, joining.MemberElsewhere),
    *TAKEN,
    *SIGNED,
)
NodeName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$", description="Short name of the node.")]
Standing = Literal["waiting", "active", "blocked", "leaving", "left"]


class Joining(BaseModel):
    """A node that asks for membership."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    descriptor: str = Field(max_length=100_000)
    """Its description, canonical JSON."""
    signature: str = Field(max_length=300)
    """Beside it, made with one of the keys in it."""
    number: str = Field(pattern="^[A-Z2-7]{8}$")
    """Number of the invitation."""
    secret: str = Field(pattern="^[A-Z2-7]{32}$")
    """Its secret."""
    at: AwareDatetime
    """The moment it is at the node."""


class Asked(BaseModel):
    """What became of it."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    state: Standing
    fingerprint: str
    """Of the node's key, which its people read to those of the hub."""


class Announced(BaseModel):
    """A newer description of a member."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    descriptor: str = Field(max_length=100_000)
    signature: str = Field(max_length=300)
    """Made with a key the hub knows."""


class Leaving(BaseModel):
    """The word of a member that leaves."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    document: str = Field(max_length=2_000)
    signature: str = Field(max_length=300)


class Stands(BaseModel):
    """How a member stands."""

    state: Standing


class Pull(CollectedMember):
    """What came of one time the hub asked."""

    period: str


class Pulls(Stands):
    """How a member stands, and what came of the last times it was asked, the newest first."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    items: list[Pull]


@introduction.get("/.well-known/coupole", response_class=Response, responses=AS_SIGNED)
def read_introduction(request: Request) -> Response:
    """Who this hub is, with its public keys, and what it asks of members; signed by itself."""
    return signed(request, *request.app.state.introduction)


@router.get("/directory", response_class=Response, responses=AS_SIGNED | problems_of(DirectoryMissing, status=STATUS))
def read_directory(request: Request, session: Reading) -> Response:
    """The members with their keys and how each stands, as signed."""
    found = directory.in_force(session)
    return signed(request, found.body, found.signature)


@router.post("/joining", status_code=202, dependencies=[KnownQuery], responses=problems_of(*REFUSED, status=STATUS))
async def ask_membership(request: Request, hub: ThisHub, asked: Joining) -> Asked:
    """Ask for membership with an invitation. The node is looked at at its address; a person decides."""
    now, raw = datetime.now(UTC), asked.descriptor.encode()
    joining.check_clock(asked.at, now)
    code = (asked.number, asked.secret)
    candidate = await run_in_threadpool(joining.begin, hub.store, hub.issuer, raw, asked.signature, code, now)
    if candidate is not None:
        reach: Reach = request.app.state.reach
        answer = await visit(reach, candidate.descriptor["issuer"])
        joining.check_answer(candidate, answer.raw, answer.signature)

        def keep() -> None:
            with hub.store.writing() as session:
                joining.keep(session, asked.number, candidate, now)

        await run_in_threadpool(keep)
    return await run_in_threadpool(_asked, hub, raw, asked.signature)


def _asked(hub: ThisHub, raw: bytes, signature: str) -> Asked:
    descriptor = read_descriptor(raw, signature)
    with hub.store.reading() as session:
        state: Any = joining.state(session, descriptor["node"])
    return Asked(state=state, fingerprint=fingerprint(signing_key(descriptor, signature)))


@router.put(
    "/members/{node}/descriptor",
    dependencies=[KnownQuery],
    responses=problems_of(MemberUnknown, members.MemberMoved, *TAKEN, *SIGNED, status=STATUS),
)
def announce_descriptor(hub: ThisHub, node: NodeName, said: Announced) -> Stands:
    """Put a member's newer description in force: its keys, signed with one that is known."""
    with hub.store.writing() as session:
        member: Any = members.renew(session, node, said.descriptor.encode(), said.signature)
        return Stands(state=member.state)


@router.post(
    "/members/{node}/leaving",
    dependencies=[KnownQuery],
    responses=problems_of(MemberUnknown, members.MemberBlocked, members.LeavingMisread, *SIGNED, status=STATUS),
)
def leave_federation(hub: ThisHub, node: NodeName, said: Leaving) -> Stands:
    """A member leaves: it is asked for nothing any more, but for what takes its people out of sealed totals."""
    with hub.store.writing() as session:
        state: Any = joining.leave(session, node, said.document.encode(), said.signature, hub=hub.issuer)
        return Stands(state=state)


@router.get("/members/{node}/pulls", dependencies=[KnownQuery], responses=problems_of(MemberUnknown, status=STATUS))
def list_pulls(session: Reading, language: Spoken, node: NodeName) -> Pulls:
    """How a member stands and what came of asking it lately, with what to do."""
    state: Any = joining.state(session, node)
    found = collections.shown_pulls(session, node, language, limit=SHOWN)
    return Pulls(
        state=state,
        items=[Pull(period=period, **CollectedMember.model_validate(one).model_dump()) for period, one in found],
    )
