"""Examines a node: is it reached and asked at its own address as the hub would, and how does it stand there.

The self-pull is a real one: a program of its own is registered with fresh keys, asks for a token and a release through
the network, and is let in no more afterwards. It shows in the ledger under its name.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from coupole.errors import CoupoleError
from coupole.node.federation import following, speaking
from coupole.node.federation.speaking import SCOPE, SelfPullFailed, Way
from coupole.node.store import Store, releases
from coupole.node.store.federation_tables import Federation, current
from coupole.node.store.tables import Client
from coupole.standard.catalogue import Catalogue
from coupole.standard.sentences import Sign
from coupole.wire.directory import ends_soon
from coupole.wire.keys import KeyRing
from coupole.wire.releases import check_release

SELF = "self-check"
SILENT = timedelta(days=3)
"""How long a hub that is asked every day may say nothing before somebody should look."""
GOOD = ("answered", "withheld")


def examine(
    store: Store,
    issuer: str,
    ring: KeyRing,
    catalogue: Catalogue,
    *,
    own: str,
    now: datetime | None = None,
    way: Way | None = None,
) -> list[Sign]:
    """What is right and what is not, in the order somebody would put it right. ``own``: this node's fingerprint."""
    moment = now or datetime.now(UTC)
    found = _pulled(store, issuer, ring, catalogue, moment, way or Way())
    with store.reading() as session:
        row = current(session)
    return found + ([Sign("look", "federation_missing")] if row is None else standing(row, own, moment))


def standing(row: Federation, own: str, now: datetime) -> list[Sign]:
    """How the node stands in its federation, for the command and for the page."""
    found = [_state(row, own), *_last(row)]
    if row.trouble:
        found.append(Sign("look", "hub_silent", {"hub": row.name}))
        found.append(Sign("look", row.trouble, {"node": row.hub}))
    elif row.heard_at is None or now - row.heard_at > SILENT:
        found.append(Sign("look", "hub_silent", {"hub": row.name}))
    directory = following.directory_of(row)
    if directory is not None and ends_soon(directory, now):
        found.append(Sign("look", "directory_ends", {"number": row.number, "day": directory["expires_at"][:10]}))
    return found


def _state(row: Federation, own: str) -> Sign:
    named = {"hub": row.name}
    if row.state == "active":
        return Sign("right", "membership_good", named)
    if row.state == "waiting":
        return Sign("look", "membership_waits", named | {"fingerprint": own})
    return (
        Sign("wrong", "membership_blocked", named) if row.state == "blocked" else Sign("look", "membership_ends", named)
    )


def _last(row: Federation) -> list[Sign]:
    told = following.verdicts(row)
    if not told:
        return []
    if told[0].kind in GOOD:
        return [Sign("right", "last_pull_good", {"period": told[0].period})]
    return [Sign("wrong", "last_pull_bad", {"period": told[0].period}), Sign("wrong", told[0].reason, {"node": ""})]


def _pulled(
    store: Store,
    issuer: str,
    ring: KeyRing,
    catalogue: Catalogue,
    now: datetime,
    way: Way,
) -> list[Sign]:
    """The self-pull: of the newest release there is, or of this month, which is not over."""
    keys = KeyRing.create({"client": "es256", "dpop": "es256"})
    with store.reading() as session:
        known = releases.all_newest(session)
    period = known[0].period if known else f"{now:%Y-%m}"
    asked = (catalogue.id, catalogue.version, period)
    tokens = store.tokens()
    tokens.save_client(_program(keys, now))
    try:
        answer = speaking.self_pull(way, issuer, keys, SELF, asked)
        if answer is not None:
            about = dict(zip(("catalogue", "version", "period"), asked, strict=True))
            node = str(json.loads(answer.raw)["node"])
            check_release(answer.raw, answer.signature, ring.public_set("sign"), node=node, **about)
    except SelfPullFailed as error:
        why = error.findings[0]
        return [Sign("wrong", error.code, {"address": issuer}), Sign("wrong", why.code, why.params)]
    except CoupoleError as error:
        return [Sign("wrong", "self_pull_failed", {"address": issuer}), Sign("wrong", error.code, error.params)]
    finally:
        tokens.disable_client(SELF)
    return [Sign("right", "self_pull_good", {"address": issuer})]


def _program(keys: KeyRing, now: datetime) -> Client:
    text = json.dumps(keys.public_set("client"))
    return Client(id=SELF, name="Self-check", keys=text, scopes=SCOPE, enabled=True, created_at=now)
