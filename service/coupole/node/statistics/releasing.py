"""From exact tables to the release: counted, protected, frozen, signed. Nothing else makes figures that may leave.

A period is released once it is over. Freezing again gives the same release while its figures are the same; otherwise
a next revision, which says why. A period keeps the cell secret that was in use at its end, whatever is rotated later:
a second secret would be a second draw of the same noise, and two draws say more than one.

Some indicators are settled only days after their period (what decides them may still happen): until then they leave as
``not_settled``, and a release made afterwards holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar, cast

import structlog
from sqlmodel import Session

from coupole import standard
from coupole.disclosure.cellkey import AGREED
from coupole.disclosure.protection import FLOOR
from coupole.errors import CoupoleError
from coupole.node.statistics.counting import Counted, FactsStale, count
from coupole.node.statistics.protecting import shown
from coupole.node.store import Store, facts, journal, releases
from coupole.node.store.tables import Release as Kept
from coupole.standard.calendar import Period, parse_period
from coupole.standard.catalogue import Catalogue
from coupole.wire.documents import sign
from coupole.wire.keys import KeyRing
from coupole.wire.releases import (
    KIND,
    Cause,
    CellState,
    Noise,
    Release,
    ReleaseMargin,
    read_release,
    write_release,
)

NOISE: Noise = {
    "method": "cell_key",
    "variance": AGREED.variance,
    "bound": AGREED.bound,
    "hidden_below": AGREED.hidden_below,
}

LOG = structlog.get_logger(__name__)

Made = TypeVar("Made")


class PeriodNotClosed(CoupoleError):
    """The period is not over yet."""


class ReleaseNotFound(CoupoleError):
    """There is no release of that period."""


class IndicatorNotFound(CoupoleError):
    """The catalogue has no indicator of that name."""


class Member(Protocol):
    """Whose release it is: the settings of a node, or anything that says the same."""

    @property
    def node_id(self) -> str:
        """Short name of the node."""

    @property
    def name(self) -> str:
        """Name of the organisation."""


@dataclass(frozen=True, slots=True)
class FrozenRelease:
    """A release as it was signed. ``raw``: its canonical bytes."""

    catalogue: str
    version: str
    period: str
    revision: int
    cause: Cause
    frozen_at: datetime
    raw: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class PreviewFigure:
    """One figure as it is and as it would be shown (nothing where withheld), at most ``bound`` apart."""

    indicator: str
    dimension: str
    code: str
    part: str
    exact: int
    shown: int | None
    state: CellState
    bound: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What would leave, beside what is so: for the workshop's own eyes. No program is given it.

    ``before``: the release of that period that was made already, if any; ``stands``: its figures are these.
    """

    release: Release
    headcount: int
    figures: tuple[PreviewFigure, ...]
    before: FrozenRelease | None
    stands: bool


def freeze(
    store: Store,
    ring: KeyRing,
    member: Member,
    catalogue: Catalogue,
    period: Period,
    actor: str,
    now: datetime | None = None,
) -> FrozenRelease:
    """The release of a period: the one that was made if its figures still hold, else the next revision.

    ``actor``: who had it made, for the log. Raises ``PeriodNotClosed``; ``FactsStale`` while a bulk import keeps
    changing what is counted.
    """
    moment = now or datetime.now(UTC)
    if moment.date() <= period.last:
        raise PeriodNotClosed(period=period.name)

    def work(session: Session) -> FrozenRelease:
        return _frozen(session, store, ring, member, catalogue, period, moment)

    made = with_fresh_facts(store, store.writing, work)
    LOG.info("release_frozen", actor=actor, period=made.period, revision=made.revision, cause=made.cause)
    return made


