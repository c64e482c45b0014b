"""A release's figures as arrays: what adding up many members reads, instead of their signed texts.

A *layout* says which figures there are and in which order: indicator by indicator, in it margin by margin, in it part
by part, in it code by code. Members of one catalogue share few layouts.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from coupole.wire.releases import Release

Figures = NDArray[np.int64]
States = NDArray[np.uint8]

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
    values: list[int] = []
    states: list[int] = []
    bounds: list[int] = []
    widest = release["noise"]["bound"]
    for indicator in release["indicators"]:
        margins = indicator["margins"]
        named = [[margin["dimension"], margin["codes"]] for margin in margins]
        shown.append([indicator["id"], indicator["state"], indicator.get("reason", ""), indicator["parts"], named])
        for margin in margins:
            given = margin.get("bounds")
            for part, row in enumerate(margin["values"]):
                marks = [STATES[state] for state in margin["states"][part]]
                values += row
                states += marks
                bounds += given[part] if given else [0 if mark == WITHHELD else widest for mark in marks]
    layout = orjson.dumps(shown)
    return Packed(
        layout,
        hashlib.sha256(layout).hexdigest(),
        release["noise"]["variance"],
        np.array(values, np.int64),
        np.array(states, np.uint8),
        np.array(bounds, np.int64),
    )


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
