from __future__ import annotations

import re
from datetime import timedelta

import httpx2
import time_machine

from coupole.node.staff import accounts
from coupole.node.staff.throttle import FREE
from tests.authenticator import Authenticator
from tests.calling import RunningNode
from tests.desk import browser
from tests.node.passwords import PASSWORD
from tests.node.ui.signing_in.conftest import Person, employ

HOST, ISSUER = "desk.example.org", "https://desk.example.org"


def cookies(answer: httpx2.Response) -> dict[str, str]:
    """What each cookie of an answer is kept with."""
    return {line.partition("=")[0]: line.partition(";")[2].lower() for line in answer.headers.get_list("set-cookie")}


def code_of(answer: httpx2.Response) -> str:
    found = re.search(r'data-code="(\w+)"', answer.text)
    assert found, answer.text
    return found[1]


def test_name_password_and_figures_sign_in_without_any_script(anna: Person) -> None:
    assert not anna.inside()
    answer = anna.sign_in(next="/people?page=2")
    assert answer.status_code == 303, "never 307: the password must not be sent on"
    assert answer.headers["location"] == "/people?page=2"
    assert anna.inside()


def test_cookies_are_of_this_host_alone_and_no_script_reads_them(anna: Person) -> None:
    first = anna.post("/sign-in", login="anna", password=PASSWORD)
    assert "samesite=lax" in cookies(first)["__Host-step"]
    kept = cookies(anna.post("/sign-in/code", code=anna.figures()))
    assert {"__Host-sid", "__Host-device", "__Host-step"} == kept.keys()
    for about in kept.values():
        assert "httponly" in about
        assert "secure" in about
        assert "path=/" in about
        assert "domain" not in about
        assert "samesite=strict" in about
    assert "max-age" not in kept["__Host-sid"], "it goes with the browser"
    assert "max-age=0" in kept["__Host-step"], "it is used up"


def test_on_this_machine_cookies_name_the_port_so_that_services_stay_apart(
    here: RunningNode, clock: time_machine.Coordinates
) -> None:
    luc = employ(here, clock, login="luc")
    assert cookies(luc.sign_in()).keys() == {"sid-8100", "device-8100", "step-8100"}
    assert luc.inside()


def test_what_is_not_right_is_said_alike_whoever_it_is(anna: Person) -> None:
    said = []
    for login, password in (("anna", "something else"), ("nobody", "something else"), ("nobody", PASSWORD)):
        answer = anna.post("/sign-in", login=login, password=password)
        said.append((answer.status_code, answer.text.replace(f'value="{login}"', "")))
        assert password not in answer.text
    assert {status for status, _ in said} == {401}
    assert len({text for _, text in said}) == 1


def test_what_was_typed_stays_but_the_password_and_where_to_go_on(anna: Person) -> None:
    answer = anna.post("/sign-in", login="anna", password="something else", next="/people")
    assert 'value="anna"' in answer.text
    assert 'value="/people"' in answer.text
    assert code_of(answer) == "sign_in_refused"


def test_whoever_guesses_is_told_to_wait(anna: Person) -> None:
    for _ in range(FREE):
        anna.post("/sign-in", login="anna", password="a guess at it")
    answer = anna.post("/sign-in", login="anna", password=PASSWORD)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "5"
    assert "5 seconds" in answer.text
    anna.clock.shift(timedelta(seconds=5))
    assert anna.sign_in().status_code == 303


def test_a_wrong_second_factor_asks_again_and_too_late_begins_again(anna: Person) -> None:
    anna.post("/sign-in", login="anna", password=PASSWORD)
    wrong = anna.post("/sign-in/code", code="000000", next="/people")
    assert (wrong.status_code, code_of(wrong)) == (401, "second_factor_refused")
    assert 'value="/people"' in wrong.text
    assert anna.post("/sign-in/code", code=anna.recovery[0]).status_code == 303
    late = anna.post("/sign-in/code", code=anna.figures())
    assert (late.status_code, code_of(late)) == (410, "step_over")


def test_a_second_half_without_the_first_is_none(anna: Person) -> None:
    assert code_of(anna.post("/sign-in/code", code=anna.figures())) == "step_over"
    assert anna.browser.get("/sign-in/code?next=/people").status_code == 200
    assert not anna.inside()


ELSEWHERE_ASKED = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/sign-in",
    "/sign-out",
    "/set-up",
    "",
    "people",
    "/a\r\nb",
)


def test_signing_in_never_leads_elsewhere(anna: Person) -> None:
    for asked in ELSEWHERE_ASKED:
        assert anna.sign_in(next=asked).headers["location"] == "/", asked


def test_a_session_somebody_planted_is_not_taken_over(anna: Person) -> None:
    anna.browser.cookies.set("__Host-sid", "planted-by-somebody-else")
    answer = anna.sign_in()
    assert "planted" not in str(answer.headers)
    assert anna.inside()


def test_signing_in_again_ends_the_session_before(anna: Person) -> None:
    anna.sign_in()
    old = browser(anna.desk, anna.browser.cookies["__Host-sid"])
    assert old.get("/account").status_code == 200
    anna.sign_in()
    assert old.get("/account").status_code == 303


