"""authlib's grant engine, told what this service accepts.

authlib orders the steps of a grant, of revocation and of introspection; what it takes by default and we do not is
replaced here: its methods of client authentication, its reading of assertions, its token generator and its error
texts, which quote the request. Nothing of it sees HTTP.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from authlib.consts import default_json_headers
from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import ClientMixin, InvalidGrantError, UnsupportedGrantTypeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from coupole.web import token_errors as errors
from coupole.web.oauth.access import Access, AccessTokens, moment_of
from coupole.web.oauth.assertions import METHOD, Assertions
from coupole.web.oauth.clients import ClientRow, TokenStore
from coupole.web.oauth.proofs import Proof, Proofs
from coupole.web.oauth.scopes import Scopes

logger = logging.getLogger("coupole.web.oauth")

Answer = tuple[int, Mapping[str, object], list[tuple[str, str]]]


class FormRequest(OAuth2Request):
    """A request to one of the endpoints, as authlib reads it."""

    def __init__(self, uri: str, form: Mapping[str, str]) -> None:
        super().__init__("POST", uri)
        self._form = dict(form)
        self.payload = BasicOAuth2Payload(self._form)

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the form, each of which stands there once."""
        return self._form


class TokenRequest(FormRequest):
    """A request for a token, with the proof of possession that came with it."""

    def __init__(self, uri: str, form: Mapping[str, str], proof: Proof) -> None:
        super().__init__(uri, form)
        self.proof = proof


class RegisteredClient(ClientMixin):
    """A client as authlib asks about it."""

    def __init__(self, row: ClientRow) -> None:
        self.row = row

    def get_client_id(self) -> str:
        """Its name."""
        return self.row.id

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Every client signs assertions, at every endpoint."""
        return method == METHOD

    def check_grant_type(self, grant_type: str) -> bool:
        """Every client of a node may use client credentials; there is no other grant yet."""
        return grant_type == ClientCredentialsGrant.GRANT_TYPE


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An access token that somebody asks about."""

    access: Access
    revoked: bool

    def check_client(self, client: RegisteredClient) -> bool:
        """Whether it was given to this client."""
        return self.access.client == client.get_client_id()

    def is_expired(self) -> bool:
        """Never: an ended token is not read at all."""
        return False

    def is_revoked(self) -> bool:
        """Whether it was withdrawn."""
        return self.revoked


class Engine(AuthorizationServer):
    """The authorization server: machine clients, signed assertions, bound tokens."""

    def __init__(
        self, access: AccessTokens, tokens: TokenStore, assertions: Assertions, proofs: Proofs, scopes: Scopes
    ) -> None:
        super().__init__()
        self.access = access
        self.tokens = tokens
        self.assertions = assertions
        self.proofs = proofs
        self.scopes = scopes
        self.register_client_auth_method(METHOD, self._authenticated)
        self.register_grant(MachineGrant)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)

    def _authenticated(self, _query: Any, request: FormRequest) -> RegisteredClient:
        return RegisteredClient(self.assertions.client(request.form))

    def create_oauth2_request(self, request: FormRequest) -> FormRequest:
        """The request as it is."""
        return request

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        """The answer as it is."""
        return status, body, headers

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> object:
        """Raise our own kind: authlib's texts name the grant or token type that the caller wrote."""
        if isinstance(error, UnsupportedGrantTypeError) and request.form.get("grant_type"):
            raise errors.GrantUnsupported() from None
        raise (errors.TokenForeign() if isinstance(error, InvalidGrantError) else errors.FormInvalid()) from None

    def give_token(self, request: TokenRequest) -> Answer:
        """Answer a request for a token. Raises the kinds of ``token_errors``."""
        return cast(Answer, self.create_token_response(request))  # the stubs of authlib have another in mind

    def tell(self, endpoint: str, request: FormRequest) -> Answer:
        """Answer a request to ``revocation`` or ``introspection``. Raises the kinds of ``token_errors``."""
        return cast(Answer, self.create_endpoint_response(endpoint, request))  # type: ignore[no-untyped-call]

    def issued(self, text: str) -> IssuedToken | None:
        """A token that still runs, revoked or not; none for anything else."""
        try:
            access = self.access.read(text)
        except (errors.TokenInvalid, errors.TokenEnded):
            return None
        row = self.tokens.token(access.jti)
        return IssuedToken(access, row.revoked) if row else None


class MachineGrant(ClientCredentialsGrant):
    """Client credentials for a bound token."""

    TOKEN_ENDPOINT_AUTH_METHODS = [METHOD]  # noqa: RUF012  # the type authlib gave it
    server: Engine
    request: TokenRequest

    def validate_requested_scope(self) -> None:
        """Settle the scope and use the proof up: the last two checks, once the client is known."""
        client: Any = self.request.client
        self.scope = self.server.scopes.granted(self.request.form.get("scope"), client.row.scopes)
        self.server.proofs.use(self.request.proof)
        self.jkt = self.request.proof.jkt

    def create_token_response(self) -> Any:
        """The token. Not authlib's own: that writes the token into the log."""
        client: Any = self.request.client
        text, access = self.server.access.issue(client.row.id, self.scope, self.jkt)
        self.server.tokens.save_token(access.jti, access.client, access.scope, moment_of(access.ends))
        logger.info("token for %s: %s", access.client, access.scope)
        body = {
            "access_token": text,
            "token_type": "DPoP",
            "expires_in": access.ends - access.issued,
            "scope": access.scope,
        }
        return 200, body, default_json_headers


class Revocation(RevocationEndpoint):
    """Withdraws a token of the client that asks (RFC 7009)."""

    CLIENT_AUTH_METHODS = [METHOD]  # noqa: RUF012
    server: Engine

    def check_params(self, request: FormRequest, client: RegisteredClient) -> None:
        """A token must be named; the hint may be ignored, for there is one type of token."""
        if not request.form.get("token"):
            raise errors.FormInvalid()

    def query_token(self, token_string: str, token_type_hint: str | None) -> IssuedToken | None:
        """The token, if it runs."""
        return self.server.issued(token_string)

    def revoke_token(self, token: IssuedToken, request: OAuth2Request) -> None:
        """Refuse it from now on."""
        logger.info("token of %s revoked", token.access.client)
        self.server.tokens.revoke(token.access.jti)


class Introspection(IntrospectionEndpoint):
    """Tells a client what its own token says (RFC 7662)."""

    CLIENT_AUTH_METHODS = [METHOD]  # noqa: RUF012
    server: Engine

    def check_params(self, request: FormRequest, client: RegisteredClient) -> None:
        """A token must be named; the hint may be ignored, for there is one type of token."""
        if not request.form.get("token"):
            raise errors.FormInvalid()

    def query_token(self, token_string: str, token_type_hint: str | None) -> IssuedToken | None:
        """The token, if it runs."""
        return self.server.issued(token_string)

    def check_permission(self, token: IssuedToken, client: RegisteredClient, request: OAuth2Request) -> bool:
        """A client asks about its own tokens; of another's it learns nothing."""
        return token.check_client(client)

    def introspect_token(self, token: IssuedToken) -> dict[str, Any]:
        """What the token says."""
        access = token.access
        return {
            "active": True,
            "iss": self.server.access.issuer,
            "aud": self.server.access.issuer,
            "sub": access.client,
            "client_id": access.client,
            "scope": access.scope,
            "token_type": "DPoP",
            "iat": access.issued,
            "exp": access.ends,
            "jti": access.jti,
            "cnf": {"jkt": access.jkt},
        }
