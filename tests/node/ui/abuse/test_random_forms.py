"""Forms no browser would send: refused with a code, or kept as they are; never half, and never a failure of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote_plus

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from coupole.node.staff.accounts import ROLES
from coupole.node.store import journal
from coupole.standard.codes import code_list, code_list_names
from coupole.standard.entities import ENTITIES
from coupole.standard.sentences import sentence
from tests.desk import signed_in
from tests.factories import id_of
from tests.forms import PageForm, forms_of
from tests.node.ui.abuse.house import CELL, HOSTILE, House
from tests.node.ui.abuse.test_hostile_text import Faults

pytestmark = pytest.mark.processes

BUDGET = settings(
    max_examples=4,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
FORM = {"content-type": "application/x-www-form-urlencoded"}
Value = str | bytes
Sent = list[tuple[str, Value]]

STRANGE: tuple[Value, ...] = (
    "\x00",
    "a\x00b",
    "\x1b[2J\x7f\x85",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"Zo\xeb",
    "w" * 10_000,
    "‮gnp.exe",
    "⁦⁧⁨abc",
    "e" + "́" * 400,
    "￾￿",
    "\U0001f469‍\U0001f52c",
    "١٢٣",
    "²",
    "9" * 400,
    "9" * 30,
    "9223372036854775808",
    "1e309",
    "-1",
    "NaN",
    "0000-01-01",
    "-001-01-01",
    "9999-12-31",
    "0001-01-01",
    "2026-02-30",
    "31/12/9999",
    "true",
    "P99999999999999Y",
    "\r\nSet-Cookie: a=b",
    "../../../etc/passwd",
    "//evil.example/",
    "%s%n{0.__class__}",
    "[" * 1_000,
    '{"a":{"a":1}}',
    id_of("participant"),
    id_of("accompaniment", 999),
    "north:plan:00000000000000000000000000",
    CELL,
    *HOSTILE,
)
CODES = tuple(code for name in code_list_names() for code in code_list(name).ids[:2])
NAMES = (
    "asked",
    "based",
    "add",
    "remove",
    "drawn_in",
    "autosave",
    "forget",
    "written",
    "next",
    "back",
    "revision",
    "theirs",
)
FIELDS = tuple(name for entity in ENTITIES.values() for name in entity.fields)


@dataclass
class Pages:
    """What the pages of the workshop themselves send, by the address they send it to."""

    forms: dict[str, PageForm] = field(default_factory=dict)

    @classmethod
    def of(cls, house: House) -> Pages:
        found = cls()
        there = house.browser("admin")
        for address in house.addresses("GET"):
            answer = there.get(address)
            if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
                for form in forms_of(answer.text):
                    path = (form.action or address).partition("?")[0]
                    if form.method == "post" and len(form.fields) >= len(found.forms.get(path, PageForm()).fields):
                        found.forms[path] = form
        return found


def values() -> st.SearchStrategy[Value]:
    """Anything a field may be sent with."""
    return st.one_of(st.sampled_from(STRANGE), st.sampled_from(CODES), st.text(max_size=20).map(surely_text))


def surely_text(text: str) -> Value:
    return text.encode("utf-8", "surrogatepass")


@st.composite
def forms(draw: st.DrawFn, form: PageForm) -> Sent:
    """A form as the page sends it with a few fields replaced, doubled, taken away and invented."""
    named = sorted({*form.named, *(name for name, _ in form.buttons)}) or ["q"]
    own = st.sampled_from(named)
    invented = st.one_of(st.sampled_from(NAMES), st.sampled_from(FIELDS), st.text(max_size=10), own.map("{}.0".format))
    gone = draw(st.sets(own, max_size=3))
    sent: Sent = [(name, value) for name, value in form.fields if name not in gone]
    sent += draw(st.lists(st.tuples(own, values()), max_size=5))
    sent += draw(st.lists(st.tuples(invented, values()), max_size=3))
    for name in draw(st.sets(own, max_size=2)):
        sent = [(one, draw(values()) if one == name else value) for one, value in sent]
    return sent


def body_of(sent: Sent) -> bytes:
    """The form as it is sent."""
    pairs = ((surely_text(name), surely_text(value) if isinstance(value, str) else value) for name, value in sent)
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()


def codes_of(answer: httpx2.Response) -> list[str]:
    """The stable codes of a refusal: of a page, or of a problem."""
    if answer.headers["content-type"] == "application/problem+json":
        return [answer.json()["code"]]
    return re.findall(r'data-code="([a-z_]+)"', answer.text)


def head(house: House) -> int:
    with house.store.reading() as session:
        return journal.head(session).seq


def wrong(house: House, before: int, answer: httpx2.Response) -> Iterator[str]:
    """What an answer to a form may not be."""
    if answer.status_code >= 500 and answer.status_code != 503:  # too busy to check a password is an answer
        yield f"failed with {answer.status_code}"
    if answer.status_code >= 400:
        codes = codes_of(answer)
        if not codes or not all(code == "signed_out" or sentence(code, "nl") for code in codes):
            yield f"a refusal without a code: {answer.status_code} {codes}"
        if head(house) != before:
            yield f"refused, and written all the same: {codes}"
    if answer.headers.get("content-type", "").startswith("text/html"):
        yield from Faults(answer.text).found
    if not re.fullmatch(r"(/([^/\\].*)?)?", answer.headers.get("location", "")):
        yield f"leads to {answer.headers['location']}"


LAST = ("/forget", "/close", "/delete", "/remove", "/drop", "/write", "/sign-out", "/out")


def sent_at_random(house: House, address: str, form: PageForm, faults: dict[str, list[str]]) -> None:
    """A few forms of chance to that address, as everybody; what is wrong with the answers goes into ``faults``."""
    there: dict[str, TestClient] = {}

    @BUDGET
    @given(role=st.sampled_from((*ROLES, "admin", "officer")), sent=forms(form))
    def sends(role: str, sent: Sent) -> None:
        there[role] = there.get(role) or window(house, role, address)
        before = head(house)
        answer = there[role].post(address, content=body_of(sent), headers=FORM)
        if found := list(wrong(house, before, answer)):  # not raised: a second try would meet another workshop
            faults.setdefault(f"{role} {address}", [*found, str([one for one in sent if one not in form.fields])])

    sends()


def window(house: House, role: str, address: str) -> TestClient:
    """A browser of the colleague of that role; of one of its own where the page may end a session or an account."""
    if address.startswith(("/account", "/staff", "/sign", "/set-up")):
        return signed_in(house.node, role)
    return house.window(role)


def test_no_form_anybody_sends_makes_a_page_fail_or_leaves_half_of_it_written(house: House) -> None:
    pages, faults = Pages.of(house), dict[str, list[str]]()
    for address in sorted(house.addresses("POST"), key=lambda one: one.endswith(LAST)):
        sent_at_random(house, address, pages.forms.get(address.partition("?")[0], PageForm()), faults)
    assert faults == {}
    with house.store.reading() as session:
        assert journal.verify_chain(session).broken_at is None
