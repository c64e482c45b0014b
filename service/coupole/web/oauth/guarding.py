"""The resource side: who calls, and may they."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from time import time
from typing import Any

from fastapi import APIRouter, Security
from fastapi.openapi.models import OAuth2, OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from coupole.web import token_errors as errors
from coupole.web.oauth import metadata, routes
from coupole.web.oauth.access import Access, AccessTokens
from coupole.web.oauth.assertions import Assertions
from coupole.web.oauth.clients import TokenStore
from coupole.web.oauth.engine import Engine
from coupole.web.oauth.proofs import ALGORITHMS, Proofs
from coupole.web.oauth.scopes import Scopes
from coupole.wire.keys import KeyRing

SCHEME = "oauth"
logger = logging.getLogger("coupole.web.oauth")


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that calls: its name, what it may do now, and the token it does it with."""

    client: str
    scope: frozenset[str]
    jti: str


class Guard(SecurityBase):
    """What stands before the resources of a service, in its routes and in their description.

    ``scopes``: each with its purpose. Whom it lets in is asked of the application that answers (``app.state.oauth``),
    so that routes are made once for all applications of a process.
    """

    def __init__(self, scopes: Mapping[str, str]) -> None:
        self.scheme_name = SCHEME
        flow = OAuthFlowClientCredentials(tokenUrl=metadata.TOKEN, scopes=dict(scopes))
        self.model = OAuth2(
            flows=OAuthFlows(clientCredentials=flow),
            description="Client credentials with private_key_jwt; tokens are bound to a DPoP key (RFC 9449).",
        )

    def requires(self, *scopes: str) -> Any:
        """Dependency of a decorated route: the ``Caller``, who has each of these scopes. Raises as ``OAuth.guard``."""
        return Security(self, scopes=scopes)

    def security(self, *scopes: str) -> list[dict[str, list[str]]]:
        """The same in the OpenAPI description of a plain route."""
        return [{SCHEME: list(scopes)}]

    def __call__(self, request: HTTPConnection, needed: SecurityScopes) -> Caller:
        """What FastAPI calls for ``requires``, in a thread of its own: the store is asked."""
        return self.check(request, needed.scopes)

    def check(self, request: HTTPConnection, scopes: Iterable[str]) -> Caller:
        """The same for a plain route, which calls it from a thread."""
        oauth: OAuth = request.app.state.oauth
        return oauth.guard(request, scopes)


class OAuth:
    """The authorization server of one service, and whom it lets in."""

    def __init__(self, engine: Engine, description: metadata.Description) -> None:
        self.engine = engine
        self.description = description
        self.router: APIRouter = routes.router(engine, description)

    def guard(self, request: HTTPConnection, scopes: Iterable[str]) -> Caller:
        """The caller, who has each of these scopes. Asks the store: call it from a thread.

        Raises ``TokenMissing``, ``TokenUnbound``, ``TokenInvalid``, ``TokenEnded``, ``TokenRevoked``, the kinds of
        proof errors and ``ScopeMissing``, each with the challenge of RFC 9449 and RFC 9728.
        """
        needed = tuple(scopes)
        caller = "a stranger"
        try:
            access = self._proven(request)
            caller = access.client
            return self._allowed(access, needed)
        except errors.OAuthError as error:
            logger.warning("call of %s refused: %s", caller, error.code)
            error.headers["WWW-Authenticate"] = self._challenge(error, needed)
            raise

    def _proven(self, request: HTTPConnection) -> Access:
        """What the token says, once it is proven that its holder sent it, and never before."""
        text = bound_token(request.headers.getlist("authorization"))
        access = self.engine.access.read(text)
        method, path = request.scope["method"], request.scope["path"]
        proof = self.engine.proofs.check(request.headers.getlist("dpop"), method, path, text)
        if proof.jkt != access.jkt:
            raise errors.ProofInvalid()
        self.engine.proofs.use(proof)
        return access

    def _allowed(self, access: Access, needed: tuple[str, ...]) -> Caller:
        """The caller, if it may still do what its token says, and that is enough."""
        standing = self.engine.tokens.standing(access.jti)
        if standing is None or standing.revoked or not standing.enabled or standing.client != access.client:
            raise errors.TokenRevoked()
        # What was taken from the client since is taken from its tokens too.
        allowed = self.engine.scopes.all_of(access.scope) & self.engine.scopes.all_of(standing.scopes)
        if not allowed.issuperset(needed):
            raise errors.ScopeMissing(scope=" ".join(needed))
        return Caller(access.client, allowed, access.jti)

    def _challenge(self, error: errors.OAuthError, needed: tuple[str, ...]) -> str:
        said = {"error": error.error, "scope": " ".join(needed), "algs": " ".join(ALGORITHMS)}
        said["resource_metadata"] = self.description.resource_address
        return "DPoP " + ", ".join(f'{name}="{value}"' for name, value in said.items() if value)


def bound_token(sent: Collection[str]) -> str:
    """The token of an ``Authorization: DPoP`` header. Raises ``TokenMissing``, ``TokenUnbound``, ``TokenInvalid``."""
    if not sent:
        raise errors.TokenMissing()
    scheme, _, text = next(iter(sent)).partition(" ")
    if scheme.lower() == "bearer":
        raise errors.TokenUnbound()
    if len(sent) > 1 or scheme.lower() != "dpop":
        raise errors.TokenInvalid()
    return text.strip()


def create_oauth(
    issuer: str,
    ring: KeyRing,
    tokens: TokenStore,
    scopes: Mapping[str, str],
    token_seconds: int = 300,
    clock: Callable[[], float] = time,
    held: Mapping[str, Collection[str]] | None = None,
) -> OAuth:
    """The authorization server of one service; its application keeps it as ``app.state.oauth``.

    ``issuer`` is its base address, ``scopes`` each scope with its purpose, ``held`` the scopes that another holds
    (``{"records:read": ["plan:read", …]}``), ``clock`` gives POSIX seconds. Raises ``ValueError`` for an issuer
    without https that is not on this machine, and for tokens of more than 300 seconds.
    """
    if not 0 < token_seconds <= 300:
        raise ValueError("an access token is good for 300 seconds at most")
    known = Scopes(scopes, held or {})
    access = AccessTokens(issuer, ring, token_seconds, clock)
    engine = Engine(access, tokens, Assertions(issuer, tokens, clock), Proofs(issuer, clock), known)
    return OAuth(engine, metadata.Description.of(issuer, scopes))
