"""The release: what one member says about one period, as it travels.

The form is ``schema/v1/release.schema.json``. Here is what a schema cannot say: that the lists of a margin are of one
length, that no figure is shown which the declared noise rules out, that the release is the one that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, Literal, NotRequired, TypedDict, cast

from coupole.errors import CoupoleError, Finding
from coupole.standard.calendar import parse_period
from coupole.standard.validation import check_against
from coupole.wire.documents import canonical_only, verify, written

KIND = "release"
LISTS: tuple[Literal["values", "states", "bounds"], ...] = ("values", "states", "bounds")
"""What a margin has for each part, an entry for each code; not every margin has bounds."""

Cause = Literal["first", "records_changed", "decision_changed", "method_changed", "settled"]
IndicatorState = Literal["reported", "withheld", "not_applicable", "not_reported"]
Reason = Literal["own_decision", "too_few_people", "not_counted", "not_settled"]
CellState = Literal["zero", "perturbed", "withheld"]


class ReleaseInvalid(CoupoleError):
    """The release contradicts itself."""


class ReleaseUnexpected(CoupoleError):
    """This is not the release that was asked for."""


class Noise(TypedDict):
    """How shown figures differ from exact ones."""

    method: Literal["cell_key"]
    variance: int
    bound: int
    hidden_below: int


class ReleaseMargin(TypedDict):
    """Figures by one dimension: for each part one list, in it one entry for each code."""

    dimension: str
    codes: list[str]
    values: list[list[int]]
    states: list[list[CellState]]
    bounds: NotRequired[list[list[int]]]


class ReleaseIndicator(TypedDict):
    """One indicator; without margins unless it is reported."""

    id: str
    state: IndicatorState
    reason: NotRequired[Reason]
    parts: list[str]
    margins: list[ReleaseMargin]


class Release(TypedDict):
    """One member, one version of a catalogue, one period."""

    type: Literal["release"]
    form: Literal[1]
    node: str
    name: str
    catalogue: str
    version: str
    standard: str
    period: str
    first_on: str
    last_on: str
    revision: int
    cause: Cause
    frozen_at: str
    noise: Noise
    floor: int
    indicators: list[ReleaseIndicator]


def write_release(release: Release) -> bytes:
    """The canonical bytes. Raises ``DocumentInvalid``, ``DocumentNotCanonical``, ``ReleaseInvalid``."""
    raw = written(release)
    check_against(KIND, release)
    _check_sense(release)
    return raw


def read_release(raw: bytes) -> Release:
    """A release from its bytes, whoever signed it.

    Raises ``DocumentInvalid``, ``DocumentNotCanonical``, ``ReleaseInvalid``.
    """
    document = canonical_only(raw)
    check_against(KIND, document)
    release = cast(Release, document)
    _check_sense(release)
    return release


def check_release(
    raw: bytes, signature: str, jwks: Any, *, node: str, catalogue: str, version: str, period: str
) -> Release:
    """The release that was asked for, signed by its member.

    Raises ``SignerUnknown``, ``SignatureInvalid``, ``KeySetInvalid``, ``DocumentInvalid``, ``DocumentNotCanonical``,
    ``ReleaseInvalid``, ``ReleaseUnexpected``.
    """
    verify(KIND, raw, signature, jwks)
    release = read_release(raw)
    asked = {"node": node, "catalogue": catalogue, "version": version, "period": period}
    for name, value in asked.items():
        if cast(dict[str, Any], release)[name] != value:
            raise ReleaseUnexpected(f"/{name}")
    return release


def _check_sense(release: Release) -> None:
    findings = [Finding("release_inconsistent", pointer) for pointer in _nonsense(release)]
    if findings:
        raise ReleaseInvalid(findings=findings)


def _nonsense(release: Release) -> Iterator[str]:
    """Pointers to what cannot be."""
    period = parse_period(release["period"])
    if release["first_on"] != period.first.isoformat():
        yield "/first_on"
    if release["last_on"] != period.last.isoformat():
        yield "/last_on"
    if (release["revision"] == 1) != (release["cause"] == "first"):
        yield "/cause"
    seen = set()
    for number, indicator in enumerate(release["indicators"]):
        if indicator["id"] in seen:
            yield f"/indicators/{number}/id"
        seen.add(indicator["id"])
        yield from _nonsense_in(indicator, release["noise"], f"/indicators/{number}")


def _nonsense_in(indicator: ReleaseIndicator, noise: Noise, place: str) -> Iterator[str]:
    names = [margin["dimension"] for margin in indicator["margins"]]
    if len(set(names)) < len(names) or (names and names[0] != "total"):
        yield f"{place}/margins"
    lowest = [0 if name.startswith("sum") else noise["hidden_below"] for name in indicator["parts"]]
    for number, margin in enumerate(indicator["margins"]):
        codes = margin["codes"]
        if margin["dimension"] == "total" and codes != ["total"]:
            yield f"{place}/margins/{number}/codes"
        shape = [len(codes)] * len(lowest)
        wrong = [name for name in LISTS if name in margin and [*map(len, margin[name])] != shape]
        for name in wrong or _impossible(margin, lowest):
            yield f"{place}/margins/{number}/{name}"


def _impossible(margin: ReleaseMargin, lowest: list[int]) -> list[str]:
    """Cells that no member of good faith shows: a figure where there is none, a count that is always hidden.

    ``lowest``: of each part the lowest figure that is shown.
    """
    return [
        f"values/{part}/{code}"
        for part, least in enumerate(lowest)
        for code, value, state in zip(count(), margin["values"][part], margin["states"][part], strict=False)
        if (value < least if state == "perturbed" else value)
    ]
