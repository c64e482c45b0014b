"""The word by which a member leaves a federation, signed with its own key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from coupole.standard.validation import check_against
from coupole.wire.documents import canonical_only, verify, written

KIND = "leaving"


def write_leaving(node: str, hub: str, at: datetime, *, closing: bool) -> bytes:
    """The canonical bytes, to be signed as ``leaving``. Raises ``DocumentInvalid``.

    ``closing``: a sealed report is still to be asked for that takes this member's people out of the totals.
    """
    moment = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    document = {"type": KIND, "form": 1, "node": node, "hub": hub, "at": moment, "closing": closing}
    check_against(KIND, document)
    return written(document)


def read_leaving(raw: bytes, signature: str, jwks: Any) -> dict[str, Any]:
    """Such a word, signed with one of ``jwks``.

    Raises ``DocumentInvalid``, ``DocumentNotCanonical``, ``SignerUnknown``, ``SignatureInvalid``.
    """
    document: dict[str, Any] = canonical_only(raw)
    check_against(KIND, document)
    verify(KIND, raw, signature, jwks)
    return document
