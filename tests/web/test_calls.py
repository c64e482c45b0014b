"""What a token opens, and what it does not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from joserfc.jwk import ECKey, OctKey, RSAKey

from coupole.web.errors import ServiceBusy
from coupole.web.oauth.jwts import header_of, verified
from coupole.web.oauth.proofs import Proof, Proofs
from coupole.web.token_errors import ProofUsed
from coupole.wire.dpop import make_proof
from coupole.wire.keys import KeyRing
from tests.web.peers import Peer, Service, claims_of, encoded, make_service, named, signed, token_from

pytestmark = pytest.mark.anyio
CANARY = "Gerda-Vandamme-1961"


def turned_away(answer: Response, code: str, error: str, status: int = 401) -> str:
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code
    challenge: str = answer.headers["www-authenticate"]
    assert challenge.startswith("DPoP ")
    assert (f'error="{error}"' in challenge) if error else "error=" not in challenge
    assert 'resource_metadata="https://north.example/.well-known/oauth-protected-resource"' in challenge
    assert 'algs="ES256 ES384 Ed25519"' in challenge
    assert CANARY not in answer.text + challenge
    return challenge


async def test_a_token_opens_what_it_was_given_for_on_decorated_and_on_plain_routes(hub: Peer) -> None:
    token = await hub.token()
    assert (await hub.call(token)).json() == ["hub", "plan:read", "releases:read"]
    assert (await hub.call(token, path="/releases/2026-Q3")).json()[0] == "hub"


async def test_a_proof_as_our_own_sender_makes_it_is_accepted(service: Service) -> None:
    ring = KeyRing.create({"dpop": "es256"})
    key = ring.active("dpop")
    peer = Peer(service, dpop=key.pair)
    service.register(peer)
    token = await peer.token()
    now = datetime.fromtimestamp(service.clock.now, UTC)
    proof = make_proof(key, "GET", "https://NORTH.example:443/plans?limit=5#top", token, now)
    assert (await peer.call(token, proof=proof)).status_code == 200


async def test_a_call_without_token_learns_where_to_get_one(hub: Peer) -> None:
    turned_away(await hub.call(None), "token_missing", "")


async def test_a_stolen_token_is_worth_nothing_as_bearer_with_another_key_or_without_proof(
    service: Service, hub: Peer
) -> None:
    token = await hub.token()
    thief = Peer(service)
    bearer = {"Authorization": f"Bearer {token}"}
    turned_away(await hub.call(token, headers=bearer), "token_unbound", "invalid_token")
    turned_away(await hub.call(token, headers=bearer, proof=None), "token_unbound", "invalid_token")
    turned_away(await thief.call(token), "proof_invalid", "invalid_dpop_proof")
    turned_away(await hub.call(token, proof=None), "proof_missing", "invalid_dpop_proof")


async def test_a_token_in_query_or_form_is_not_looked_at(hub: Peer) -> None:
    token = await hub.token()
    path = f"/plans?access_token={token}"
    turned_away(await hub.call(None, path=path, proof=hub.proof("GET", "/plans", token)), "token_missing", "")


@pytest.mark.parametrize("header", ["Basic aHViOng=", "DPoP", "DPoP ", "DPoP é", f"DPoP {CANARY}", "Token x", ""])
async def test_another_kind_of_authorization_is_refused(hub: Peer, header: str) -> None:
    sent = {"Authorization": header.encode("latin-1")}
    turned_away(await hub.call("x", headers=sent), "token_invalid", "invalid_token")


async def test_the_scheme_may_be_written_in_any_case_but_the_header_only_once(hub: Peer) -> None:
    token = await hub.token()
    assert (await hub.call(token, headers={"Authorization": f"dpop {token}"})).status_code == 200
    twice = {"Authorization": f"DPoP {token}", "authorization": f"DPoP {token}"}
    turned_away(await hub.call(token, headers=twice), "token_invalid", "invalid_token")


async def test_two_proofs_in_one_request_are_refused(hub: Peer) -> None:
    token = await hub.token()
    more = {"DPoP": hub.proof("GET", "/plans", token)}
    turned_away(await hub.call(token, headers=more), "proof_invalid", "invalid_dpop_proof")


@pytest.mark.parametrize(
    "changed",
    [
        {"htm": "POST"},
        {"htm": "get"},
        {"htu": "https://north.example/releases/x"},
        {"htu": "https://south.example/plans"},
        {"htu": "http://north.example/plans"},
        {"htu": "https://north.example:444/plans"},
        {"htu": "https://x@north.example/plans"},
        {"htu": "https://north.example:port/plans"},
        {"htu": "/plans"},
        {"htu": 7},
        {"ath": "AAAA"},
        {"without": ("ath",)},
        {"without": ("jti",)},
        {"without": ("htm",)},
        {"without": ("htu",)},
        {"without": ("iat",)},
        {"iat": "now"},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 201},
        {"header": {"typ": "JWT"}},
        {"header": {"typ": None}},
        {"header": {"jwk": None}},
        {"header": {"jwk": "text"}},
        {"header": {"jwk": {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}}},
        {"header": {"crit": ["exp"]}},
    ],
    ids=str,
)
async def test_a_proof_made_for_anything_else_is_refused(hub: Peer, changed: dict[str, Any]) -> None:
    token = await hub.token()
    proof = hub.proof("GET", "/plans", token, **changed)
    turned_away(await hub.call(token, proof=proof), "proof_invalid", "invalid_dpop_proof")


async def test_a_proof_signed_with_a_key_that_is_not_a_public_elliptic_one_is_refused(hub: Peer) -> None:
    token = await hub.token()
    secret = OctKey.generate_key(256)
    wrong = [
        hub.proof("GET", "/plans", token, header={"jwk": hub.dpop.as_dict(private=True)}),
        hub.proof("GET", "/plans", token, key=secret, header={"jwk": secret.as_dict(private=True)}),
        hub.proof("GET", "/plans", token, key=RSAKey.generate_key(2048)),
        hub.proof("GET", "/plans", token, header={"jwk": ECKey.generate_key("P-256").as_dict(private=False)}),
        hub.proof("GET", "/plans", token, header={"jwk": ECKey.generate_key("P-384").as_dict(private=False)}),
        f"{encoded({'typ': 'dpop+jwt', 'alg': 'none', 'jwk': hub.dpop.as_dict(private=False)})}.e30.AAAA",
        "x.y.z",
        "é",
    ]
    for proof in wrong:
        answer = await hub.call(token, proof=None, headers={"DPoP": proof.encode("latin-1")})
        turned_away(answer, "proof_invalid", "invalid_dpop_proof")


@pytest.mark.parametrize(
    "address", ["https://NORTH.example:443/plans", "HTTPS://north.example/plans?x=1#y", "https://north.example/pl%61ns"]
)
async def test_an_address_written_in_another_but_equal_way_is_the_same_address(hub: Peer, address: str) -> None:
    token = await hub.token()
    assert (await hub.call(token, proof=hub.proof("GET", "/plans", token, htu=address))).status_code == 200


async def test_the_address_of_a_proof_is_the_configured_one_whatever_host_a_request_names(hub: Peer) -> None:
    token = await hub.token()
    spoofed = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    assert (await hub.call(token, headers=spoofed)).status_code == 200
    evil = hub.proof("GET", "/plans", token, htu="https://evil.example/plans")
    turned_away(await hub.call(token, headers=spoofed, proof=evil), "proof_invalid", "invalid_dpop_proof")


async def test_a_proof_may_be_ten_seconds_early_and_a_minute_late_but_not_more(hub: Peer) -> None:
    token = await hub.token()
    now = int(hub.service.clock.now)
    for iat in (now + 10, now - 50):
        assert (await hub.call(token, proof=hub.proof("GET", "/plans", token, iat=iat))).status_code == 200
    for iat in (now + 61, now - 61):
        answer = await hub.call(token, proof=hub.proof("GET", "/plans", token, iat=iat))
        turned_away(answer, "proof_clock_skew", "invalid_dpop_proof")


async def test_a_proof_is_good_once_and_stays_so_until_its_time_is_over(hub: Peer) -> None:
    token = await hub.token()
    proof = hub.proof("GET", "/plans", token, iat=int(hub.service.clock.now) + 30)
    assert (await hub.call(token, proof=proof)).status_code == 200
    for later in (0, 45, 44):
        hub.service.clock.now += later
        await hub.call(token)
        turned_away(await hub.call(token, proof=proof), "proof_used", "invalid_dpop_proof")
    hub.service.clock.now += 2
    turned_away(await hub.call(token, proof=proof), "proof_clock_skew", "invalid_dpop_proof")


async def test_of_sixteen_simultaneous_calls_with_one_proof_exactly_one_is_answered(hub: Peer) -> None:
    token = await hub.token()
    proof = hub.proof("GET", "/plans", token)
    answers = await asyncio.gather(*(hub.call(token, proof=proof) for _ in range(16)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 15


def test_used_proofs_are_forgotten_only_when_their_time_is_over_and_never_for_want_of_room() -> None:
    now = [1000.0]
    proofs = Proofs("https://north.example", lambda: now[0], capacity=2)
    proofs.use(Proof("key", "a"))
    proofs.use(Proof("other", "a"))
    with pytest.raises(ServiceBusy) as busy:
        proofs.use(Proof("key", "b"))
    assert busy.value.headers["Retry-After"] == "60"
    now[0] += 91
    proofs.use(Proof("key", "b"))
    with pytest.raises(ProofUsed):
        proofs.use(Proof("key", "a"))
    now[0] += 91
    proofs.use(Proof("key", "c"))
    proofs.use(Proof("key", "a"))


def test_a_proof_used_late_in_a_turn_of_the_memory_is_still_known_when_it_could_come_again() -> None:
    now = [1000.0]
    proofs = Proofs("https://north.example", lambda: now[0])
    for later in (59, 2, 61):
        now[0] += later
        proofs.use(Proof("key", str(later)))
    with pytest.raises(ProofUsed):
        proofs.use(Proof("key", "59"))


async def test_a_token_ends_after_its_seconds(hub: Peer) -> None:
    token = await hub.token()
    hub.service.clock.now += 299
    assert (await hub.call(token)).status_code == 200
    hub.service.clock.now += 1
    turned_away(await hub.call(token), "token_ended", "invalid_token")


async def test_a_revoked_token_is_refused_on_the_next_call(service: Service, hub: Peer) -> None:
    token = await hub.token()
    assert (await hub.call(token)).status_code == 200
    answer = await hub.ask({**hub.form(), "token": token}, path="/oauth/revoke", proof=None)
    assert answer.status_code == 200
    turned_away(await hub.call(token), "token_revoked", "invalid_token")


async def test_a_client_switched_off_or_gone_is_refused_on_the_next_call(service: Service, hub: Peer) -> None:
    token = await hub.token()
    service.register(hub, enabled=False)
    turned_away(await hub.call(token), "token_revoked", "invalid_token")


async def test_a_scope_taken_from_a_client_is_taken_from_its_running_token(service: Service, hub: Peer) -> None:
    token = await hub.token()
    service.register(hub, scopes="releases:read")
    assert 'scope="plan:read"' in turned_away(await hub.call(token), "scope_missing", "insufficient_scope", 403)
    assert (await hub.call(token, path="/releases/x")).status_code == 200


async def test_a_scope_that_is_missing_is_named(hub: Peer) -> None:
    token = await hub.token("releases:read")
    answer = await hub.call(token)
    assert 'scope="plan:read"' in turned_away(answer, "scope_missing", "insufficient_scope", 403)
    assert "plan:read" in answer.json()["detail"]


async def test_a_scope_that_holds_another_opens_what_the_other_opens_and_no_more(service: Service, hub: Peer) -> None:
    service.register(hub, scopes="records:read")
    token = await hub.token("records:read")
    assert (await hub.call(token)).status_code == 200
    turned_away(await hub.call(token, method="POST"), "scope_missing", "insufficient_scope", 403)
    turned_away(await hub.call(token, path="/releases/x"), "scope_missing", "insufficient_scope", 403)


@pytest.mark.parametrize(
    "changed",
    [
        {"header": {"typ": None}},
        {"header": {"typ": "JWT"}},
        {"header": {"kid": None}},
        {"header": {"kid": "unknown"}},
        {"iss": "https://south.example"},
        {"aud": "https://south.example"},
        {"aud": ["https://north.example"]},
        {"aud": "hub"},
        {"sub": "other"},
        {"cnf": None},
        {"cnf": "x"},
        {"cnf": {}},
        {"jti": None},
        {"scope": None},
        {"client_id": None},
        {"exp": None},
        {"exp": "never"},
        {"iat": None},
        {"iat": 4_000_000_000, "exp": 4_000_000_300},
    ],
    ids=str,
)
async def test_what_our_key_signed_is_not_yet_an_access_token(
    service: Service, hub: Peer, changed: dict[str, Any]
) -> None:
    claims = {"cnf": {"jkt": hub.dpop.thumbprint()}} | changed
    turned_away(await hub.call(token_from(service, **claims)), "token_invalid", "invalid_token")


async def test_a_well_formed_token_that_was_never_issued_is_refused(service: Service, hub: Peer) -> None:
    token = token_from(service, cnf={"jkt": hub.dpop.thumbprint()})
    turned_away(await hub.call(token), "token_revoked", "invalid_token")


async def test_a_token_that_names_the_identifier_of_another_clients_token_is_refused(
    service: Service, hub: Peer
) -> None:
    other = Peer(service, "other")
    service.register(other)
    jti = claims_of(await other.token())[1]["jti"]
    token = token_from(service, jti=jti, cnf={"jkt": hub.dpop.thumbprint()})
    turned_away(await hub.call(token), "token_revoked", "invalid_token")


def test_a_signature_counts_only_with_the_algorithm_of_its_key_and_without_extensions() -> None:
    key = named(RSAKey.generate_key(2048), "rsa")
    made = {name: signed({"alg": name}, {"sub": "hub"}, key) for name in ("PS256", "RS256", "PS512")}
    assert [name for name, text in made.items() if verified(text, key, "PS256")] == ["PS256"]
    assert header_of(made["PS256"]) == {"alg": "PS256"}
    for extension in ({"crit": ["exp"]}, {"b64": False}):
        assert header_of(signed({"alg": "PS256"} | extension, {"sub": "hub"}, key)) is None


async def test_a_token_signed_by_another_key_or_with_another_algorithm_is_refused(service: Service, hub: Peer) -> None:
    kid = service.ring.active("token").kid
    head, body, signature = (await hub.token()).split(".")
    stranger = named(ECKey.generate_key("P-256"), kid)
    secret = OctKey.generate_key(256)
    wrong = [
        signed({"alg": "ES256", "typ": "at+jwt", "kid": kid}, {"iss": service.issuer}, stranger),
        signed({"alg": "HS256", "typ": "at+jwt", "kid": kid}, {"iss": service.issuer}, secret),
        f"{encoded({'alg': 'none', 'typ': 'at+jwt', 'kid': kid})}.{body}.{signature}",
        f"{head}.{body}.{signature[:-6]}AAAAAA",
        f"{head}.{encoded({'iss': service.issuer})}.{signature}",
    ]
    for token in wrong:
        turned_away(await hub.call(token), "token_invalid", "invalid_token")


async def test_a_token_of_one_node_opens_nothing_at_another(service: Service, hub: Peer, tmp_path: Path) -> None:
    (tmp_path / "south").mkdir()
    south = make_service(tmp_path / "south", "https://south.example")
    token = await hub.token()
    hub.service = south
    south.register(hub)
    answer = await hub.call(token)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


async def test_a_token_from_before_a_rotation_stays_valid_and_new_ones_use_the_new_key(
    service: Service, hub: Peer
) -> None:
    before = await hub.token()
    service.ring.rotate("token")
    after = await hub.token()
    assert [(await hub.call(token)).status_code for token in (before, after, before)] == [200, 200, 200]


async def test_only_so_many_verified_tokens_are_remembered(
    service: Service, hub: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coupole.web.oauth.access.REMEMBERED", 2)
    tokens = [await hub.token() for _ in range(3)]
    for token in tokens:
        assert (await hub.call(token)).status_code == 200
    assert len(service.oauth.engine.access._read) == 2
    assert (await hub.call(tokens[0])).status_code == 200


def test_every_operation_names_its_scopes_in_the_openapi_document(service: Service) -> None:
    document = service.app.openapi()
    scheme = document["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"]
    assert scheme["tokenUrl"] == "/oauth/token"
    assert scheme["scopes"]["plan:read"] == "Read plans."
    found = {
        f"{method} {path}": [scope for need in described.get("security", []) for scope in need.get("oauth", [])]
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    }
    assert {"401", "403"} <= document["paths"]["/plans"]["get"]["responses"].keys()
    assert found["get /plans"] == ["plan:read"]
    assert found["post /plans"] == ["plan:write"]
    assert found["get /releases/{name}"] == ["releases:read"]
    assert {name for name, scopes in found.items() if not scopes} == {
        "post /oauth/token",
        "post /oauth/revoke",
        "post /oauth/introspect",
        "get /oauth/jwks",
        "get /.well-known/oauth-authorization-server",
        "get /.well-known/oauth-protected-resource",
    }
