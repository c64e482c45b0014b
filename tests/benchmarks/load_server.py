"""A thousand members in one process of its own: signed releases of some 50 kB, made beforehand, at 127.x.y.z.

    python -m tests.benchmarks.load_server MEMBERS    prints its port and its public keys, then serves

It answers as fast as it can and checks nothing: what is measured is who asks.
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

import uvicorn

from coupole.standard import catalogue
from coupole.wire import documents, releases
from coupole.wire.keys import KeyRing

PERIOD = "2025-01"
BYTES = 50_000


def member_name(number: int) -> str:
    return f"member{number}"


def host(number: int) -> str:
    """An address of its own for each: every member of a real federation is another origin."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def a_release(name: str, number: int) -> bytes:
    """A release of the first indicators of the catalogue, until it is as long as is wanted."""
    indicators: list[Any] = []
    size = 400
    for indicator in catalogue.load("core", "1.0.0").indicators:
        margins = [margin("total", ("total",), indicator.parts, number)]
        for dimension in indicator.dimensions:
            margins.append(margin(dimension.name, dimension.codes or ("some",), indicator.parts, number))
        made = {"id": indicator.id, "state": "reported", "parts": list(indicator.parts), "margins": margins}
        indicators.append(made)
        size += len(json.dumps(made, separators=(",", ":")))
        if size > BYTES:
            break
    release: Any = {
        "type": "release",
        "form": 1,
        "node": name,
        "name": name,
        "catalogue": "core",
        "version": "1.0.0",
        "standard": "1.0.0",
        "period": PERIOD,
        "first_on": "2025-01-01",
        "last_on": "2025-01-31",
        "revision": 1,
        "cause": "first",
        "frozen_at": "2025-02-05T08:00:00Z",
        "noise": {"method": "cell_key", "variance": 2, "bound": 5, "hidden_below": 3},
        "floor": 20,
        "indicators": indicators,
    }
    return releases.write_release(release)


def margin(dimension: str, codes: tuple[str, ...], parts: tuple[str, ...], number: int) -> dict[str, Any]:
    values = [[3 + (number * 7 + place * 13) % 200 for place in range(len(codes))] for _ in parts]
    return {
        "dimension": dimension,
        "codes": list(codes),
        "values": values,
        "states": [["perturbed"] * len(codes) for _ in parts],
    }


class Members:
    """The application: metadata, tokens and releases by the host that is asked."""

    def __init__(self, count: int, port: int) -> None:
        ring = KeyRing.create({"sign": "ed25519"})
        self.keys = ring.public_set("sign")
        self.found: dict[bytes, tuple[bytes, bytes, bytes]] = {}
        for number in range(count):
            raw = a_release(member_name(number), number)
            signature = documents.sign("release", raw, ring.active("sign")).encode()
            issuer = f"http://{host(number)}:{port}"
            metadata = json.dumps({"issuer": issuer, "token_endpoint": issuer + "/oauth/token"}).encode()
            self.found[f"{host(number)}:{port}".encode()] = (raw, signature, metadata)
        self.token = json.dumps({"access_token": "t" * 600, "token_type": "DPoP", "expires_in": 300}).encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        raw, signature, metadata = self.found[dict(scope["headers"])[b"host"]]
        headers = [(b"content-type", b"application/json")]
        path = scope["path"]
        if path == "/oauth/token":
            body = self.token
        elif path.startswith("/.well-known"):
            body = metadata
        else:
            body, headers = raw, [*headers, (b"coupole-signature", signature), (b"etag", b'"1"')]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def main() -> None:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("0.0.0.0", 0))  # noqa: S104 - every address of 127/8 is a member
    members = Members(int(sys.argv[1]), listening.getsockname()[1])
    config = uvicorn.Config(members, log_level="critical", lifespan="off", access_log=False, backlog=2048)
    print(json.dumps({"port": listening.getsockname()[1], "keys": members.keys}), flush=True)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
