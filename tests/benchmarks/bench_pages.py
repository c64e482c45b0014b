"""Pages with 500 accompaniments: the first screen, the list of people, a search, a file; CPU of the server's process.

The floor is a bare Starlette application on the same server that answers the very same bytes. Both are asked in turn
over one kept connection; medians. How long an answer takes on this machine, at the median, stands in the name: every
page is to be there in 50 ms.
"""

from __future__ import annotations

import http.client  # noqa: TID251 - the lightest way to ask, and its own time does not count
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from coupole.database import in_pieces
from coupole.demo.histories import history
from coupole.demo.members import MEMBERS
from coupole.node.opening import OpenNode, create_node, open_node
from coupole.node.settings import NodeSettings
from coupole.node.staff import accounts, sessions
from coupole.node.store import queries
from coupole.node.store.changes import Change
from coupole.node.store.write import write
from coupole.node.ui.arriving import cookie_name
from tests.benchmarks.serving import main, served, spent
from tests.federation.services import free_port

FILES = 500
ROUNDS = 5
ASKED = 40
ASKED_OF_FLOOR = 600
"""More often: the clock of the processor counts hundredths of a second."""
CLIENT = http.client.HTTPConnection  # noqa: TID251
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what it is called, where it is, the form that is sent to it."""

    name: str
    path: str
    form: str = ""


def run() -> list[dict[str, Any]]:
    """One line for each page: name, ours and floor in seconds of server CPU a request, ratio."""
    with tempfile.TemporaryDirectory() as folder:
        settings, token, pages = filled(Path(folder))
        cookie = f"{cookie_name(settings.issuer)}={token}"
        headers = {"accept": "text/html", "cookie": cookie, "origin": settings.issuer, "content-type": FORM}
        with served("ours", settings.directory, settings.port, __file__) as ours:
            for number, page in enumerate(pages):
                body, _ = ask(CLIENT("127.0.0.1", settings.port), page, headers)
                (settings.directory / f"{number}.html").write_bytes(body)
            floor_port = free_port()
            with served("floor", settings.directory, floor_port, __file__) as floor:
                ports = (settings.port, floor_port)
                return [measured(number, page, headers, (ours, floor), ports) for number, page in enumerate(pages)]


def measured(
    number: int,
    page: Page,
    headers: dict[str, str],
    servers: tuple[psutil.Process, psutil.Process],
    ports: tuple[int, int],
) -> dict[str, Any]:
    """Ours and the floor in turn."""
    spent, waited = [], []
    for turn in range(ROUNDS + 1):
        mine, took = cost(servers[0], ports[0], page, headers, ASKED)
        least, _ = cost(servers[1], ports[1], Page(page.name, f"/{number}"), {}, ASKED_OF_FLOOR)
        if turn:
            spent.append((mine, least))
            waited += took
    ours, floor = (statistics.median(one) for one in zip(*spent, strict=True))
    ratio = statistics.median(mine / least for mine, least in spent)
    name = f"{page.name}, {FILES} files (there in {statistics.median(waited) * 1e3:.0f} ms)"
    return {"name": name, "ours": ours, "floor": floor, "ratio": ratio}


def cost(
    server: psutil.Process, port: int, page: Page, headers: dict[str, str], times: int
) -> tuple[float, list[float]]:
    """Seconds of CPU that the server spends on a request, and how long each answer took."""
    connection, took = CLIENT("127.0.0.1", port), []
    before = spent(server)
    for _ in range(times):
        took.append(ask(connection, page, headers)[1])
    used = spent(server) - before
    connection.close()
    return used / times, took


def ask(connection: Any, page: Page, headers: dict[str, str]) -> tuple[bytes, float]:
    """The page, and how long it took to come."""
    began = time.perf_counter()
    connection.request("POST" if page.form else "GET", page.path, body=page.form or None, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    took = time.perf_counter() - began
    assert answer.status == 200, (page, answer.status, body[:2_000])
    return body, took


def filled(folder: Path) -> tuple[NodeSettings, str, list[Page]]:
    """A member of the demonstration with 500 accompaniments, somebody signed in, and the pages they open."""
    port = free_port()
    member = replace(MEMBERS[0], accompaniments=FILES)
    values = {"directory": folder / member.node, "name": member.name, "node_id": member.node}
    settings = NodeSettings.checked(values | {"issuer": f"http://127.0.0.1:{port}", "port": port})
    create_node(settings)
    told = history(member, 2026, datetime.now(UTC).date())
    with open_node(settings) as node:
        for piece in in_pieces(told, 2_000):
            changes = [Change(made.entity, made.document, id=made.id) for made in piece]
            with node.store.writing() as session:
                write(session, node.store.vault, changes, node.store.context("bench"))
        return settings, signed_in(node), pages_of(node)


def signed_in(node: OpenNode) -> str:
    """The session of an officer, who sees every file."""
    with node.store.writing() as session:
        officer = accounts.create(session, role="officer", login="bench", name="Bench")
        return sessions.begin(session, officer.id, datetime.now(UTC))


def pages_of(node: OpenNode) -> list[Page]:
    """The pages; the file is the one with the most documents, the search the most frequent beginning of a name."""
    with node.store.reading() as session:
        files = [one.id for one in queries.page(session, node.store.vault, "accompaniment", limit=FILES)]
        people = [one.document for one in queries.page(session, node.store.vault, "participant", limit=FILES)]
        size = {one: sum(map(len, queries.dossier(session, node.store.vault, one).documents.values())) for one in files}
    begins = Counter(one["family_name"][:3] for one in people if one.get("family_name"))
    return [
        Page("first screen", "/?whose=all"),
        Page("people", "/people"),
        Page("people by three letters", "/people", urlencode({"q": begins.most_common(1)[0][0]})),
        Page("a file", f"/files/{max(files, key=lambda one: size[one])}"),
    ]


def floor_app(directory: Path) -> Starlette:
    """The same bytes, kept."""

    async def answer(request: Request) -> Response:
        return Response(bodies[request.path_params["number"]], media_type="text/html")

    bodies = {path.stem: path.read_bytes() for path in directory.glob("*.html")}
    return Starlette(routes=[Route("/{number}", answer)])


if __name__ == "__main__":
    main(run, floor_app)
