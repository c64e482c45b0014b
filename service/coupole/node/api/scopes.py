"""What a client may be allowed at this node."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from coupole.errors import CoupoleError
from coupole.standard.entities import ENTITIES


class ScopeUnknown(CoupoleError):
    """There is no such permission at a node."""


def _all() -> Mapping[str, str]:
    scopes = {
        "records:read": "Read every record.",
        "records:write": "Write every record.",
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


def check_scopes(given: str) -> list[str]:
    """The scopes named in a text, each once, in the order given. Raises ``ScopeUnknown``."""
    named = list(dict.fromkeys(given.split()))
    if not named or not set(named) <= SCOPES.keys():
        raise ScopeUnknown(known=" ".join(SCOPES))
    return named
