"""People are found by a few letters, however their names are written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.node.records.searching import fold, matches, named, words

LETTERS = st.text(st.characters(categories=["Ll", "Lu"], max_codepoint=0x24F), min_size=3, max_size=12)


@pytest.mark.parametrize(
    ("family", "given_name", "asked"),
    [
        ("Van Acker", "Zoë", "zoe"),
        ("Van Acker", "Zoë", "ZOË van"),
        ("Van Acker", "Zoë", "vanack"),
        ("D'Angelo", "Maria Grazia", "angelo"),
        ("D’Angelo", "Maria Grazia", "dang gra"),
        ("Keïta", "Ousmane", "kei"),
        ("Łukasz", "Jørgen", "luk jor"),
        ("Straße", "Günter", "strass gunt"),
        ("Lefèbvre-Noël", "Cœur", "noel coe"),
        ("Çelik", "İpek", "cel ipe"),
    ],
)
def test_three_letters_find_a_name_as_people_type_it(family: str, given_name: str, asked: str) -> None:
    assert matches(asked, words(family, given_name))


@pytest.mark.parametrize("asked", ["", "   ", "-", "zoek", "zoe peeters", "cker"])
def test_nothing_and_other_names_find_nobody(asked: str) -> None:
    assert not matches(asked, words("Van Acker", "Zoë"))


@given(LETTERS, LETTERS, st.integers(3, 12), st.integers(3, 12))
def test_accents_order_and_capitals_do_not_matter(family: str, given_name: str, one: int, other: int) -> None:
    known = words(family, given_name)
    bare = "".join(c for c in unicodedata.normalize("NFKD", family) if not unicodedata.combining(c))
    for written in (family, family.upper(), family.lower(), bare, unicodedata.normalize("NFD", family)):
        start = fold(written)[:one]
        assert matches(start, known)
        assert matches(f"{given_name[:other]} {start}", known)
        assert matches(f"  {start}, {given_name[:other]} ", known)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_answered(asked: str) -> None:
    assert matches(asked, words("Peeters", "Jan")) in (True, False)
    assert fold(fold(asked)) == fold(asked)


def test_who_names_somebody_else_must_know_the_whole_name() -> None:
    assert named("zoe van acker", "Zoë", "Van Acker")
    assert named("Van Acker Zoë", "Zoë", "Van Acker")
    for part in ("", "zoe", "van acker", "zoe van ack", "zoe van acker peeters"):
        assert not named(part, "Zoë", "Van Acker")
