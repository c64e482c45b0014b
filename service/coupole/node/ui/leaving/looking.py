"""Previews of releases for the pages, kept while nothing changes: counting a period takes as long as ten pages."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock

import orjson

from coupole.node.api.node import Node
from coupole.node.statistics.releasing import Preview, latest, preview
from coupole.node.store import journal, releases
from coupole.standard.calendar import Period

MOST = 8
Key = tuple[str, int, frozenset[str], int, date]


@dataclass(slots=True)
class Previews:
    """The last previews that were asked for, each good for one state of the records."""

    kept: OrderedDict[Key, Preview] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def of(self, node: Node, period: Period, now: datetime) -> Preview:
        """What a release of the period would hold, beside what is so. Raises ``FactsStale`` during a bulk import."""
        key = self._key(node, period, now)
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        made = preview(node.store, node.ring, node, node.catalogue, period, now)
        with self.lock:
            self.kept[key] = made
            while len(self.kept) > MOST:
                self.kept.popitem(last=False)
        return made

    @staticmethod
    def _key(node: Node, period: Period, now: datetime) -> Key:
        with node.store.reading() as session:
            before = latest(session, node.catalogue.id, node.catalogue.version, period.name)
            held = releases.withheld(session)
            return period.name, journal.head(session).seq, held, before.revision if before else 0, now.date()


def mark(seen: Preview) -> str:
    """What tells these figures from any others: sent back by whoever decides on them."""
    return hashlib.sha256(orjson.dumps(seen.release["indicators"], option=orjson.OPT_SORT_KEYS)).hexdigest()
