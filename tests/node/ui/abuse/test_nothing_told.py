"""What somebody types is seen on the page and nowhere else: in no log, header, address or problem."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import httpx2
import pytest

from tests.desk import browser, signed_in
from tests.forms import PageForm
from tests.node.ui.abuse.house import House
from tests.node.ui.abuse.test_addresses import Ways
from tests.node.ui.abuse.test_random_forms import FORM, LAST, NAMES, Pages, body_of

pytestmark = pytest.mark.processes

CANARY, SOUGHT = "Zzcanaryzz", "Zzsoughtzz"
OUR_OWN_CLIENT = ("httpx2", "httpcore2", "asyncio", "faker")
ASKED = (
    "q",
    "who",
    "which",
    "group",
    "person",
    "participant",
    "period",
    "page",
    "before",
    "language",
    "notice",
    "undo",
)


class Ear(logging.Handler):
    """Keeps every record of every logger, whatever its level."""

    def __init__(self) -> None:
        super().__init__(0)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(OUR_OWN_CLIENT):
            self.heard.append(f"{record.name}: {self.format(record)} {record.args} {record.exc_info}")

    def told(self, canary: str) -> list[str]:
        """The lines that hold it."""
        return [line for line in self.heard if canary in line]


@pytest.fixture
def ear() -> Iterator[Ear]:
    root, found = logging.getLogger(), Ear()
    level = root.level
    root.addHandler(found)
    root.setLevel(1)
    yield found
    root.setLevel(level)
    root.removeHandler(found)


def told(answer: httpx2.Response, canary: str = CANARY, *, asked: bool = False) -> list[str]:
    """Where an answer tells the canary beside the words of a page. ``asked``: the address of the request has it."""
    places = [f"{name}: {value}" for name, value in answer.headers.items() if not (asked and name == "location")]
    if answer.headers.get("content-type", "").startswith("text/html"):
        places += [] if asked else Ways(answer.text).found
        places += re.findall(r"<title>.*?</title>", answer.text)[: answer.status_code >= 400]
    else:
        places.append(answer.text)
    return [place for place in places if canary in place]


def test_what_is_typed_stands_in_no_log_no_header_no_address_and_no_problem(house: House, ear: Ear) -> None:
    faults, pages = {}, Pages.of(house)
    officer, admin, nobody = signed_in(house.node), signed_in(house.node, "admin"), browser(house.node)
    for address in house.doors("POST"):
        form = pages.forms.get(address.partition("?")[0], PageForm())
        kept = {name for name, _ in form.fields if name in ("asked", "drawn_in", "revision", "rows")}
        names = {*form.named, *NAMES} - kept - {"forget", "add", "remove", "autosave"}
        sent = [(name, value) for name, value in form.fields if name in kept] + [
            (name, CANARY) for name in sorted(names)
        ]
        for there in (officer, admin, nobody) if not address.endswith(LAST) else (nobody,):
            answer = there.post(address, content=body_of(sent), headers=FORM)
            if found := told(answer):
                faults[address] = found
    assert faults == {}
    assert ear.told(CANARY) == []


def test_what_is_asked_for_in_an_address_stands_in_no_log_no_header_and_no_problem(house: House, ear: Ear) -> None:
    faults, query = {}, "&".join(f"{name}={SOUGHT}" for name in ASKED)
    for address in house.doors("GET"):
        for there in (house.window("officer"), house.window("admin"), browser(house.node)):
            answer = there.get(f"{address}?{query}", headers={"user-agent": SOUGHT, "referer": f"/{SOUGHT}"})
            if found := told(answer, SOUGHT, asked=True):
                faults[address] = found
    assert faults == {}
    assert ear.told(SOUGHT) == []


def test_a_name_that_was_searched_for_stands_in_no_address(house: House, ear: Ear) -> None:
    answer = house.window("officer").post("/people", data={"q": CANARY})
    assert CANARY in answer.text
    assert told(answer) == []
    assert ear.told(CANARY) == []


def test_the_name_of_an_address_that_is_not_there_stands_in_no_log_and_no_answer(house: House, ear: Ear) -> None:
    for there in (house.window("officer"), browser(house.node)):
        for address in (
            f"/{CANARY}",
            f"/files/{CANARY}",
            f"/people/{CANARY}",
            f"/records/{CANARY}",
            f"/print/{CANARY}.pdf",
        ):
            answer = there.get(address)
            assert answer.status_code in (303, 404), address
            assert CANARY not in answer.text or answer.status_code == 303
    assert ear.told(CANARY) == []


def test_the_ear_hears(house: House, ear: Ear) -> None:
    logging.getLogger("coupole.web").debug("somebody typed %s", CANARY)
    assert ear.told(CANARY) != []
