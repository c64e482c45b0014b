"""How a hub introduces itself: who it is, which keys it signs and signs in with, and what it asks of a member."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, cast

from coupole.standard.validation import check_against
from coupole.wire.descriptor import Software
from coupole.wire.documents import canonical_only, verify, written
from coupole.wire.keys import public_keys

KIND = "hub"

Every = Literal["month", "quarter", "year"]


class Asks(TypedDict):
    """What a hub asks of each member, and nothing beyond it."""

    scope: str
    catalogue: str
    version: str
    every: Every


class Introduction(TypedDict):
    """A hub as it introduces itself; its key sets are JSON Web Key Sets, the key in use first."""

    type: str
    form: int
    name: str
    issuer: str
    client_id: str
    software: Software
    keys: dict[str, Any]
    client_keys: dict[str, Any]
    directory_keys: dict[str, Any]
    asks: Asks


def write_introduction(
    *,
    name: str,
    issuer: str,
    client_id: str,
    software: Software,
    keys: dict[str, Any],
    client_keys: dict[str, Any],
    directory_keys: dict[str, Any],
    asks: Asks,
) -> bytes:
    """The canonical bytes, to be signed as ``hub``. Raises ``DocumentInvalid``, ``DocumentNotCanonical``."""
    document: Introduction = {
        "type": KIND,
        "form": 1,
        "name": name,
        "issuer": issuer,
        "client_id": client_id,
        "software": software,
        "keys": keys,
        "client_keys": client_keys,
        "directory_keys": directory_keys,
        "asks": asks,
    }
    check_against(KIND, document)
    return written(document)


def read_introduction(raw: bytes, signature: str, jwks: Any = None) -> Introduction:
    """An introduction signed with one of ``jwks``, the keys known before; at the first meeting with one of its own.

    Raises ``DocumentInvalid``, ``DocumentNotCanonical``, ``SignerUnknown``, ``SignatureInvalid``, ``KeySetInvalid``.
    """
    document = canonical_only(raw)
    check_against(KIND, document)
    introduction = cast(Introduction, document)
    verify(KIND, raw, signature, introduction["keys"] if jwks is None else jwks)
    for purpose in ("client_keys", "directory_keys"):
        public_keys(introduction[purpose])
    return introduction
