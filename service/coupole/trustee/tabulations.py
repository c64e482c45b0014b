"""What this trustee agreed to sum: each tabulation read by a person, in words, before it was countersigned."""

from __future__ import annotations

import secrets
from typing import Any

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.trustee import months, store
from coupole.trustee.store import Trustee
from coupole.wire.documents import sign
from coupole.wire.keys import Key, public_key, write_secret
from coupole.wire.tabulations import KIND, Tabulation, check_proposed, read_tabulation, tabulation_id


class TabulationNotAgreed(CoupoleError):
    """This trustee has not agreed to sum by that tabulation plan."""


class TabulationOfOthers(CoupoleError):
    """This tabulation plan names other trustees."""


class TabulationOlder(CoupoleError):
    """A tabulation plan of the same people and of this epoch or a later one is agreed already."""


def proposed(trustee: Trustee, raw: bytes, signature: str) -> Tabulation:
    """A tabulation its hub signed and that names this trustee. Raises ``TabulationOfOthers`` and what wire raises."""
    document = check_proposed(raw, signature, {"keys": [read_tabulation(raw)["hub"]["key"]]})
    own_place(trustee, document)
    return document


def countersign(session: Session, trustee: Trustee, raw: bytes, document: Tabulation) -> str:
    """Agree: keep the tabulation, in the place of the one before of the same people; gives this trustee's signature.

    Raises ``TabulationOlder``.
    """
    population, name = f"{document['federation']}\n{document['population']}", tabulation_id(raw)
    for one in store.tabulations(session):
        if one.id == name:
            return one.signature
        if one.population == population and one.epoch >= document["epoch"]:
            raise TabulationOlder()
    signature = sign(KIND, raw, own_place(trustee, document)[1])
    write_secret(months.epoch(trustee, name), secrets.token_bytes(32))
    kept: dict[str, Any] = {"population": population, "epoch": document["epoch"], "first_slot": document["first_slot"]}
    session.add(store.Tabulation(id=name, body=raw, signature=signature, **kept))
    return signature


def tabulation(session: Session, name: str) -> store.Tabulation:
    """One that was countersigned; nobody else writes beside whoever holds it. Raises ``TabulationNotAgreed``."""
    found = session.get(store.Tabulation, name, with_for_update=True)
    if found is None:
        raise TabulationNotAgreed()
    return found


def own_place(trustee: Trustee, document: Tabulation) -> tuple[int, Key]:
    """Which of a tabulation's trustees this one is, and its key there. Raises ``TabulationOfOthers``."""
    own = {key.kid: key for key in trustee.ring.of("sign")}
    for place, party in enumerate(document["trustees"]):
        if key := own.get(public_key(party["key"]).thumbprint()):
            return place, key
    raise TabulationOfOthers()
