"""An account elsewhere: named in the settings, linked on the page of one's account, good for signing in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine

from coupole.node.app import create_app
from coupole.node.settings import NodeSettings, SettingsInvalid
from coupole.node.staff import accounts
from tests.calling import RunningNode
from tests.desk import browser
from tests.node.staff.provider import BACK, ISSUER, FakeProvider
from tests.node.ui.signing_in.conftest import Person, at, employ
from tests.node.ui.signing_in.test_account import busy
from tests.node.ui.signing_in.test_entering import code_of, cookies


@pytest.fixture
def elsewhere() -> FakeProvider:
    return FakeProvider(now=time.time)


@pytest.fixture
def linked_settings(settings: NodeSettings) -> NodeSettings:
    (settings.key_directory / "oidc-secret").write_text("its-secret\n", encoding="utf-8")
    return settings.model_copy(update={"oidc_issuer": ISSUER, "oidc_client_id": "atelier", "oidc_name": "Login"})


@pytest.fixture
def linked(
    linked_settings: NodeSettings, elsewhere: FakeProvider, clock: time_machine.Coordinates
) -> Iterator[RunningNode]:
    """A node whose operator has named a provider."""
    for node in at(linked_settings, "https://desk.example.org"):
        made = node.node.provider
        assert made is not None
        assert replace(made, transport=None) == replace(elsewhere.provider(), transport=None)
        node.app.state.node = replace(node.node, provider=elsewhere.provider())
        yield node


def back(person: Person, elsewhere: FakeProvider, sent: str, **more: str) -> str:
    """Somebody agrees there; the address they come back to."""
    return f"{BACK}?{elsewhere.approve(sent, **more)}"


def link(person: Person, elsewhere: FakeProvider) -> None:
    sent = person.post("/account/elsewhere")
    assert sent.status_code == 303
    answer = person.browser.get(back(person, elsewhere, sent.headers["location"]))
    assert "/account?notice=account_linked" in answer.text


def test_an_account_elsewhere_is_linked_and_signs_in(
    linked: RunningNode, elsewhere: FakeProvider, clock: time_machine.Coordinates
) -> None:
    anna = employ(linked, clock)
    anna.sign_in()
    assert "Link my account of Login" in anna.browser.get("/account").text
    link(anna, elsewhere)
    assert "Linked: you may sign in with Login." in anna.browser.get("/account").text
    anna.post("/sign-out")
    assert "Sign in with Login" in anna.browser.get("/sign-in").text
    sent = anna.post("/sign-in/elsewhere")
    assert sent.headers["location"].startswith(f"{ISSUER}/authorize?")
    assert "samesite=lax" in cookies(sent)["__Host-step"], "it must come back with what another site began"
    answer = anna.browser.get(back(anna, elsewhere, sent.headers["location"]))
    assert answer.status_code == 200, "a page, for a redirect would not carry the new cookie"
    assert "samesite=strict" in cookies(answer)["__Host-sid"]
    assert anna.inside()


def test_where_no_second_factor_was_asked_for_there_the_app_is(
    linked: RunningNode, elsewhere: FakeProvider, clock: time_machine.Coordinates
) -> None:
    anna = employ(linked, clock)
    anna.sign_in()
    link(anna, elsewhere)
    anna.post("/sign-out")
    elsewhere.claims = {"amr": ["pwd"]}
    sent = anna.post("/sign-in/elsewhere")
    answer = anna.browser.get(back(anna, elsewhere, sent.headers["location"]))
    assert "/sign-in/code" in answer.text
    assert not anna.inside()
    assert anna.post("/sign-in/code", code=anna.figures()).status_code == 303
    assert anna.inside()


def test_an_account_elsewhere_is_unlinked_and_only_after_a_proof(
    linked: RunningNode, elsewhere: FakeProvider, clock: time_machine.Coordinates
) -> None:
    anna = employ(linked, clock)
    anna.sign_in()
    link(anna, elsewhere)
    busy(anna)
    assert anna.post("/account/elsewhere/unlink").headers["location"].startswith("/account/confirm")
    anna.sign_in()
    assert anna.post("/account/elsewhere/unlink").headers["location"] == "/account?notice=account_unlinked"
    sent = browser(linked).post("/sign-in/elsewhere", data={"go": "on"})
    stranger = browser(linked)
    assert sent.status_code == 303
    assert code_of(stranger.get(back(anna, elsewhere, sent.headers["location"]))) == "step_over", "another browser"


def invite(linked: RunningNode, elsewhere: FakeProvider, clock: time_machine.Coordinates) -> tuple[Person, str]:
    """A colleague whom the administrator has invited through the pages, and what the administrator then read."""
    boss = employ(linked, clock, "admin", "zoe")
    boss.sign_in()
    form = boss.browser.get("/staff/new").text
    assert "their account of Login when it bears this very address" in form
    told = boss.post(
        "/staff/new", name="Luc Maes", login="luc", role="auditor", language="nl", email="luc@example.org", actor=""
    ).text
    with linked.node.store.reading() as session:
        luc = accounts.by_login(session, "luc")
    assert luc
    return Person(linked, clock, luc), told


def test_an_invited_colleague_comes_straight_in_without_a_code_or_a_password(
    linked: RunningNode, elsewhere: FakeProvider, clock: time_machine.Coordinates
) -> None:
    luc, told = invite(linked, elsewhere, clock)
    assert "they press “Sign in with Login” and sign in there with the address luc@example.org" in told
    elsewhere.claims = {"email": "eve@example.org", "email_verified": True}
    refused = luc.browser.get(back(luc, elsewhere, luc.post("/sign-in/elsewhere").headers["location"]))
    assert (refused.status_code, code_of(refused)) == (401, "outside_account_unknown")
    assert "eve@" not in refused.text
    elsewhere.claims = {"email": "luc@example.org", "email_verified": True}
    answer = luc.browser.get(back(luc, elsewhere, luc.post("/sign-in/elsewhere").headers["location"]))
    assert "url=/log" in answer.text, "what an auditor begins with"
    assert luc.inside()
    account = luc.browser.get("/account").text
    assert "Wachtwoord en app" in account
    assert "/account/elsewhere/unlink" not in account, "it is the only way in"
    assert code_of(luc.post("/account/elsewhere/unlink")) == "last_way_in"


def test_where_nobody_named_a_provider_or_an_address_the_administrator_reads_of_the_code_alone(
    linked: RunningNode, elsewhere: FakeProvider, clock: time_machine.Coordinates, admin: Person
) -> None:
    assert "very address" not in admin.browser.get("/staff/new").text
    typed = {"name": "Luc Maes", "login": "luc", "role": "coach", "language": "nl", "actor": ""}
    assert "Sign in with" not in admin.post("/staff/new", **typed, email="luc@example.org").text
    boss = employ(linked, clock, "admin", "ada")
    boss.sign_in()
    assert "Sign in with" not in boss.post("/staff/new", **typed | {"login": "lucie"}, email="").text


def test_who_signs_in_elsewhere_alone_shows_there_once_more_who_they_are(
    linked: RunningNode, elsewhere: FakeProvider, clock: time_machine.Coordinates
) -> None:
    luc, _ = invite(linked, elsewhere, clock)
    elsewhere.claims = {"email": "luc@example.org", "email_verified": True}
    luc.browser.get(back(luc, elsewhere, luc.post("/sign-in/elsewhere").headers["location"]))
    busy(luc)
    confirm = luc.browser.get("/account/app").headers["location"]
    assert confirm == "/account/confirm?next=/account/app"
    assert 'action="/account/confirm/elsewhere"' in luc.browser.get(confirm).text
    assert code_of(luc.post("/account/confirm", next="/account/app")) == "sign_in_refused", "saying so is not enough"
    sent = luc.post("/account/confirm/elsewhere", next="/account/app").headers["location"]
    assert "prompt=login" in sent
    elsewhere.claims = {"auth_time": int(time.time())}
    answer = luc.browser.get(back(luc, elsewhere, sent))
    assert "url=/account/app" in answer.text
    assert "samesite=strict" in cookies(answer)["__Host-sid"]
    assert luc.browser.get("/account/app").status_code == 200


def test_where_somebody_wanted_to_go_is_kept_while_they_are_elsewhere(
    linked: RunningNode, elsewhere: FakeProvider, clock: time_machine.Coordinates
) -> None:
    anna = employ(linked, clock)
    anna.sign_in()
    link(anna, elsewhere)
    for asked, going in (("/people", "/people"), ("//evil.example", "/"), ("/sign-in/back?code=a", "/")):
        anna.post("/sign-out")
        sent = anna.post("/sign-in/elsewhere", next=asked).headers["location"]
        assert f'url={going}"' in anna.browser.get(back(anna, elsewhere, sent)).text


def test_what_goes_wrong_elsewhere_is_a_page_with_a_way_back(
    linked: RunningNode, elsewhere: FakeProvider, clock: time_machine.Coordinates
) -> None:
    anna = employ(linked, clock)
    sent = anna.post("/sign-in/elsewhere")
    answer = anna.browser.get(back(anna, elsewhere, sent.headers["location"]))
    assert (answer.status_code, code_of(answer)) == (401, "outside_account_unknown")
    sent = anna.post("/sign-in/elsewhere")
    answer = anna.browser.get(back(anna, elsewhere, sent.headers["location"], code="another"))
    assert (answer.status_code, code_of(answer)) == (401, "outside_sign_in_refused")
    assert "canary" not in answer.text
    elsewhere.status = 500
    assert code_of(anna.post("/sign-in/elsewhere")) == "outside_sign_in_refused"


def test_without_a_provider_nobody_is_sent_anywhere(anna: Person) -> None:
    assert code_of(anna.post("/sign-in/elsewhere")) == "outside_sign_in_refused"
    assert code_of(anna.browser.get("/sign-in/back?code=a&state=b")) == "outside_sign_in_refused"
    anna.sign_in()
    assert code_of(anna.post("/account/elsewhere")) == "outside_sign_in_refused"
    assert "elsewhere" not in anna.browser.get("/account").text
    with anna.desk.node.store.reading() as session:
        assert len(accounts.everybody(session)) == 1


@pytest.mark.parametrize("missing", ["secret", "client"])
def test_a_service_with_half_a_provider_does_not_start(linked_settings: NodeSettings, missing: str) -> None:
    settings = linked_settings
    if missing == "secret":
        (settings.key_directory / "oidc-secret").unlink()
    else:
        settings = settings.model_copy(update={"oidc_client_id": ""})
    app = create_app(settings)

    async def start() -> None:
        async with app.router.lifespan_context(app):
            raise AssertionError("it started")

    import anyio

    with pytest.raises(SettingsInvalid):
        anyio.run(start)


@pytest.mark.parametrize(
    ("issuer", "good"),
    [
        ("", True),
        ("https://login.example.org", True),
        ("https://login.example.org/realms/atelier", True),
        ("https://login.example.org/", True),
        ("http://127.0.0.1:9000/realm", True),
        ("http://login.example.org/realm", False),
        ("https://login.example.org/realm?x=1", False),
        ("https://me:secret@login.example.org/realm", False),
        ("login.example.org", False),
    ],
)
def test_a_provider_is_named_by_a_safe_address(settings: NodeSettings, issuer: str, good: bool) -> None:
    values = settings.model_dump() | {"oidc_issuer": issuer}
    if good:
        assert NodeSettings.checked(values).oidc_issuer == issuer
    else:
        with pytest.raises(SettingsInvalid):
            NodeSettings.checked(values)
