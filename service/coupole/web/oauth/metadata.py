"""What the service says of itself, both documents from one object (RFC 8414, RFC 9728)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from coupole.web.languages import LANGUAGES
from coupole.web.oauth.assertions import METHOD
from coupole.web.oauth.jwts import ALGORITHMS
from coupole.web.oauth.proofs import ALGORITHMS as PROOF_ALGORITHMS

TOKEN = "/oauth/token"  # noqa: S105  # an address
REVOKE = "/oauth/revoke"
INTROSPECT = "/oauth/introspect"
JWKS = "/oauth/jwks"
SERVER = "/.well-known/oauth-authorization-server"
RESOURCE = "/.well-known/oauth-protected-resource"


@dataclass(frozen=True)
class Description:
    """The endpoints and abilities of one issuer: what the routes are made from is what they say."""

    issuer: str
    scopes: tuple[str, ...]

    @classmethod
    def of(cls, issuer: str, scopes: Iterable[str]) -> Description:
        """The description, checked. Raises ``ValueError`` for an issuer without https that is not this machine."""
        made = cls(issuer, tuple(sorted(scopes)))
        AuthorizationServerMetadata(made.server()).validate()
        return made

    def server(self) -> dict[str, Any]:
        """What an OAuth2 client reads before it asks for a token."""
        signing = sorted(ALGORITHMS)
        document: dict[str, Any] = {
            "issuer": self.issuer,
            "jwks_uri": self.issuer + JWKS,
            "scopes_supported": list(self.scopes),
            "response_types_supported": ["none"],
            "grant_types_supported": ["client_credentials"],
            "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS),
            "ui_locales_supported": list(LANGUAGES),
        }
        for name, path in (("token", TOKEN), ("revocation", REVOKE), ("introspection", INTROSPECT)):
            document[f"{name}_endpoint"] = self.issuer + path
            document[f"{name}_endpoint_auth_methods_supported"] = [METHOD]
            document[f"{name}_endpoint_auth_signing_alg_values_supported"] = signing
        return document

    def resource(self) -> dict[str, Any]:
        """What a client reads that was turned away from a resource."""
        return {
            "resource": self.issuer,
            "authorization_servers": [self.issuer],
            "scopes_supported": list(self.scopes),
            "bearer_methods_supported": ["header"],
            "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS),
            "dpop_bound_access_tokens_required": True,
        }

    @property
    def resource_address(self) -> str:
        """Where that document stands."""
        return self.issuer + RESOURCE
