"""What a party holds of a federation, in one document that anybody can attack (form ``coupole-release/1``).

    public       everything published: fine tables, exact headlines, totals of member tables
    hub          totals as they were summed, every member's own released tables, who was in which batch
    trustee      what is public, and who was in which batch: it holds no table
    member:ID    what is public, and its own exact figures (added by whoever can read its node)

A table is ``{id, owner, population, period, vars, kind, noise, cells}``: ``owner`` = whose figures, ``population`` =
what is counted, ``period`` = months since the year 0, ``cells`` = levels (``*`` = all) and figure; null where withheld.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from coupole.hub.publication.releasing import as_text
from coupole.hub.publication.sealed import fine_tables, suffix
from coupole.hub.store import published, sealed
from coupole.hub.store.tables import RELEASE
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import Catalogue
from coupole.wire.releases import Release, ReleaseMargin
from coupole.wire.slots import OPENING
from coupole.wire.tabulations import ALL, crossed

FORMAT = "coupole-release/1"
FEDERATION = "federation"
TOTAL = "total"
K, M = 5, 5
FREE = 10_000_000

Table = dict[str, Any]


def view(session: Session, catalogue: Catalogue, party: str) -> dict[str, Any]:
    """What ``hub``, ``trustee`` or ``public`` holds; for ``member:ID`` what it holds beside its own records."""
    if party == "hub":
        tables = [*_summed(session)]
        tables += [table for release in releases(session) for table in _released(catalogue, release)]
    else:
        tables = [*_fine(session)]
    tables += _totals(session, catalogue)
    inside = party in ("hub", "trustee")
    batches = [*_batches(session)]
    return {
        "format": FORMAT,
        "k": K,
        "m": M,
        "levels": _levels(tables),
        "tables": tables,
        "sums": [*_sums(batches)] if inside else [],
        "flows": [],
        "batches": batches if inside else [],
        "outcome_vars": sorted(_outcomes(catalogue)),
    }


def month(period: str) -> int:
    """The last month of a period, counted from the year 0."""
    last = parse_period(period).last
    return last.year * 12 + last.month


def releases(session: Session) -> Iterator[Release]:
    """The newest release of each member and period."""
    query = select(RELEASE.c.member, RELEASE.c.period, RELEASE.c.body).order_by(RELEASE.c.revision)
    newest = {(row.member, row.period): row.body for row in session.execute(query)}
    for body in newest.values():
        found: Release = json.loads(zlib.decompress(body))
        yield found


def _summed(session: Session) -> Iterator[Table]:
    """Every slot as the trustee gave it, figures below 0 and exact tables included."""
    for kept in sealed.tabulations(session):
        document, (sums, _members) = sealed.document(kept), sealed.sums(session, kept.id)
        for slot in sums:
            for table in fine_tables(document, sums, slot, shown=False):
                yield _fine_table(as_text(table), slot)


def _fine(session: Session) -> Iterator[Table]:
    for row in sealed.publications(session):
        kept = sealed.publication(session, row.tabulation, row.slot)
        document = json.loads(sealed.text(kept)) if kept else {"tables": []}
        for table in document["tables"]:
            yield _fine_table(table, row.slot)


def _fine_table(table: Mapping[str, Any], slot: str) -> Table:
    hidden = frozenset(table.get("hidden", ()))
    places = enumerate(zip(crossed(table["levels"]), table["values"], strict=True))
    found: Table = {
        "id": f"{slot} {table['id']}{suffix(table['span'])}",
        "owner": FEDERATION,
        "population": f"{table['indicator']}.{table['part']}{suffix(table['span'])}",
        "period": month(slot.removesuffix(OPENING)) - slot.endswith(OPENING),  # opened with what was there before
        "vars": table["by"],
        "kind": "stock" if table["span"] == "day" else "flow",
        "noise": _noise(table["bound"]),
        "cells": [[[*levels], None if place in hidden else value] for place, (levels, value) in places],
    }
    return found | {"hidden_range": [1, FREE]} if hidden else found


def _noise(bound: int) -> dict[str, Any]:
    return {"kind": "bounded", "max": bound, "kept_zero": False} if bound else {"kind": "exact"}


def _released(catalogue: Catalogue, release: Release) -> Iterator[Table]:
    """The tables of a member as it released them, sums of amounts left out."""
    for indicator in release["indicators"]:
        for margin in indicator["margins"]:
            for place, part in enumerate(indicator["parts"]):
                if part.startswith("sum"):
                    continue
                yield {
                    **_head(catalogue, release["period"], indicator["id"], part, margin["dimension"]),
                    "id": f"{release['node']} {release['period']} {indicator['id']}.{part}.{margin['dimension']}",
                    "owner": release["node"],
                    "noise": _noise(release["noise"]["bound"]) | {"kept_zero": True},  # of nobody there is none
                    "cells": [*_cells(margin, place)],
                }


def _head(catalogue: Catalogue, period: str, indicator: str, part: str, dimension: str) -> Table:
    kinds = {source.kind for source in catalogue.indicator(indicator).sources}
    return {
        "population": f"{indicator}.{part}" if len(period) > 4 else f"{indicator}.{part}.year",
        "period": month(period),
        "vars": [] if dimension == TOTAL else [dimension],
        "kind": "stock" if kinds == {"stock_end"} else "flow",
    }


def _cells(margin: ReleaseMargin, place: int) -> Iterator[list[Any]]:
    for at, code in enumerate(margin["codes"]):
        shown = margin["states"][place][at] != "withheld"
        yield [[] if margin["dimension"] == TOTAL else [code], margin["values"][place][at] if shown else None]


def _totals(session: Session, catalogue: Catalogue) -> Iterator[Table]:
    """Published totals of what members released; of those members alone that show the figure."""
    for row in published.publications(session, catalogue.id, catalogue.version):
        newest = published.newest(session, (catalogue.id, catalogue.version, row.period))
        if newest is None or newest.revision != row.revision:
            continue
        for indicator in json.loads(published.text(newest))["indicators"]:
            by_table: dict[tuple[str, str], list[list[Any]]] = {}
            for dimension, code, part, value, _shown, _hidden, bound, _variance in indicator["figures"]:
                by_table.setdefault((dimension, part), []).append([code, value, bound])
            for (dimension, part), figures in by_table.items():
                if part.startswith("sum"):
                    continue
                yield {
                    **_head(catalogue, row.period, indicator["id"], part, dimension),
                    "id": f"total {row.period} {indicator['id']}.{part}.{dimension}",
                    "owner": f"shown:{row.period}:{indicator['id']}",
                    "noise": _noise(max(bound for _code, _value, bound in figures)),
                    "cells": [[[] if dimension == TOTAL else [code], value] for code, value, _bound in figures],
                }


def _batches(session: Session) -> Iterator[dict[str, Any]]:
    for kept in sealed.tabulations(session):
        population = sealed.document(kept)["population"]
        for one in sealed.certificates(session, kept.id):
            groups = json.loads(one.body)["groups"]
            yield {
                "plan": kept.id,
                "persons": population,
                "period": month(one.slot.removesuffix(OPENING)),
                "kind": "opening" if one.slot.endswith(OPENING) else "change",
                "members": sorted(member["node"] for group in groups for member in group["members"]),
            }


def _sums(batches: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """That the federation is the sum of its members, where all of them were in every batch."""
    rosters = {tuple(one["members"]) for one in batches}
    if len(rosters) == 1:
        yield {"owner": FEDERATION, "of": [*rosters.pop()]}


def _levels(tables: Sequence[Table]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for table in tables:
        for levels, _value in table["cells"]:
            for name, level in zip(table["vars"], levels, strict=True):
                if level != ALL:
                    found.setdefault(name, {})[level] = None
    return {name: [*levels] for name, levels in sorted(found.items())}


def _outcomes(catalogue: Catalogue) -> set[str]:
    return {
        dimension.name
        for indicator in catalogue.indicators
        for dimension in indicator.dimensions
        if dimension.outcome_of_people
    }
