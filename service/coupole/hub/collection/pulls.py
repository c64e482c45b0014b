"""One pull: ask a member for a period, check what comes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from coupole.errors import CoupoleError
from coupole.hub.collection.outcomes import (
    Arrived,
    Outcome,
    ReleaseAllWithheld,
    RevisionOlder,
    RevisionRewritten,
    of_error,
)
from coupole.hub.collection.plausibility import check_layout, check_release_fits
from coupole.hub.store.packing import pack, read_layout
from coupole.standard.catalogue import Catalogue
from coupole.wire.releases import check_release
from coupole_client import NodeAnswerInvalid, NodeClient, SignedAnswer


@dataclass(frozen=True, slots=True)
class Known:
    """The newest release of a member that is kept already."""

    id: int
    revision: int
    digest: str
    etag: str
    reported: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One member and what is known of it."""

    member: str
    issuer: str
    keys: str
    known: Known | None = None


@dataclass(slots=True)
class Question:
    """What every member of a round is asked. Layouts already found good are remembered by digest."""

    catalogue: Catalogue
    period: str
    good: set[str] = field(default_factory=set)


async def pull(question: Question, asked: Asked, connect: Callable[[str], NodeClient]) -> Outcome:
    """Ask one member. Never raises for what the member did."""
    catalogue, known = question.catalogue, asked.known
    try:
        async with connect(asked.issuer) as node:
            answer = await node.release_since(
                catalogue.id, catalogue.version, question.period, known.etag if known else ""
            )
        if answer is None and known:
            return _same(asked.member, known)
        return check(question, asked, answer) if answer else Outcome(asked.member, "invalid", NodeAnswerInvalid.code)
    except CoupoleError as error:
        return of_error(asked.member, error)


def check(question: Question, asked: Asked, answer: SignedAnswer) -> Outcome:
    """Everything a release must be before it is kept. Raises ``CoupoleError`` of ``wire`` or of this room."""
    catalogue = question.catalogue
    release = check_release(
        answer.raw,
        answer.signature,
        json.loads(asked.keys),
        node=asked.member,
        catalogue=catalogue.id,
        version=catalogue.version,
        period=question.period,
    )
    digest = hashlib.sha256(answer.raw).hexdigest()
    if asked.known and release["revision"] <= asked.known.revision:
        if release["revision"] < asked.known.revision:
            raise RevisionOlder(known=asked.known.revision)
        if digest != asked.known.digest:
            raise RevisionRewritten(known=asked.known.revision)
        return _same(asked.member, asked.known)
    packed = pack(release)
    check_release_fits(release, packed)
    if packed.digest not in question.good:
        check_layout(read_layout(packed.layout), catalogue)
        question.good.add(packed.digest)
    reported = sum(indicator["state"] == "reported" for indicator in release["indicators"])
    arrived = Arrived(answer.raw, answer.signature, answer.etag, digest, reported, release, packed)
    return _outcome(asked.member, reported, arrived=arrived)


def _same(member: str, known: Known) -> Outcome:
    return _outcome(member, known.reported, known=known.id)


def _outcome(member: str, reported: int, *, arrived: Arrived | None = None, known: int | None = None) -> Outcome:
    if reported:
        return Outcome(member, "answered", arrived=arrived, known=known)
    return Outcome(member, "withheld", ReleaseAllWithheld.code, arrived=arrived, known=known)
