"""`coupole node user`: the way back in from the machine itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from coupole.node.opening import open_node
from coupole.node.settings import NodeSettings
from coupole.node.staff import accounts, codes, log, sessions
from coupole.node.staff.accounts import LastAdmin, LoginTaken, StaffNotFound
from tests.node.cli.test_commands import run

NOW = datetime.now(UTC)


def add(settings: NodeSettings, login: str = "anna", *words: str) -> str:
    about = ("--name", "Anna Peeters", *words)
    return str(run("user", "add", settings.directory, login, *about).stdout).strip()


def test_an_account_is_made_with_a_code_shown_once(settings: NodeSettings) -> None:
    code = add(settings, "anna", "--role", "officer", "--language", "nl", "--email", "anna@example.org")
    with open_node(settings) as node, node.store.writing() as session:
        staff = accounts.by_login(session, "anna")
        assert staff
        assert (staff.role, staff.language, staff.email) == ("officer", "nl", "anna@example.org")
        assert codes.use(session, code, NOW) == (staff.id, "invitation")
    with pytest.raises(LoginTaken):
        add(settings)


def test_the_language_is_the_nodes_own_if_not_said(settings: NodeSettings) -> None:
    add(settings)
    with open_node(settings) as node, node.store.reading() as session:
        assert accounts.everybody(session)[0].language == settings.language


def test_accounts_are_listed_disabled_and_let_in_again(settings: NodeSettings) -> None:
    add(settings)
    add(settings, "luc", "--role", "admin")
    listed = json.loads(run("user", "list", settings.directory, "--json").stdout)
    assert {(one["login"], one["role"], one["disabled"]) for one in listed} == {
        ("anna", "coach", False),
        ("luc", "admin", False),
    }
    with open_node(settings) as node, node.store.writing() as session:
        anna = accounts.by_login(session, "anna")
        assert anna
        token = sessions.begin(session, anna.id)
    run("user", "disable", settings.directory, "anna")
    assert "(disabled)" in run("user", "list", settings.directory).stdout
    with open_node(settings) as node:
        assert sessions.current(node.store, token) is None
    run("user", "enable", settings.directory, "anna")
    assert "(disabled)" not in run("user", "list", settings.directory).stdout


def test_the_last_administrator_stays(settings: NodeSettings) -> None:
    add(settings, "anna", "--role", "admin")
    with pytest.raises(LastAdmin):
        run("user", "disable", settings.directory, "anna")


@pytest.mark.parametrize(("words", "purpose"), [((), "everything"), (("--password",), "password")])
def test_whoever_is_locked_out_gets_a_code_and_no_password(
    settings: NodeSettings, words: tuple[str, ...], purpose: str
) -> None:
    add(settings)
    code = run("user", "reset", settings.directory, "ANNA", *words).stdout.strip()
    with open_node(settings) as node, node.store.writing() as session:
        staff = accounts.by_login(session, "anna")
        assert staff
        assert codes.look(session, code, NOW) == (staff.id, purpose)
        made = [event for event in log.events(session) if event.what == "code_made"]
        assert all(str(event.actor).startswith("command") for event in made)


def test_nobody_of_that_name_is_said_to_be_nobody(settings: NodeSettings) -> None:
    for words in (("disable",), ("enable",), ("reset",)):
        with pytest.raises(StaffNotFound):
            run("user", *words, settings.directory, "nobody")
