"""The directory of this federation: the members as they stand, signed here or on a machine without a network."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from coupole.errors import CoupoleError
from coupole.hub import members
from coupole.hub.members.introducing import PURPOSE, Introduced, directory_keys, directory_ring
from coupole.hub.store.joining_tables import DIRECTORY, HubDirectory
from coupole.hub.store.tables import EVENT, Member
from coupole.wire import directory
from coupole.wire.directory import DirectoryMember, parse_directory, read_directory, write_directory
from coupole.wire.documents import sign
from coupole.wire.keys import Key

GOOD_FOR = timedelta(days=180)
"""How long members go on with a directory while the hub is down."""


class DirectoryMissing(CoupoleError):
    """No directory of this federation was signed yet."""


class DirectoryOutdated(CoupoleError):
    """Members changed since this directory was written down; it was not taken."""


def newest(session: Session) -> HubDirectory | None:
    """The directory in force."""
    return session.scalar(select(HubDirectory).order_by(DIRECTORY.c.number.desc()).limit(1))


def in_force(session: Session) -> HubDirectory:
    """The same. Raises ``DirectoryMissing``."""
    found = newest(session)
    if found is None:
        raise DirectoryMissing()
    return found


def compose(session: Session, federation: str, hub: str, keys: dict[str, Any], now: datetime) -> bytes:
    """The next directory, to be signed. ``keys``: those it will be signed with."""
    before = newest(session)
    return write_directory(
        federation=federation,
        hub=hub,
        keys=keys,
        number=before.number + 1 if before else 1,
        made_at=now,
        expires_at=now + GOOD_FOR,
        members=_members(session),
    )


def _members(session: Session) -> list[DirectoryMember]:
    last = select(EVENT.c.member, func.max(EVENT.c.at)).group_by(EVENT.c.member)
    since: dict[str, datetime] = {row[0]: row[1] for row in session.execute(last)}
    return [_entry(one, since[one.id]) for one in members.everybody(session)]


def _entry(member: Member, since: datetime) -> DirectoryMember:
    return {
        "node": member.id,
        "name": member.name,
        "issuer": member.issuer,
        "country": member.country,
        "keys": json.loads(member.keys),
        "state": member.state,  # type: ignore[typeddict-item]  # one of the four: nothing else is ever written
        "since": since.date().isoformat(),
    }


def take(
    session: Session, raw: bytes, signature: str, keys: dict[str, Any], *, hub: str, actor: str, now: datetime
) -> HubDirectory:
    """Put a signed directory in force. ``keys``: those that may sign it.

    Raises ``DirectoryOutdated`` when members changed since, and what ``read_directory`` raises.
    """
    before = newest(session)
    found = read_directory(raw, signature, keys, hub=hub, after=before.number if before else 0, now=now)
    if found["members"] != _members(session):
        raise DirectoryOutdated()
    made = HubDirectory(
        number=found["number"],
        made_at=now,
        expires_at=directory.expires_at(found),
        actor=actor,
        body=raw,
        signature=signature,
    )
    session.add(made)
    session.flush()
    return made


def publish(
    session: Session, federation: str, hub: str, keys: dict[str, Any], key: Key, *, actor: str, now: datetime
) -> HubDirectory:
    """Make the next directory and sign it here."""
    raw = compose(session, federation, hub, keys, now)
    return take(session, raw, sign(directory.KIND, raw, key), keys, hub=hub, actor=actor, now=now)


def publish_here(session: Session, who: Introduced, *, actor: str, now: datetime) -> HubDirectory:
    """The same with the key in this hub's key directory. Raises ``KeyRingMissing`` where it was carried away."""
    keys = directory_keys(who.key_directory)  # first: they are made when there are none yet
    key = directory_ring(who.key_directory).active(PURPOSE)
    return publish(session, who.name, who.issuer, keys, key, actor=actor, now=now)


def keep_good(session: Session, who: Introduced, *, actor: str, now: datetime) -> HubDirectory | None:
    """The next directory, signed here, when members changed by themselves or the last one ends soon; else none.

    Raises ``KeyRingMissing``.
    """
    kept = newest(session)
    if kept and kept.expires_at - now > directory.WARNED and not is_behind(session):
        return None
    return publish_here(session, who, actor=actor, now=now)


def is_behind(session: Session) -> bool:
    """Whether members changed since the directory in force was made, or there is none."""
    found = newest(session)
    return found is None or parse_directory(found.body)["members"] != _members(session)
