from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from coupole.node.store import Store
from coupole.node.store.setup import LETTERS, make_setup_code, use_setup_code
from coupole.node.store.tables import Setup


def test_a_set_up_code_is_good_once_however_it_is_spelt(store: Store) -> None:
    with store.writing() as session:
        made = make_setup_code(session)
    assert set(made.code) <= set(LETTERS) | {"-"}
    with store.writing() as session:
        assert not use_setup_code(session, "AAAA-AAAA-AAAA-AAAA")
        assert use_setup_code(session, made.code.lower().replace("-", " "))
        assert not use_setup_code(session, made.code)


def test_a_set_up_code_expires_and_a_new_one_replaces_it(store: Store) -> None:
    with store.writing() as session:
        first, second = make_setup_code(session), make_setup_code(session)
        assert not use_setup_code(session, first.code)
        assert not use_setup_code(session, second.code, now=second.expires_at + timedelta(seconds=1))


@pytest.mark.parametrize("turn", range(3))
def test_only_the_hash_of_a_set_up_code_is_kept(store: Store, turn: int) -> None:
    with store.writing() as session:
        made = make_setup_code(session)
        assert made.code.replace("-", "") not in str(session.exec(select(Setup)).one())
    assert made.code not in repr(made)
