"""What parties hold of member tables: every release as it came, and the published totals of them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from coupole.hub.publication import held
from coupole.hub.publication.held import Dated, Held, noise
from coupole.hub.store import published
from coupole.hub.store.tables import RELEASE
from coupole.standard.catalogue import Catalogue
from coupole.wire.releases import Release


def released(session: Session, catalogue: Catalogue, node: str | None) -> Iterator[Held]:
    """What members released, each revision; of one ``node`` the newest alone, of none ("") nothing."""
    for release, newest in _releases(session):
        if node is None or (newest and release["node"] == node):
            yield from held.released(catalogue, release, newest=newest)


def _releases(session: Session) -> Iterator[tuple[Release, bool]]:
    """Every release, and whether no later revision of it came."""
    query = select(RELEASE.c.member, RELEASE.c.period, RELEASE.c.body)
    rows = session.execute(query.order_by(RELEASE.c.member, RELEASE.c.period, RELEASE.c.revision))
    for _key, group in groupby(rows, lambda row: (row.member, row.period)):
        bodies = [row.body for row in group]
        for body in bodies:
            yield json.loads(zlib.decompress(body)), body is bodies[-1]


def totals(session: Session, catalogue: Catalogue, *, inside: bool) -> tuple[list[Held], list[dict[str, Any]]]:
    """Published totals of what members released, each of those members that show the figure.

    ``inside``: whether it is known which members these are when some of them show another figure only.
    """
    hiding = _hiding(session)
    tables: list[Held] = []
    owners: dict[str, tuple[str, ...]] = {}
    for row in published.publications(session, catalogue.id, catalogue.version):
        newest = published.newest(session, (catalogue.id, catalogue.version, row.period))
        if newest is None or newest.revision != row.revision:
            continue
        for indicator in json.loads(published.text(newest))["indicators"]:
            found: dict[tuple[str, int, Dated], list[tuple[str, int]]] = {}
            for dimension, code, part, value, shown, hidden, bound, *_more in indicator["figures"]:
                key = (row.period, indicator["id"], part, dimension)
                nodes = tuple(sorted({*indicator["nodes"]} - hiding.get((*key, code), set())))
                owner = _named(nodes)
                if hidden and not inside:
                    owner = f"{shown} of {_named(indicator['nodes'])}: {' '.join(key)} {code}"
                elif nodes:
                    owners[owner] = nodes
                if shown:
                    found.setdefault((owner, bound, Dated(nodes, *key, ())), []).append((code, value))
            for (owner, bound, asked), cells in found.items():
                exact = asked._replace(codes=tuple(code for code, _value in cells))
                values = [value for _code, value in cells]
                for one in held.dated(catalogue, exact, values, owner, noise(bound, kept_zero=True)):
                    tables.append(one._replace(table=one.table | {"id": f"{one.table['id']} {bound}"}))
    return tables, [{"owner": owner, "of": [*nodes]} for owner, nodes in owners.items()]


def _named(nodes: Sequence[str]) -> str:
    """The name of several members together: the same wherever they are the same."""
    return f"{len(nodes)} members {sha256(' '.join(nodes).encode()).hexdigest()[:8]}"


def _hiding(session: Session) -> dict[tuple[str, ...], set[str]]:
    """Which members withhold a figure, though they report its indicator."""
    found: dict[tuple[str, ...], set[str]] = {}
    for release, newest in _releases(session):
        for indicator in release["indicators"] if newest else ():
            for margin in indicator["margins"]:
                for part, states in zip(indicator["parts"], margin["states"], strict=True):
                    for code, state in zip(margin["codes"], states, strict=True):
                        if state == "withheld":
                            key = (release["period"], indicator["id"], part, margin["dimension"], code)
                            found.setdefault(key, set()).add(release["node"])
    return found
