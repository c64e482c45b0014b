"""What a hub answers over HTTP: members, collections, publications, datasets, sealed totals. All may read."""

from __future__ import annotations

from coupole.errors import CoupoleError
from coupole.hub.collection.reading import CollectionUnknown
from coupole.hub.collection.tabulating import TabulationNotHere
from coupole.hub.publication.datasets import BreakdownUnknown, DatasetEmpty, IndicatorUnknown
from coupole.hub.publication.publishing import PublicationUnknown
from coupole.hub.publication.sealed import SlotNotReleased

STATUS: dict[type[CoupoleError], int] = {
    CollectionUnknown: 404,
    IndicatorUnknown: 404,
    DatasetEmpty: 404,
    PublicationUnknown: 404,
    BreakdownUnknown: 404,
    TabulationNotHere: 404,
    SlotNotReleased: 404,
}
"""The numbers of a hub's own refusals."""
