"""No page sends anybody elsewhere: not by the host a request names, nor by where it asks to go on to."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from urllib.parse import quote, urljoin, urlsplit

import httpx2
import pytest

from coupole.node.app import create_app
from coupole.node.settings import NodeSettings
from coupole.node.staff.accounts import ROLES
from coupole.node.ui.arriving import local_path
from tests.desk import browser, signed_in
from tests.live import live
from tests.node.ui.abuse.house import House
from tests.node.ui.abuse.test_random_forms import LAST

pytestmark = pytest.mark.processes

EVIL = "evil.example"
FALSE = "false.example"
"""Another place than those that other tests write down: what was typed is shown where it was typed."""
HEADERS = (
    {"host": FALSE, "x-forwarded-host": FALSE, "x-forwarded-proto": "javascript", "x-forwarded-port": "1"},
    {
        "host": f"{FALSE}/x?y#z",
        "forwarded": f"host={FALSE};proto=http",
        "x-host": FALSE,
        "referer": f"https://{FALSE}/",
    },
    {
        "host": f"[{FALSE}",
        "x-forwarded-prefix": f"//{FALSE}",
        "x-original-url": f"//{FALSE}",
        "x-rewrite-url": f"//{FALSE}",
    },
    {"host": f"127.0.0.1:8100@{FALSE}:99999"},
    {"host": ""},
)
ELSEWHERE = (
    f"//{EVIL}",
    f"/\\{EVIL}",
    f"/\t/{EVIL}",
    f" //{EVIL}",
    f"///{EVIL}",
    f"\\\\{EVIL}",
    f"/\n/{EVIL}",
    f"/x\x7f//{EVIL}",
    f"https:{EVIL}",
    f"data:text/html,{EVIL}",
    f"javascript:alert('{EVIL}')",
    f"/\r\nLocation: https://{EVIL}/",
    f"http://127.0.0.1:8100@{EVIL}/",
)
FIELDS = ("next", "back", "from", "address", "return", "url")


class Ways(HTMLParser):
    """Every address a page leads to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found += [given[name] for name in ("href", "src", "action", "formaction") if name in given]
        if given.get("http-equiv") == "refresh":
            self.found.append(given["content"].partition("url=")[2])


def ways(answer: httpx2.Response) -> Iterator[str]:
    if "location" in answer.headers:
        yield answer.headers["location"]
    if answer.headers.get("content-type", "").startswith("text/html"):
        yield from Ways(answer.text).found


def leads_away(way: str, issuer: str) -> bool:
    """Whether a browser would leave the service: it drops tabs and line ends, and takes ``\\`` for ``/``."""
    seen = re.sub(r"[\t\r\n]", "", way.strip()).replace("\\", "/")
    return urlsplit(urljoin(f"{issuer}/files/x", seen))[:2] != urlsplit(issuer)[:2]


def faults(answer: httpx2.Response, issuer: str) -> list[str]:
    return [one for one in ways(answer) if leads_away(one, issuer)] + ["failed"] * (answer.status_code >= 500)


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_a_host_that_a_request_names_is_never_believed(house: House, headers: dict[str, str]) -> None:
    wrong, issuer = {}, house.node.settings.issuer
    for address in house.doors("GET"):
        windows = [house.window("admin"), house.window("coach"), browser(house.node)]
        for there in windows if headers is HEADERS[0] else windows[:1]:
            answer = there.get(address, headers=headers)
            if FALSE in f"{answer.headers} {answer.text}" or faults(answer, issuer):
                wrong[address] = (answer.status_code, faults(answer, issuer))
    assert wrong == {}


@pytest.mark.parametrize("headers", HEADERS[:2], ids=str)
def test_what_is_sent_to_a_false_host_leads_nowhere_else(house: House, headers: dict[str, str]) -> None:
    wrong, issuer, there = {}, house.node.settings.issuer, signed_in(house.node, "admin")
    for address in house.doors("POST"):
        if not address.endswith((*LAST, "/end-others", "/end")):
            answer = there.post(address, data={"next": "/"}, headers=headers)
            if FALSE in f"{answer.headers} {answer.text}" or faults(answer, issuer):
                wrong[address] = (answer.status_code, faults(answer, issuer))
    assert wrong == {}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_no_way_elsewhere_is_taken_for_one_of_ours(where: str) -> None:
    assert local_path(where) == "/"


@pytest.mark.parametrize("where", ELSEWHERE[:2])
def test_no_page_goes_on_to_another_place(house: House, where: str) -> None:
    wrong, issuer = {}, house.node.settings.issuer
    asked = "&".join(f"{name}={quote(where, safe='')}" for name in FIELDS)
    for address in house.doors("GET"):
        for there in [house.window("officer"), browser(house.node)][: 2 if address in ("/", "/sign-in") else 1]:
            if found := faults(there.get(f"{address}?{asked}"), issuer):
                wrong[address] = found
    for address in house.doors("POST"):
        for role in ROLES if address == "/reason" else ("admin",):
            if not address.endswith(LAST) and not address.startswith("/account/"):
                answer = house.window(role).post(f"{address}?{asked}", data=dict.fromkeys(FIELDS, where))
                if found := faults(answer, issuer):
                    wrong[f"{role} {address}"] = found
    assert wrong == {}


HEADS = (
    f"GET http://{EVIL}/{{}} HTTP/1.1\r\nHost: {EVIL}",
    f"GET http://{EVIL}/{{}} HTTP/1.1\r\nHost: 127.0.0.1:8100",
    f"GET /{{}} HTTP/1.1\r\nHost: 127.0.0.1:8100\r\nHost: {EVIL}",
    f"GET /{{}} HTTP/1.1\r\nHost: {EVIL}\r\nHost: 127.0.0.1:8100",
    f"GET //{EVIL}/{{}} HTTP/1.1\r\nHost: 127.0.0.1:8100",
    "GET /{} HTTP/1.0",
)


def test_what_only_a_hand_can_send_is_refused_or_its_host_ignored(house_alone: NodeSettings) -> None:
    # A service of its own: when it ends it closes its store, which the other tests of this module share.
    with live(create_app(house_alone)) as service:
        port = urlsplit(service.address).port or 0
        for head, path in product(HEADS, ("people", "sign-in", "account", "nowhere", "files/x")):
            with socket.create_connection(("127.0.0.1", port), 20) as line:
                line.sendall(f"{head.format(path)}\r\nAccept: text/html\r\nConnection: close\r\n\r\n".encode())
                told = b"".join(iter(lambda: line.recv(65_536), b""))
            assert told.startswith((b"HTTP/1.1 200", b"HTTP/1.1 303", b"HTTP/1.1 400", b"HTTP/1.1 404")), told[:200]
            assert EVIL.encode() not in told.replace(b"next=//", b"").replace(b"%2F%2F", b"")
