"""What came in after a slot was published: from whom, since when, and what can be said of its figures.

No published figure is replaced: what was late or wrong is a change in a later slot, and the sums do not tell it from
what happened there. Known are whom the trustee counted in which slot, who opened a balance and who left. So a figure
of a slot stands beside the newest of its kind; what there was on its last day also with the balances that were opened
later; and twelve months beside the most they can come to with what members brought that had been silent. That more
was taken back than happened is never told: it would be known of a few people (D27).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from sqlmodel import Session

from coupole.hub.publication.crossings import Shown
from coupole.hub.publication.grouping import added
from coupole.hub.publication.sealed import SlotNotReleased
from coupole.hub.store import published, sealed
from coupole.hub.store.sealed_tables import SealedPublication
from coupole.standard.calendar import parse_period
from coupole.wire import reports
from coupole.wire.slots import OPENING, parse_slot
from coupole.wire.tabulations import Tabulation


class Came(NamedTuple):
    """Something that came in later. ``code``: what it is; ``since``: the slot whose figures hold it.

    ``members``: of how many members, 0 where it concerns all.
    """

    code: str
    since: str
    members: int


class Then(NamedTuple):
    """A table as it was published of a slot, and what stands beside it now; none where nothing can be said.

    ``former``: what was published of the slot under an agreement before. ``newest``: the same of the newest slot.
    ``restated``: with balances that were opened later. ``most``: with all
    that was counted in the slots in which members came back that had been silent, if nothing was taken back.
    """

    published: Shown
    former: Shown | None
    newest: Shown | None
    restated: Shown | None
    most: Shown | None


class Later(NamedTuple):
    """What came in later than a slot, by slot, and its tables. ``newest``: the last slot that was published."""

    slot: str
    newest: str
    came: list[Came]
    tables: list[Then]


def later(session: Session, slot: str) -> Later:
    """What came in since a slot was published. Raises ``SlotNotReleased``."""
    kept = sealed.newest_publication(session, slot)
    if kept is None:
        raise SlotNotReleased()
    document: Shown = json.loads(sealed.text(kept))
    rows = sorted(sealed.publications(session), key=lambda one: (_end(one.slot), one.made_at))
    made = {one.slot: one.tabulation for one in rows if _end(one.slot) > _end(slot)}
    same = [one for one, name in made.items() if name == kept.tabulation]
    found = {one: _document(session, kept.tabulation, one) for one in same}
    newest = next(reversed(made), slot)
    last = _document(session, made[newest], newest) if made else document
    former = _former(session, kept)
    came = [*_came(session, kept), *_anew(session, kept, [*made])] if made else []
    restated = next((one["restated"] for one in found.values() if one.get("restated", {}).get("slot") == slot), None)
    late = [found[one.since] for one in came if one.code == "members_late" and one.since in found]
    tables = [
        _then(table, former, last, restated, late)
        for table in document["tables"]
        if table["span"] != "slot" or _same(former, table, "slot")
    ]
    return Later(slot, newest, came, tables)


def _former(session: Session, kept: SealedPublication) -> Shown:
    """What was published of the same slot under the agreement before, if counting began anew within it."""
    others = [one for one in sealed.publications(session) if one.slot == kept.slot and one.made_at < kept.made_at]
    newest = max(others, key=lambda one: one.made_at, default=None)
    return _document(session, newest.tabulation, kept.slot) if newest else {"tables": []}


def _end(slot: str) -> date:
    return parse_period(slot).last


def _document(session: Session, name: str, slot: str) -> Shown:
    kept = sealed.publication(session, name, slot)
    found: Shown = json.loads(sealed.text(kept)) if kept else {"tables": []}
    return found


def _came(session: Session, kept: SealedPublication) -> list[Came]:
    """What certificates tell of later slots of the same tabulation, in their order."""
    name = kept.tabulation
    tabulation = sealed.tabulation(session, name)
    grain = sealed.document(tabulation)["grain"] if tabulation else "month"

    def order(slot: str) -> Any:
        return parse_slot(slot, grain).order

    at, counted, found = order(kept.slot), _counted(session, name), Counter[tuple[str, str]]()
    active = published.active(session)
    newest = max((slot for slots in counted.values() for slot in slots), key=order, default=kept.slot)
    for node, slots in counted.items():
        plain = sorted((slot for slot in slots if not slot.endswith(OPENING)), key=order)
        for before, after in pairwise(plain):
            if order(before) < at < order(after):
                found["members_late", after] += 1
        found.update(("balances_opened", slot) for slot in slots if slot.endswith(OPENING) and order(slot) > at)
        last = plain[-1] if plain else kept.slot
        # Whoever is counted in the newest slot and is a member has not left: their reports need not be opened.
        if order(last) > at and (last != newest or node not in active):
            found["members_closed", last] += _closing(session, name, last, node)
    came = [Came(code, since, members) for (code, since), members in found.items() if members]
    return sorted(came, key=lambda one: (order(one.since), one.code))


def _counted(session: Session, name: str) -> dict[str, list[str]]:
    """In which slots each member was counted."""
    found: dict[str, list[str]] = {}
    for one in sealed.certificates(session, name):
        for group in json.loads(one.body)["groups"]:
            for member in group["members"]:
                found.setdefault(member["node"], []).append(one.slot)
    return found


def _closing(session: Session, name: str, slot: str, node: str) -> bool:
    kept = sealed.report(session, name, slot, node)
    return bool(kept and kept.body and reports.read_header(reports.unpack(kept.body).header)["kind"] == "closing")


def _anew(session: Session, kept: SealedPublication, later: Sequence[str]) -> Iterator[Came]:
    """Tabulations that came into force later: counting began anew, in the same way or in another."""
    documents = {one.id: sealed.document(one) for one in sealed.tabulations(session)}
    own = documents[kept.tabulation]
    for document in reversed(documents.values()):
        if document["epoch"] > own["epoch"] and document["first_slot"] in later:
            code = "count_began_anew" if _defined(document) == _defined(own) else "definition_changed"
            yield Came(code, document["first_slot"], 0)


def _defined(document: Tabulation) -> Any:
    return document["catalogue"], document["version"], document["tables"]


def _then(table: Shown, former: Shown, newest: Shown, restated: Shown | None, late: Sequence[Shown]) -> Then:
    windows = table["span"] in ("year", "start") and table["bound"]
    slots = [_same(one, table, "slot") for one in late] if windows else []
    whole = [one for one in slots if one is not None]
    return Then(
        table,
        _same(former, table, table["span"]),
        _same(newest, table, table["span"]) if table["span"] != "slot" else None,
        _same(restated, table, table["span"]) if restated else None,
        added([table, *whole]) if whole and len(whole) == len(slots) else None,
    )


def _same(document: Mapping[str, Any], table: Shown, span: str) -> Shown | None:
    """The table of that name and span with the same levels, if there is one."""
    for one in document["tables"]:
        if (one["id"], one["span"], one["levels"]) == (table["id"], span, table["levels"]):
            found: Shown = one
            return found
    return None
