"""A proof is good for one request, one address and one token, and shows the public half of its key alone."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from coupole.wire.dpop import make_proof, target, token_hash
from coupole.wire.keys import Key, KeyNotFound, KeyRing

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RING = KeyRing.create({"dpop": "es256", "sign": "ed25519", "cell": "secret32"})


def parts(proof: str) -> tuple[dict[str, object], dict[str, object]]:
    header, claims, _ = proof.split(".")
    return orjson.loads(urlsafe_b64decode(header + "==")), orjson.loads(urlsafe_b64decode(claims + "=="))


@pytest.mark.parametrize(("purpose", "algorithm"), [("dpop", "ES256"), ("sign", "Ed25519")])
def test_a_proof_can_be_checked_with_the_key_it_shows(purpose: str, algorithm: str) -> None:
    key = RING.active(purpose)
    proof = make_proof(key, "POST", "https://node.example.org/oauth/token", now=NOW)
    header, claims = parts(proof)
    assert header == {"typ": "dpop+jwt", "alg": algorithm, "jwk": header["jwk"]}
    shown = header["jwk"]
    assert isinstance(shown, dict)
    kind = ECKey if purpose == "dpop" else OKPKey
    assert jwt.decode(proof, kind.import_key(shown), algorithms=[algorithm]).claims == claims
    assert kind.import_key(shown).thumbprint() == key.kid
    assert claims == {
        "jti": claims["jti"],
        "htm": "POST",
        "htu": "https://node.example.org/oauth/token",
        "iat": int(NOW.timestamp()),
    }


def test_a_proof_shows_no_private_part_and_fits_every_reader() -> None:
    header, _ = parts(make_proof(RING.active("dpop"), "GET", "https://n.example"))
    shown = header["jwk"]
    assert isinstance(shown, dict)
    assert shown.keys() == {"kty", "crv", "x", "y"}
    assert len(orjson.dumps(header)) < 512  # the longest header joserfc reads


def test_a_proof_with_a_token_names_the_token_by_its_hash() -> None:
    proof = make_proof(RING.active("dpop"), "GET", "https://n.example/api", "token", NOW)
    hashed = urlsafe_b64encode(hashlib.sha256(b"token").digest()).decode().rstrip("=")
    assert parts(proof)[1]["ath"] == hashed == token_hash("token")
    assert "ath" not in parts(make_proof(RING.active("dpop"), "GET", "https://n.example/api"))[1]


def test_no_two_proofs_are_the_same() -> None:
    made = {parts(make_proof(RING.active("dpop"), "GET", "https://n.example/", now=NOW))[1]["jti"] for _ in range(50)}
    assert len(made) == 50


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://N.Example.ORG/api/v1/people?after=3#top", "https://n.example.org/api/v1/people"),
        ("https://n.example:443/a", "https://n.example/a"),
        ("http://n.example:80", "http://n.example/"),
        ("http://127.0.0.1:8100/a", "http://127.0.0.1:8100/a"),
        ("https://n.example:80/a", "https://n.example:80/a"),
        ("http://[::1]:8100/a", "http://[::1]:8100/a"),
        ("/a", "://" + "/a"),
    ],
)
def test_an_address_is_said_without_what_does_not_matter(url: str, said: str) -> None:
    assert target(url) == said


def test_a_secret_makes_no_proof() -> None:
    key: Key = RING.active("cell")
    with pytest.raises(KeyNotFound):
        make_proof(key, "GET", "https://n.example")
