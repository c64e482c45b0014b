"""What a token allows: names, and which of them hold others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from coupole.web.token_errors import ScopeEmpty, ScopeRefused


class Scopes:
    """The scopes of one service: each with its purpose, some holding others (``records:read`` holds ``plan:read``)."""

    def __init__(self, purposes: Mapping[str, str], held: Mapping[str, Collection[str]]) -> None:
        self.purposes = dict(purposes)
        self.held = {name: frozenset(names) for name, names in held.items()}
        self.all_of = lru_cache(maxsize=1024)(self._all_of)
        """All scopes that a text such as ``"records:read releases:read"`` amounts to."""

    def _all_of(self, text: str) -> frozenset[str]:
        named = frozenset(text.split()) & self.purposes.keys()
        return named.union(*(self.held.get(name, frozenset()) for name in named))

    def granted(self, asked: str | None, registered: str) -> str:
        """What a client gets: of what it asks for, what it is registered for, in the order asked.

        Raises ``ScopeEmpty`` when it asks for nothing (there is no default: it would be everything), ``ScopeRefused``
        when it may have nothing of it.
        """
        names = list(dict.fromkeys((asked or "").split(" ")))
        if not any(names):
            raise ScopeEmpty()
        allowed = self.all_of(registered)
        given = " ".join(name for name in names if name in allowed)
        if not given:
            raise ScopeRefused()
        return given
