"""What one record adds to the parts of an indicator: the measures of the catalogue, compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from coupole.standard.expressions import Compiler, Place
from coupole.standard.views import Row, Scene

Band = tuple[int | None, int | None]
Emit = Callable[[Row, Row, Scene], tuple[int, ...] | None]
"""The numbers a record adds, in the order of the parts; none when it is not counted."""

GROUPS = "groups"
"""The measure that counts groups of records, and the open dimension by which its facts are kept until then."""


def parts_of(measure: Mapping[str, Any]) -> tuple[str, ...]:
    """The additive parts of a measure."""
    if measure["kind"] in ("histogram", GROUPS):
        bands = len(measure["bands"]) + bool(measure.get("unknown_band"))
        return tuple(f"band_{number}" for number in range(1, bands + 1))
    return {"count": ("count",), "ratio": ("num", "den"), "sum": ("n", "sum"), "mean": ("n", "sum", "sumsq")}.get(
        measure["kind"], ()
    )


def emitting(compiler: Compiler, measure: Mapping[str, Any], parts: Sequence[str], place: Place, pointer: str) -> Emit:
    """What a record adds by this measure."""
    return MEASURES[measure["kind"]](compiler, measure, parts, place, pointer)


def _count(compiler: Compiler, measure: Mapping[str, Any], parts: Sequence[str], place: Place, pointer: str) -> Emit:
    return lambda row, outer, scene: (1,)


def _ratio(compiler: Compiler, measure: Mapping[str, Any], parts: Sequence[str], place: Place, pointer: str) -> Emit:
    met = compiler.compile(measure["numerator"], place, f"{pointer}/numerator")
    return lambda row, outer, scene: (1, 1) if met(row, outer, scene) else (0, 1)


def _sum(compiler: Compiler, measure: Mapping[str, Any], parts: Sequence[str], place: Place, pointer: str) -> Emit:
    value = compiler.compile(measure["of"], place, f"{pointer}/of")
    return lambda row, outer, scene: None if (found := value(row, outer, scene)) is None else (1, found)


def _mean(compiler: Compiler, measure: Mapping[str, Any], parts: Sequence[str], place: Place, pointer: str) -> Emit:
    value = compiler.compile(measure["of"], place, f"{pointer}/of")
    return lambda row, outer, scene: None if (found := value(row, outer, scene)) is None else (1, found, found * found)


def _histogram(
    compiler: Compiler, measure: Mapping[str, Any], parts: Sequence[str], place: Place, pointer: str
) -> Emit:
    value = compiler.compile(measure["of"], place, f"{pointer}/of")
    bands = measure["bands"]
    shown = [tuple(int(place == number) for place in range(len(parts))) for number in range(len(parts))]
    outside = shown[-1] if measure.get("unknown_band") else None

    def band(row: Row, outer: Row, scene: Scene) -> tuple[int, ...] | None:
        found = value(row, outer, scene)
        number = None if found is None else band_of(bands, found)
        return outside if number is None else shown[number]

    return band


def _groups(compiler: Compiler, measure: Mapping[str, Any], parts: Sequence[str], place: Place, pointer: str) -> Emit:
    # The bands are those of the groups, known only when all dossiers are there: a record adds itself to its group.
    return lambda row, outer, scene: (1,) + (0,) * (len(parts) - 1)


def _part(compiler: Compiler, measure: Mapping[str, Any], parts: Sequence[str], place: Place, pointer: str) -> Emit:
    if measure["part"] not in parts:
        compiler.refuse("part_unknown", f"{pointer}/part", name=measure["part"])
    value = compiler.compile(measure.get("of", 1), place, f"{pointer}/of")
    chosen = [int(part == measure["part"]) for part in parts]

    def added(row: Row, outer: Row, scene: Scene) -> tuple[int, ...] | None:
        found = value(row, outer, scene)
        return None if found is None else tuple(found * one for one in chosen)

    return added


def band_of(bands: Sequence[Sequence[int | None]], value: int) -> int | None:
    """The number of the band that holds the value: from (included) to (not included)."""
    for number, (low, high) in enumerate(bands):
        if (low is None or value >= low) and (high is None or value < high):
            return number
    return None


Measure = Callable[[Compiler, Mapping[str, Any], Sequence[str], Place, str], Emit]
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "count": _count,
        "ratio": _ratio,
        "sum": _sum,
        "mean": _mean,
        "histogram": _histogram,
        GROUPS: _groups,
        "part": _part,
    }
)
