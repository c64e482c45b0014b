from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.node.staff import passwords
from coupole.node.staff.passwords import PasswordCommon, PasswordTooLong, PasswordTooShort

NAMES = ("anna.peeters", "Anna Peeters")


@pytest.mark.parametrize(
    "password",
    [
        "vier groene fietsen op zolder",
        "x7#kQ2!m",
        "        a b c d",
        "😀 kaas met mosterd",
        "é" * 3 + "composé de lettres",
        "p" * 5 + "q7Zt" * 30,
    ],
)
def test_eight_characters_of_any_kind_are_accepted(password: str) -> None:
    passwords.check(password, NAMES)


def test_a_password_of_128_characters_and_more_is_accepted_whole() -> None:
    long = "een lange zin die niemand raadt, " * 5
    passwords.check(long)
    kept = passwords.kept(long)
    assert passwords.matches(long, kept)
    assert not passwords.matches(long[:-1], kept), "nothing is cut off"


@pytest.mark.parametrize("password", ["", "a", "x7#kQ2!"])
def test_fewer_than_eight_are_refused(password: str) -> None:
    with pytest.raises(PasswordTooShort):
        passwords.check(password)


def test_what_would_only_keep_the_machine_busy_is_refused() -> None:
    with pytest.raises(PasswordTooLong):
        passwords.check("x7#kQ2!m" * 65)


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password",
        "PASSWORD1!",
        "12345678",
        "qwertyuiop",
        "azertyuiop",
        "wachtwoord",
        "motdepasse123",
        "juventus",
        "welkom2026!",
        "1welkom1",
        "aaaaaaaa",
        "abababab",
        "abcdefgh",
        "98765432",
        "anna.peeters",
        "annapeeters1",
        "PeetersAnna",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordCommon):
        passwords.check(password, NAMES)


@pytest.mark.parametrize("place", range(0, 3000, 97))
def test_the_commonest_are_all_refused(place: int) -> None:
    long_enough = sorted(word for word in passwords.common() if len(word) >= passwords.SHORTEST)
    with pytest.raises(PasswordCommon):
        passwords.check(long_enough[place])


def test_a_refusal_does_not_repeat_the_password() -> None:
    with pytest.raises(PasswordCommon) as refused:
        passwords.check("motdepasse123")
    assert "motdepasse" not in f"{refused.value!r} {refused.value.params} {refused.value.findings}"


@settings(max_examples=15)
@given(st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()))
def test_a_password_is_compared_as_it_was_typed(password: str) -> None:
    kept = passwords.kept(password)
    assert passwords.matches(password, kept)
    assert not passwords.matches(password + " ", kept)
    assert not passwords.matches(password.swapcase() + "x", kept)


def test_composed_and_decomposed_letters_are_two_passwords() -> None:
    assert not passwords.matches("cafe\u0301 noir 12", passwords.kept("caf\u00e9 noir 12"))


def test_two_hashes_of_one_password_differ() -> None:
    assert passwords.kept("vier groene fietsen") != passwords.kept("vier groene fietsen")


def test_passwords_cost_what_owasp_advises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert passwords.kept("vier groene fietsen").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    "planted",
    [
        "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0$cGFzc3dvcmRwYXNzd29yZHBhc3N3b3Jk",
        "$argon2id$v=19$m=19456,t=99,p=1$c2FsdHNhbHRzYWx0$cGFzc3dvcmRwYXNzd29yZHBhc3N3b3Jk",
        "$argon2id$v=19$m=19456,t=2,p=64$c2FsdHNhbHRzYWx0$cGFzc3dvcmRwYXNzd29yZHBhc3N3b3Jk",
        "$argon2id$v=19$m=8,t=2,p=1$c2FsdHNhbHRzYWx0$cGFzc3dvcmRwYXNzd29yZHBhc3N3b3Jk",
        "$2b$12$abcdefghijklmnopqrstuv",
        "",
        "vier groene fietsen",
    ],
)
def test_a_planted_hash_is_never_computed(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []

    class Watching:
        @staticmethod
        def verify_phc_encoded(password: bytes, phc: str) -> None:
            computed.append(phc)

    monkeypatch.setattr(passwords, "Argon2id", Watching)
    nobodys = "$argon2id$v=19$m=8192,t=1,p=1$" + "a" * 22 + "$" + "b" * 43
    monkeypatch.setattr(passwords, "_nobodys", lambda: nobodys)
    assert not passwords.matches("vier groene fietsen", planted), "not even when the figures agree"
    assert computed == [nobodys]


def test_nobody_has_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not passwords.matches("no account has this password", None)


def test_no_more_than_two_passwords_are_checked_at_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, lock = 0, 0, threading.Lock()
    real = passwords._argon2

    def counted() -> passwords.Argon2id:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.01)
        made = real()
        with lock:
            at_once -= 1
        return made

    monkeypatch.setattr(passwords, "_argon2", counted)
    threads = [threading.Thread(target=passwords.kept, args=("vier groene fietsen",)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == passwords.AT_ONCE


def test_whoever_would_wait_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = passwords.kept("vier groene fietsen")
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(1))
    with passwords._place(), pytest.raises(passwords.SignInBusy):
        passwords.matches("vier groene fietsen", kept)
    assert passwords.matches("vier groene fietsen", kept), "the place was given back"
