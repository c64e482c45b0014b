"""Revocation, introspection, keys, metadata and the registration of clients."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import orjson
import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from coupole.standard.sentences import known_codes, sentence
from coupole.web import problems, token_errors
from coupole.web.oauth import check_client, create_oauth
from coupole.web.oauth.engine import RegisteredClient
from coupole.web.token_errors import ClientInvalid, OAuthError
from coupole.wire.keys import KeyRing
from tests.web.peers import ISSUER, SCOPES, AnyKey, Peer, Service, claims_of, make_service, named, public, token_from

pytestmark = pytest.mark.anyio


async def about(peer: Peer, token: str | None, path: str = "/oauth/introspect", **more: str) -> Any:
    form = {**peer.form(), **({"token": token} if token is not None else {}), **more}
    return await peer.ask(form, path=path, proof=None)


async def test_a_client_learns_what_its_own_token_says(service: Service, hub: Peer) -> None:
    token = await hub.token()
    claims = claims_of(token)[1]
    told = (await about(hub, token)).json()
    assert told.pop("active") is True
    assert told.pop("token_type") == "DPoP"
    assert told == {name: claims[name] for name in told}
    assert {"scope", "client_id", "exp", "cnf", "aud", "iss", "jti", "sub", "iat"} == told.keys()


async def test_of_another_clients_token_nothing_is_told_and_it_cannot_be_revoked(service: Service, hub: Peer) -> None:
    other = Peer(service, "other")
    service.register(other)
    token = await hub.token()
    assert (await about(other, token)).json() == {"active": False}
    answer = await about(other, token, "/oauth/revoke")
    assert (answer.status_code, answer.json()["code"], answer.json()["error"]) == (
        400,
        "token_foreign",
        "invalid_grant",
    )
    assert (await hub.call(token)).status_code == 200


async def test_a_token_that_is_none_has_ended_or_was_revoked_is_inactive(service: Service, hub: Peer) -> None:
    token = await hub.token()
    assert (await about(hub, "no-token")).json() == {"active": False}
    assert (await about(hub, token, "/oauth/revoke", token_type_hint="refresh_token")).json() == {}
    assert (await about(hub, token)).json() == {"active": False}
    ended = await hub.token()
    service.clock.now += 300
    assert (await about(hub, ended, token_type_hint="anything")).json() == {"active": False}
    assert (await about(hub, ended, "/oauth/revoke")).status_code == 200


async def test_a_token_nobody_remembers_issuing_is_inactive(service: Service, hub: Peer) -> None:
    assert (await about(hub, token_from(service))).json() == {"active": False}


@pytest.mark.parametrize("path", ["/oauth/introspect", "/oauth/revoke"])
async def test_both_endpoints_want_a_client_and_a_token(service: Service, hub: Peer, path: str) -> None:
    assert (await about(hub, None, path)).json()["code"] == "form_invalid"
    token = await hub.token()
    answer = await hub.ask({"token": token}, path=path, proof=None)
    assert (answer.status_code, answer.json()["code"]) == (400, "assertion_missing")
    answer = await about(Peer(service, "stranger"), token, path)
    assert (answer.status_code, answer.json()["code"]) == (400, "client_unknown")


async def test_the_published_keys_verify_tokens_from_before_and_after_a_rotation(service: Service, hub: Peer) -> None:
    before = await hub.token()
    service.ring.rotate("token")
    after = await hub.token()
    async with service.browser() as browser:
        answer = await browser.get("/oauth/jwks")
    assert answer.headers["cache-control"] == "public, max-age=300"
    keys = answer.json()
    assert len({key["kid"] for key in keys["keys"]}) == 2
    assert not any("d" in key for key in keys["keys"])
    for token in (before, after):
        assert jwt.decode(token, KeySet.import_key_set(keys), algorithms=["ES256"]).claims["iss"] == ISSUER


async def test_the_metadata_is_what_the_service_really_does(service: Service, hub: Peer) -> None:
    async with service.browser() as browser:
        server = (await browser.get("/.well-known/oauth-authorization-server")).json()
        resource = (await browser.get("/.well-known/oauth-protected-resource")).json()
        assert (await browser.get(server["jwks_uri"])).status_code == 200
    AuthorizationServerMetadata(server).validate()
    assert server["issuer"] == resource["resource"] == ISSUER
    assert resource["authorization_servers"] == [ISSUER]
    assert server["grant_types_supported"] == ["client_credentials"]
    assert server["scopes_supported"] == resource["scopes_supported"] == sorted(SCOPES)
    for name in ("token", "revocation", "introspection"):
        assert server[f"{name}_endpoint_auth_methods_supported"] == ["private_key_jwt"]
        signing = server[f"{name}_endpoint_auth_signing_alg_values_supported"]
        assert signing == ["ES256", "ES384", "Ed25519", "PS256"]
        path = server[f"{name}_endpoint"].removeprefix(ISSUER)
        assert (await hub.ask({}, path=path, proof=None)).status_code == 400
    assert server["dpop_signing_alg_values_supported"] == ["ES256", "ES384", "Ed25519"]
    assert resource["dpop_bound_access_tokens_required"] is True
    assert resource["bearer_methods_supported"] == ["header"]
    assert "secret" not in str(server)
    assert "authorization_endpoint" not in server


async def test_no_address_of_the_server_lets_another_site_read_it(service: Service) -> None:
    async with service.browser() as browser:
        for path in ("/oauth/token", "/oauth/jwks", "/.well-known/oauth-authorization-server"):
            answer = await browser.options(path, headers={"Origin": "https://evil.example"})
            assert answer.status_code == 405
            assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_service_on_this_machine_needs_no_https(tmp_path: Path) -> None:
    local = make_service(tmp_path, "http://127.0.0.1:8100")
    peer = Peer(local)
    local.register(peer)
    assert (await peer.call(await peer.token())).status_code == 200


@pytest.mark.parametrize(("issuer", "seconds"), [("http://north.example", 300), (ISSUER, 301), (ISSUER, 0)])
def test_a_server_without_https_or_with_long_tokens_is_not_made(service: Service, issuer: str, seconds: int) -> None:
    with pytest.raises(ValueError, match=r"https|seconds"):
        create_oauth(issuer, KeyRing.create({"token": "es256"}), service.tokens, SCOPES, seconds)


def key_set(*keys: dict[str, Any]) -> str:
    return orjson.dumps({"keys": keys}).decode()


P256 = named(ECKey.generate_key("P-256"), "one")


def modulus(bits: int) -> dict[str, Any]:
    numbers = rsa.generate_private_key(65537, bits).public_key().public_numbers()
    text = base64.urlsafe_b64encode(numbers.n.to_bytes(bits // 8)).rstrip(b"=").decode()
    return {"kty": "RSA", "kid": "one", "e": "AQAB", "n": text}


SHORT, LONG = modulus(1024), modulus(2048)
LONG["n"] = LONG["n"] * 5
P521 = named(ECKey.generate_key("P-521"), "one")


@pytest.mark.parametrize(
    "key",
    [
        P256,
        named(ECKey.generate_key("P-384"), "b"),
        named(OKPKey.generate_key("Ed25519"), "c"),
        named(RSAKey.generate_key(2048), "d"),
    ],
    ids=lambda key: key.kid,
)
def test_a_client_with_acceptable_keys_and_scopes_can_be_registered(key: AnyKey) -> None:
    check_client("hub", key_set(public(key)), "releases:read plan:read", SCOPES)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ("", "json_invalid"),
        ('{"keys": [], "keys": []}', "json_duplicate_key"),
        ("[]", "client_keys_missing"),
        ("{}", "client_keys_missing"),
        (key_set(), "client_keys_missing"),
        (key_set(*[public(P256) | {"kid": str(number)} for number in range(21)]), "client_keys_missing"),
        (key_set(public(P256), public(named(ECKey.generate_key("P-256"), "one"))), "client_key_repeated"),
        (key_set(P256.as_dict(private=False) | {"kid": ""}), "client_key_unnamed"),
        (key_set({**public(P256), "kid": 7}), "client_key_unnamed"),
        (key_set(P256.as_dict(private=True) | {"kid": "one"}), "client_key_private"),
        (key_set(public(P521)), "client_key_kind"),
        (key_set(public(P256) | {"use": "enc"}), "client_key_kind"),
        (key_set(public(P256) | {"alg": "ES384"}), "client_key_kind"),
        (key_set(public(P256) | {"y": public(P256)["x"]}), "client_key_kind"),
        (key_set({"kty": "RSA", "kid": "one", "e": "AQAB", "n": "é"}), "client_key_kind"),
        (key_set({"kty": "RSA", "kid": "one", "e": "AQAB", "n": "AAAB"}), "client_key_weak"),
        (key_set(SHORT), "client_key_weak"),
        (key_set(LONG), "client_key_weak"),
        (key_set(OctKey.generate_key(256).as_dict(private=True) | {"kid": "one"}), "client_key_private"),
        ('{"keys": [7]}', "client_key_kind"),
    ],
)
def test_keys_that_are_not_acceptable_are_refused_with_their_reason(keys: str, code: str) -> None:
    with pytest.raises(ClientInvalid) as refused:
        check_client("hub", keys, "plan:read", SCOPES)
    assert code in [finding.code for finding in refused.value.findings]
    assert all(finding.pointer.startswith("/keys") for finding in refused.value.findings)


@pytest.mark.parametrize("client_id", ["", "Hub", "-hub", "staff:7", "hub hub", "x" * 64])
def test_a_client_cannot_take_a_name_that_could_be_a_persons(client_id: str) -> None:
    with pytest.raises(ClientInvalid) as refused:
        check_client(client_id, key_set(public(P256)), "nothing:read", SCOPES)
    assert [finding.code for finding in refused.value.findings] == ["client_id_invalid", "client_scope_unknown"]


def test_a_client_is_registered_for_something() -> None:
    with pytest.raises(ClientInvalid):
        check_client("hub", key_set(public(P256)), "", SCOPES)


def test_a_registered_client_may_do_nothing_but_client_credentials_with_assertions(service: Service, hub: Peer) -> None:
    row = service.tokens.client("hub")
    assert row is not None
    client = RegisteredClient(row)
    assert not client.check_endpoint_auth_method("client_secret_basic", "token")
    assert not client.check_grant_type("authorization_code")


def kinds(of: type[Any]) -> set[type[Any]]:
    return {of}.union(*(kinds(kind) for kind in of.__subclasses__()))


def test_every_refusal_has_words_in_four_languages_and_a_number() -> None:
    found = {kind for kind in kinds(OAuthError) if kind is not OAuthError} | {ClientInvalid}
    assert len(found) > 20
    for kind in found:
        assert kind.code in known_codes(), kind
        assert problems.status_of(kind) in (401, 403, 422)
        assert len({sentence(kind.code, language).title for language in ("en", "nl", "fr", "it")}) == 4
        assert sentence(kind.code, "en").title == kind.title()


def test_english_words_can_stand_in_an_error_description() -> None:
    told = {kind for kind in kinds(OAuthError) if kind.error not in ("", "invalid_token", "insufficient_scope")}
    assert len(told) > 10
    for kind in told:
        text = "".join(sentence(kind.code, "en"))
        assert all(0x20 <= ord(letter) <= 0x7E and letter not in '"\\' for letter in text), kind


def test_the_kinds_of_refusal_are_told_as_errors_of_the_standards() -> None:
    assert {kind.error for kind in kinds(token_errors.OAuthError)} == {
        "",
        "invalid_request",
        "unsupported_grant_type",
        "invalid_client",
        "invalid_scope",
        "invalid_grant",
        "invalid_dpop_proof",
        "invalid_token",
        "insufficient_scope",
    }
