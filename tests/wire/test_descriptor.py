"""A member introduces itself with a document it signs itself; a person compares the fingerprint."""

from __future__ import annotations

from base64 import b32encode, urlsafe_b64decode
from typing import Any

import orjson
import pytest
from joserfc.jwk import ECKey

from coupole.standard.validation import DocumentInvalid
from coupole.wire.descriptor import fingerprint, fingerprint_matches, read_descriptor, write_descriptor
from coupole.wire.documents import SignatureInvalid, SignerUnknown, sign, written
from coupole.wire.keys import KeyRing, KeySetInvalid

KNOWN = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "rfc8037"}


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing.create({"sign": "ed25519"})


def described(ring: KeyRing, **changes: Any) -> bytes:
    given: dict[str, Any] = {
        "node": "north",
        "name": "Atelier du Nord",
        "issuer": "https://north.example.org",
        "software": {"name": "coupole", "version": "0.1.0"},
        "standard_versions": ["1.0.0"],
        "catalogues": [{"id": "core", "version": "1.0.0"}],
        "keys": ring.public_set("sign"),
        "country": "BE",
        "languages": ["nl", "fr"],
    }
    return write_descriptor(**(given | changes))


def test_a_descriptor_signed_with_a_key_it_names_is_read(ring: KeyRing) -> None:
    raw = described(ring)
    found = read_descriptor(raw, sign("descriptor", raw, ring.active("sign")))
    assert (found["node"], found["issuer"]) == ("north", "https://north.example.org")
    assert found["keys"] == ring.public_set("sign")


def test_a_descriptor_that_somebody_else_signed_is_refused(ring: KeyRing) -> None:
    raw = described(ring)
    with pytest.raises(SignerUnknown):
        read_descriptor(raw, sign("descriptor", raw, KeyRing.create({"sign": "ed25519"}).active("sign")))
    with pytest.raises(SignatureInvalid):
        read_descriptor(raw, sign("release", raw, ring.active("sign")))


def test_a_later_descriptor_counts_when_a_key_known_before_signed_it(ring: KeyRing) -> None:
    known, old = ring.public_set("sign"), ring.active("sign")
    ring.rotate("sign")
    raw = described(ring)
    assert read_descriptor(raw, sign("descriptor", raw, old), known)["keys"] == ring.public_set("sign")
    with pytest.raises(SignerUnknown):
        read_descriptor(raw, sign("descriptor", raw, ring.active("sign")), known)


@pytest.mark.parametrize(
    "changes",
    [
        {"node": "North"},
        {"issuer": "https://north.example.org/"},
        {"issuer": "http://north.example.org"},
        {"issuer": "https://user@north.example.org"},
        {"languages": []},
        {"keys": {"keys": []}},
        {"keys": {"keys": [{**KNOWN, "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}]}},
        {"keys": {"keys": [{**ECKey.generate_key("P-256").as_dict(private=False), "kid": "e"}]}},
        {"country": "Belgium"},
    ],
)
def test_a_descriptor_outside_its_form_is_neither_written_nor_read(ring: KeyRing, changes: dict[str, Any]) -> None:
    with pytest.raises(DocumentInvalid):
        described(ring, **changes)
    raw = written(orjson.loads(described(ring)) | changes)
    with pytest.raises(DocumentInvalid):
        read_descriptor(raw, sign("descriptor", raw, ring.active("sign")))


def test_a_fingerprint_is_the_start_of_the_thumbprint_in_letters_to_read_aloud() -> None:
    # The thumbprint of this key is the example of RFC 8037, appendix A.3.
    thumbprint = urlsafe_b64decode("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k=")
    assert fingerprint(KNOWN).replace("-", "") == b32encode(thumbprint[:20]).decode()
    assert fingerprint(KNOWN) == "SD5M-V7VJ-WFKW-NGCU-B5YM-AEL2-ELVD-PPK4"


def test_a_fingerprint_depends_on_the_key_alone(ring: KeyRing) -> None:
    key = ring.active("sign").public()
    assert fingerprint(key) == fingerprint({**key, "kid": "other"}) != fingerprint(KNOWN)
    other = ECKey.generate_key("P-256").as_dict(private=False)
    assert fingerprint(other) == fingerprint(dict(reversed(other.items())))


def test_a_fingerprint_may_be_said_in_any_case_and_spacing(ring: KeyRing) -> None:
    key = ring.active("sign").public()
    said = fingerprint(key)
    assert fingerprint_matches(key, said)
    assert fingerprint_matches(key, said.lower().replace("-", " "))
    assert not fingerprint_matches(key, said[:-1])
    assert not fingerprint_matches(key, said[:-1] + ("A" if said[-1] != "A" else "B"))
    assert not fingerprint_matches(key, "")
    assert not fingerprint_matches(key, "é")


def test_what_is_no_key_has_no_fingerprint() -> None:
    with pytest.raises(KeySetInvalid):
        fingerprint({"kty": "OKP"})
