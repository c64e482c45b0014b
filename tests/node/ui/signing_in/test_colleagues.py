from __future__ import annotations

import re
from datetime import UTC, datetime

import pyotp
import pytest

from coupole.node.staff import accounts, codes, log, openings
from tests.desk import browser
from tests.factories import id_of
from tests.node.passwords import PASSWORD
from tests.node.ui.signing_in.conftest import Person, employ
from tests.node.ui.signing_in.test_account import busy
from tests.node.ui.signing_in.test_entering import code_of
from tests.node.ui.signing_in.test_setting_up import secret_of
from tests.stores import PARTICIPANT, with_files

LUC = {"login": "Luc", "name": "Luc Maes", "role": "coach", "language": "nl", "email": "", "actor": ""}


def shown_code(page: str) -> str:
    found = re.search(r"<code>([A-Z2-9]{4}(?:-[A-Z2-9]{4}){3})</code>", page)
    assert found
    return found[1]


def id_of_account(person: Person, login: str) -> str:
    with person.desk.node.store.reading() as session:
        found = accounts.by_login(session, login)
    assert found
    return found.id


def test_an_administrator_invites_a_colleague_who_chooses_how_to_sign_in(admin: Person) -> None:
    with_files(admin.desk.node.store)
    assert id_of("actor") in admin.browser.get("/staff/new").text
    page = admin.post("/staff/new", **(LUC | {"email": "luc@example.org", "actor": id_of("actor")}))
    assert page.status_code == 200
    assert "https://desk.example.org/set-up" in page.text
    luc = Person(admin.desk, admin.clock, admin.staff)
    luc.post("/set-up", code=shown_code(page.text))
    luc.post("/set-up/password", password=PASSWORD, password_again=PASSWORD)
    secret = secret_of(luc.browser.get("/set-up/choose"))
    assert luc.post("/set-up/app", code=pyotp.TOTP(secret).now()).status_code == 200
    assert luc.browser.get("/staff").status_code == 403, "a coach decides about nobody"
    with admin.desk.node.store.reading() as session:
        staff = accounts.by_login(session, "luc")
    assert staff
    assert (staff.role, staff.actor, staff.email) == ("coach", id_of("actor"), "luc@example.org")


def test_what_was_typed_stays_when_something_is_missing(admin: Person) -> None:
    for wrong, refused in (({"role": "root"}, "account_invalid"), ({"login": "zoe"}, "login_taken")):
        answer = admin.post("/staff/new", **(LUC | wrong))
        assert code_of(answer) == refused
        assert 'value="Luc Maes"' in answer.text


def test_everybody_is_listed_with_the_state_of_their_account(admin: Person) -> None:
    admin.post("/staff/new", **LUC)
    gone = employ(admin.desk, admin.clock, login="tom")
    with admin.desk.node.store.writing() as session:
        accounts.disable(session, gone.staff.id, by=None)
        accounts.create(session, login="els", name="Els", role="reader")
    page = admin.browser.get("/staff").text
    for word in ("has a code until", "closed", "signs in", "needs a code"):
        assert word in page


def test_a_colleague_is_changed_closed_opened_and_signed_out(admin: Person) -> None:
    anna = employ(admin.desk, admin.clock)
    anna.sign_in()
    path = f"/staff/{anna.staff.id}"
    assert "Signed in in 2 browsers." in admin.browser.get(path).text
    about = {"name": "Anna P.", "role": "reader", "language": "fr", "email": "", "actor": ""}
    assert admin.post(path, **about).headers["location"] == "/staff?notice=saved"
    assert admin.post(path, **(about | {"role": "root"})).status_code == 422
    assert "Anna P." in anna.browser.get("/account").text
    assert admin.post(f"{path}/out").status_code == 303
    assert not anna.inside()
    anna.sign_in()
    assert admin.post(f"{path}/close").headers["location"] == "/staff?notice=account_closed"
    assert not anna.inside()
    assert "Open this account again" in admin.browser.get(path).text
    assert admin.post(f"{path}/open").headers["location"] == "/staff?notice=account_opened"
    assert anna.sign_in().status_code == 303


