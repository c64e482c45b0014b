"""Our own reports in the log of a trustee: what it published of each slot, beside what we were shown.

A hub could show one member another certificate than the others have. Whoever fetches the log from the trustee itself
and compares finds that out.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.statistics.certifying import listed_report
from coupole.node.store import sealed
from coupole.standard.reading import parse
from coupole.wire.certificates import Certificate
from coupole.wire.documents import canonical_only
from coupole.wire.tabulations import Tabulation

MAX_BYTES = 1_000_000
"""The longest log anybody reads here: some five thousand slots."""
Found = Literal["same", "different", "absent", "unseen"]


class TrusteeLogUnreadable(CoupoleError):
    """This is not the log of a trustee of this tabulation."""


class Compared(NamedTuple):
    """One certificate. ``found``: the same in the log, another one there, not there, or there and never shown to us.

    ``counted``: our report is in it, by what we were shown; none for one that we were not.
    """

    number: int
    slot: str
    sha256: str
    found: Found
    counted: bool | None


def compare(session: Session, name: str, tabulation: Tabulation, node: str, text: bytes) -> list[Compared]:
    """Every certificate of a tabulation beside the log of one of its trustees. Raises ``TrusteeLogUnreadable``."""
    trustee, logged = _read(name, text)
    kid = next((one["key"]["kid"] for one in tabulation["trustees"] if one["name"] == trustee), None)
    if kid is None:
        raise TrusteeLogUnreadable()
    made = []
    for row in sealed.certificates(session, name, kid):
        there = logged.pop(row.number, None)
        found: Found = "absent" if there is None else "same" if there[1] == row.sha256 else "different"
        certificate: Certificate = canonical_only(row.body)
        counted = listed_report(certificate, node) is not None
        made.append(Compared(row.number, row.slot, row.sha256, found, counted))
    return made + [Compared(number, slot, sha256, "unseen", None) for number, (slot, sha256) in sorted(logged.items())]


def _read(name: str, text: bytes) -> tuple[str, dict[int, tuple[str, str]]]:
    """The trustee's name, and slot and hash of each certificate of that tabulation by its number."""
    try:
        log = parse(text, max_bytes=MAX_BYTES)
        if log["type"] != "log":
            raise TrusteeLogUnreadable()
        return str(log["trustee"]), dict(_line(one) for one in log["certificates"] if one["tabulation"] == name)
    except (CoupoleError, KeyError, TypeError):  # whatever was pasted
        raise TrusteeLogUnreadable() from None


def _line(one: Any) -> tuple[int, tuple[str, str]]:
    number, slot, sha256 = one["number"], one["slot"], one["digest"]
    if not isinstance(number, int) or not isinstance(slot, str) or not isinstance(sha256, str):
        raise TrusteeLogUnreadable()
    return number, (slot[:20], sha256[:64])
