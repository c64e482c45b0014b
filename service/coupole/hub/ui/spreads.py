"""How members differ by the rate that a fine table is about: how many lie in which band, and where the quarters end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coupole.disclosure.spreads import usual
from coupole.standard import words
from coupole.web.languages import Language


@dataclass(frozen=True, slots=True)
class Band:
    """One band. ``quarters``: how many quarters of the members end in it: 1, 2, 3."""

    label: str
    members: int
    quarters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """Members by one rate. ``members``: how many are counted, ``untold``: how many of them are in no band, if told.

    ``usual``: what the noise of a number stays within nineteen times in twenty, ``bound``: always.
    """

    members: int
    untold: int | None
    bands: tuple[Band, ...]
    usual: int
    bound: int


def spread_of(document: Mapping[str, Any], indicator: str, language: Language) -> Spread | None:
    """How members differ by an indicator, as it was published; none where they are not counted by it."""
    found = next((one for one in document.get("spreads", ()) if one["indicator"] == indicator), None)
    if found is None:
        return None
    levels, values = found["levels"][0], found["values"]
    ends = dict(enumerate(found["quartiles"], 1))
    return Spread(
        values[-1],
        None if found["hidden"] else values[0],
        tuple(
            Band(words.rate_word(level, language), value, tuple(one for one, end in ends.items() if end == level))
            for level, value in zip(levels[1:], values[1:-1], strict=True)
        ),
        usual(found["variance"]),
        found["bound"],
    )