def preview(
    store: Store, ring: KeyRing, member: Member, catalogue: Catalogue, period: Period, now: datetime | None = None
) -> Preview:
    """What a release of the period would hold today, beside the exact figures; also of a period that is not over.

    Raises ``FactsStale`` while a bulk import keeps changing what is counted.
    """
    moment = now or datetime.now(UTC)

    def work(session: Session) -> Preview:
        counted = count(session, store.vault, catalogue, period, _cell_secret(ring, period))
        made = _release(session, counted, ring, member, catalogue, period, moment)
        before = latest(session, catalogue.id, catalogue.version, period.name)
        stands = before is not None and _says(read_release(before.raw)) == _says(made)
        return Preview(made, counted.headcount, tuple(_beside(made, counted)), before, stands)

    return with_fresh_facts(store, store.reading, work)


def latest(session: Session, catalogue: str, version: str, period: str) -> FrozenRelease | None:
    """The release that counts, as it was signed; none if none was made."""
    kept = releases.newest(session, catalogue, version, period)
    return None if kept is None else _as_frozen(kept)


def outgrown(made: FrozenRelease, catalogue: Catalogue, now: datetime | None = None) -> bool:
    """Whether indicators that were not settled when the release was made are settled now."""
    day = (now or datetime.now(UTC)).date()
    waiting = _unsettled(read_release(made.raw))
    period = parse_period(made.period)
    return any(one.settled_on(period) < day for one in catalogue.indicators if one.id in waiting)


def withhold(session: Session, catalogue: Catalogue, indicator: str, actor: str, now: datetime | None = None) -> None:
    """Keep an indicator at the workshop from the next release on. Raises ``IndicatorNotFound``."""
    _require_known(catalogue, indicator)
    releases.withhold(session, indicator, actor, now or datetime.now(UTC))


def allow(session: Session, catalogue: Catalogue, indicator: str) -> None:
    """Let an indicator leave again from the next release on. Raises ``IndicatorNotFound``."""
    _require_known(catalogue, indicator)
    releases.allow(session, indicator)


def _require_known(catalogue: Catalogue, indicator: str) -> None:
    if all(indicator != known.id for known in catalogue.indicators):
        raise IndicatorNotFound()


def with_fresh_facts(
    store: Store, opened: Callable[[], AbstractContextManager[Session]], work: Callable[[Session], Made]
) -> Made:
    """The outcome of ``work`` on facts as fresh as the documents. ``opened``: what opens the session it is given.

    Raises ``FactsStale`` while a bulk import keeps changing what is counted.
    """
    store.refresh_facts()
    try:
        with opened() as session:
            return work(session)
    except FactsStale:  # of another version of the catalogue, or a write came between
        with store.writing() as session:
            facts.mark_all_stale(session)
    store.refresh_facts()
    with opened() as session:
        return work(session)


def _frozen(
    session: Session,
    store: Store,
    ring: KeyRing,
    member: Member,
    catalogue: Catalogue,
    period: Period,
    moment: datetime,
) -> FrozenRelease:
    counted_to = journal.head(session).seq
    counted = count(session, store.vault, catalogue, period, _cell_secret(ring, period))
    release = _release(session, counted, ring, member, catalogue, period, moment)
    before = releases.newest(session, catalogue.id, catalogue.version, period.name)
    if before is not None:
        former = read_release(before.body)
        if _says(former) == _says(release):
            return _as_frozen(before)
        release["revision"] = before.revision + 1
        release["cause"] = _cause(former, release, moved=counted_to > before.journal_seq)
    raw = write_release(release)
    kept = Kept(
        catalogue=catalogue.id,
        version=catalogue.version,
        period=period.name,
        revision=release["revision"],
        cause=release["cause"],
        body=raw,
        signature=sign(KIND, raw, ring.active("sign")),
        journal_seq=counted_to,
        frozen_at=moment,
    )
    releases.keep(session, kept)
    return _as_frozen(kept)


def sign_anew(session: Session, ring: KeyRing) -> None:
    """Sign every release that is kept with the key in use: those before it were withdrawn. The bytes stay."""
    for kept in releases.every(session):
        kept.signature = sign(KIND, kept.body, ring.active("sign"))
        releases.keep(session, kept)


