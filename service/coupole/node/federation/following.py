"""What this node learns from its hub: the directory, how it stands, what came of the last times it was asked.

Asked for once a day and on demand. While the hub is down the last valid directory stays, and the trouble is named.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.node.federation import speaking
from coupole.node.federation.joining import STATES
from coupole.node.federation.speaking import Way
from coupole.node.store import Store
from coupole.node.store.federation_tables import LEFT, Federation, current
from coupole.node.store.tables import Client
from coupole.standard.reading import canonical
from coupole.wire.directory import Directory, parse_directory, read_directory
from coupole.wire.introduction import read_introduction

KEPT_PULLS = 14
KINDS = ("answered", "refused", "withheld", "unreachable", "invalid")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one time the hub asked: ``kind`` and ``reason`` are codes, their words are in the standard."""

    period: str
    kind: str
    reason: str
    at: datetime


def follow(store: Store, way: Way, node: str, now: datetime | None = None) -> Federation | None:
    """Ask the hub for everything it tells its members; none when this node belongs to no federation.

    Never raises for what the hub did: what was known stays, and ``trouble`` says why nothing newer came.
    """
    moment = now or datetime.now(UTC)
    with store.reading() as session:
        known = current(session)
    if known is None:
        return None
    trouble = ""
    try:
        said = speaking.pulls(way, known.hub, node)
        _take(store, known.hub, lambda session, row: _stand(row, said, moment))
        introduction = speaking.introduction(way, known.hub)
        _take(store, known.hub, lambda session, row: _renew(session, row, introduction.raw, introduction.signature))
        answer = speaking.directory(way, known.hub)
        _take(store, known.hub, lambda session, row: take_directory(row, answer.raw, answer.signature, moment))
    except CoupoleError as error:
        trouble = error.findings[0].code if error.findings else error.code
    if trouble == "directory_missing":  # a hub before its first member has none
        trouble = ""

    def note(_session: Session, row: Federation) -> None:
        row.trouble = trouble

    return _take(store, known.hub, note)


def _take(store: Store, hub: str, change: Any) -> Federation:
    with store.writing() as session:
        row = session.get_one(Federation, hub)
        change(session, row)
        session.add(row)
        return row


def _stand(row: Federation, said: Mapping[str, Any], now: datetime) -> None:
    """How the hub says that we stand. That we leave is decided here."""
    state, items = said.get("state"), said.get("items")
    if row.state not in ("leaving", LEFT) and state in STATES:
        row.state = str(state)
    if isinstance(items, list):
        row.pulls = json.dumps([one for one in map(_verdict, items[:KEPT_PULLS]) if one])
    row.heard_at = now


def _verdict(item: Any) -> dict[str, str] | None:
    """One line of the hub's verdict, as far as it holds words of the standard."""
    if not isinstance(item, dict) or item.get("kind") not in KINDS:
        return None
    kept = {name: str(item.get(name, ""))[:64] for name in ("period", "kind", "reason", "at")}
    try:
        datetime.fromisoformat(kept["at"])
    except ValueError:
        return None
    return kept


def _renew(session: Session, row: Federation, raw: bytes, signature: str) -> None:
    """A newer introduction, signed with a pinned key, brings new keys; what the hub may ask for stays as agreed."""
    if raw == row.body:
        return
    hub = read_introduction(raw, signature, json.loads(row.keys))
    if (hub["issuer"], hub["client_id"]) != (row.hub, row.client):
        return
    row.body, row.signature, row.name = raw, signature, hub["name"]
    row.keys = canonical(hub["keys"]).decode()
    client = session.get(Client, row.client)
    if client is not None:
        client.keys = canonical(hub["client_keys"]).decode()
        session.add(client)


def take_directory(row: Federation, raw: bytes, signature: str, now: datetime) -> None:
    """Put a directory in the place of the one before. The same again changes nothing.

    Raises what ``read_directory`` raises: an older number, another signer or one that is over is refused.
    """
    if raw == row.directory:
        return
    found = read_directory(raw, signature, json.loads(row.directory_keys), hub=row.hub, after=row.number, now=now)
    row.directory, row.directory_signature, row.number = raw, signature, found["number"]
    row.directory_keys = canonical(found["keys"]).decode()


def directory_of(row: Federation) -> Directory | None:
    """The last valid directory; none before the first."""
    return parse_directory(row.directory) if row.directory else None


def verdicts(row: Federation) -> list[Verdict]:
    """What came of the last times the hub asked, the newest first."""
    return [
        Verdict(one["period"], one["kind"], one["reason"], datetime.fromisoformat(one["at"]))
        for one in json.loads(row.pulls)
    ]
