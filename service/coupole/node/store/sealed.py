"""Sealed totals read and written: tabulations, reports, certificates, what was published."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from coupole.node.store.sealing_tables import AgreedTabulation, Certificate, FederationTables, SealedReport


def tabulation(session: Session, name: str) -> AgreedTabulation | None:
    """The tabulation of that id."""
    return session.get(AgreedTabulation, name)


def tabulations(session: Session) -> list[AgreedTabulation]:
    """All tabulations, the newest first."""
    order = (col(AgreedTabulation.proposed_at).desc(), col(AgreedTabulation.id))
    return list(session.exec(select(AgreedTabulation).order_by(*order)))


def report(session: Session, tabulation: str, slot: str) -> SealedReport | None:
    """What was made for a slot."""
    return session.get(SealedReport, (tabulation, slot))


def reports(session: Session, tabulation: str) -> list[SealedReport]:
    """Every report of a tabulation, the newest first."""
    query = select(SealedReport).where(SealedReport.tabulation == tabulation)
    return list(session.exec(query.order_by(col(SealedReport.made_at).desc(), col(SealedReport.seq).desc())))


def named_report(session: Session, tabulation: str, report: str) -> SealedReport | None:
    """The report whose header has that hash."""
    query = select(SealedReport).where(SealedReport.tabulation == tabulation, SealedReport.report == report)
    return session.exec(query).first()


def head(session: Session, tabulation: str, trustee: str) -> Certificate | None:
    """The last certificate known of a trustee."""
    mine = select(func.max(Certificate.number)).where(*_of(tabulation, trustee)).scalar_subquery()
    return session.exec(select(Certificate).where(*_of(tabulation, trustee), col(Certificate.number) == mine)).first()


def certificate(session: Session, tabulation: str, trustee: str, number: int) -> Certificate | None:
    """The certificate of that number."""
    return session.get(Certificate, (tabulation, trustee, number))


def certificates(session: Session, tabulation: str, trustee: str) -> list[Certificate]:
    """The whole chain of a trustee, the first one first."""
    return list(session.exec(select(Certificate).where(*_of(tabulation, trustee)).order_by(col(Certificate.number))))


def published(session: Session, tabulation: str) -> list[FederationTables]:
    """What the hub published of each slot, in the order it came."""
    query = select(FederationTables).where(FederationTables.tabulation == tabulation)
    return list(session.exec(query.order_by(col(FederationTables.at), col(FederationTables.slot))))


def keep(session: Session, row: AgreedTabulation | SealedReport | Certificate | FederationTables) -> None:
    """Write a new or changed row."""
    session.add(row)
    session.flush()


def _of(tabulation: str, trustee: str) -> tuple[bool, bool]:
    return Certificate.tabulation == tabulation, Certificate.trustee == trustee
