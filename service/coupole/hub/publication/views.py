"""What a party holds of a federation, in one document that anybody can attack (form ``coupole-release/1``).

    public       everything published: fine tables, exact headlines, totals of member tables
    hub          totals as they were summed, every member's own released tables, who was in which batch
    trustee      what is public, and who was in which batch: it keeps no figure
    member:ID    what is public, and its own exact figures (added by whoever can read its node)

The form is ``schema/v1/adversary_view.schema.json``. Not in it: what a trustee sees of one slot and forgets (of each
member the change of the headcount), and that it can take its own noise away from what is published of the federation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlmodel import Session

from coupole.disclosure.linked import POOLED
from coupole.hub.publication import held_releases, held_sums
from coupole.hub.publication.held import FEDERATION, NOTHING, Held, Table
from coupole.hub.store import sealed
from coupole.standard.catalogue import Catalogue
from coupole.wire.tabulations import ALL

FORMAT = "coupole-release/1"
K, M = 5, 5
ACCOMPANIED, OPENED, LEFT = "S01.count", "F02.count", "left"
"""Who is accompanied was so before or began to be. What ended is nowhere counted as such: exits are also of those who
never started, and these are in no stock."""
SINCE = re.compile(r"@[0-9]+$")
"""What stands behind a stock or a beginning, and not behind what flows into it."""


class View(NamedTuple):
    """The document without its tables, and the tables."""

    document: dict[str, Any]
    held: list[Held]


def view(session: Session, catalogue: Catalogue, party: str) -> View:
    """What ``hub``, ``trustee`` or ``public`` holds; of ``member:ID`` its own tables still lack the exact figures."""
    known = [held_sums.known(session, catalogue, *one) for one in enumerate(reversed(sealed.tabulations(session)))]
    own, hub = party.partition(":")[2], party == "hub"
    tables = [one for each in known for one in (held_sums.sums_of(each) if hub else held_sums.published(session, each))]
    tables += [one for each in known for one in (held_sums.member(each, own) if own else ())]
    tables += held_releases.released(session, catalogue, None if hub else own)
    totals, sums = held_releases.totals(session, catalogue, inside=hub)
    sums += _owners(known)
    if hub:
        for each in known:
            held_sums.add_complete(catalogue, each, tables, sums)
    tables += totals
    inside = party in ("hub", "trustee")
    document = {
        "format": FORMAT,
        "k": K,
        "m": M,
        "levels": _levels([one.table for one in tables]),
        "sums": sums,
        "flows": _flows([one.table for one in tables]),
        "batches": [batch for one in known for batch in one.batches] if inside else [],
        "outcome_vars": sorted(_outcomes(catalogue)),
    }
    return View(document, tables)


def _owners(known: Sequence[held_sums.Known]) -> Iterator[dict[str, Any]]:
    """Whose figures add up to whose: members to groups, groups to the federation."""
    found: dict[str, set[str]] = {}
    for one in known:
        several = len(one.document["groups"]) > 1
        for batch in one.batches:
            group = batch["plan"].rpartition(" ")[2]
            owner = held_sums.owner_of(one.document, [group])
            found.setdefault(owner, set()).update(batch["members"])
        if several:
            found.setdefault(FEDERATION, set()).update(
                held_sums.owner_of(one.document, [group]) for group in one.document["groups"]
            )
    yield from ({"owner": owner, "of": sorted(parts)} for owner, parts in sorted(found.items()))


def _flows(tables: Iterable[Table]) -> list[dict[str, Any]]:
    """How stocks follow from each other: what began to be and what ended, and what happened so far."""
    by: dict[str, dict[str, None]] = {}
    for table in tables:
        by.setdefault(table["population"], {}).update(dict.fromkeys(table["vars"]))
    found = []
    for name in sorted(by):
        flow = SINCE.sub("", name.removesuffix(".start"))
        if name.endswith(".start") and flow in by:
            found.append({"stock": name, "in": flow, "out": NOTHING, "vars": [*by[name]]})
        began = SINCE.sub("", name.replace(ACCOMPANIED, OPENED))
        if name.startswith(ACCOMPANIED) and began in by:
            shared = [one for one in by[name] if one in by[began]]
            found.append({"stock": name, "in": began, "out": LEFT, "vars": shared})
    return found


def _levels(tables: Iterable[Table]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for table in tables:
        for levels, _value in table["cells"]:
            for name, level in zip(table["vars"], levels, strict=True):
                if level != ALL:  # what is shown as one level stands for levels that no table may show alone
                    found.setdefault(name, {}).update(dict.fromkeys([*level.split(POOLED), level]))
                if "=" in name:
                    found[name]["no"] = None
    return {name: [*levels] for name, levels in sorted(found.items())}


def _outcomes(catalogue: Catalogue) -> set[str]:
    return {
        dimension.name
        for indicator in catalogue.indicators
        for dimension in indicator.dimensions
        if dimension.outcome_of_people
    }
