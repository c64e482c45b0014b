"""A release's figures as arrays: what adding up many members reads, instead of their signed texts.

A *layout* says which figures there are and in which order: indicator by indicator, in it margin by margin, in it part
by part, in it code by code. Members of one catalogue share few layouts.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from coupole.wire.releases import Release, ReleaseMargin

Figures = NDArray[np.int64]
States = NDArray[np.uint8]
Value = TypeVar("Value")

ZERO, PERTURBED, WITHHELD = 0, 1, 2
STATES = {"zero": ZERO, "perturbed": PERTURBED, "withheld": WITHHELD}


class LayoutMargin(NamedTuple):
    """One margin of a layout."""

    dimension: str
    codes: tuple[str, ...]


class LayoutIndicator(NamedTuple):
    """One indicator of a layout; without margins unless its state is ``reported``."""

    id: str
    state: str
    reason: str
    parts: tuple[str, ...]
    margins: tuple[LayoutMargin, ...]


Layout = tuple[LayoutIndicator, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A release as arrays of one length. ``layout``: its JSON."""

    layout: bytes
    digest: str
    variance: int
    values: Figures
    states: States
    bounds: Figures


def pack(release: Release) -> Packed:
    """The figures of a checked release, in the order of their layout."""
    shown: list[object] = []
    margins: list[ReleaseMargin] = []
    for one in release["indicators"]:
        named = [[margin["dimension"], margin["codes"]] for margin in one["margins"]]
        shown.append([one["id"], one["state"], one.get("reason", ""), one["parts"], named])
        margins += one["margins"]
    layout = orjson.dumps(shown)
    values = np.array([*_each(margin["values"] for margin in margins)], np.int64)
    states = np.frombuffer(bytes(map(STATES.__getitem__, _each(margin["states"] for margin in margins))), np.uint8)
    bounds = np.where(states == WITHHELD, 0, release["noise"]["bound"])
    first = 0
    for margin in margins:
        size = len(margin["codes"]) * len(margin["values"])
        if "bounds" in margin:
            bounds[first : first + size] = [*_each((margin["bounds"],))]
        first += size
    return Packed(layout, hashlib.sha256(layout).hexdigest(), release["noise"]["variance"], values, states, bounds)


def _each(margins: Iterable[list[list[Value]]]) -> Iterator[Value]:
    """What margins hold for each part and code."""
    return chain.from_iterable(chain.from_iterable(margins))


def read_layout(layout: bytes) -> Layout:
    """A layout from its JSON."""
    return tuple(
        LayoutIndicator(
            name,
            state,
            reason,
            tuple(parts),
            tuple(LayoutMargin(dimension, tuple(codes)) for dimension, codes in margins),
        )
        for name, state, reason, parts, margins in orjson.loads(layout)
    )


def squeezed(array: Figures | States) -> bytes:
    """An array for the database."""
    return zlib.compress(array.astype(array.dtype.newbyteorder("<")).tobytes(), 1)


def figures(raw: bytes) -> Figures:
    """Figures from the database."""
    return np.frombuffer(zlib.decompress(raw), "<i8").astype(np.int64, copy=False)


def marks(raw: bytes) -> States:
    """States from the database."""
    return np.frombuffer(zlib.decompress(raw), np.uint8)
