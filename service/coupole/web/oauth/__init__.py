"""OAuth2 of a service that is its own authorization server: no other server ever issues a token for it.

Machine clients only: client credentials with signed assertions (RFC 7523) for short tokens (RFC 9068) bound to a key
(RFC 9449), after FAPI 2.0 and SMART Backend Services. Staff log-in adds the code flow to the same engine.
"""

from __future__ import annotations

from coupole.web.oauth.clients import ClientRow, TokenRow, TokenStore, check_client
from coupole.web.oauth.guarding import Caller, Guard, OAuth, create_oauth

__all__ = ["Caller", "ClientRow", "Guard", "OAuth", "TokenRow", "TokenStore", "check_client", "create_oauth"]
