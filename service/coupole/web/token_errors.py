"""Why a token was not given, or not accepted. Each kind names the OAuth2 error it is told as.

What a caller learns is what it needs to put things right; whether a client exists, which of its keys are known and
whether a signature held is one and the same answer.
"""

from __future__ import annotations

from typing import ClassVar

from coupole.errors import CoupoleError
from coupole.web.errors import WebError


class ClientInvalid(CoupoleError):
    """This client cannot be registered as it stands."""


class OAuthError(WebError):
    """The authorization server refused the request."""

    error: ClassVar[str] = "invalid_request"
    """The error of RFC 6749, 6750 or 9449 it is told as."""


class FormInvalid(OAuthError):
    """The request for a token does not have the form it must have."""


class GrantUnsupported(OAuthError):
    """Tokens are given for client credentials only."""

    error = "unsupported_grant_type"


class AssertionMissing(OAuthError):
    """The client did not prove who it is with a signed assertion."""

    error = "invalid_client"


class AssertionInvalid(OAuthError):
    """The assertion does not have the form it must have."""

    error = "invalid_client"


class AssertionAudience(OAuthError):
    """The assertion was made for another server."""

    error = "invalid_client"


class AssertionLifetime(OAuthError):
    """The assertion is good for longer than is accepted."""

    error = "invalid_client"


class AssertionUsed(OAuthError):
    """The assertion was used before."""

    error = "invalid_client"


class ClientUnknown(OAuthError):
    """No client is registered here under that name with the key that signed."""

    error = "invalid_client"


class ClientDisabled(OAuthError):
    """The client was switched off at this service."""

    error = "invalid_client"


class ClockSkew(OAuthError):
    """The time in the assertion does not fit the clock of this server."""

    error = "invalid_client"


class ScopeEmpty(OAuthError):
    """The request names no scope."""

    error = "invalid_scope"


class ScopeRefused(OAuthError):
    """The client may have none of the scopes it asks for."""

    error = "invalid_scope"


class ProofMissing(OAuthError):
    """The request carries no proof that the caller holds its key."""

    error = "invalid_dpop_proof"


class ProofInvalid(OAuthError):
    """The proof of possession does not hold for this request."""

    error = "invalid_dpop_proof"


class ProofUsed(OAuthError):
    """The proof of possession was used before."""

    error = "invalid_dpop_proof"


class ProofClockSkew(OAuthError):
    """The time in the proof of possession does not fit the clock of this server."""

    error = "invalid_dpop_proof"


class TokenMissing(OAuthError):
    """The request carries no access token."""

    error = ""


class TokenInvalid(OAuthError):
    """The access token is not one of this server."""

    error = "invalid_token"


class TokenUnbound(OAuthError):
    """The access token must come with the proof of possession it is bound to."""

    error = "invalid_token"


class TokenEnded(OAuthError):
    """The access token has ended."""

    error = "invalid_token"


class TokenRevoked(OAuthError):
    """The access token was withdrawn."""

    error = "invalid_token"


class TokenForeign(OAuthError):
    """The token was given to another client."""

    error = "invalid_grant"


class ScopeMissing(OAuthError):
    """The access token does not allow this."""

    error = "insufficient_scope"
