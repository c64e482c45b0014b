"""Who is given a token, and for what."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx2 import Response
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.web.peers import AnyKey, Peer, Service, claims_of, encoded, named, public, signed

pytestmark = pytest.mark.anyio
CANARY = "Gerda-Vandamme-1961"


def refused(answer: Response, code: str, error: str) -> None:
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert (body["code"], body["error"]) == (code, error)
    assert body["error_uri"].endswith("/" + code)
    assert body["error_description"].isascii()
    assert '"' not in body["error_description"]
    assert answer.headers["cache-control"] == "no-store"
    assert CANARY not in answer.text


async def test_a_registered_client_gets_a_short_token_bound_to_its_key_for_this_service_alone(
    service: Service, hub: Peer
) -> None:
    answer = await hub.ask(scope="releases:read")
    body = answer.json()
    assert body | {"access_token": ""} == {
        "access_token": "",
        "token_type": "DPoP",
        "expires_in": 300,
        "scope": "releases:read",
    }
    assert answer.headers["cache-control"] == "no-store"
    header, claims = claims_of(body["access_token"])
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": service.ring.active("token").kid}
    assert (claims["iss"], claims["aud"], claims["sub"], claims["client_id"]) == (
        service.issuer,
        service.issuer,
        "hub",
        "hub",
    )
    assert claims["exp"] - claims["iat"] == 300
    assert claims["cnf"] == {"jkt": hub.dpop.thumbprint()}
    assert service.tokens.token(claims["jti"])
    assert len(claims["jti"]) >= 22, "128 bits at least"


@pytest.mark.parametrize(
    "key",
    [
        ECKey.generate_key("P-256"),
        ECKey.generate_key("P-384"),
        OKPKey.generate_key("Ed25519"),
        RSAKey.generate_key(2048),
    ],
    ids=["ES256", "ES384", "Ed25519", "PS256"],
)
async def test_each_accepted_algorithm_may_sign_an_assertion(service: Service, key: AnyKey) -> None:
    peer = Peer(service, keys=[named(key, "mine")])
    service.register(peer)
    assert (await peer.ask()).status_code == 200


@pytest.mark.parametrize("key", [ECKey.generate_key("P-384"), OKPKey.generate_key("Ed25519")], ids=["ES384", "Ed25519"])
async def test_each_accepted_algorithm_may_sign_a_proof(service: Service, key: AnyKey) -> None:
    peer = Peer(service, dpop=key)
    service.register(peer)
    assert (await peer.call(await peer.token())).status_code == 200


@pytest.mark.parametrize("grant", ["password", "implicit", "refresh_token", "authorization_code", CANARY])
async def test_no_grant_but_client_credentials_is_known(hub: Peer, grant: str) -> None:
    refused(await hub.ask(grant_type=grant), "grant_unsupported", "unsupported_grant_type")
    refused(await hub.ask(grant_type=None), "form_invalid", "invalid_request")


@pytest.mark.parametrize(
    "changed",
    [
        {"client_assertion": "", "client_assertion_type": None},
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
        {"client_assertion_type": None, "client_id": "hub"},
    ],
)
async def test_only_a_signed_assertion_says_who_a_client_is(hub: Peer, changed: dict[str, Any]) -> None:
    form = hub.form() | changed
    form = {name: value for name, value in form.items() if value is not None}
    refused(await hub.ask(form), "assertion_missing", "invalid_client")


async def test_a_client_secret_is_refused_in_the_form_and_in_the_header(hub: Peer) -> None:
    refused(await hub.ask(client_secret=CANARY), "form_invalid", "invalid_request")
    basic = {"Authorization": "Basic aHViOnNlY3JldA=="}
    refused(await hub.ask(headers=basic), "form_invalid", "invalid_request")


@pytest.mark.parametrize("audience", ["list", "token address", "stranger", "slash", "none"])
async def test_an_assertion_for_anything_but_the_issuer_as_one_string_is_refused(hub: Peer, audience: str) -> None:
    issuer = hub.service.issuer
    values: dict[str, Any] = {
        "list": [issuer],
        "token address": issuer + "/oauth/token",
        "stranger": "https://south.example",
        "slash": issuer + "/",
        "none": None,
    }
    assertion = hub.assertion(aud=values[audience])
    refused(await hub.ask(client_assertion=assertion), "assertion_audience", "invalid_client")


@pytest.mark.parametrize("ahead", [301, 3600, 10 * 365 * 86400])
async def test_an_assertion_that_is_good_for_more_than_five_minutes_is_refused(hub: Peer, ahead: int) -> None:
    now = int(hub.service.clock.now)
    for changed in ({"exp": now + ahead}, {"exp": now + ahead, "without": ("iat",)}):
        refused(await hub.ask(client_assertion=hub.assertion(**changed)), "assertion_lifetime", "invalid_client")
    old = hub.assertion(iat=now - 200, exp=now + 150)
    refused(await hub.ask(client_assertion=old), "assertion_lifetime", "invalid_client")


async def test_an_assertion_of_five_minutes_is_accepted_also_without_its_moment_of_issue(hub: Peer) -> None:
    now = int(hub.service.clock.now)
    assert (await hub.ask(client_assertion=hub.assertion(exp=now + 300))).status_code == 200
    assert (await hub.ask(client_assertion=hub.assertion(exp=now + 300, without=("iat",)))).status_code == 200


@pytest.mark.parametrize("claim", ["iat", "nbf"])
async def test_a_clock_ten_seconds_ahead_is_accepted_and_one_a_minute_ahead_is_told_to_be_set(
    hub: Peer, claim: str
) -> None:
    now = int(hub.service.clock.now)
    near = hub.assertion(**{claim: now + 10, "exp": now + 310 if claim == "iat" else now + 70})
    assert (await hub.ask(client_assertion=near)).status_code == 200
    far = hub.assertion(**{claim: now + 61, "exp": now + 121})
    answer = await hub.ask(client_assertion=far)
    refused(answer, "clock_skew", "invalid_client")
    assert "clock" in answer.json()["error_description"]
    assert str(now) not in answer.text


async def test_an_assertion_that_has_ended_is_told_as_a_matter_of_clocks(hub: Peer) -> None:
    now = int(hub.service.clock.now)
    late = hub.assertion(iat=now - 120, exp=now - 60)
    refused(await hub.ask(client_assertion=late), "clock_skew", "invalid_client")


@pytest.mark.parametrize(
    "changed",
    [
        {"without": ("exp",)},
        {"exp": "soon"},
        {"exp": True},
        {"iat": "now"},
        {"nbf": None},
        {"without": ("jti",)},
        {"jti": ""},
        {"jti": "x" * 201},
        {"jti": 7},
        {"iss": "other"},
        {"without": ("iss",)},
        {"without": ("sub",)},
        {"sub": ["hub"]},
        {"header": {"kid": None}},
        {"header": {"kid": 7}},
        {"header": {"typ": "at+jwt"}},
        {"header": {"jku": "https://evil.example/keys"}},
        {"header": {"x5u": "https://evil.example/keys"}},
    ],
    ids=str,
)
async def test_an_assertion_that_lacks_something_is_refused(hub: Peer, changed: dict[str, Any]) -> None:
    refused(await hub.ask(client_assertion=hub.assertion(**changed)), "assertion_invalid", "invalid_client")


async def test_an_assertion_that_names_another_client_than_the_form_is_refused(hub: Peer) -> None:
    refused(await hub.ask(client_id="other"), "assertion_invalid", "invalid_client")
    assert (await hub.ask(client_id="hub")).status_code == 200


async def test_a_key_that_comes_along_in_the_header_is_never_trusted(hub: Peer) -> None:
    own = named(ECKey.generate_key("P-256"), "one")
    assertion = hub.assertion(key=own, header={"jwk": own.as_dict(private=False)})
    refused(await hub.ask(client_assertion=assertion), "assertion_invalid", "invalid_client")


async def test_an_unknown_client_an_unknown_key_and_a_wrong_signature_are_one_and_the_same_answer(
    service: Service, hub: Peer
) -> None:
    stranger = Peer(service, "stranger")
    wrong = [
        stranger.assertion(),
        hub.assertion(header={"kid": "two"}),
        hub.assertion(key=named(ECKey.generate_key("P-256"), "one")),
        hub.assertion()[:-8] + "AAAAAAAA",
    ]
    answers = [await hub.ask(client_assertion=assertion) for assertion in wrong]
    for answer in answers:
        refused(answer, "client_unknown", "invalid_client")
    assert len({answer.text for answer in answers}) == 1


async def test_no_other_algorithm_signs_an_assertion_not_even_with_a_registered_key(service: Service) -> None:
    rsa = named(RSAKey.generate_key(2048), "rsa")
    peer = Peer(service, keys=[named(ECKey.generate_key("P-256"), "one"), rsa])
    service.register(peer)
    secret = OctKey.import_key({"kty": "oct", "k": encoded(public(peer.keys[0])), "kid": "one"})
    wrong = [
        peer.assertion(key=rsa, header={"alg": "RS256"}),
        peer.assertion(key=secret),
        peer.assertion(header={"kid": "rsa"}),
        f"{encoded({'alg': 'none', 'kid': 'one'})}.{peer.assertion().split('.')[1]}.AAAA",
    ]
    for assertion in wrong:
        refused(await peer.ask(client_assertion=assertion), "client_unknown", "invalid_client")
    empty = f"{encoded({'alg': 'none', 'kid': 'one'})}.{peer.assertion().split('.')[1]}."
    refused(await peer.ask(client_assertion=empty), "assertion_invalid", "invalid_client")


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "é.b.c",
        f"{encoded([])}.{encoded({})}.AAAA",
        f"{encoded({'alg': 'ES256', 'kid': 'one', 'crit': ['b64'], 'b64': False})}.{encoded({})}.AAAA",
        f"{encoded({'alg': 'ES256', 'kid': 'one'})}.{encoded('text')}.AAAA",
        "eyJhbGciOiJFUzI1NiIsImFsZyI6Im5vbmUifQ.e30.AAAA",
        "x" * 9000,
    ],
    ids=lambda text: text[:20],
)
async def test_what_is_not_a_jwt_or_could_be_read_in_two_ways_is_refused(hub: Peer, text: str) -> None:
    refused(await hub.ask(client_assertion=text), "assertion_invalid", "invalid_client")


async def test_claims_given_twice_are_refused_though_the_signature_holds(hub: Peer) -> None:
    twice = signed({"alg": "ES256", "kid": "one"}, b'{"sub":"hub","sub":"other"}', hub.keys[0])
    refused(await hub.ask(client_assertion=twice), "assertion_invalid", "invalid_client")


async def test_an_assertion_is_good_once(hub: Peer) -> None:
    assertion = hub.assertion()
    assert (await hub.ask(client_assertion=assertion)).status_code == 200
    refused(await hub.ask(client_assertion=assertion), "assertion_used", "invalid_client")


async def test_two_clients_may_use_the_same_jti(service: Service, hub: Peer) -> None:
    other = Peer(service, "other")
    service.register(other)
    for peer in (hub, other):
        assert (await peer.ask(client_assertion=peer.assertion(jti="the-same"))).status_code == 200


async def test_of_sixteen_simultaneous_uses_of_one_assertion_exactly_one_is_accepted(hub: Peer) -> None:
    assertion = hub.assertion()
    answers = await asyncio.gather(*(hub.ask(client_assertion=assertion) for _ in range(16)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 15
    assert {answer.json()["code"] for answer in answers if answer.status_code == 400} == {"assertion_used"}


async def test_of_sixteen_simultaneous_uses_of_one_proof_exactly_one_is_accepted(hub: Peer) -> None:
    proof = hub.proof("POST", "/oauth/token")
    answers = await asyncio.gather(*(hub.ask(proof=proof) for _ in range(16)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 15
    assert {answer.json()["code"] for answer in answers if answer.status_code == 400} == {"proof_used"}


async def test_a_disabled_client_gets_nothing_and_is_told_so_once_it_proved_who_it_is(
    service: Service, hub: Peer
) -> None:
    service.register(hub, enabled=False)
    refused(await hub.ask(), "client_disabled", "invalid_client")
    forged = hub.assertion(key=named(ECKey.generate_key("P-256"), "one"))
    refused(await hub.ask(client_assertion=forged), "client_unknown", "invalid_client")


@pytest.mark.parametrize("scope", ["", " ", None])
async def test_a_request_without_scope_gets_no_token(hub: Peer, scope: str | None) -> None:
    refused(await hub.ask(scope=scope), "scope_empty", "invalid_scope")


@pytest.mark.parametrize("scope", ["records:read", CANARY, "records:read changes:read", "Releases:read"])
async def test_a_client_registered_for_none_of_it_gets_no_token(hub: Peer, scope: str) -> None:
    refused(await hub.ask(scope=scope), "scope_refused", "invalid_scope")


async def test_a_token_holds_what_was_asked_for_and_registered_and_no_more(service: Service, hub: Peer) -> None:
    answer = (await hub.ask(scope="records:write releases:read releases:read")).json()
    assert answer["scope"] == "releases:read"
    assert claims_of(answer["access_token"])[1]["scope"] == "releases:read"
    service.register(hub, scopes="records:read")
    assert (await hub.ask(scope="plan:read changes:read plan:write")).json()["scope"] == "plan:read"


async def test_no_refresh_token_is_given(hub: Peer) -> None:
    assert "refresh_token" not in (await hub.ask()).json()


@pytest.mark.parametrize("name", ["grant_type", "scope", "client_assertion", "client_assertion_type", "resource"])
async def test_a_parameter_given_twice_is_refused(hub: Peer, name: str) -> None:
    form = {**hub.form(), "resource": "x"}
    body = urlencode([*form.items(), (name, form[name])]).encode()
    refused(await hub.ask(body), "form_invalid", "invalid_request")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"grant_type",
        b"scope=%ff",
        b"scope=\xff",
        b"&".join(b"a%d=1" % n for n in range(30)),
        b"a=" + b"x" * 20_001,
    ],
    ids=lambda body: body[:12].decode("latin-1"),
)
async def test_a_form_that_cannot_be_read_in_one_way_is_refused(hub: Peer, body: bytes) -> None:
    refused(await hub.ask(body), "form_invalid", "invalid_request")


async def test_a_long_form_is_refused_also_when_its_length_was_not_announced(hub: Peer) -> None:
    async def pieces() -> Any:
        yield urlencode(hub.form()).encode()
        yield b"&a=" + b"x" * 20_001

    async with hub.service.browser() as browser:
        headers = {"content-type": "application/x-www-form-urlencoded", "DPoP": hub.proof("POST", "/oauth/token")}
        refused(
            await browser.post("/oauth/token", content=pieces(), headers=headers), "form_invalid", "invalid_request"
        )


async def test_credentials_in_the_query_and_other_types_of_body_are_refused(hub: Peer) -> None:
    async with hub.service.browser() as browser:
        form = hub.form()
        proof = {"DPoP": hub.proof("POST", "/oauth/token")}
        answer = await browser.post("/oauth/token", params=form, headers=proof)
        refused(answer, "form_invalid", "invalid_request")
        plain = proof | {"content-type": "application/x-www-form-urlencoded"}
        answer = await browser.post("/oauth/token?scope=" + CANARY, content=urlencode(form).encode(), headers=plain)
        refused(answer, "form_invalid", "invalid_request")
        refused(await browser.post("/oauth/token", json=form, headers=proof), "form_invalid", "invalid_request")
        assert (await browser.get("/oauth/token", params=form, headers=proof)).status_code == 405


async def test_a_token_is_given_only_with_a_proof_made_for_that_request(hub: Peer) -> None:
    refused(await hub.ask(proof=None), "proof_missing", "invalid_dpop_proof")
    refused(await hub.ask(proof=hub.proof("POST", "/oauth/revoke")), "proof_invalid", "invalid_dpop_proof")
    refused(await hub.ask(proof=hub.proof("GET", "/oauth/token")), "proof_invalid", "invalid_dpop_proof")
    early = hub.proof("POST", "/oauth/token", iat=int(hub.service.clock.now) - 61)
    answer = await hub.ask(proof=early)
    refused(answer, "proof_clock_skew", "invalid_dpop_proof")
    assert "clock" in answer.json()["error_description"]


async def test_a_refused_client_does_not_use_its_proof_up(hub: Peer) -> None:
    proof = hub.proof("POST", "/oauth/token")
    refused(await hub.ask(proof=proof, scope=""), "scope_empty", "invalid_scope")
    assert (await hub.ask(proof=proof)).status_code == 200


async def test_neither_token_nor_assertion_nor_proof_is_ever_logged(
    hub: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        form, proof = hub.form(), hub.proof("POST", "/oauth/token")
        token = (await hub.ask(form, proof=proof)).json()["access_token"]
        await hub.ask(form, proof=proof)
        await hub.call(token)
        await hub.call(token, headers={"Authorization": f"Bearer {token}"})
    assert "token for hub: releases:read plan:read" in caplog.text
    assert "assertion_used" in caplog.text
    assert "token_unbound" in caplog.text
    for secret in (token, form["client_assertion"], proof):
        assert secret.split(".")[2] not in caplog.text
        assert secret not in caplog.text


async def test_headers_set_by_an_outsider_do_not_change_what_an_assertion_must_be_made_for(hub: Peer) -> None:
    spoofed = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    assert (await hub.ask(headers=spoofed)).status_code == 200
    evil = hub.assertion(aud="https://evil.example")
    refused(await hub.ask(client_assertion=evil, headers=spoofed), "assertion_audience", "invalid_client")


async def test_names_of_tokens_do_not_repeat(hub: Peer) -> None:
    assert len({claims_of(await hub.token())[1]["jti"] for _ in range(5)}) == 5
