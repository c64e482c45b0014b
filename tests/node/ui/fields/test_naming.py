"""Whatever people call a thing, the name made of it is one the form of own fields takes, and is nobody else's."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from coupole.node.ui.fields.naming import LONGEST, called_so, made_name, stamp

LABELS = st.text(min_size=0, max_size=80)


@given(labels=st.lists(LABELS, min_size=1, max_size=20))
def test_every_label_makes_a_name_of_its_own(labels: list[str]) -> None:
    taken: list[str] = []
    for label in labels:
        name = made_name(label, taken, "field")
        assert re.fullmatch(r"[a-z][a-z0-9_]{1,39}", name)
        assert name not in taken
        taken.append(name)


@given(number=st.integers(1, 120))
def test_a_long_label_has_room_for_its_number(number: int) -> None:
    taken: list[str] = []
    for _ in range(number):
        taken.append(made_name("w" * 80, taken, "field"))
    assert len(set(taken)) == number
    assert max(map(len, taken)) <= LONGEST


def test_names_are_compared_in_the_languages_both_have() -> None:
    assert called_so({"en": "Bus"}, [{"en": "bus"}])
    assert not called_so({"en": "Bus"}, [{"nl": "Bus"}])
    assert not called_so(None, [{"nl": "Bus"}])


def test_a_stamp_does_not_depend_on_the_order_of_what_it_stands_for() -> None:
    assert stamp({"a": 1, "b": 2}) == stamp({"b": 2, "a": 1}) != stamp({"a": 1, "b": 3})
