from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from coupole.node.store import open_vault
from coupole.node.store.vault import (
    PersonErased,
    RecordUnreadable,
    Vault,
    VaultKeyMissing,
    VaultMasterKeyWrong,
    seal,
    unseal,
)
from coupole.wire.keys import KeyRing

KEY = AESGCM(bytes(32))


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_is_sealed_opens_where_it_stands(text: bytes, place: str) -> None:
    assert unseal(KEY, seal(KEY, text, place), place) == text


@given(st.binary(max_size=50), st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_what_was_altered_or_moved_does_not_open(text: bytes, where: int, flip: int) -> None:
    sealed = bytearray(seal(KEY, text, "here"))
    with pytest.raises(RecordUnreadable):
        unseal(KEY, bytes(sealed), "there")
    sealed[where % len(sealed)] ^= flip
    with pytest.raises(RecordUnreadable):
        unseal(KEY, bytes(sealed), "here")


def test_each_person_has_a_key_of_their_own_that_stays_the_same(keys: Path, ring: KeyRing) -> None:
    vault = open_vault(keys, ring)
    vault.create(["anna", "bert"])
    sealed = seal(vault.key("anna"), b"text", "p")
    with pytest.raises(RecordUnreadable):
        unseal(vault.key("bert"), sealed, "p")
    vault.create(["anna"])
    vault.close()
    again = open_vault(keys, ring)
    assert unseal(again.key("anna"), sealed, "p") == b"text"
    with pytest.raises(VaultKeyMissing):
        again.key("carl")
    again.close()


def test_a_destroyed_key_is_known_to_every_process_and_never_made_again(keys: Path, ring: KeyRing) -> None:
    one, other = open_vault(keys, ring), open_vault(keys, ring)
    one.create(["anna"])
    other.key("anna")
    one.destroy("anna")
    other.create(["anna"])
    for vault in (one, other):
        assert vault.erased("anna")
        with pytest.raises(PersonErased):
            vault.key("anna")
        vault.close()


def test_after_a_rotation_every_key_is_wrapped_anew_and_the_old_master_may_go(keys: Path, ring: KeyRing) -> None:
    vault = open_vault(keys, ring)
    vault.create(["anna", "bert"])
    sealed = seal(vault.key("anna"), b"text", "p")
    vault.close()
    ring.rotate("master")
    vault = open_vault(keys, ring)
    assert unseal(vault.key("anna"), sealed, "p") == b"text"
    assert vault.rewrap() == 2
    assert vault.rewrap() == 0
    vault.close()
    newest = ring.active("master")
    vault = Vault(keys / "people.sqlite", {newest.kid: newest.secret}, newest.kid)
    assert unseal(vault.key("anna"), sealed, "p") == b"text"
    vault.close()


@pytest.mark.parametrize("name", ["one", "two"])
def test_another_master_key_opens_nothing(keys: Path, name: str) -> None:
    first = Vault(keys / "people.sqlite", {"one": os.urandom(32)}, "one")
    first.create(["anna"])
    first.close()
    other = Vault(keys / "people.sqlite", {name: os.urandom(32)}, name)
    with pytest.raises(VaultMasterKeyWrong):
        other.key("anna")
    other.close()
