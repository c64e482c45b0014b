from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx2
import pyotp
import pytest
import time_machine

from coupole.node.staff import accounts, codes
from coupole.node.store.setup import make_setup_code
from tests.authenticator import Authenticator
from tests.calling import RunningNode
from tests.desk import browser
from tests.node.passwords import PASSWORD
from tests.node.ui.signing_in.conftest import NEW, Person, employ
from tests.node.ui.signing_in.test_entering import HOST, ISSUER, code_of


@pytest.fixture
def code(desk: RunningNode) -> str:
    with desk.node.store.writing() as session:
        return make_setup_code(session).code


def secret_of(page: httpx2.Response) -> str:
    found = re.search(r'<code class="secret">([A-Z2-7]{32})</code>', page.text)
    assert found
    return found[1]


def named(desk: RunningNode, code: str) -> Person:
    """The first admin, who has said who they are."""
    person = Person(desk, None, None)  # type: ignore[arg-type]  # there is no account yet
    assert person.post("/set-up", code=code).headers["location"] == "/set-up/choose"
    assert 'name="login"' in person.browser.get("/set-up/choose").text
    answer = person.post("/set-up/name", login="Anna", name="Anna Peeters", language="nl")
    assert answer.headers["location"] == "/set-up/choose"
    return person


def test_the_first_administrator_comes_in_with_the_code_and_no_script(desk: RunningNode, code: str) -> None:
    person = named(desk, code)
    assert person.post("/set-up/password", password=PASSWORD, password_again=PASSWORD).status_code == 303
    page = person.browser.get("/set-up/choose")
    assert 'class="qr"' in page.text
    done = person.post("/set-up/app", code=pyotp.TOTP(secret_of(page)).now())
    assert done.status_code == 200
    shown = re.findall(r"<code>([A-Z2-9]{4}(?:-[A-Z2-9]{4}){3})</code>", done.text)
    assert len(set(shown)) == codes.RECOVERY_CODES
    assert person.inside()
    assert person.browser.get("/staff").status_code == 200
    assert code_of(browser(desk).post("/set-up", data={"code": code})) == "code_refused"


def test_the_first_administrator_comes_in_with_a_passkey(desk: RunningNode, code: str) -> None:
    person = named(desk, code)
    key = Authenticator(ISSUER, HOST)
    told = person.post("/set-up/passkey/start").json()
    assert told["user"]["name"] == "anna"
    answer = person.post("/set-up/passkey", credential=key.create(told))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert person.inside()


def test_a_passkey_that_is_refused_leaves_the_other_way_open(desk: RunningNode, code: str) -> None:
    person = named(desk, code)
    told = person.post("/set-up/passkey/start").json()
    answer = person.post("/set-up/passkey", credential=Authenticator("https://evil.example", HOST).create(told))
    assert (answer.status_code, code_of(answer)) == (401, "passkey_refused")
    assert 'name="password_again"' in answer.text


BAD = (
    (PASSWORD, NEW, "passwords_differ"),
    ("short", "short", "password_too_short"),
    ("x7#kQ2!m" * 65, "x7#kQ2!m" * 65, "password_too_long"),
    ("wachtwoord", "wachtwoord", "password_common"),
    ("annapeeters", "annapeeters", "password_common"),
)


def test_a_password_that_will_not_do_is_asked_for_again(desk: RunningNode, code: str) -> None:
    person = named(desk, code)
    for password, again, refused in BAD:
        answer = person.post("/set-up/password", password=password, password_again=again)
        assert (answer.status_code, code_of(answer)) == (422, refused)
        assert f'value="{password}"' not in answer.text
        assert 'name="password_again"' in answer.text


def test_who_one_is_is_asked_again_with_what_was_typed(desk: RunningNode, code: str) -> None:
    person = Person(desk, None, None)  # type: ignore[arg-type]
    person.post("/set-up", code=code)
    answer = person.post("/set-up/name", login="a b", name="Anna", language="fr")
    assert (answer.status_code, code_of(answer)) == (422, "account_invalid")
    assert 'value="a b"' in answer.text
    assert re.search(r'value="fr"[^>]*selected', answer.text)


def test_wrong_figures_are_asked_for_again_with_the_same_picture(desk: RunningNode, code: str) -> None:
    person = named(desk, code)
    person.post("/set-up/password", password=PASSWORD, password_again=PASSWORD)
    before = secret_of(person.browser.get("/set-up/choose"))
    answer = person.post("/set-up/app", code="000000")
    assert (answer.status_code, code_of(answer)) == (401, "second_factor_refused")
    assert secret_of(answer) == before


def test_nothing_is_set_up_without_a_code(desk: RunningNode) -> None:
    fields = {"login": "anna", "name": "Anna", "language": "en", "password": PASSWORD, "password_again": PASSWORD}
    for step in ("name", "password", "passkey/start", "passkey", "app"):
        answer = browser(desk).post(f"/set-up/{step}", data=fields)
        assert (answer.status_code, code_of(answer)) == (410, "step_over"), step
    with desk.node.store.reading() as session:
        assert accounts.everybody(session) == []


def test_choosing_without_a_code_begins_again(desk: RunningNode) -> None:
    assert browser(desk).get("/set-up/choose").status_code == 410


def test_a_wrong_code_is_told_on_the_page(desk: RunningNode) -> None:
    answer = browser(desk).post("/set-up", data={"code": "AAAA-AAAA-AAAA-AAAA"})
    assert (answer.status_code, code_of(answer)) == (401, "code_refused")
    assert "AAAA" not in answer.text


def given(person: Person, purpose: codes.Purpose) -> str:
    with person.desk.node.store.writing() as session:
        return codes.make(session, person.staff.id, purpose, by=None, now=datetime.now(UTC)).code


def test_a_forgotten_password_is_replaced_and_the_app_still_asked(anna: Person) -> None:
    anna.post("/set-up", code=given(anna, "password"))
    page = anna.browser.get("/set-up/choose")
    assert "data-passkey" not in page.text
    anna.post("/set-up/password", password=NEW, password_again=NEW)
    assert 'class="qr"' not in anna.browser.get("/set-up/choose").text
    assert anna.post("/set-up/app", code="000000").status_code == 401
    done = anna.post("/set-up/app", code=anna.figures())
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert anna.inside()
    anna.post("/sign-out")
    assert anna.sign_in(NEW).status_code == 303


def test_a_code_that_signs_in_by_itself_is_for_this_machine_alone(anna: Person) -> None:
    answer = anna.post("/set-up", code=given(anna, "visit"))
    assert (answer.status_code, code_of(answer)) == (401, "code_refused")
    assert not anna.inside()


def test_a_demonstration_signs_in_with_one_click_and_once(here: RunningNode, clock: time_machine.Coordinates) -> None:
    luc = employ(here, clock, login="luc")
    code = given(luc, "visit")
    answer = luc.post("/set-up", code=code)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert luc.inside()
    assert browser(here).post("/set-up", data={"code": code}).status_code == 401
