"""Clients, the tokens they were given and the assertions they used up."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, CursorResult, Engine, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from coupole.database import look, reading, writing
from coupole.errors import CoupoleError
from coupole.node.store.tables import ASSERTION, CLIENT, TOKEN, Client, Token

STANDING = (
    select(TOKEN.c.client, TOKEN.c.revoked, CLIENT.c.enabled, CLIENT.c.scopes)
    .join_from(TOKEN, CLIENT)
    .where(TOKEN.c.jti == bindparam("jti"))
)
"""Every call asks this."""
REGISTERED = select(CLIENT.c.id, CLIENT.c["keys"], CLIENT.c.scopes, CLIENT.c.enabled).where(
    CLIENT.c.id == bindparam("client")
)
ENDED_TOKENS = delete(TOKEN).where(TOKEN.c.expires_at < bindparam("now"))
ENDED_ASSERTIONS = delete(ASSERTION).where(ASSERTION.c.expires_at < bindparam("now"))


class ClientNotFound(CoupoleError):
    """No program is registered under that name."""


class Registered(NamedTuple):
    """A client as the authorization server asks about it."""

    id: str
    keys: str
    scopes: str
    enabled: bool


class Standing(NamedTuple):
    """What counts of an issued token and of its client at this moment."""

    client: str
    revoked: bool
    enabled: bool
    scopes: str
    """What the client may ask for at most, now."""


@dataclass(frozen=True, slots=True)
class NodeTokens:
    """The token store of the node's authorization server. Each call is its own short transaction."""

    source: Engine

    def _writing(self) -> AbstractContextManager[Connection]:
        """A bare connection that holds the write lock: each token asked for writes twice, and a session costs more."""
        return self.source.execution_options(write=True).begin()

    def client(self, client_id: str) -> Registered | None:
        """The registered client, enabled or not."""
        for name, keys, scopes, enabled in look(self.source, REGISTERED, client=client_id):
            return Registered(name, keys, scopes, bool(enabled))
        return None

    def claim_assertion(self, client_id: str, jti: str, expires_at: datetime) -> bool:
        """Use up an assertion's identifier; False when it was used before. The primary key decides a race."""
        try:
            with self._writing() as connection:
                connection.execute(ENDED_ASSERTIONS, {"now": datetime.now(UTC)})
                connection.execute(insert(ASSERTION), {"client": client_id, "jti": jti, "expires_at": expires_at})
        except IntegrityError:
            return False
        return True

    def save_token(self, jti: str, client_id: str, scope: str, expires_at: datetime) -> None:
        """Remember that a token was issued; forget those that ended."""
        row = {"jti": jti, "client": client_id, "scope": scope, "expires_at": expires_at, "revoked": False}
        with self._writing() as connection:
            connection.execute(ENDED_TOKENS, {"now": datetime.now(UTC)})
            connection.execute(insert(TOKEN), row)

    def token(self, jti: str) -> Token | None:
        """What is known of an issued token, revoked ones included."""
        with reading(self.source) as session:
            return session.get(Token, jti)

    def standing(self, jti: str) -> Standing | None:
        """What counts of an issued token now."""
        found = look(self.source, STANDING, jti=jti)
        if not found:
            return None
        client, revoked, enabled, scopes = found[0]
        return Standing(client, bool(revoked), bool(enabled), scopes)

    def revoke(self, jti: str) -> None:
        """The token is refused from now on."""
        with writing(self.source) as session:
            session.execute(update(TOKEN).where(TOKEN.c.jti == jti).values(revoked=True))

    def save_client(self, client: Client) -> None:
        """Register a client, or replace what was registered under its id."""
        with writing(self.source) as session:
            session.merge(client)

    def clients(self) -> list[Client]:
        """All registered clients, by id."""
        with reading(self.source) as session:
            return list(session.scalars(select(Client).order_by(CLIENT.c.id)))

    def disable_client(self, client_id: str) -> None:
        """Let a client in no more: its tokens, too, are refused from now on. Raises ``ClientNotFound``."""
        with writing(self.source) as session:
            done = session.execute(update(CLIENT).where(CLIENT.c.id == client_id).values(enabled=False))
            if not cast(CursorResult[Any], done).rowcount:
                raise ClientNotFound()