def _as_frozen(kept: Kept) -> FrozenRelease:
    name = (kept.catalogue, kept.version, kept.period)
    return FrozenRelease(*name, kept.revision, cast(Cause, kept.cause), kept.frozen_at, kept.body, kept.signature)


def _says(release: Release) -> tuple[object, ...]:
    """What makes one revision differ from another: figures and how they are protected, not when or by whom."""
    return release["indicators"], release["noise"], release["floor"], release["standard"]


def _cause(before: Release, after: Release, *, moved: bool) -> Cause:
    kept = [
        {one["id"] for one in release["indicators"] if one.get("reason") == "own_decision"}
        for release in (before, after)
    ]
    if kept[0] != kept[1]:
        return "decision_changed"
    settled = _unsettled(before) - _unsettled(after)
    if settled and _says(_without(before, settled)) == _says(_without(after, settled)):
        return "settled"
    return "records_changed" if moved else "method_changed"


def _unsettled(release: Release) -> set[str]:
    return {one["id"] for one in release["indicators"] if one.get("reason") == "not_settled"}


def _without(release: Release, names: set[str]) -> Release:
    return {**release, "indicators": [one for one in release["indicators"] if one["id"] not in names]}


def _cell_secret(ring: KeyRing, period: Period) -> bytes:
    """The cell secret in use at the end of the period; the first one for periods before there was any."""
    keys = ring.of("cell")
    return next((key for key in keys if key.made_at.date() <= period.last), keys[-1]).secret


def _release(
    session: Session,
    counted: Counted,
    ring: KeyRing,
    member: Member,
    catalogue: Catalogue,
    period: Period,
    moment: datetime,
) -> Release:
    """The document, as a first revision."""
    day = max(moment.date(), period.last + timedelta(days=1))  # a period that is not over is looked at as if it were
    unsettled = {one.id for one in catalogue.indicators if one.settled_on(period) >= day}
    return {
        "type": "release",
        "form": 1,
        "node": member.node_id,
        "name": member.name,
        "catalogue": catalogue.id,
        "version": catalogue.version,
        "standard": standard.VERSION,
        "period": period.name,
        "first_on": period.first.isoformat(),
        "last_on": period.last.isoformat(),
        "revision": 1,
        "cause": "first",
        "frozen_at": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "noise": NOISE,
        "floor": FLOOR,
        "indicators": shown(
            catalogue.indicators,
            counted,
            _cell_secret(ring, period),
            kept=releases.withheld(session),
            unsettled=unsettled,
        ),
    }


def _beside(release: Release, counted: Counted) -> Iterator[PreviewFigure]:
    """Every exact figure with what is shown of it."""
    for indicator, table in zip(release["indicators"], counted.tables, strict=True):
        found = {
            (margin["dimension"], code, part): (margin, at, place)
            for margin in indicator["margins"]
            for place, part in enumerate(indicator["parts"])
            for at, code in enumerate(margin["codes"])
        }
        for margin in table.margins:
            values, persons = (
                one[margin.cells].reshape(margin.shape) for one in (counted.cells.values, counted.cells.persons)
            )
            for at, code in enumerate(margin.codes):
                if margin.listed and not persons[:, at].any():
                    continue
                for part, exact in zip(margin.parts, values[:, at].tolist(), strict=True):
                    figure = (margin.dimension, code, part)
                    yield PreviewFigure(indicator["id"], *figure, exact, *_as_shown(found.get(figure)))


def _as_shown(found: tuple[ReleaseMargin, int, int] | None) -> tuple[int | None, CellState, int]:
    if found is None:  # a margin or code that does not leave
        return None, "withheld", 0
    margin, at, place = found
    state = margin["states"][place][at]
    if state == "withheld":
        return None, state, 0
    bound = margin["bounds"][place][at] if "bounds" in margin else AGREED.bound
    return margin["values"][place][at], state, bound
