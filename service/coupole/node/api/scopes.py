"""What a client may be allowed at this node."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from coupole.standard.entities import ENTITIES
from coupole.web.oauth import Guard

ASSIGN = "records:assign"


def _all() -> Mapping[str, str]:
    scopes = {
        "records:read": "Read every record.",
        "records:write": "Write every record.",
        "records:correct": "Hand a file back to an earlier phase when something was entered by mistake.",
        ASSIGN: "Make another professional responsible for a file.",
        "changes:read": "Follow what changes, documents included.",
        "releases:read": "Fetch the releases of closed periods.",
        "egress:read": "Read the ledger of what left this node.",
        "handover:offer": "Offer a person's file to this member (reserved).",
    }
    for name in ENTITIES:
        scopes[f"{name}:read"] = f"Read records of the kind {name}."
        scopes[f"{name}:write"] = f"Write records of the kind {name}."
    return MappingProxyType(scopes)


SCOPES = _all()
"""Every scope of a node with what it allows."""

GUARD = Guard(SCOPES)

HELD: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {f"records:{verb}": tuple(f"{name}:{verb}" for name in ENTITIES) for verb in ("read", "write")}
)
"""What the two wide ones hold."""
