"""Reading: one record with token, proof and ETag, and a page of fifty; CPU of the server's process.

The floor is a bare Starlette application on the same server that answers the same bytes, verifies one ES256 signature
(the proof) and opens one AES-GCM text a document. Both are asked in turn over one kept connection; medians.
"""

from __future__ import annotations

import http.client  # noqa: TID251 - the lightest way to ask, and its own time does not count
import json
import statistics
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from coupole.node.opening import create_node, open_node
from coupole.node.records.importing import write_all
from coupole.node.records.reading import document_rows
from coupole.node.settings import NodeSettings
from coupole.node.store.tables import Client
from coupole.standard.reading import canonical
from coupole.wire.keys import KeyRing
from tests.benchmarks.serving import main, served, spent
from tests.calling import EVERYTHING, Program
from tests.factories import id_of, participant
from tests.federation.services import free_port

RECORDS = 20_000
ROUNDS = 5
ASKED = 900
"""Of a round: a process has its time counted in hundredths of a second, so that fewer would be told too coarsely."""
PAGE = 50
Headers = dict[str, str]
CLIENT = http.client.HTTPConnection  # noqa: TID251


def run() -> list[dict[str, Any]]:
    """One line for each job: name, ours and floor in seconds of server CPU a request, ratio."""
    with tempfile.TemporaryDirectory() as folder:
        settings, program = filled(Path(folder))
        with served("ours", settings.directory, settings.port, __file__) as ours:
            program.token = token(program, settings)
            floor_port = free_port()
            one, page = examples(settings, program)
            (settings.directory / "one.json").write_bytes(one)
            (settings.directory / "page.json").write_bytes(page)
            with served("floor", settings.directory, floor_port, __file__) as floor:
                return [measured(job, settings, program, ours, floor, floor_port) for job in ("one", "page")]


def measured(
    job: str, settings: NodeSettings, program: Program, ours: psutil.Process, floor: psutil.Process, floor_port: int
) -> dict[str, Any]:
    """Ours and the floor in turn."""
    spent = []
    for turn in range(ROUNDS + 1):
        paths = [path_of(job, turn * ASKED + place) for place in range(ASKED)]
        signed = [sign(program, settings, path) for path in paths]
        mine = cost(ours, settings.port, paths, signed)
        least = cost(floor, floor_port, [f"/{job}"] * ASKED, [{}] * ASKED)
        spent.append((mine, least))
    mine, least = (statistics.median(one) for one in zip(*spent[1:], strict=True))
    ratio = statistics.median(a / b for a, b in spent[1:])
    name = {"one": "one record, token and proof checked", "page": f"a page of {PAGE}"}[job]
    return {"name": name, "ours": mine, "floor": least, "ratio": ratio}


def path_of(job: str, number: int) -> str:
    if job == "page":
        return f"/api/v1/participants?limit={PAGE}"
    return f"/api/v1/participants/{id_of('participant', number * 7919 % RECORDS + 1)}"


def sign(program: Program, settings: NodeSettings, path: str) -> Headers:
    import httpx2

    request = httpx2.Request("GET", settings.issuer + path)
    program.sign(request)
    return {name: request.headers[name] for name in ("authorization", "dpop")}


def cost(server: psutil.Process, port: int, paths: Sequence[str], signed: Sequence[Headers]) -> float:
    """Seconds of CPU that the server spends on a request."""
    connection = CLIENT("127.0.0.1", port)
    connection.connect()
    before = spent(server)
    for path, headers in zip(paths, signed, strict=True):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
    used = spent(server) - before
    connection.close()
    return used / len(paths)


def examples(settings: NodeSettings, program: Program) -> tuple[bytes, bytes]:
    """The two answers, which the floor gives as well."""
    found = []
    for path in (path_of("one", 0), path_of("page", 0)):
        connection = CLIENT("127.0.0.1", settings.port)
        connection.request("GET", path, headers=sign(program, settings, path))
        found.append(connection.getresponse().read())
        connection.close()
    return found[0], found[1]


def filled(folder: Path) -> tuple[NodeSettings, Program]:
    """A node with all its records, and a program that may read them."""
    port = free_port()
    values = {
        "directory": folder / "north",
        "name": "Atelier Nord",
        "node_id": "north",
        "issuer": f"http://127.0.0.1:{port}",
        "port": port,
    }
    settings = NodeSettings.checked(values)
    create_node(settings)
    ring = KeyRing.create({"client": "es256", "dpop": "es256"})
    keys = json.dumps(ring.public_set("client"))
    row = Client(id="bench", name="Bench", keys=keys, scopes=EVERYTHING, enabled=True, created_at=datetime.now(UTC))
    lines = (canonical(participant(number)) for number in range(1, RECORDS + 1))
    with open_node(settings) as node:
        node.store.tokens().save_client(row)
        with node.store.writing() as session:
            for _verdict in write_all(session, document_rows(lines), node.store, node.store.context("bench")):
                pass
    return settings, Program(settings.issuer, "bench", EVERYTHING, ring)


def token(program: Program, settings: NodeSettings) -> str:
    """An access token, asked for as any program does."""
    import httpx2

    with httpx2.Client(base_url=settings.issuer, auth=program) as browser:
        browser.get("/api/v1/plans")
    assert program.token
    return program.token


def floor_app(directory: Path) -> Starlette:
    """Constant bytes, one signature verified, one text opened for each document."""
    key = ec.generate_private_key(ec.SECP256R1())
    proof, algorithm = b"p" * 400, ec.ECDSA(hashes.SHA256())
    signature, public = key.sign(proof, algorithm), key.public_key()
    cipher, nonce = AESGCM(bytes(32)), bytes(12)

    def answering(name: str, opened: int) -> Callable[[Request], Any]:
        body = (directory / f"{name}.json").read_bytes()
        sealed = cipher.encrypt(nonce, body[: max(1, len(body) // opened)], b"place")

        async def answer(_request: Request) -> Response:
            public.verify(signature, proof, algorithm)
            for _ in range(opened):
                cipher.decrypt(nonce, sealed, b"place")
            return Response(body, media_type="application/json")

        return answer

    return Starlette(routes=[Route("/one", answering("one", 1)), Route("/page", answering("page", PAGE))])


if __name__ == "__main__":
    main(run, floor_app)