def test_an_administrator_starts_a_reset_and_never_chooses_a_password(admin: Person) -> None:
    anna = employ(admin.desk, admin.clock)
    store, path = admin.desk.node.store, f"/staff/{anna.staff.id}"
    assert 'type="password"' not in admin.browser.get(path).text
    for what, purpose in (("password", "password"), ("everything", "everything"), ("visit", "everything")):
        code = shown_code(admin.post(f"{path}/code", what=what).text)
        with store.reading() as session:
            assert codes.look(session, code, datetime.now(UTC)) == (anna.staff.id, purpose)
    admin.post("/staff/new", **LUC)
    code = shown_code(admin.post(f"/staff/{id_of_account(admin, 'luc')}/code", what="password").text)
    with store.reading() as session:
        known = codes.look(session, code, datetime.now(UTC))
    assert known
    assert known.purpose == "invitation", "whoever has no way in yet is invited again"


def test_the_last_administrator_cannot_be_closed_or_made_less(admin: Person) -> None:
    path = f"/staff/{admin.staff.id}"
    assert code_of(admin.post(f"{path}/close")) == "last_admin"
    about = {"name": "Zoe", "role": "coach", "language": "en", "email": "", "actor": ""}
    assert code_of(admin.post(path, **about)) == "last_admin"


def test_deciding_about_colleagues_asks_once_more_who_it_is(admin: Person) -> None:
    anna = employ(admin.desk, admin.clock)
    busy(admin)
    assert admin.browser.get("/staff").status_code == 200
    for path in ("/staff/new", f"/staff/{anna.staff.id}"):
        assert admin.browser.get(path).headers["location"] == f"/account/confirm?next={path}"
    for path in ("/staff/new", *(f"/staff/{anna.staff.id}{what}" for what in ("", "/code", "/close", "/open", "/out"))):
        assert admin.post(path, **LUC).headers["location"].startswith("/account/confirm?next=/staff")
    anna.sign_in()
    assert anna.inside()


def test_somebody_who_is_not_there_is_not_found(admin: Person) -> None:
    assert admin.browser.get("/staff/staff-0").status_code == 404
    assert admin.post("/staff/staff-0/close").status_code == 404


def test_the_log_tells_what_was_done_and_by_whom(admin: Person) -> None:
    anna = employ(admin.desk, admin.clock)
    browser(admin.desk).post("/sign-in", data={"login": "canary-login", "password": "canary-password"})
    anna.sign_in()
    anna.browser.get("/staff")
    admin.post(f"/staff/{anna.staff.id}/close")
    page = admin.browser.get("/log").text
    for word in ("Account closed", "Signed in (password and app)", "Refused by their role", "Wrong name or password",
                 "nobody we know", "Anna Peeters", "Zoe Peeters"):  # fmt: skip
        assert word in page, word
    assert "canary" not in page


def test_the_log_goes_back_page_by_page(admin: Person) -> None:
    with admin.desk.node.store.writing() as session:
        for _ in range(120):
            log.note(session, "signed_in", staff=admin.staff.id)
    older = re.search(r'href="(/log\?before=\d+)"', admin.browser.get("/log").text)
    assert older
    assert "Account made" in admin.browser.get(older[1]).text
    assert admin.browser.get("/log?before=x").status_code == 200


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_who_opened_which_file_and_why_is_told_with_a_warning_about_many(admin: Person, role: str) -> None:
    anna, store = employ(admin.desk, admin.clock), admin.desk.node.store
    reader = admin if role == "admin" else employ(admin.desk, admin.clock, "auditor", "tom")
    reader.sign_in()
    with_files(store, 1)
    file, now = id_of("accompaniment"), datetime.now(UTC)
    with store.writing() as session:
        openings.open_with_reason(session, store.vault, anna.staff, file, "Luc is ill", now)
        for number in range(openings.MANY):
            openings.note_opening(session, anna.staff, f"file-{number}", PARTICIPANT, "none", now)
    page = reader.browser.get("/log/files").text
    assert "Luc is ill" in page
    assert "somebody else’s" in page
    assert (f'href="/files/{file}"' in page) is (role == "admin"), "an auditor opens nobody's file"
    assert "Anna Peeters opened 31 files within a day" in reader.browser.get("/log").text
    warning = "Somebody opened many files that are not theirs."
    assert warning in reader.browser.get("/more").text
    anna.sign_in()
    assert warning not in anna.browser.get("/more").text
