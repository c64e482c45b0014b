"""What came of asking one member: a value, never an accident. The round goes on and says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from coupole.errors import CoupoleError, Finding
from coupole.hub.store.packing import Packed
from coupole.standard.sentences import known_codes
from coupole.wire.documents import SignerUnknown
from coupole.wire.releases import Release
from coupole_client import NodeAnswerInvalid, NodeClockDiffers, NodeError, NodeRefused, NodeUnreachable

Kind = Literal["answered", "refused", "withheld", "unreachable", "invalid"]

WITHHELD_CODES = ("release_not_found",)
"""How a node says that its people have not let this release go (yet)."""


KEPT_FINDINGS = 10


class MemberKeyUnknown(CoupoleError):
    """The release is signed with a key that nobody confirmed for this member."""


class ReleaseAllWithheld(CoupoleError):
    """The member released this period and shows no figure of it."""


class RevisionRewritten(CoupoleError):
    """The member signed two different releases under one revision number."""


class RevisionOlder(CoupoleError):
    """The member came back to a revision older than the one it gave before."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrived:
    """A release that passed every check."""

    raw: bytes
    signature: str
    etag: str
    digest: str
    reported: int
    release: Release
    packed: Packed


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of asking ``member``. ``reason`` is a code with words in four languages; ``said`` the member's own."""

    member: str
    kind: Kind
    reason: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    """What exactly is wrong with what it sent; the first few."""
    said: str = ""
    arrived: Arrived | None = None
    known: int | None = None
    """The release we had already, when the member still has the same."""


def of_error(member: str, error: CoupoleError) -> Outcome:
    """The outcome of a failed pull."""
    if isinstance(error, SignerUnknown):
        error = MemberKeyUnknown()
    if not isinstance(error, NodeError):
        pointed = (Finding(error.code, error.pointer),) if error.pointer else ()
        return Outcome(member, "invalid", error.code, error.params, (error.findings or pointed)[:KEPT_FINDINGS])
    problem = error.problem
    said = (problem.title or problem.detail or problem.code) if problem else ""
    reason = error.code
    if isinstance(error, NodeRefused) and not isinstance(error, NodeClockDiffers) and problem:
        # The node's own reason is more exact than ours, when it is one of the standard's.
        reason = problem.code if problem.code in known_codes() else reason
    return Outcome(member, _kind(error, reason), reason, error.params, said=said[:300])


def _kind(error: NodeError, reason: str) -> Kind:
    if reason in WITHHELD_CODES:
        return "withheld"
    if isinstance(error, NodeAnswerInvalid):
        return "invalid"
    return "unreachable" if isinstance(error, NodeUnreachable) else "refused"
