"""Small programs that answer HTTP as a node does, or as no node should. For the tests of client and hub.

``FakeNode`` is honest: metadata, tokens, a descriptor and releases, all signed with its own keys. The functions below
it make one address of it misbehave:

    node = FakeNode("north")
    node.answers["/api/v1/releases/core/1.0.0/2026-10"] = flood
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from coupole.wire import descriptor, documents, releases
from coupole.wire.keys import KeyRing

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Answer = Callable[["FakeNode", MutableMapping[str, Any], bytes, Send], Awaitable[None]]

METADATA = "/.well-known/oauth-authorization-server"
TOKEN = "/oauth/token"
DESCRIPTOR = "/.well-known/coupole"
PACKED = gzip.compress(b"0" * 5_000_000)
FIRST_SECOND = {"2026-10": ("2026-10-01", "2026-10-31"), "2026-11": ("2026-11-01", "2026-11-30")}


def release_path(period: str) -> str:
    return f"/api/v1/releases/core/1.0.0/{period}"


class FakeNode:
    """A node without records: what it releases is given to it."""

    def __init__(self, name: str, scheme: str = "https") -> None:
        self.name = name
        self.issuer = f"{scheme}://{name}.test"
        self.ring = KeyRing.create({"sign": "ed25519"})
        self.releases: dict[str, releases.Release] = {}
        self.answers: dict[str, Answer] = {METADATA: metadata, TOKEN: token, DESCRIPTOR: introduce}
        self.asked: list[str] = []
        self.tokens = 0

    def shows(self, period: str, /, **given: Any) -> FakeNode:
        """Release these figures for a period; see ``a_release``."""
        self.releases[period] = a_release(self.name, period, **given)
        self.answers[release_path(period)] = give_release
        return self

    def descriptor(self) -> tuple[bytes, str]:
        raw = descriptor.write_descriptor(
            node=self.name,
            name=f"Workshop {self.name}",
            issuer=self.issuer,
            software={"name": "fake", "version": "1.0.0"},
            standard_versions=["1.0.0"],
            catalogues=[{"id": "core", "version": "1.0.0"}],
            keys=self.ring.public_set("sign"),
            country="BE",
            languages=["nl"],
        )
        return raw, documents.sign("descriptor", raw, self.ring.active("sign"))

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Message]], send: Send
    ) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.asked.append(scope["path"])
        await self.answers.get(scope["path"], nothing)(self, scope, body, send)


def a_release(
    node: str, period: str, /, figures: dict[str, Any] | None = None, revision: int = 1, **changed: Any
) -> releases.Release:
    """A release of indicator -> dimension -> code -> value, as ``count``; None stands for a withheld figure.

    An indicator given as a word (``own_decision``) has no figures, for that reason.
    """
    indicators: list[Any] = []
    for name, margins in (figures if figures is not None else {"F03": {"total": {"total": 24}}}).items():
        if isinstance(margins, str):
            state = {"not_counted": "not_applicable", "not_settled": "not_reported"}.get(margins, "withheld")
            indicators.append({"id": name, "state": state, "reason": margins, "parts": ["count"], "margins": []})
        else:
            shown = [a_margin(dimension, cells) for dimension, cells in margins.items()]
            indicators.append({"id": name, "state": "reported", "parts": ["count"], "margins": shown})
    first, last = FIRST_SECOND[period]
    made: Any = {
        "type": "release",
        "form": 1,
        "node": node,
        "name": f"Workshop {node}",
        "catalogue": "core",
        "version": "1.0.0",
        "standard": "1.0.0",
        "period": period,
        "first_on": first,
        "last_on": last,
        "revision": revision,
        "cause": "first" if revision == 1 else "records_changed",
        "frozen_at": "2026-12-05T08:00:00Z",
        "noise": {"method": "cell_key", "variance": 2, "bound": 5, "hidden_below": 3},
        "floor": 20,
        "indicators": indicators,
    }
    return made | changed


def a_margin(dimension: str, cells: dict[str, int | None]) -> dict[str, Any]:
    states = ["withheld" if value is None else "perturbed" if value else "zero" for value in cells.values()]
    values = [value or 0 for value in cells.values()]
    return {"dimension": dimension, "codes": list(cells), "values": [values], "states": [states]}


# Honest answers.


async def metadata(node: FakeNode, _scope: Any, _body: bytes, send: Send) -> None:
    await as_json(send, {"issuer": node.issuer, "token_endpoint": node.issuer + TOKEN})


async def token(node: FakeNode, _scope: Any, _body: bytes, send: Send) -> None:
    node.tokens += 1
    await as_json(send, {"access_token": f"token-{node.tokens}", "token_type": "DPoP", "expires_in": 300})


async def introduce(node: FakeNode, _scope: Any, _body: bytes, send: Send) -> None:
    raw, signature = node.descriptor()
    await answered(send, 200, raw, {"coupole-signature": signature})


async def give_release(node: FakeNode, scope: Any, _body: bytes, send: Send) -> None:
    raw = releases.write_release(node.releases[scope["path"].rpartition("/")[2]])
    tag = f'"{node.releases[scope["path"].rpartition("/")[2]]["revision"]}"'
    if (b"if-none-match", tag.encode()) in scope["headers"]:
        await answered(send, 304, b"", {"etag": tag})
        return
    signature = documents.sign("release", raw, node.ring.active("sign"))
    await answered(send, 200, raw, {"coupole-signature": signature, "etag": tag})


async def nothing(_node: FakeNode, _scope: Any, _body: bytes, send: Send) -> None:
    await as_json(send, {"code": "path_unknown", "title": "There is nothing at this address."}, 404)


async def as_json(send: Send, document: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
    await answered(send, status, json.dumps(document).encode(), {"content-type": "application/json"} | (headers or {}))


async def answered(send: Send, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


# Answers no node should give.


def says(status: int, document: Any, headers: dict[str, str] | None = None) -> Answer:
    """Always this document."""

    async def answer(_node: FakeNode, _scope: Any, _body: bytes, send: Send) -> None:
        await as_json(send, document, status, headers)

    return answer


def raw_release(change: Callable[[bytes], bytes], signed: bool = True) -> Answer:
    """The release with its bytes changed, before or after signing."""

    async def answer(node: FakeNode, scope: Any, _body: bytes, send: Send) -> None:
        raw = releases.write_release(node.releases[scope["path"].rpartition("/")[2]])
        sent = change(raw)
        signature = documents.sign("release", sent if signed else raw, node.ring.active("sign"))
        await answered(send, 200, sent, {"coupole-signature": signature})

    return answer


async def garbage(_node: FakeNode, _scope: Any, _body: bytes, send: Send) -> None:
    await answered(send, 200, b"\x00\xff<html>", {"coupole-signature": "nobody.AAAA"})


async def flood(_node: FakeNode, _scope: Any, _body: bytes, send: Send) -> None:
    """Two gigabytes, made as they are read."""
    headers = [(b"coupole-signature", b"nobody.AAAA")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    piece = b"[" * 1_000_000
    for _ in range(2_000):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def drip(_node: FakeNode, _scope: Any, _body: bytes, send: Send) -> None:
    """One byte at a time, never finished."""
    headers = [(b"coupole-signature", b"nobody.AAAA")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while True:
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.sleep(0.02)


async def silence(_node: FakeNode, _scope: Any, _body: bytes, _send: Send) -> None:
    await asyncio.sleep(3600)


async def break_off(_node: FakeNode, _scope: Any, _body: bytes, send: Send) -> None:
    """Half an answer."""
    headers = [(b"coupole-signature", b"nobody.AAAA")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"catalogue":', "more_body": True})
    raise ConnectionResetError


def redirect(to: str, status: int = 307) -> Answer:
    async def answer(_node: FakeNode, _scope: Any, _body: bytes, send: Send) -> None:
        await answered(send, status, b"", {"location": to})

    return answer


async def packed(_node: FakeNode, _scope: Any, _body: bytes, send: Send) -> None:
    """A few bytes that would unpack to many."""
    headers = {"content-encoding": "gzip", "coupole-signature": "nobody.AAAA"}
    await answered(send, 200, PACKED, headers)
