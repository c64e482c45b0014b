"""The keys of the months: what nodes seal their shares for, made well ahead, destroyed for good.

One private key a month, in a file of its own in the key directory, overwritten and unlinked when the month's slots are
released or 60 days after its end: then nobody, with all disks and all traffic, can open what was sealed for it. Every
change happens under the database's write lock, so that no file is ever taken for a left-over while its row is made.

    keys/months/2026-10.key      the private key of a month
    keys/epochs/<tabulation>.key the secret that the noise of a tabulation comes from
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from coupole.standard.calendar import add_months, parse_period
from coupole.trustee import store
from coupole.trustee.store import MonthKey, Trustee
from coupole.wire.certificates import KEPT, KEY_LIST, key_month, listed, write_key_list
from coupole.wire.documents import sign
from coupole.wire.keys import destroy_secret, write_secret
from coupole.wire.sealing import HYBRID, PrivateKey, load_private, new_private, public_of

AHEAD = 14
"""For how many months to come there is a key."""


def keep(trustee: Trustee, now: datetime | None = None) -> None:
    """The chore of each start, day and batch: make keys of months to come, destroy those that have had their time."""
    moment = now or datetime.now(UTC)
    with trustee.store.writing() as session:
        kept = store.month_keys(session)
        for number in range(-1, AHEAD + 1):  # the month before may still be asked for
            month = f"{add_months(moment.date(), number):%Y-%m}"
            if month not in {key.month for key in kept}:
                session.add(_made(trustee, month, moment))
        for key in kept:
            if not key.destroyed_at and (key.destroyed_by < moment.date() or _released(session, key.month)):
                key.destroyed_at = moment
    sweep(trustee)


def sweep(trustee: Trustee) -> None:
    """Destroy every file of a month without a living key."""
    with trustee.store.writing() as session:
        living = {key.month for key in store.month_keys(session) if not key.destroyed_at}
        for path in (trustee.keys / "months").glob("*.key"):
            if path.stem not in living:
                destroy_secret(path)


def key_of(session: Session, slot: str) -> MonthKey | None:
    """The key a slot's shares are sealed for, also when it is destroyed."""
    return next((key for key in store.month_keys(session) if key.month == key_month(slot)), None)


def key_list(session: Session, trustee: Trustee) -> tuple[bytes, str]:
    """The public keys that are not destroyed, and the signature beside them."""
    kept = store.month_keys(session)
    changed = max(moment for key in kept for moment in (key.made_at, key.destroyed_at) if moment)
    living = [key for key in kept if not key.destroyed_at]
    raw = write_key_list(
        {
            "type": "key_list",
            "form": 1,
            "trustee": trustee.name,
            "made_at": f"{changed:%Y-%m-%dT%H:%M:%SZ}",
            "keys": [listed(key.id, key.month, HYBRID, key.public, key.destroyed_by.isoformat()) for key in living],
        }
    )
    return raw, sign(KEY_LIST, raw, trustee.ring.active("sign"))


def private(trustee: Trustee, key: MonthKey | None) -> PrivateKey | None:
    """The private half; none when it is destroyed."""
    path = trustee.keys / "months" / f"{key.month}.key" if key and not key.destroyed_at else None
    return load_private(HYBRID, path.read_bytes()) if path and path.exists() else None


def epoch(trustee: Trustee, tabulation: str) -> Path:
    """The file of the secret that the noise of a tabulation comes from: made when it is agreed, never again."""
    return trustee.keys / "epochs" / f"{tabulation}.key"


def _released(session: Session, month: str) -> bool:
    """Whether each tabulation in force whose slots use this month's key has certified its slot."""
    in_force = {one.population: one for one in store.tabulations(session)}.values()
    waiting = [one.id for one in in_force if key_month(one.first_slot) <= month]
    done = [
        {key_month(one.slot) for one in store.certificates(session, name) if "/" not in one.slot} for name in waiting
    ]
    return bool(done) and all(month in months for months in done)


def _made(trustee: Trustee, month: str, moment: datetime) -> MonthKey:
    raw = new_private(HYBRID)
    write_secret(trustee.keys / "months" / f"{month}.key", raw)
    public, last = public_of(HYBRID, raw), parse_period(month).last
    name = hashlib.sha256(public).hexdigest()[:32]
    return MonthKey(id=name, month=month, public=public, made_at=moment, destroyed_by=last + KEPT, destroyed_at=None)
