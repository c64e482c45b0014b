"""A signed document is accepted as it was signed, as what it was signed as, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.standard.reading import JsonDuplicateKey, JsonInvalid, JsonTooLong, canonical
from coupole.wire.documents import (
    LARGEST,
    MAX_BYTES,
    DocumentNotCanonical,
    SignatureInvalid,
    SignerUnknown,
    canonical_only,
    sign,
    verify,
    written,
)
from coupole.wire.keys import KeyNotFound, KeyRing, KeySetInvalid

RAW = '{"a":[1,true],"name":"Atelier été"}'.encode()


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing.create({"sign": "ed25519", "token": "es256", "cell": "secret32"})


def test_what_was_signed_verifies(ring: KeyRing) -> None:
    signature = sign("release", RAW, ring.active("sign"))
    assert signature.startswith(ring.active("sign").kid + ".")
    verify("release", RAW, signature, ring.public_set("sign"))


def test_no_flipped_bit_of_the_document_gets_through(ring: KeyRing) -> None:
    signature, jwks = sign("release", RAW, ring.active("sign")), ring.public_set("sign")
    for place in range(len(RAW)):
        for bit in range(8):
            altered = bytearray(RAW)
            altered[place] ^= 1 << bit
            with pytest.raises(SignatureInvalid):
                verify("release", bytes(altered), signature, jwks)


def test_no_other_letter_in_the_signature_gets_through(ring: KeyRing) -> None:
    signature, jwks = sign("release", RAW, ring.active("sign")), ring.public_set("sign")
    for place in range(len(signature)):
        for bit in range(8):
            altered = signature[:place] + chr(ord(signature[place]) ^ 1 << bit) + signature[place + 1 :]
            with pytest.raises((SignatureInvalid, SignerUnknown)):
                verify("release", RAW, altered, jwks)


@pytest.mark.parametrize("change", ["{}=", "{}AA", " {}", "{}\n", "{}.", ".{}", ""])
def test_a_signature_has_one_spelling(ring: KeyRing, change: str) -> None:
    signature, jwks = sign("release", RAW, ring.active("sign")), ring.public_set("sign")
    with pytest.raises((SignatureInvalid, SignerUnknown)):
        verify("release", RAW, change.format(signature), jwks)


def test_the_last_letter_of_a_signature_cannot_be_spelled_otherwise(ring: KeyRing) -> None:
    signature, jwks = sign("release", RAW, ring.active("sign")), ring.public_set("sign")
    accepted = []
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        try:
            verify("release", RAW, signature[:-1] + letter, jwks)
        except SignatureInvalid:
            continue
        accepted.append(letter)
    assert accepted == [signature[-1]]


def test_a_document_of_one_kind_is_none_of_another(ring: KeyRing) -> None:
    signature = sign("descriptor", RAW, ring.active("sign"))
    for kind in ("release", "descripto", ""):
        with pytest.raises(SignatureInvalid):
            verify(kind, RAW, signature, ring.public_set("sign"))


def test_kind_and_bytes_cannot_be_cut_in_another_place(ring: KeyRing) -> None:
    signature = sign("release", b"\0" + RAW, ring.active("sign"))
    verify("release", b"\0" + RAW, signature, ring.public_set("sign"))
    with pytest.raises(ValueError, match="NUL"):
        verify("release\0", RAW, signature, ring.public_set("sign"))


def test_the_key_of_somebody_else_is_unknown_even_under_the_same_name(ring: KeyRing) -> None:
    other = KeyRing.create({"sign": "ed25519"})
    with pytest.raises(SignerUnknown):
        verify("release", RAW, sign("release", RAW, other.active("sign")), ring.public_set("sign"))
    borrowed = {**other.active("sign").public(), "kid": ring.active("sign").kid}
    with pytest.raises(SignatureInvalid):
        verify("release", RAW, sign("release", RAW, ring.active("sign")), {"keys": [borrowed]})


def test_two_keys_of_one_name_are_refused_before_any_is_tried(ring: KeyRing) -> None:
    signature, key = sign("release", RAW, ring.active("sign")), ring.active("sign").public()
    for keys in ([key, key], [key, {**KeyRing.create({"s": "ed25519"}).active("s").public(), "kid": key["kid"]}]):
        with pytest.raises(KeySetInvalid):
            verify("release", RAW, signature, {"keys": keys})


def test_an_old_signature_still_verifies_after_a_rotation_while_its_key_is_shown(ring: KeyRing) -> None:
    old = ring.active("sign")
    before = sign("release", RAW, old)
    ring.rotate("sign")
    after = sign("release", RAW, ring.active("sign"))
    assert before != after
    for signature in (before, after):
        verify("release", RAW, signature, ring.public_set("sign"))
    with pytest.raises(SignerUnknown):
        verify("release", RAW, before, {"keys": [ring.active("sign").public()]})


def test_a_key_for_tokens_or_noise_signs_and_verifies_no_document(ring: KeyRing) -> None:
    for purpose in ("token", "cell"):
        with pytest.raises(KeyNotFound):
            sign("release", RAW, ring.active(purpose))
    named = f"{ring.active('token').kid}.{sign('release', RAW, ring.active('sign')).split('.')[1]}"
    with pytest.raises(SignerUnknown):
        verify("release", RAW, named, ring.public_set("token"))


def test_canonical_bytes_are_read_as_they_are() -> None:
    assert canonical_only(RAW) == {"a": [1, True], "name": "Atelier été"}
    assert canonical_only(written({"b": 1, "a": [{}], "n": -LARGEST})) == {"a": [{}], "b": 1, "n": -LARGEST}


@pytest.mark.parametrize(
    "text",
    [
        '{"b":1,"a":2}',
        '{"a": 1}',
        '{"a":1}\n',
        '{"a":1.0}',
        '{"a":1.5}',
        '{"a":1e2}',
        '{"a":null}',
        '{"a":-0}',
        f'{{"a":{LARGEST + 1}}}',
        f"[{-LARGEST - 1}]",
        '{"a":"\\u0041"}',
        '{"a":"\\/"}',
        '{"a":"e\u0301"}',
        '{"e\u0301":1}',
        "null",
        "1.5",
        '["a",null,"b"]',
        '["",0.5,""]',
        '[0.5,"\\""]',
        '["a",true,null]',
        '[true,"a",1e-7]',
    ],
)
def test_bytes_that_would_be_written_otherwise_are_refused(text: str) -> None:
    with pytest.raises(DocumentNotCanonical):
        canonical_only(text.encode())


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b'{"a":1,"a":1}', JsonDuplicateKey),
        (b'{"a":1', JsonInvalid),
        (b"[" + b"1," * (MAX_BYTES // 2) + b"1]", JsonTooLong),
    ],
)
def test_bytes_that_are_no_honest_json_are_refused(raw: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        canonical_only(raw)


@pytest.mark.parametrize(
    "document", [{"a": None}, {"a": 0.5}, ["e\u0301"], [2**53], [2**64], {"a": ("b",)}, {"a": {1}}]
)
def test_what_cannot_be_written_so_is_not_written(document: Any) -> None:
    with pytest.raises(DocumentNotCanonical):
        written(document)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) - 2, 2**53 + 2)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(['"', "\\", 'null"', "1.5", "9" * 20, "e\u0301", "é", "\x01", "\u0338"])
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", '"\\', "é", "1e5"]), inner),
    max_leaves=12,
)


@given(VALUES)
@settings(max_examples=600)
def test_what_may_be_written_is_exactly_what_is_read_back(value: Any) -> None:
    try:
        raw = written(value)
    except DocumentNotCanonical:
        with pytest.raises(DocumentNotCanonical):
            canonical_only(canonical(value))
    else:
        assert canonical_only(raw) == value
