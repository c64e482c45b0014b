from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest

from coupole.node.staff import passkeys
from tests.authenticator import Authenticator
from tests.desk import browser
from tests.node.passwords import PASSWORD
from tests.node.ui.signing_in.conftest import NEW, Person
from tests.node.ui.signing_in.test_entering import HOST, ISSUER, code_of
from tests.node.ui.signing_in.test_setting_up import secret_of

SERIOUS = (
    "/account/password", "/account/password/drop", "/account/app", "/account/app/confirm", "/account/codes",
    "/account/passkeys/start", "/account/passkeys", "/account/passkeys/remove", "/account/elsewhere",
    "/account/elsewhere/unlink",
)  # fmt: skip


@pytest.fixture
def inside(anna: Person) -> Person:
    anna.sign_in()
    return anna


def with_key(person: Person) -> Authenticator:
    key = Authenticator(ISSUER, HOST)
    sent = key.create(person.post("/account/passkeys/start").json())
    assert person.post("/account/passkeys", credential=sent).status_code == 303
    return key


def busy(person: Person, minutes: int = 11) -> None:
    """Time passes with a page now and then: signed in, but not lately."""
    for _ in range(minutes):
        person.clock.shift(timedelta(minutes=1))
        assert person.inside()


def test_what_is_serious_asks_once_more_who_it_is(inside: Person) -> None:
    busy(inside)
    for path in SERIOUS:
        assert inside.post(path).headers["location"] == "/account/confirm?next=/account", path
    for path in ("/account/password", "/account/app"):
        assert inside.browser.get(path).headers["location"] == f"/account/confirm?next={path}"
    assert inside.post("/account/language", language="nl").headers["location"].startswith("/account?")


def test_showing_it_with_password_and_figures_goes_on_under_a_new_cookie(inside: Person) -> None:
    busy(inside)
    old = inside.browser.cookies["__Host-sid"]
    page = inside.browser.get("/account/confirm?next=/account/password")
    assert 'value="/account/password"' in page.text
    answer = inside.post("/account/confirm", password=PASSWORD, code=inside.figures(), next="/account/password")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/password")
    assert inside.browser.cookies["__Host-sid"] != old
    assert browser(inside.desk, old).get("/account").status_code == 303, "the old one is dead"
    assert inside.browser.get("/account/password").status_code == 200


def test_neither_half_is_enough_to_show_it(inside: Person) -> None:
    busy(inside)
    for password, code in (("something else", inside.recovery[0]), (PASSWORD, "000000")):
        answer = inside.post("/account/confirm", password=password, code=code, next="/account/password")
        assert answer.status_code == 401
        assert 'value="/account/password"' in answer.text
    assert inside.browser.get("/account/password").status_code == 303


def test_a_passkey_shows_it_too_and_somebody_elses_does_not(inside: Person) -> None:
    key = with_key(inside)
    busy(inside)
    page = inside.browser.get("/account/confirm?next=/account/app")
    assert "/account/confirm/passkey" in page.text
    wrong = Authenticator(ISSUER, HOST).get(inside.post("/sign-in/passkey/start").json())
    assert code_of(inside.post("/account/confirm/passkey", credential=wrong)) == "passkey_refused"
    sent = key.get(inside.post("/sign-in/passkey/start").json())
    answer = inside.post("/account/confirm/passkey", credential=sent, next="/account/app")
    assert answer.headers["location"] == "/account/app"
    assert inside.browser.get("/account/app").status_code == 200


def test_with_passkeys_alone_no_empty_form_shows_it(inside: Person) -> None:
    with_key(inside)
    inside.post("/account/password/drop")
    busy(inside)
    assert inside.post("/account/confirm", next="/").status_code == 401
    assert 'name="password"' not in inside.browser.get("/account/confirm").text


def test_where_there_is_nothing_to_show_it_with_it_is_enough_to_say_so(inside: Person) -> None:
    from coupole.node.staff import own

    with inside.desk.node.store.writing() as session:
        own.forget_factors(session, inside.staff.id)
    busy(inside)
    assert inside.post("/account/confirm", next="/account").headers["location"] == "/account"


