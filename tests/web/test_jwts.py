"""A signed token holds only in the one way it was written; what joserfc refuses of a header stays refused."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from coupole.web.oauth.jwts import verified

KEY, OTHER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")


def token(**header: Any) -> str:
    lenient = jws.JWSRegistry(strict_check_header=False, algorithms=["ES256"])
    lenient.max_header_length = 4_000
    return jwt.encode({"alg": "ES256", **header}, {"sub": "hub"}, KEY, registry=lenient)


def test_what_the_key_signed_is_read() -> None:
    assert verified(token(typ="JWT"), KEY, "ES256") == {"sub": "hub"}
    assert verified(token(), OTHER, "ES256") is None
    assert verified(token(), KEY, "ES384") is None


def test_a_key_of_another_kind_verifies_nothing() -> None:
    assert verified(token(), ECKey.generate_key("P-384"), "ES256") is None


@pytest.mark.parametrize("header", [{"unknown": "x"}, {"kid": "x" * 600}])
def test_a_header_that_is_too_long_or_names_what_nobody_knows_is_refused(header: dict[str, Any]) -> None:
    assert verified(token(**header), KEY, "ES256") is None


@pytest.mark.parametrize("end", ["A", "", "AAAA", "AAAAA", "+/=="])
def test_a_signature_that_is_none_is_refused(end: str) -> None:
    assert verified(token().rpartition(".")[0] + "." + end, KEY, "ES256") is None
