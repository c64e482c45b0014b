"""Open data: which datasets everybody may read. Closed until the hub's administrator opens them, one by one or all.

Whoever asks over HTTP or looks at a page is everybody. What is closed is read at the hub itself, by its commands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub.publication.datasets import indicator_of
from coupole.hub.store import open_data
from coupole.standard.catalogue import Catalogue

ALL = "*"
OPENED, CLOSED = "opened", "closed"


class DatasetClosed(CoupoleError):
    """The federation has not opened these figures to everybody."""


class LicenceInvalid(CoupoleError):
    """The licence is not an address."""


class Opened:
    """Which datasets are open, and under which licence."""

    def __init__(self, decisions: Iterable[tuple[str, str, str]]) -> None:
        self.newest: Mapping[str, tuple[int, str, str]] = {
            dataset: (place, what, licence) for place, (dataset, what, licence) in enumerate(decisions)
        }

    def licence(self, dataset: str) -> str | None:
        """The licence it is open under, empty when none was named; none when it is closed."""
        parts = dataset.split(".")
        names = [ALL, *(".".join(parts[:count]) for count in range(1, len(parts) + 1))]
        known = [self.newest[name] for name in names if name in self.newest]
        if not known:
            return None
        _place, what, licence = max(known)
        return licence if what == OPENED else None

    def __contains__(self, dataset: str) -> bool:
        return self.licence(dataset) is not None

    def require(self, datasets: Iterable[str]) -> None:
        """Raise ``DatasetClosed`` unless all of these are open."""
        if not all(one in self for one in datasets):
            raise DatasetClosed()


def opened(session: Session) -> Opened:
    """What is open now."""
    return Opened((row.dataset, row.what, row.licence) for row in open_data.decisions(session))


def open_datasets(
    session: Session, catalogue: Catalogue, datasets: Collection[str], *, actor: str, licence: str = ""
) -> None:
    """Let everybody read these. The name of an indicator stands for its totals and all its fine tables, ``*`` for all.

    Raises ``IndicatorUnknown``, ``LicenceInvalid``.
    """
    address = urlsplit(licence)
    if licence and not (address.scheme in ("http", "https") and address.netloc and " " not in licence):
        raise LicenceInvalid()
    _decide(session, catalogue, datasets, OPENED, licence, actor)


def close_datasets(session: Session, catalogue: Catalogue, datasets: Collection[str], *, actor: str) -> None:
    """Keep these to the federation from now on; what was read before is out. Raises ``IndicatorUnknown``."""
    _decide(session, catalogue, datasets, CLOSED, "", actor)


def _decide(
    session: Session, catalogue: Catalogue, datasets: Collection[str], what: str, licence: str, actor: str
) -> None:
    for one in datasets:
        if one != ALL:
            indicator_of(catalogue, one.partition(".")[0])
    for one in datasets:
        open_data.decided(session, one, what, licence, actor, datetime.now(UTC))