def test_another_password(inside: Person) -> None:
    elsewhere = Person(inside.desk, inside.clock, inside.staff, inside.secret)
    elsewhere.sign_in()
    assert inside.post("/account/password", password=NEW, password_again=PASSWORD).status_code == 422
    answer = inside.post("/account/password", password=NEW, password_again=NEW)
    assert answer.headers["location"] == "/account?notice=password_changed"
    assert inside.inside()
    assert not elsewhere.inside()
    assert elsewhere.sign_in(NEW).status_code == 303


def test_another_app(inside: Person) -> None:
    assert inside.browser.get("/account/app").status_code == 200
    page = inside.post("/account/app")
    wrong = inside.post("/account/app/confirm", code="000000")
    assert (wrong.status_code, secret_of(wrong)) == (401, secret_of(page))
    done = inside.post("/account/app/confirm", code=pyotp.TOTP(secret_of(page)).now())
    assert len(re.findall(r"<li><code>", done.text)) == 10
    inside.secret = secret_of(page)
    inside.post("/sign-out")
    assert inside.sign_in().status_code == 303


def test_new_recovery_codes_are_shown_once(inside: Person) -> None:
    first = inside.post("/account/codes")
    assert len(re.findall(r"<li><code>", first.text)) == 10
    assert "10 recovery codes are left." in inside.browser.get("/account").text
    assert not re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-", inside.browser.get("/account").text)


def test_passkeys_alone_and_a_password_again(inside: Person) -> None:
    refused = inside.post("/account/password/drop")
    assert (refused.status_code, code_of(refused)) == (409, "last_way_in")
    with_key(inside)
    assert inside.post("/account/password/drop").headers["location"] == "/account?notice=password_dropped"
    with inside.desk.node.store.reading() as session:
        key = passkeys.of(session, inside.staff.id)[0].id
    assert code_of(inside.post("/account/passkeys/remove", passkey=key)) == "last_way_in"
    assert inside.post("/account/password", password=NEW, password_again=NEW).headers["location"] == "/account/app"
    assert 'name="password_again"' in inside.browser.get("/account/app").text
    assert inside.post("/account/app", password="short", password_again="short").status_code == 422
    page = inside.post("/account/app", password=NEW, password_again=NEW)
    inside.secret = secret_of(page)
    inside.post("/account/app/confirm", code=pyotp.TOTP(inside.secret).now())
    assert inside.post("/account/passkeys/remove", passkey=key).headers["location"].endswith("passkey_removed")
    assert inside.post("/account/passkeys/remove", passkey=key).headers["location"].endswith("nothing")
    inside.post("/sign-out")
    assert inside.sign_in(NEW).status_code == 303


def test_one_sees_where_one_is_signed_in_and_ends_it(inside: Person) -> None:
    phone = Person(inside.desk, inside.clock, inside.staff, inside.secret)
    phone.browser.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 Chrome/120 Mobile Safari/537"
    phone.sign_in()
    page = inside.browser.get("/account").text
    assert "Chrome on Android" in page
    assert "A browser we do not know" in page
    key = re.search(r'name="session" value="(\w+)"', page)
    assert key
    assert key[1] not in str(phone.browser.cookies), "what the page names opens nothing"
    assert inside.post("/account/sessions/end", session=key[1]).headers["location"].endswith("session_ended")
    assert inside.post("/account/sessions/end", session=key[1]).headers["location"].endswith("nothing")
    assert not phone.inside()
    phone.sign_in()
    assert inside.post("/account/sessions/end-others").status_code == 303
    assert not phone.inside()
    assert inside.inside()


def test_ones_language_is_that_of_pages_from_then_on(inside: Person) -> None:
    assert inside.post("/account/language", language="it").status_code == 303
    assert 'lang="it"' in inside.browser.get("/account").text
    assert "Codici di recupero" in inside.post("/account/codes").text
    assert inside.post("/account/language", language="de").status_code == 422


def test_every_page_of_the_account_is_light(inside: Person) -> None:
    import gzip

    for path in ("/account", "/account/password", "/account/app", "/account/confirm", "/sign-in", "/set-up"):
        page = inside.browser.get(path)
        assert len(gzip.compress(page.content)) < 6_000
