from __future__ import annotations

from typing import Any

import pytest

from coupole.node.staff import accounts, codes, log
from coupole.node.staff.accounts import AccountInvalid, LastAdmin, LoginTaken, Staff, StaffNotFound
from coupole.node.store import Store
from tests.node.passwords import NOON


def made(store: Store, login: str = "anna", role: str = "coach", **about: Any) -> Staff:
    with store.writing() as session:
        return accounts.create(session, **{"login": login, "name": login.title(), "role": role, "now": NOON, **about})


def changed(store: Store, staff: Staff, **about: Any) -> Staff:
    kept = {name: getattr(staff, name) for name in ("name", "role", "language", "actor", "email")}
    with store.writing() as session:
        return accounts.change(session, staff.id, by=None, now=NOON, **(kept | about))


def test_an_account_says_who_it_is(store: Store) -> None:
    staff = made(store, "Anna.Peeters@Example.org", "officer", name=" Anna Peeters ", email="a@example.org", actor="x")
    assert (staff.login, staff.name, staff.role, staff.actor) == (
        "anna.peeters@example.org",
        "Anna Peeters",
        "officer",
        "x",
    )
    with store.reading() as session:
        assert accounts.find(session, staff.id) == accounts.by_login(session, " ANNA.peeters@example.org") == staff
        assert accounts.find(session, "staff-0") is accounts.by_login(session, "luc") is None
        assert accounts.names(session, [staff.id, "staff-0"]) == {staff.id: "Anna Peeters"}
    assert "anna" not in staff.id, "the journal names the identifier alone"


def test_a_name_to_sign_in_with_is_one_persons(store: Store) -> None:
    made(store)
    with pytest.raises(LoginTaken):
        made(store, "ANNA")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"role": "root"}, "/role"),
        ({"role": ""}, "/role"),
        ({"email": "anna"}, "/email"),
        ({"email": "a@b, c@d"}, "/email"),
        ({"email": "a" * 65 + "@example.org"}, "/email"),
        ({"email": "a@example.org\nBcc: x@example.org"}, "/email"),
        ({"name": "A\u202eB\x07"}, "/name"),
    ],
)
def test_an_account_that_lacks_something_is_not_made(store: Store, wrong: dict[str, str], pointer: str) -> None:
    with pytest.raises(AccountInvalid) as refused:
        made(store, **wrong)
    assert refused.value.pointer == pointer


def test_everybody_is_listed_by_name_and_who_left_comes_last(store: Store) -> None:
    zoe, anna, luc = made(store, "zoe"), made(store, "anna"), made(store, "luc")
    with store.writing() as session:
        accounts.disable(session, anna.id, by=None, now=NOON)
        assert [one.login for one in accounts.everybody(session)] == ["luc", "zoe", "anna"]
    assert zoe.id != luc.id


def test_what_an_admin_changes_is_written_down(store: Store) -> None:
    anna = made(store)
    assert changed(store, anna, name="Anna P.", email="").email is None
    assert changed(store, anna, role="reader").role == "reader"
    with store.writing() as session:
        accounts.choose_language(session, anna.id, "it")
        found = accounts.find(session, anna.id)
        assert found
        assert found.language == "it"
        with pytest.raises(AccountInvalid):
            accounts.choose_language(session, anna.id, "de")
        assert [event.what for event in log.events(session)] == ["role_changed", "account_changed", "account_made"]


def test_the_last_admin_can_neither_be_disabled_nor_made_less(store: Store) -> None:
    anna = made(store, role="admin")
    luc = made(store, "luc", "admin")
    with store.writing() as session:
        accounts.disable(session, luc.id, by=None)
        with pytest.raises(LastAdmin):
            accounts.disable(session, anna.id, by=None)
    with pytest.raises(LastAdmin):
        changed(store, anna, role="officer")
    assert changed(store, anna, role="admin").role == "admin"
    with store.writing() as session:
        accounts.enable(session, luc.id, by=None)
        accounts.enable(session, luc.id, by=None)
    assert changed(store, anna, role="officer").role == "officer"


def test_disabling_takes_codes_away_too_and_twice_is_once(store: Store) -> None:
    anna = made(store)
    with store.writing() as session:
        code = codes.make(session, anna.id, "invitation", by=None, now=NOON).code
        accounts.disable(session, anna.id, by="staff-1", now=NOON)
        accounts.disable(session, anna.id, by="staff-1", now=NOON)
        assert codes.look(session, code, NOON) is None
        assert next((event.what, event.actor) for event in log.events(session)) == ("account_disabled", "staff-1")
        assert sum(event.what == "account_disabled" for event in log.events(session)) == 1


def test_an_account_that_is_not_there_cannot_be_changed(store: Store) -> None:
    ghost = Staff("staff-0", "Ghost", "coach", "en", None, "ghost", None, False)
    with pytest.raises(StaffNotFound):
        changed(store, ghost)
    with store.writing() as session:
        for change in (accounts.disable, accounts.enable):
            with pytest.raises(StaffNotFound):
                change(session, "staff-0", by=None)
