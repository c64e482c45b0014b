"""What is exchanged to join and to leave: code of an invitation, introductions, directories, word of leaving."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.standard.validation import DocumentInvalid
from coupole.wire.descriptor import fingerprint, signing_key
from coupole.wire.directory import (
    DirectoryExpired,
    DirectoryMember,
    DirectoryOfAnother,
    DirectoryOlder,
    ends_soon,
    parse_directory,
    read_directory,
    write_directory,
)
from coupole.wire.documents import SignatureInvalid, SignerUnknown, sign
from coupole.wire.introduction import read_introduction, write_introduction
from coupole.wire.invitations import InvitationUnreadable, new_code, read_code
from coupole.wire.keys import KeyRing, KeySetInvalid
from coupole.wire.leaving import read_leaving, write_leaving

HUB = "https://hub.example.org"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
RING = KeyRing.create({"sign": "ed25519", "client": "es256", "directory": "ed25519"})
KEY = RING.active("sign")
MARK = fingerprint(KEY.public())


def introduced(**changed: Any) -> bytes:
    about: dict[str, Any] = {
        "name": "The federation",
        "issuer": HUB,
        "client_id": "hub",
        "software": {"name": "coupole", "version": "0.1.0"},
        "keys": RING.public_set("sign"),
        "client_keys": RING.public_set("client"),
        "directory_keys": RING.public_set("directory"),
        "asks": {"scope": "releases:read", "catalogue": "core", "version": "1.0.0", "every": "month"},
    }
    return write_introduction(**about | changed)


def listed(number: int = 1, **changed: Any) -> tuple[bytes, str]:
    members: list[DirectoryMember] = [
        {
            "node": "north",
            "name": "North",
            "issuer": "https://north.test",
            "country": "BE",
            "keys": RING.public_set("sign"),
            "state": "active",
            "since": "2026-11-01",
        }
    ]
    about: dict[str, Any] = {
        "federation": "The federation",
        "hub": HUB,
        "keys": RING.public_set("directory"),
        "number": number,
        "made_at": NOW,
        "expires_at": NOW + timedelta(days=180),
        "members": members,
    }
    raw = write_directory(**about | changed)
    return raw, sign("directory", raw, RING.active("directory"))


@given(st.text(alphabet=" \n\t\N{ZERO WIDTH SPACE}", max_size=3), st.integers(0, 90))
def test_a_code_is_read_as_it_was_made_however_a_mail_broke_it(space: str, place: int) -> None:
    made = new_code(HUB, MARK)
    text = str(made)
    assert read_code(text[:place] + space + text[place:]) == made
    assert made.fingerprint == MARK


@pytest.mark.parametrize(
    "pasted",
    ["", HUB, f"{HUB}#ABC", f"ftp://hub#{'A' * 40}.{'A' * 32}", f"{HUB}/path#{'A' * 40}.{'A' * 32}", "x" * 5_000],
)
def test_what_is_no_code_is_refused(pasted: str) -> None:
    with pytest.raises(InvitationUnreadable):
        read_code(pasted)


def test_a_hub_introduces_itself_and_asks_for_nothing_but_releases() -> None:
    raw = introduced()
    signature = sign("hub", raw, KEY)
    read = read_introduction(raw, signature)
    assert signing_key(read, signature) == KEY.public()
    assert read_introduction(raw, signature, RING.public_set("sign")) == read
    with pytest.raises(SignerUnknown):
        read_introduction(raw, signature, RING.public_set("directory"))
    with pytest.raises(DocumentInvalid):
        introduced(asks={"scope": "records:read", "catalogue": "core", "version": "1.0.0", "every": "month"})
    twice = introduced(client_keys={"keys": RING.public_set("client")["keys"] * 2})
    with pytest.raises(KeySetInvalid):
        read_introduction(twice, sign("hub", twice, KEY))


def test_a_directory_counts_by_its_key_its_number_its_hub_and_its_time() -> None:
    jwks, at = RING.public_set("directory"), NOW + timedelta(days=1)
    raw, signature = listed(2)
    assert read_directory(raw, signature, jwks, hub=HUB, after=1, now=at)["number"] == 2
    with pytest.raises(DirectoryOlder):
        read_directory(raw, signature, jwks, hub=HUB, after=2, now=at)
    with pytest.raises(DirectoryOfAnother):
        read_directory(raw, signature, jwks, hub="https://other.test", after=1, now=at)
    with pytest.raises(DirectoryExpired):
        read_directory(raw, signature, jwks, hub=HUB, after=1, now=NOW + timedelta(days=180))
    with pytest.raises(SignerUnknown):
        read_directory(raw, sign("directory", raw, KEY), jwks, hub=HUB, after=1, now=at)
    with pytest.raises(SignatureInvalid):
        read_directory(raw.replace(b"North", b"Narth"), signature, jwks, hub=HUB, after=1, now=at)
    with pytest.raises(DocumentInvalid):
        listed(0)


def test_the_end_of_a_directory_is_spoken_of_thirty_days_before() -> None:
    document = parse_directory(listed()[0])
    assert not ends_soon(document, NOW + timedelta(days=149))
    assert ends_soon(document, NOW + timedelta(days=150))
    assert ends_soon(document, NOW + timedelta(days=400))


def test_only_a_member_says_that_it_leaves() -> None:
    raw = write_leaving("north", HUB, NOW, closing=True)
    read = read_leaving(raw, sign("leaving", raw, KEY), RING.public_set("sign"))
    assert (read["node"], read["hub"], read["closing"]) == ("north", HUB, True)
    with pytest.raises(SignerUnknown):
        read_leaving(raw, sign("leaving", raw, RING.active("directory")), RING.public_set("sign"))
    with pytest.raises(SignatureInvalid):
        read_leaving(raw, sign("directory", raw, KEY), RING.public_set("sign"))
