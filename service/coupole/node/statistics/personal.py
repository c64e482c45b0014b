"""Which figures of a period one person is part of: counted as a release is, with their dossiers alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlmodel import Session, select

from coupole.disclosure.tables import TOTAL
from coupole.node.statistics.counting import FactsStale, tables
from coupole.node.store.facts import levels, read_facts, stale_count
from coupole.node.store.tables import FactRow
from coupole.node.store.vault import Vault
from coupole.standard.calendar import Period
from coupole.standard.catalogue import Catalogue

NO_SECRET = bytes(32)
"""Nothing is protected here: the figures are of one person and are shown to whoever may read their file."""


@dataclass(frozen=True, slots=True)
class CountedIn:
    """An indicator a person is part of. ``codes``: under which codes of each dimension."""

    indicator: str
    codes: tuple[tuple[str, tuple[str, ...]], ...]


def counted_in(
    session: Session, vault: Vault, catalogue: Catalogue, period: Period, participant: str
) -> list[CountedIn]:
    """The indicators that person is part of in a period, in the order of the catalogue.

    Raises ``FactsStale``: let the store make its facts, then ask again.
    """
    if stale_count(session):
        raise FactsStale()
    mine = set(session.exec(select(FactRow.dossier).where(FactRow.participant == participant)))
    packed = [one for one in read_facts(session, vault, period.first, period.last) if one[0] in mine]
    counted = tables(catalogue, period, packed, levels(session), NO_SECRET)
    found = []
    for table in counted.tables:
        codes = {}
        for margin in table.margins:
            anything = np.any(counted.cells.values[margin.cells].reshape(margin.shape) > 0, axis=0)
            codes[margin.dimension] = tuple(np.array(margin.codes)[anything].tolist())
        if codes.pop(TOTAL):
            found.append(CountedIn(table.indicator, tuple(codes.items())))
    return found
