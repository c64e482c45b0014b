"""Whatever people type is shown as they typed it, on every page, paper, list and calendar, and is never obeyed."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

import httpx2
import pytest
from icalendar import Calendar

from coupole.node.staff.accounts import ROLES
from coupole.node.store import queries
from coupole.standard.entities import ENTITIES
from coupole.standard.reading import parse
from tests.factories import FACTORIES
from tests.node.ui.abuse.house import MARK, House, hostile, texts
from tests.node.ui.printing.pdftext import text_of

pytestmark = pytest.mark.processes

WHERE = ("href", "src", "action", "formaction", "data", "poster", "content", "ping", "srcset")
"""Attributes that may lead somewhere."""
OURS = re.compile(r"(?:/(?!/)|\?|#|0; url=/(?!/)).*|width=device-width, initial-scale=1|light dark|", re.DOTALL)
FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")


class Faults(HTMLParser):
    """What of a page is not written by a template of ours."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)
        if re.search(r"&gt;49", page):
            self.found.append("a text was calculated")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("img", "b", MARK) or (tag in ("script", "style") and "src" not in given):
            self.found.append(f"<{tag}>")
        for name, value in given.items():
            if name.startswith("on") or MARK in name or name in ("a", "x", "style", "srcdoc"):
                self.found.append(f"{tag} {name}")
            if name in WHERE and not OURS.fullmatch(value or ""):
                self.found.append(f"{tag} {name}={value}")


def faults_of(address: str, answer: httpx2.Response) -> list[str]:
    """What is wrong with an answer that holds texts of people, by its kind."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    readers = {
        "text/html": lambda body: Faults(body.decode()).found,
        "text/csv": formulas,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": commands,
        "application/pdf": actions,
        "text/calendar": entries,
        "text/css": lambda body: ["a text of somebody"] if MARK in body.decode() else [],
        "application/json": lambda body: [] if json.loads(body) is not None else ["empty"],
        "application/x-ndjson": lambda body: [] if all(map(parse, body.splitlines())) else ["empty"],
    }
    assert answer.status_code < 500, address
    return readers[kind](answer.content) if answer.content else []


def formulas(body: bytes) -> list[str]:
    rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";")
    return [cell for row in rows for cell in row if FORMULA.match(cell)]


def commands(body: bytes) -> list[str]:
    book = zipfile.ZipFile(io.BytesIO(body))
    parts = {name: ElementTree.fromstring(book.read(name)) for name in book.namelist()}  # noqa: S314  # our own bytes
    names = [f"{name}: {one.tag}" for name, part in parts.items() for one in part.iter()]
    return [one for one in names if re.search(r"\}(f|hyperlink|ddeLink|externalReference)$", one) or "external" in one]


def actions(body: bytes) -> list[str]:
    text_of(body)
    return [name for name in ("/URI", "/JavaScript", "/Launch", "/OpenAction") if name.encode() in body]


def entries(body: bytes) -> list[str]:
    allowed = {"BEGIN", "END", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "URL", "TRANSP", "CLASS", "DESCRIPTION"}
    events = Calendar.from_ical(body).walk("VEVENT")
    return [name for event in events for name in event if name not in allowed] + [MARK] * body.count(MARK.encode())


@pytest.mark.parametrize("role", ROLES)
def test_on_every_page_paper_list_and_calendar_a_text_is_shown_and_never_obeyed(house: House, role: str) -> None:
    there = house.browser(role)
    answers = {address: there.get(address) for address in house.addresses("GET")}
    faults = {address: faults_of(address, answer) for address, answer in answers.items()}
    assert {address: found for address, found in faults.items() if found} == {}
    shown = [address for address, answer in answers.items() if MARK in answer.text]
    assert len(shown) >= {"admin": 90, "officer": 80, "coach": 70, "reader": 30, "auditor": 1}[role]


def test_every_text_of_every_kind_of_record_is_an_attack_in_these_tests() -> None:
    for entity, made in FACTORIES.items():
        ways = list(texts(ENTITIES[entity].schema))
        assert json.dumps(hostile(made(1))).count(MARK) >= len(ways), entity


def test_a_text_is_kept_as_it_was_typed(house: House) -> None:
    with house.store.reading() as session:
        for entity, made in FACTORIES.items():
            wanted = hostile(made(2 if entity == "closure" else 1))
            kept = parse(queries.read_version(session, house.store.vault, wanted["id"])[1])
            for way in texts(ENTITIES[entity].schema):
                assert kept.get(way[0]) == wanted.get(way[0]), (entity, way)
