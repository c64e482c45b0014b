"""Sealed totals: what the hub proposes to count, and the sealed reports it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.responses import Response

from coupole.errors import Finding
from coupole.node.api.node import Reading, ThisNode, Writing
from coupole.node.statistics import accepting, certifying, comparing, reporting
from coupole.node.statistics.accepting import IN_FORCE
from coupole.node.store import sealed
from coupole.node.store.sealing_tables import AgreedTabulation
from coupole.web.errors import RequestInvalid
from coupole.web.oauth import Caller
from coupole.wire.base64url import from_text
from coupole.wire.reports import MEDIA_TYPE
from coupole.wire.tabulations import read_tabulation

REQUEST_BYTES = 16_000_000
"""The longest question: certificates of a federation of two hundred over years."""
SIGNATURE = 300
DOCUMENT = 4_000_000
OWN = 600_000

TabulationId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the tabulation.")]
SlotName = Annotated[str, Path(pattern="^[0-9]{4}-(Q[1-4]|[0-9]{2})$", description="`2026-10` or `2026-Q4`.")]
Signature = Annotated[str, Field(min_length=1, max_length=SIGNATURE)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Proposal(_Body):
    """A tabulation and who signed it."""

    document: Annotated[str, Field(max_length=DOCUMENT)]
    """The tabulation, canonical JSON."""
    signature: Signature
    """Of the hub."""
    countersignatures: Annotated[list[Signature], Field(min_length=1, max_length=2)]
    """Of each trustee, in the order of the tabulation."""


class SignedDocument(_Body):
    """A document of a trustee, canonical JSON, with its signature."""

    document: Annotated[str, Field(max_length=DOCUMENT)]
    signature: Signature


class Publication(_Body):
    """What a hub published of a slot, and the certificates up to it."""

    document: Annotated[str, Field(max_length=DOCUMENT)]
    """The publication, canonical JSON."""
    signature: Signature
    """Of the hub."""
    certificates: Annotated[list[SignedDocument], Field(max_length=2_000)]
    """Of each trustee in their order, from any the member knows up to the newest."""


class LastReport(_Body):
    """The member's report that was counted last, as it came."""

    header: Annotated[str, Field(max_length=8_000)]
    signature: Signature
    own: Annotated[str, Field(max_length=OWN, pattern="^[A-Za-z0-9_-]*$")]
    """In base64url without padding."""


class Question(_Body):
    """What a hub asks a member for a slot."""

    tabulation: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    slot: Annotated[str, Field(max_length=20)]
    """`2026-10`, `2026-Q4`, or its opening balances: `2026-10/opening`."""
    kind: Literal["change", "opening", "closing"]
    certificates: Annotated[list[SignedDocument], Field(max_length=2_000)]
    """Of each trustee in their order, from any the member knows up to the newest."""
    key_lists: Annotated[list[SignedDocument], Field(max_length=4)]
    """The newest list of keys of each trustee."""
    last: LastReport | None = None
    """For a member that lost its database; others do not look at it."""


class Head(BaseModel):
    """The last certificate of a trustee that this member knows."""

    trustee: str
    """Identifier of the trustee's key."""
    number: int
    sha256: str


class TabulationState(BaseModel):
    """A tabulation, and how this member stands to it."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    federation: str
    population: str
    epoch: int
    state: Literal["proposed", "accepted", "declined", "leaving", "ended"]
    next: list[str]
    """The slots that may be asked for next; none unless the tabulation is in force."""
    heads: list[Head]


class TabulationList(BaseModel):
    """Tabulations, newest first."""

    items: list[TabulationState]


def list_route(reads: Any) -> Callable[..., dict[str, Any]]:
    """The route that lists tabulations; ``reads`` is the guard that says who calls."""

    def list_tabulations(session: Reading, caller: Caller = reads) -> dict[str, Any]:
        """What this program proposed, and what was decided about it."""
        mine = [row for row in sealed.tabulations(session) if row.client == caller.client]
        return {"items": [_told(session, row) for row in mine]}

    return list_tabulations


def propose_route(reads: Any) -> Callable[..., dict[str, Any]]:
    """The route that takes a proposal; ``reads`` is the guard that says who calls."""

    def propose_tabulation(
        session: Writing, node: ThisNode, tabulation: TabulationId, proposal: Proposal, caller: Caller = reads
    ) -> dict[str, Any]:
        """Propose what is to be counted and sealed; the member's administrator decides once."""
        raw, signatures = proposal.document.encode(), proposal.countersignatures
        row = accepting.propose(session, node.catalogue, tabulation, raw, proposal.signature, signatures, caller.client)
        return _told(session, row)

    return propose_tabulation


def report_route(reads: Any) -> Callable[..., Response]:
    """The route that gives out sealed reports; ``reads`` is the guard that says who calls."""

    def make_report(node: ThisNode, question: Question, caller: Caller = reads) -> Response:
        """The sealed report of a slot; the same bytes whenever it is asked for."""
        body = reporting.answer(node.store, node.ring, node.node_id, node.catalogue, asked(question), caller.client)
        return Response(body, media_type=MEDIA_TYPE)

    return make_report


def publication_route(reads: Any) -> Callable[..., None]:
    """The route that takes what a hub published; ``reads`` is the guard that says who calls."""

    def bring_publication(
        session: Writing,
        node: ThisNode,
        tabulation: TabulationId,
        slot: SlotName,
        publication: Publication,
        caller: Caller = reads,
    ) -> None:
        """Bring what was published of a slot: the member compares itself with it, on its own machine."""
        raw, certificates = publication.document.encode(), _signed(publication.certificates)
        brought = comparing.Brought(tabulation, slot, raw, publication.signature, certificates)
        comparing.bring(session, node.ring, node.node_id, brought, caller.client)

    return bring_publication


def _signed(documents: list[SignedDocument]) -> list[certifying.Signed]:
    return [certifying.Signed(one.document.encode(), one.signature) for one in documents]


def asked(question: Question) -> reporting.Asked:
    """A question as the room of figures takes it. Raises ``RequestInvalid``."""
    last = question.last
    return reporting.Asked(
        question.tabulation,
        question.slot,
        question.kind,
        _signed(question.certificates),
        _signed(question.key_lists),
        None if last is None else reporting.Last(last.header.encode(), last.signature, _bytes(last.own)),
    )


def _bytes(text: str) -> bytes:
    try:
        return from_text(text)
    except ValueError:
        raise RequestInvalid(findings=[Finding("pattern_mismatch", "/last/own")]) from None


def _told(session: Session, row: AgreedTabulation) -> dict[str, Any]:
    document = read_tabulation(row.body)
    known = certifying.heads(session, row.id, document)
    following = certifying.next_slots(session, row.id, document) if row.state in IN_FORCE else ()
    return {
        "id": row.id,
        "federation": document["federation"],
        "population": document["population"],
        "epoch": document["epoch"],
        "state": row.state,
        "next": [slot.name for slot in following],
        "heads": [{"trustee": kid, "number": one.number, "sha256": one.sha256} for kid, one in known.items() if one],
    }
