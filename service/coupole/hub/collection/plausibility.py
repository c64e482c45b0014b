"""What a signed, well-formed release must still be before it is kept: figures of our catalogue, protected as agreed.

A member can lie about its figures; it cannot bring in indicators or texts nobody defined, figures no workshop can have,
or figures less protected than the standard asks for. The form of a release is checked by ``coupole.wire.releases``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coupole.errors import CoupoleError, Finding
from coupole.hub.store.packing import Layout, Packed
from coupole.standard.catalogue import Catalogue, Dimension, Indicator
from coupole.wire.releases import Release

LEAST_HIDDEN = 3
"""No count of one or two is shown (release protocol, member tables)."""
LEAST_FLOOR = 20
"""A member of fewer people shows no table."""
MOST = 10**12
"""No member's figure is larger; 9,000 members still add up to a number that every reader of JSON keeps exactly."""
OPEN_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,119}")
"""What a code of an open list may look like: it is published, so it is no free text."""


class ReleaseImplausible(CoupoleError):
    """The release says what it cannot say."""


def check_release_fits(release: Release, packed: Packed) -> None:
    """Refuse weak protection and impossible figures. Raises ``ReleaseImplausible``."""
    findings = []
    if release["noise"]["hidden_below"] < LEAST_HIDDEN:
        findings.append(Finding("protection_weak", "/noise/hidden_below", params={"limit": LEAST_HIDDEN}))
    if release["floor"] < LEAST_FLOOR:
        findings.append(Finding("protection_weak", "/floor", params={"limit": LEAST_FLOOR}))
    if packed.values.size and max(int(packed.values.max()), int(packed.bounds.max())) > MOST:
        findings.append(Finding("figure_impossible", "/indicators"))
    if findings:
        raise ReleaseImplausible(findings=findings)


def check_layout(layout: Layout, catalogue: Catalogue) -> None:
    """Refuse what the catalogue does not have. Raises ``ReleaseImplausible``; depends on the layout alone."""
    findings = list(_foreign(layout, catalogue))
    if findings:
        raise ReleaseImplausible(findings=findings)


def _foreign(layout: Layout, catalogue: Catalogue) -> Iterator[Finding]:
    known = {indicator.id: indicator for indicator in catalogue.indicators}
    for number, shown in enumerate(layout):
        place = f"/indicators/{number}"
        indicator = known.get(shown.id)
        if indicator is None:
            yield Finding("indicator_unknown", f"{place}/id")
        elif shown.parts != indicator.parts:
            yield Finding("parts_differ", f"{place}/parts")
        else:
            for index, margin in enumerate(shown.margins):
                yield from _foreign_codes(indicator, margin.dimension, margin.codes, f"{place}/margins/{index}")


def _foreign_codes(indicator: Indicator, name: str, codes: tuple[str, ...], place: str) -> Iterator[Finding]:
    if name == "total":
        return
    dimension = next((one for one in indicator.dimensions if one.name == name), None)
    if dimension is None:
        yield Finding("dimension_unknown", f"{place}/dimension")
    elif not _fits(dimension, codes):
        yield Finding("code_unknown", f"{place}/codes")


def _fits(dimension: Dimension, codes: tuple[str, ...]) -> bool:
    if dimension.codes is None:
        return all(OPEN_CODE.fullmatch(code) for code in codes)
    return set(codes) <= set(dimension.codes)
