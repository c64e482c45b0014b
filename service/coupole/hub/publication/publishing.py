"""From releases to a publication: totals made anew for the whole period, frozen, signed, kept.

There is no adding to what was there: a late member, a corrected release, a member that left are all the same case. The
same figures are not published twice; what differs from those before is named in the publication that replaces them,
with the former figures and the cause.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub.publication.corrections import correction
from coupole.hub.publication.totals import COVERAGE, Cell, Contribution, Total, Totals, add_up
from coupole.hub.store import Store, published
from coupole.hub.store.published import Key
from coupole.hub.store.tables import Publication
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import Catalogue
from coupole.standard.reading import canonical
from coupole.wire.documents import sign, written
from coupole.wire.keys import Key as SigningKey

KIND = "publication"


class PeriodNotCollected(CoupoleError):
    """No member was asked for this period yet."""


class PublicationUnknown(CoupoleError):
    """Nothing was published of this period."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing came to. ``fresh``: whether the figures differ from those that were there, ``changed``: how many
    of them were published otherwise before."""

    revision: int
    fresh: bool
    members: int
    answered: int
    changed: int = 0


def publish(
    store: Store, key: SigningKey, hub: str, catalogue: Catalogue, period: str, now: datetime | None = None
) -> Published:
    """Publish a period from what members released. Raises ``PeriodInvalid``, ``PeriodNotCollected``."""
    parse_period(period)
    where = (catalogue.id, catalogue.version, period)
    with store.writing() as session:
        members = [row.id for row in published.roster(session, where)]
        if not members:
            raise PeriodNotCollected()
        totals, answered = _totals(session, where, set(members))
        revisions = published.newest_revisions(session, where)
        indicators = _indicators(catalogue, totals, len(members))
        digest = hashlib.sha256(canonical({"members": members, "indicators": indicators})).hexdigest()
        before = published.newest(session, where)
        if before and before.digest == digest:
            return Published(before.revision, False, before.members, before.answered)
        head: dict[str, Any] = {
            "type": KIND,
            "form": 1,
            "hub": hub,
            "catalogue": catalogue.id,
            "version": catalogue.version,
            "period": period,
            "revision": before.revision + 1 if before else 1,
            "made_at": (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "members": members,
            "releases": {node: revision for node, revision in revisions.items() if node in members},
        }
        head["corrections"] = _corrections(session, where, before, head | {"indicators": indicators})
        _keep(session, where, head, indicators, digest, answered, key)
        changed = len(head["corrections"][-1]["figures"]) if before else 0
        return Published(head["revision"], True, len(members), answered, changed)


def publication(session: Session, catalogue: Catalogue, period: str) -> Publication:
    """The newest publication of a period. Raises ``PublicationUnknown``."""
    found = published.newest(session, (catalogue.id, catalogue.version, period))
    if found is None:
        raise PublicationUnknown()
    return found


def _totals(session: Session, where: Key, members: set[str]) -> tuple[Totals, int]:
    rows = [row for row in published.newest_values(session, where) if row.member in members]
    contributions = [Contribution(row.member, row.layout, row.variance, *published.opened(row)) for row in rows]
    layouts = published.layouts(session, {row.layout for row in rows})
    return add_up(contributions, layouts), len(rows)


def _indicators(catalogue: Catalogue, totals: Totals, members: int) -> list[dict[str, Any]]:
    """Every indicator of the catalogue, also those nobody reported: silence is not zero."""
    by_indicator: dict[str, list[tuple[Cell, Total]]] = {indicator.id: [] for indicator in catalogue.indicators}
    for cell, total in totals.figures.items():
        by_indicator[cell.indicator].append((cell, total))
    found = []
    for indicator in catalogue.indicators:
        covered = totals.coverage.get(indicator.id)
        counts = {name: len(getattr(covered, name)) if covered else 0 for name in COVERAGE}
        figures = sorted((*cell[1:], *total) for cell, total in by_indicator[indicator.id])
        found.append(
            {
                "id": indicator.id,
                "coverage": counts | {"members": members, "missing": members - sum(counts.values())},
                "nodes": covered.reported if covered else [],
                "figures": [list(figure) for figure in figures],
            }
        )
    return found


def _corrections(
    session: Session, where: Key, before: Publication | None, after: dict[str, Any]
) -> list[dict[str, Any]]:
    """What was published otherwise before, revision by revision."""
    if before is None:
        return []
    former = json.loads(published.text(before))
    revised = published.causes_since(session, where, former["releases"])
    return [*former["corrections"], correction(former, after, revised)]


def _keep(
    session: Session,
    where: Key,
    head: dict[str, Any],
    indicators: list[dict[str, Any]],
    digest: str,
    answered: int,
    key: SigningKey,
) -> None:
    names = ("members", *COVERAGE, "missing")
    coverage = [[one["id"], *(one["coverage"][name] for name in names), json.dumps(one["nodes"])] for one in indicators]
    figures = [[one["id"], *figure] for one in indicators for figure in one["figures"]]
    published.replace(session, where, coverage, figures)
    raw = written(head | {"indicators": indicators})
    session.add(
        Publication(
            catalogue=where[0],
            version=where[1],
            period=where[2],
            revision=head["revision"],
            members=len(head["members"]),
            answered=answered,
            made_at=datetime.fromisoformat(head["made_at"]),
            digest=digest,
            body=zlib.compress(raw, 6),
            signature=sign(KIND, raw, key),
        )
    )
