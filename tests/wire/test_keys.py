"""A key ring is one file that only its owner reads; public halves leave it, nothing else does."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from coupole.wire.keys import (
    KeyNotFound,
    KeyRing,
    KeyRingExposed,
    KeyRingMissing,
    KeyRingUnreadable,
    KeySetInvalid,
    destroy_secret,
    public_key,
    public_keys,
)

KINDS = {"master": "aes", "token": "es256", "sign": "ed25519", "cell": "secret32"}


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing.create(KINDS)


@pytest.fixture
def file(ring: KeyRing, tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "ring.json"
    ring.save(path)
    return path


def test_a_ring_read_again_holds_the_same_keys(ring: KeyRing, file: Path) -> None:
    ring.rotate("sign", datetime(2026, 5, 1, tzinfo=UTC))
    ring.save(file)
    again = KeyRing.load(file)
    assert again.purposes() == tuple(KINDS)
    for purpose in KINDS:
        assert [key.kid for key in again.of(purpose)] == [key.kid for key in ring.of(purpose)]
        assert [key.secret for key in again.of(purpose)] == [key.secret for key in ring.of(purpose)]
        assert [key.made_at for key in again.of(purpose)] == [key.made_at for key in ring.of(purpose)]
    assert again.active("sign").pair.as_dict(private=True) == ring.active("sign").pair.as_dict(private=True)


def test_only_the_owner_can_read_the_file_and_its_folder(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_file_that_others_can_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(KeyRingExposed):
        KeyRing.load(file)


def test_a_save_that_was_cut_off_leaves_the_ring_as_it_was(file: Path) -> None:
    before = file.read_bytes()
    part = file.with_name("ring.json.part")
    part.write_text("half a rin")
    part.chmod(0o644)
    assert file.read_bytes() == before
    KeyRing.load(file).save(file)
    assert sorted(path.name for path in file.parent.iterdir()) == ["ring.json"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_ring_that_is_not_there_is_told_from_one_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(KeyRingMissing):
        KeyRing.load(tmp_path / "ring.json")


def damaged(file: Path, change: Any) -> Path:
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))
    return file


CHANGES = {
    "another form": lambda ring: ring.update(form=2),
    "no keys of a purpose": lambda ring: ring["keys"].update(sign=[]),
    "a purpose left out": lambda ring: ring["keys"].pop("sign"),
    "one key twice": lambda ring: ring["keys"]["cell"].append(ring["keys"]["cell"][0]),
    "a short secret": lambda ring: ring["keys"]["cell"][0].update(secret="AAAA"),
    "a secret that is no text": lambda ring: ring["keys"]["cell"][0].update(secret=7),
    "a kid that is another key's": lambda ring: ring["keys"]["sign"][0].update(kid="k"),
    "a public half only": lambda ring: ring["keys"]["sign"][0]["jwk"].pop("d"),
    "an unknown kind": lambda ring: ring["kinds"].update(sign="rsa"),
    "kinds that are a list": lambda ring: ring.update(kinds=["sign"]),
    "no moment": lambda ring: ring["keys"]["token"][0].update(made_at="yesterday"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_damaged_ring_is_refused_without_quoting_it(file: Path, name: str) -> None:
    secret = json.loads(file.read_text())["keys"]["cell"][0]["secret"]
    with pytest.raises(KeyRingUnreadable) as caught:
        KeyRing.load(damaged(file, CHANGES[name]))
    assert caught.value.__cause__ is None
    assert secret not in str(caught.value)


def test_a_file_that_is_no_json_is_refused(file: Path) -> None:
    file.write_bytes(b"\xff\x00")
    with pytest.raises(KeyRingUnreadable):
        KeyRing.load(file)


def test_a_new_key_is_in_use_and_the_old_one_is_kept(ring: KeyRing) -> None:
    old = ring.active("token")
    new = ring.rotate("token")
    assert ring.active("token") is new
    assert ring.of("token") == [new, old]
    assert ring.find("token", old.kid) is old
    with pytest.raises(KeyNotFound):
        ring.find("token", "another")


def test_what_is_asked_of_a_purpose_that_is_not_there_is_an_error(ring: KeyRing) -> None:
    with pytest.raises(KeyNotFound):
        ring.of("dpop")
    with pytest.raises(KeyNotFound):
        ring.rotate("dpop")


def test_a_list_of_keys_that_was_given_out_does_not_change_the_ring(ring: KeyRing) -> None:
    ring.of("token").clear()
    assert ring.active("token")


def test_a_kind_that_nobody_knows_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        KeyRing.create({"sign": "rsa"})


def test_the_public_set_holds_every_public_half_and_nothing_private(ring: KeyRing) -> None:
    ring.rotate("token")
    for purpose, algorithm in (("token", "ES256"), ("sign", "Ed25519")):
        shown = ring.public_set(purpose)["keys"]
        assert [key["kid"] for key in shown] == [key.kid for key in ring.of(purpose)]
        assert all(key.keys() <= {"kty", "crv", "x", "y", "kid", "use", "alg"} for key in shown)
        assert all(key["use"] == "sig" and key["alg"] == algorithm for key in shown)


@pytest.mark.parametrize("purpose", ["master", "cell"])
def test_of_secrets_there_is_nothing_to_show(ring: KeyRing, purpose: str) -> None:
    assert ring.public_set(purpose) == {"keys": []}
    with pytest.raises(KeyNotFound):
        ring.active(purpose).public()


def test_a_key_does_not_print_what_it_is(ring: KeyRing) -> None:
    key = ring.active("cell")
    assert repr(key.secret) not in repr(key)
    assert "secret" not in repr(key)


def test_a_thumbprint_names_a_key_and_a_token_names_its_key(ring: KeyRing) -> None:
    key = ring.active("token")
    token = jwt.encode({"alg": "ES256", "kid": key.kid}, {"sub": "hub"}, key.pair, algorithms=["ES256"])
    assert key.kid == key.pair.thumbprint()
    assert jwt.decode(token, key.pair, algorithms=["ES256"]).claims == {"sub": "hub"}


def named(**changes: Any) -> dict[str, Any]:
    return {**OKPKey.generate_key("Ed25519").as_dict(private=False), "kid": "one", **changes}


def test_the_public_keys_of_others_are_read_by_name(ring: KeyRing) -> None:
    found = public_keys({"keys": ring.public_set("token")["keys"] + ring.public_set("sign")["keys"]})
    assert found.keys() == {ring.active("token").kid, ring.active("sign").kid}
    assert not any(key.is_private for key in found.values())


@pytest.mark.parametrize(
    "key_set",
    [
        None,
        [],
        {},
        {"keys": {}},
        {"keys": []},
        {"keys": ["key"]},
        {"keys": [named(), named()]},
        {"keys": [named(kid="")]},
        {"keys": [named(kid=7)]},
        {"keys": [named(kid="k" * 201)]},
        {"keys": [named(kid=str(number)) for number in range(21)]},
        {"keys": [{name: value for name, value in named().items() if name != "kid"}]},
        {"keys": [named(use="enc")]},
        {"keys": [named(d="AAAA")]},
        {"keys": [named(x="AAAA")]},
        {"keys": [named(x=7)]},
        {"keys": [named(crv="X25519")]},
        {"keys": [{**OctKey.generate_key(256).as_dict(), "kid": "secret"}]},
        {"keys": [{**ECKey.generate_key("P-384").as_dict(private=False), "kid": "other curve"}]},
        {"keys": [{**RSAKey.generate_key(2048).as_dict(private=False), "kid": "rsa"}]},
        {"keys": [{"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43, "kid": "not on the curve"}]},
    ],
)
def test_a_set_that_can_be_read_in_two_ways_or_holds_a_secret_is_refused(key_set: Any) -> None:
    with pytest.raises(KeySetInvalid):
        public_keys(key_set)


def test_a_private_key_is_no_public_key() -> None:
    with pytest.raises(KeySetInvalid):
        public_key(ECKey.generate_key("P-256").as_dict(private=True))


def test_an_overwritten_file_no_longer_holds_what_it_held(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"a secret of the month")
    with path.open("rb") as still_open:
        destroy_secret(path)
        assert still_open.read() != b"a secret of the month"
    assert not path.exists()


def test_a_withdrawn_key_is_nowhere_in_the_ring_and_a_secret_is_not_withdrawn() -> None:
    ring = KeyRing.create({"sign": "ed25519", "master": "aes"})
    old = ring.active("sign").kid
    ring.rotate("sign")
    fresh = ring.withdraw("sign")
    assert ring.of("sign") == [fresh]
    assert [key["kid"] for key in ring.public_set("sign")["keys"]] == [fresh.kid]
    with pytest.raises(KeyNotFound):
        ring.find("sign", old)
    for purpose in ("master", "token"):
        with pytest.raises(KeyNotFound):
            ring.withdraw(purpose)
    assert len(ring.of("master")) == 1
