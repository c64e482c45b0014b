"""What every page stands on: who is there, where a form comes from, and that nothing typed is lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from coupole.node.staff import accounts, openings, sessions
from coupole.node.staff.access import AccessRefused
from coupole.node.ui import HERE
from coupole.node.ui.arriving import MOST_FIELDS, cookie_name, local_path
from coupole.node.ui.desk import Desk, PageRoute
from coupole.node.ui.notices import NOTICES, address
from coupole.node.ui.refusals import NUMBERS
from coupole.standard.sentences import known_codes
from coupole.web.pages import Pages
from tests.calling import RunningNode
from tests.desk import account, browser, browser_of, signed_in
from tests.factories import accompaniment, actor, id_of, organisation, participant, referral
from tests.forms import form_of
from tests.stores import keep

FILE = id_of("accompaniment")
PATH = f"/records/{id_of('organisation')}"


@pytest.fixture
def desk(node: RunningNode) -> RunningNode:
    keep(node.node.store, [organisation(), actor(), participant(), referral(), accompaniment()])
    return node


def pages(node: RunningNode) -> list[PageRoute]:
    return [route for route in node.app.routes if isinstance(route, PageRoute)]


def test_nobody_sees_a_page_or_sends_a_form_without_signing_in(node: RunningNode) -> None:
    stranger = browser(node)
    closed = [route for route in pages(node) if route.needs is not None]
    assert len(closed) > 40
    for route in closed:
        path = route.path.replace("{", "").replace("}", "")
        if "POST" in (route.methods or ()):
            assert stranger.post(path, data={"a": "b"}).status_code == 401, path
        else:
            answer = stranger.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in?next="), path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://127.0.0.1:8100", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://127.0.0.1:8100", "sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://127.0.0.1:8100", "sec-fetch-site": "none"}, 403),
        ({"origin": "http://127.0.0.1:8100"}, 303),
        ({"origin": "https://evil.example", "sec-fetch-site": "same-origin"}, 303),
    ],
)
def test_only_a_page_of_this_service_can_send_a_form(desk: RunningNode, headers: dict[str, str], status: int) -> None:
    answer = signed_in(desk).post(PATH, data={"forget": "yes"}, headers=headers)
    assert answer.status_code == status
    assert ('data-code="sent_from_elsewhere"' in answer.text) == (status == 403)


def test_a_form_with_too_many_fields_or_of_another_type_is_refused_as_a_page(desk: RunningNode) -> None:
    someone = signed_in(desk)
    many = someone.post(PATH, data={f"f{number}": "x" for number in range(MOST_FIELDS + 1)})
    assert (many.status_code, 'data-code="form_unreadable"' in many.text) == (422, True)
    other = someone.post(PATH, json={"name": "x"})
    assert (other.status_code, 'data-code="body_type_unknown"' in other.text) == (415, True)
    long = someone.post(PATH, data={"name": "x" * 1_100_000})
    assert long.status_code == 413


def test_what_was_typed_when_the_session_ended_stays_in_the_page_until_it_can_be_sent(desk: RunningNode) -> None:
    staff = account(desk)
    someone = browser_of(desk, staff)
    typed = {"drawn_in": "en", "asked": "name", "name": 'De "Werkbank" & <zoon>', "password": "hunter2"}
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=9)):
        answer = someone.post(PATH + "?back=/more", data=typed)
        assert answer.status_code == 401
        assert 'href="/sign-in?next=/signed-in" target="_blank"' in answer.text
        assert "hunter2" not in answer.text
        with desk.node.store.writing() as session:
            someone.cookies.set(cookie_name(desk.settings.issuer), sessions.begin(session, staff.id))
        form = form_of(answer.text, PATH + "?back=/more")
        assert dict(form.fields) == {name: value for name, value in typed.items() if name != "password"}
        sent = someone.post(form.action, data=dict(form.fields))
        assert sent.status_code == 303
        assert "De &#34;Werkbank&#34; &amp; &lt;zoon&gt;" in someone.get(PATH).text


def test_after_signing_in_one_goes_on_to_the_page_one_asked_for(desk: RunningNode) -> None:
    answer = browser(desk).get(PATH + "?back=/more&notice=saved")
    assert answer.headers["location"] == f"/sign-in?next={PATH.replace(':', '%3A')}%3Fback%3D/more"


def test_a_link_in_a_letter_asks_again_from_here_for_browsers_send_no_cookie_with_it(desk: RunningNode) -> None:
    elsewhere = {"sec-fetch-site": "cross-site"}
    page = browser(desk).get("/more", headers=elsewhere)
    assert page.status_code == 200
    assert 'http-equiv="refresh" content="0; url=/more"' in page.text
    assert browser(desk).get("/more", headers={"sec-fetch-site": "same-origin"}).status_code == 303


@pytest.mark.parametrize(
    "text", ["//evil.example", "https://evil.example", "/\\evil", "/a\nb", "/a b", "", None, "x", "/" + "a" * 3000]
)
def test_one_is_never_sent_on_to_another_service(text: str | None) -> None:
    assert local_path(text) == "/"


@given(st.text(max_size=30))
def test_where_one_is_sent_on_to_begins_with_one_slash(text: str) -> None:
    found = local_path(text)
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))


def test_a_notice_is_one_of_a_closed_list_and_an_address_cannot_make_another(desk: RunningNode) -> None:
    someone = signed_in(desk)
    assert "Saved." in someone.get("/more?notice=saved").text
    forged = someone.get("/more?notice=<b>hello</b>&undo=/records/x/delete").text
    assert "hello" not in forged
    assert 'action="/undo"' not in forged
    assert "Undo" not in someone.get("/more?notice=saved&undo=/people/1/delete").text
    with pytest.raises(KeyError):
        address("/", "no such notice")


def test_a_file_of_somebody_else_opens_with_a_reason_that_is_kept(desk: RunningNode) -> None:
    coach = account(desk, "coach")
    someone = browser_of(desk, coach)
    path = f"/files/{FILE}"
    asked = someone.get(path)
    assert asked.status_code == 403
    assert 'data-code="reason_needed"' in asked.text
    form = form_of(asked.text, "/reason")
    short = someone.post("/reason", data=dict(form.fields) | {"reason": " "})
    assert short.status_code == 422
    given = someone.post("/reason", data=dict(form.fields) | {"reason": "Replaces Luc this week"})
    assert (given.status_code, given.headers["location"]) == (303, path)
    assert someone.get(path).status_code == 200
    with desk.node.store.reading() as session:
        rows = openings.openings(session)
        said = [openings.reason_of(desk.node.store.vault, row) for row in rows]
    assert [row.staff for row in rows] == [coach.id]
    assert said == ["Replaces Luc this week"]


def test_opening_ones_own_file_is_noted_once_and_needs_no_reason(desk: RunningNode) -> None:
    mine = browser_of(desk, account(desk, "coach", actor=accompaniment()["responsible"]))
    assert mine.get(f"/files/{FILE}").status_code == 200
    assert mine.get(f"/files/{FILE}").status_code == 200
    with desk.node.store.reading() as session:
        assert [row.relation for row in openings.openings(session)] == ["assigned"]


def test_what_a_person_may_not_do_is_refused_in_a_page_of_their_language(desk: RunningNode) -> None:
    auditor = signed_in(desk, "auditor", language="it")
    auditor.headers["accept-language"] = "de"
    answer = auditor.get(f"/files/{FILE}")
    assert answer.status_code == 403
    assert 'data-code="access_refused"' in answer.text
    assert '<html lang="it">' in answer.text
    assert "/people" not in answer.text, "the bar shows only what one may open"


def test_an_address_of_no_page_is_a_page_for_people_and_a_problem_for_programs(desk: RunningNode) -> None:
    page = signed_in(desk).get("/nowhere")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert 'data-code="path_unknown"' in page.text
    for path in ("/nowhere", "/api/v1/nowhere"):
        answer = desk.stranger("GET", path)
        assert answer.json()["code"] == "path_unknown"


def test_the_first_page_is_what_is_due_signing_in_or_facts_for_a_program(desk: RunningNode) -> None:
    assert desk.stranger("GET", "/").json()["node"] == "north"
    assert browser(desk).get("/").headers["location"] == "/sign-in?next=/"
    assert signed_in(desk).get("/").status_code == 200


def test_a_failure_is_said_as_one_and_its_words_are_nowhere(
    desk: RunningNode, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    someone = signed_in(desk)

    def fails(*given: object) -> None:
        raise RuntimeError("Fatima Verstraete")

    monkeypatch.setattr("coupole.node.ui.menu.entries", fails)
    answer = someone.get("/more")
    assert answer.status_code == 500
    assert "Fatima" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_the_page_of_a_failure_shows_the_name_to_quote_which_the_log_has(
    desk: RunningNode, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    admin = signed_in(desk, "admin")

    def fails(*given: object) -> None:
        raise RuntimeError("Fatima Verstraete")

    monkeypatch.setattr("coupole.node.ui.lists.settings.choices", fails)
    answer = admin.get("/settings")
    named = re.search(r"request ([0-9a-f]{16}) failed", caplog.text)
    assert named
    assert f"<code>{named[1]}</code>" in answer.text
    assert "Fatima" not in answer.text + caplog.text
    assert "Name of this occurrence" not in admin.get("/records/nothing").text


def test_two_pages_cannot_have_one_address(node: RunningNode) -> None:
    routes = [(route.path, *sorted(route.methods or ())) for route in pages(node)]
    assert len(routes) == len(set(routes))


def test_what_a_group_says_and_refuses_is_known_to_its_desk_alone_and_no_code_is_said_twice() -> None:
    def another() -> Desk:
        app = FastAPI()
        pages = Pages(HERE, name="Atelier", issuer="http://127.0.0.1:1", language="en")
        return Desk(app, pages, "http://127.0.0.1:1", lambda _: Response())

    one, other = another(), another()
    one.says({"minutes_kept": "The minutes are kept."})
    one.refuses({AccessRefused: 418})
    assert address("/", "minutes_kept", known=one.notices) == "/?notice=minutes_kept"
    assert "minutes_kept" not in {**other.notices, **NOTICES}
    assert other.numbers[AccessRefused] == NUMBERS[AccessRefused] == 403
    with pytest.raises(ValueError, match="two notices"):
        one.says({"saved": "Saved, and differently."})


def test_a_disabled_account_is_out_at_once(desk: RunningNode) -> None:
    staff = account(desk)
    someone = browser_of(desk, staff)
    assert someone.get("/more").status_code == 200
    account(desk, "admin")
    with desk.node.store.writing() as session:
        accounts.disable(session, staff.id, by=None)
    assert someone.get("/more").status_code == 303


def test_a_page_speaks_of_the_trade_and_never_of_the_system(desk: RunningNode) -> None:
    words = re.compile(r"\b(?:node|schema|sync|JSON|pull|knooppunt|nœud|nodo)\b", re.IGNORECASE)
    for code, texts in known_codes().items():
        if code.startswith("page_"):
            assert not [text for part in texts.values() for text in part.values() if words.search(text)], code
    gone = signed_in(desk).get(f"/records/{id_of('plan', 99)}")
    assert (gone.status_code, 'data-code="record_not_found"' in gone.text) == (404, True)
    assert "This is not here, or not any more." in gone.text
    assert not words.search(re.sub(r"<[^>]*>", " ", gone.text))


def test_what_is_missing_names_fields_as_the_form_does(desk: RunningNode) -> None:
    browsing = signed_in(desk)
    new = f"/records/new/team_meeting?accompaniment={FILE}"
    sent = {"drawn_in": "en", "asked": ["type", "held_on"], "type": "team_monthly", "held_on": "2026-03-01"}
    answer = browsing.post(new, data=sent)
    assert answer.status_code == 422
    assert "given what else was filled in (Held on)" in answer.text