def test_signing_out_kills_the_cookie_at_once(anna: Person) -> None:
    anna.sign_in()
    old = browser(anna.desk, anna.browser.cookies["__Host-sid"])
    answer = anna.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?notice=signed_out")
    assert "max-age=0" in cookies(answer)["__Host-sid"]
    assert old.get("/account").status_code == 303
    assert anna.post("/sign-out").status_code == 303, "twice is once"


def test_an_unused_session_ends_and_so_does_the_longest_day(anna: Person) -> None:
    anna.sign_in()
    anna.clock.shift(timedelta(minutes=15))
    assert not anna.inside()
    anna.sign_in()
    for _ in range(8 * 6 - 1):
        anna.clock.shift(timedelta(minutes=10))
        assert anna.inside()
    anna.clock.shift(timedelta(minutes=10))
    assert not anna.inside()


def test_a_disabled_account_is_out_on_the_next_page(anna: Person) -> None:
    anna.sign_in()
    with anna.desk.node.store.writing() as session:
        accounts.disable(session, anna.staff.id, by=None)
    assert not anna.inside()
    assert anna.post("/sign-in", login="anna", password=PASSWORD).status_code == 401


def test_whoever_is_signed_in_goes_on(anna: Person) -> None:
    anna.sign_in()
    answer = anna.browser.get("/sign-in?next=/people")
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")


def test_the_first_page_of_an_auditor_is_what_was_done(desk: RunningNode, clock: time_machine.Coordinates) -> None:
    auditor = employ(desk, clock, "auditor", "tom")
    assert auditor.sign_in(next="/").headers["location"] == "/log"
    assert auditor.browser.get("/log").status_code == 200


def test_a_passkey_signs_in_with_the_small_script(anna: Person) -> None:
    key = Authenticator(ISSUER, HOST)
    anna.sign_in()
    added = anna.post("/account/passkeys", credential=key.create(anna.post("/account/passkeys/start").json()))
    assert (added.status_code, added.headers["location"]) == (303, "/account?notice=passkey_added")
    fresh = browser(anna.desk)
    page = fresh.get("/sign-in?next=/people")
    assert 'data-passkey="/sign-in/passkey/start"' in page.text
    told = fresh.post("/sign-in/passkey/start", data={"go": "on"}).json()
    answer = fresh.post("/sign-in/passkey", data={"credential": key.get(told), "next": "/people"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    assert fresh.get("/account").status_code == 200


def test_a_passkey_of_another_place_is_refused_on_the_page(anna: Person) -> None:
    stranger = browser(anna.desk)
    told = stranger.post("/sign-in/passkey/start", data={"go": "on"}).json()
    sent = Authenticator("https://evil.example", HOST).get(told)
    answer = stranger.post("/sign-in/passkey", data={"credential": sent})
    assert (answer.status_code, code_of(answer)) == (401, "passkey_refused")
    late = stranger.post("/sign-in/passkey", data={"credential": sent})
    assert code_of(late) == "step_over"


def test_where_browsers_know_no_passkeys_none_is_offered(here: RunningNode) -> None:
    stranger = browser(here)
    assert "data-passkey" not in stranger.get("/sign-in").text
    assert stranger.post("/sign-in/passkey/start", data={"go": "on"}).status_code == 401


OPEN_FORMS = [
    "/sign-in", "/sign-in/code", "/sign-in/passkey/start", "/sign-in/passkey", "/sign-out", "/sign-in/elsewhere",
    "/set-up", "/set-up/name", "/set-up/password", "/set-up/passkey/start", "/set-up/passkey", "/set-up/app",
]  # fmt: skip


ELSEWHERE = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": ISSUER},
    {"sec-fetch-site": "none", "origin": ISSUER},
)


def test_no_other_site_signs_anybody_in_or_out(desk: RunningNode) -> None:
    here = browser(desk)
    for path in OPEN_FORMS:
        for headers in ELSEWHERE:
            answer = here.post(path, data={"login": "x"}, headers=headers)
            assert (answer.status_code, code_of(answer)) == (403, "sent_from_elsewhere"), (path, headers)


def test_a_file_in_the_place_of_a_word_is_no_word(anna: Person) -> None:
    answer = anna.browser.post("/sign-in", data={"login": "anna"}, files={"password": ("x.txt", b"secret")})
    assert answer.status_code == 415
    assert "secret" not in answer.text


def test_pages_of_signing_in_are_private_and_hold_no_style_or_script_of_their_own(anna: Person) -> None:
    anna.sign_in()
    for path in ("/account", "/account/password", "/account/app", "/account/confirm"):
        answer = anna.browser.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "require-trusted-types-for" in answer.headers["content-security-policy"]
        assert answer.headers["strict-transport-security"]
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", answer.text)


def test_a_fresh_node_leads_to_the_code(desk: RunningNode) -> None:
    page = browser(desk).get("/sign-in").text
    assert 'href="/set-up"' in page
    assert 'name="password"' not in page
