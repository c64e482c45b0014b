"""Sealed totals read and written: tabulations, reports, batches, certificates, sums."""

from __future__ import annotations

import zlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, func, select, update
from sqlmodel import Session

from coupole.hub.store.sealed_tables import (
    BATCH,
    CERTIFICATE,
    COUNTERSIGNATURE,
    SEALED_PUBLICATION,
    SEALED_REPORT,
    SEALED_SUM,
    TABULATION,
    Batch,
    Certificate,
    Countersignature,
    SealedPublication,
    SealedReport,
    SealedSum,
)
from coupole.hub.store.sealed_tables import Tabulation as Kept
from coupole.wire.tabulations import Tabulation, read_tabulation

Counts = NDArray[np.int64]


def tabulation(session: Session, name: str) -> Kept | None:
    """One tabulation."""
    return session.get(Kept, name)


def in_force(session: Session) -> Kept | None:
    """The tabulation that reports follow now."""
    return session.scalar(select(Kept).where(TABULATION.c.in_force))


def tabulations(session: Session) -> list[Kept]:
    """All of them, the newest first."""
    return list(session.scalars(select(Kept).order_by(TABULATION.c.made_at.desc())))


def document(kept: Kept) -> Tabulation:
    """What a tabulation says."""
    return read_tabulation(kept.body)


def epochs(session: Session) -> int:
    """How many tabulations were ever in force or are proposed."""
    return session.scalar(select(func.count()).select_from(TABULATION)) or 0


def countersignatures(session: Session, name: str) -> list[Countersignature]:
    """The trustees' signatures under a tabulation, in the order it names them."""
    query = select(Countersignature).where(COUNTERSIGNATURE.c.tabulation == name)
    return list(session.scalars(query.order_by(COUNTERSIGNATURE.c.trustee)))


def put_in_force(session: Session, name: str) -> None:
    """Let reports follow this tabulation from now on, and no other."""
    session.execute(update(TABULATION).values(in_force=TABULATION.c.id == name))


def reports(session: Session, name: str, slot: str) -> list[SealedReport]:
    """What members sealed for a slot, by member; also those who did not."""
    query = select(SealedReport).where(SEALED_REPORT.c.tabulation == name, SEALED_REPORT.c.slot == slot)
    return list(session.scalars(query.order_by(SEALED_REPORT.c.member)))


def report(session: Session, name: str, slot: str, member: str) -> SealedReport | None:
    """What one member sealed for a slot."""
    return session.get(SealedReport, (name, slot, member))


def reasons(session: Session, name: str, slot: str) -> dict[str, str]:
    """Of each member that was asked for a slot the code of the reason why it sealed nothing; empty when it did."""
    query = select(SEALED_REPORT.c.member, SEALED_REPORT.c.reason)
    same = (SEALED_REPORT.c.tabulation == name, SEALED_REPORT.c.slot == slot)
    return {row.member: row.reason for row in session.execute(query.where(*same))}


def asked(session: Session, name: str, slot: str) -> int:
    """How many members were asked to report for a slot."""
    query = select(func.count()).where(SEALED_REPORT.c.tabulation == name, SEALED_REPORT.c.slot == slot)
    return session.scalar(query) or 0


def batch(session: Session, name: str, slot: str, trustee: int) -> Batch | None:
    """The request a slot is summed with, once it was made."""
    return session.get(Batch, (name, slot, trustee))


def unsummed(session: Session, name: str, trustees: int) -> list[str]:
    """The slots that a request was made for and that not each of so many trustees has certified."""
    certified = select(CERTIFICATE.c.slot).where(CERTIFICATE.c.tabulation == name)
    whole = certified.group_by(CERTIFICATE.c.slot).having(func.count() >= trustees)
    query = select(BATCH.c.slot).where(BATCH.c.tabulation == name, BATCH.c.slot.not_in(whole)).distinct()
    return list(session.scalars(query))


def certificates(session: Session, name: str, trustee: int = 0) -> list[Row[Any]]:
    """What a trustee certified, in order, without its sums: trustee, number, slot, outcome, body, signature."""
    columns = (CERTIFICATE.c[one] for one in ("trustee", "number", "slot", "outcome", "body", "signature"))
    query = select(*columns).where(CERTIFICATE.c.tabulation == name, CERTIFICATE.c.trustee == trustee)
    return list(session.execute(query.order_by(CERTIFICATE.c.number)))


def certificate_of(session: Session, name: str, slot: str, trustee: int) -> Certificate | None:
    """What a trustee certified of one slot."""
    same = (CERTIFICATE.c.tabulation == name, CERTIFICATE.c.slot == slot, CERTIFICATE.c.trustee == trustee)
    return session.scalar(select(Certificate).where(*same))


def keep_sum(session: Session, name: str, slot: str, group: str, members: int, counts: Counts) -> None:
    """Keep what a slot changed in a group."""
    body = zlib.compress(counts.astype("<i8").tobytes(), 6)
    session.merge(SealedSum(tabulation=name, slot=slot, group=group, members=members, body=body))


class GroupSum(NamedTuple):
    """What a slot changed in each cell of a group, and of how many members that is."""

    slot: str
    group: str
    members: int
    counts: Counts


def group_sums(session: Session, name: str) -> list[GroupSum]:
    """What every slot that was released changed, group by group."""
    rows = session.scalars(select(SealedSum).where(SEALED_SUM.c.tabulation == name))
    return [GroupSum(one.slot, one.group, one.members, counts(one.body)) for one in rows]


def released(session: Session, name: str) -> list[str]:
    """The slots of a tabulation that were released."""
    return list(session.scalars(select(SEALED_SUM.c.slot).where(SEALED_SUM.c.tabulation == name).distinct()))


def sums(session: Session, name: str) -> tuple[dict[str, Counts], dict[str, int]]:
    """Of every slot that was released what changed in each cell, all groups together, and how many members it is of."""
    changed: dict[str, Counts] = {}
    members: dict[str, int] = {}
    for one in group_sums(session, name):
        changed[one.slot] = changed.get(one.slot, 0) + one.counts
        members[one.slot] = members.get(one.slot, 0) + one.members
    return changed, members


def counts(body: bytes) -> Counts:
    """Counts from the database."""
    return np.frombuffer(zlib.decompress(body), "<i8").astype(np.int64, copy=False)


def publication(session: Session, name: str, slot: str) -> SealedPublication | None:
    """What was published of a slot."""
    return session.get(SealedPublication, (name, slot))


def newest_publication(session: Session, slot: str) -> SealedPublication | None:
    """What was published of a slot, under the newest tabulation that has it."""
    query = select(SealedPublication).where(SEALED_PUBLICATION.c.slot == slot)
    return session.scalar(query.order_by(SEALED_PUBLICATION.c.made_at.desc()).limit(1))


def publications(session: Session) -> list[Row[Any]]:
    """Tabulation, slot, moment and signature of everything published, the newest first."""
    columns = (SEALED_PUBLICATION.c[one] for one in ("tabulation", "slot", "made_at", "signature"))
    return list(session.execute(select(*columns).order_by(SEALED_PUBLICATION.c.slot.desc())))


def text(found: SealedPublication) -> bytes:
    """The signed bytes of a publication."""
    return zlib.decompress(found.body)
