"""A sealed share opens for one key beside one report, whichever way keys are agreed."""

from __future__ import annotations

import pytest

from coupole.wire.sealing import (
    CLASSIC,
    HYBRID,
    PRIVATE_LENGTH,
    PUBLIC_LENGTH,
    SealedShareUnopenable,
    SealingKey,
    SealingKeyInvalid,
    load_private,
    new_private,
    public_of,
    seal,
    unseal,
)

KEMS = [HYBRID, CLASSIC]


@pytest.mark.parametrize("kem", KEMS)
def test_what_is_sealed_opens_with_its_key_and_context_only(kem):
    raw, other = new_private(kem), new_private(kem)
    public = SealingKey("oct", public_of(kem, raw), kem)

    sealed = seal(public, b"seed", b"here")

    assert (len(raw), len(public.key)) == (PRIVATE_LENGTH[kem], PUBLIC_LENGTH[kem])
    assert unseal(load_private(kem, raw), sealed, b"here") == b"seed"
    assert sealed != seal(public, b"seed", b"here")
    for private, text, ctx in [
        (raw, sealed, b"there"),
        (other, sealed, b"here"),
        (raw, sealed[:-1], b"here"),
        (raw, sealed + b"\0", b"here"),
        (raw, bytes([sealed[0] ^ 1]) + sealed[1:], b"here"),
        (raw, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"here"),
        (raw, bytes(len(sealed)), b"here"),
        (raw, b"", b"here"),
    ]:
        with pytest.raises(SealedShareUnopenable):
            unseal(load_private(kem, private), text, ctx)


def test_both_halves_of_the_hybrid_are_needed():
    raw, other = new_private(), new_private()
    sealed = seal(SealingKey("oct", public_of(HYBRID, raw), HYBRID), b"seed", b"")

    for mixed in (raw[:64] + other[64:], other[:64] + raw[64:]):
        with pytest.raises(SealedShareUnopenable):
            unseal(load_private(HYBRID, mixed), sealed, b"")


def test_the_classic_key_opens_nothing_of_the_hybrid():
    raw = new_private()
    sealed = seal(SealingKey("oct", public_of(HYBRID, raw), HYBRID), b"seed", b"")

    with pytest.raises(SealedShareUnopenable):
        unseal(load_private(CLASSIC, raw[64:]), sealed, b"")


@pytest.mark.parametrize("kem", KEMS)
def test_keys_of_another_length_are_refused(kem):
    raw = new_private(kem)
    public = public_of(kem, raw)

    for call in (load_private, public_of):
        with pytest.raises(SealingKeyInvalid):
            call(kem, raw[:-1])
    for key in (public[:-1], public + b"\0", b""):
        with pytest.raises(SealingKeyInvalid):
            seal(SealingKey("oct", key, kem), b"seed", b"")


@pytest.mark.parametrize("kem", KEMS)
def test_a_key_that_agrees_on_the_same_secret_with_everybody_is_refused(kem):
    public = public_of(kem, new_private(kem))[:-32] + bytes(32)

    with pytest.raises(SealingKeyInvalid):
        seal(SealingKey("oct", public, kem), b"seed", b"")


def test_numbers_that_are_no_key_of_ml_kem_are_refused():
    with pytest.raises(SealingKeyInvalid):
        seal(SealingKey("oct", b"\xff" * PUBLIC_LENGTH[HYBRID], HYBRID), b"seed", b"")


def test_a_private_key_never_shows_itself():
    raw = new_private()

    assert repr(load_private(HYBRID, raw)) == "PrivateKey(mlkem768-x25519)"
