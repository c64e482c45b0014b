"""Who is not in the sealed totals of a slot, and why, as far as the hub knows: by reason, never by name."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sqlmodel import Session

from coupole.hub.store import sealed
from coupole.wire.certificates import Certificate, refusals

NOBODY: Any = {"groups": [], "refused": []}
NOT_ENOUGH = "quorum_missing"
"""So few members of a group sealed a report that the group was left out."""


def absent(session: Session, tabulation: str, slot: str) -> dict[str, int]:
    """Codes of reasons, each with how many of the members that were asked are not counted for it."""
    kept = sealed.certificate_of(session, tabulation, slot, 0)
    certificate: Certificate = json.loads(kept.body) if kept else NOBODY
    counted = {member["node"] for group in certificate["groups"] for member in group["members"]}
    found = {
        node: reason or NOT_ENOUGH
        for node, reason in sealed.reasons(session, tabulation, slot).items()
        if node not in counted
    }
    found |= {node: reason for node, reason in refusals(certificate).items() if node not in counted}
    return dict(sorted(Counter(found.values()).items()))
