"""The field's vectors give what Python's own whole numbers give, at every edge of 64 bits."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.wire import field
from coupole.wire.field import P, Vector, VectorInvalid

EDGES = (0, 1, 2, 2**32 - 2, 2**32 - 1, 2**32, 2**32 + 1, 2**63 - 1, 2**63, P // 2, P // 2 + 1, P - 2**32, P - 2, P - 1)
elements = st.one_of(st.sampled_from(EDGES), st.integers(0, P - 1))
pairs = st.lists(st.tuples(elements, elements), min_size=1, max_size=40)
small = st.integers(-(2**53) + 1, 2**53 - 1)


def vector(values: list[int]) -> Vector:
    return np.array(values, np.uint64)


def split(found: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [one for one, _ in found], [other for _, other in found]


@given(pairs)
def test_sums_differences_and_opposites_are_those_of_whole_numbers_modulo_p(found):
    ones, others = split(found)
    one, other = vector(ones), vector(others)

    assert field.add(one, other).tolist() == [(a + b) % P for a, b in found]
    assert field.sub(one, other).tolist() == [(a - b) % P for a, b in found]
    assert field.neg(one).tolist() == [-a % P for a in ones]


@given(pairs)
def test_a_combination_is_the_exact_sum_of_products(found):
    ones, others = split(found)

    assert field.combine(vector(ones), vector(others)) == sum(a * b for a, b in found) % P


def test_a_combination_of_the_longest_vector_of_largest_elements_is_exact():
    largest = np.full(field.MAX_LENGTH, P - 1, np.uint64)

    assert field.combine(largest, largest) == field.MAX_LENGTH
    with pytest.raises(VectorInvalid):
        field.combine(np.append(largest, 0).astype(np.uint64), np.append(largest, 0).astype(np.uint64))


def test_vectors_of_two_lengths_do_not_combine():
    with pytest.raises(VectorInvalid):
        field.combine(vector([1, 2]), vector([1]))


@given(st.lists(st.tuples(st.integers(0, 5), elements, st.sampled_from([1, -1])), max_size=60))
def test_values_are_gathered_at_their_places(found):
    expected = [0] * 6
    for place, value, sign in found:
        expected[place] = (expected[place] + sign * value) % P

    places = np.array([place for place, _, _ in found], np.intp)
    signs = np.array([sign for _, _, sign in found], np.int8)
    assert field.scatter(places, vector([value for _, value, _ in found]), signs, 6).tolist() == expected


def test_as_many_values_at_one_place_as_there_may_be_add_up_exactly():
    many = field.MAX_LENGTH
    values, places, signs = np.full(many, P - 1, np.uint64), np.zeros(many, np.intp), np.ones(many, np.int8)

    assert field.scatter(places, values, signs, 1).tolist() == [-many % P]
    with pytest.raises(VectorInvalid):
        field.scatter(np.append(places, 0), np.append(values, values[:1]), np.append(signs, signs[:1]), 1)


@given(st.lists(small, max_size=40))
def test_counts_of_either_sign_come_back(counts):
    found = field.of_counts(np.array(counts, np.int64))

    assert found.tolist() == [count % P for count in counts]
    assert field.to_counts(found).tolist() == counts


@given(st.lists(elements, max_size=40))
def test_bytes_come_back_as_they_were(values):
    raw = field.to_bytes(vector(values))

    assert raw == b"".join(value.to_bytes(8, "little") for value in values)
    assert field.from_bytes(raw, len(values)).tolist() == values


@pytest.mark.parametrize("raw", [b"", bytes(7), bytes(17), bytes(8) + P.to_bytes(8, "little"), bytes(8) + b"\xff" * 8])
def test_bytes_of_another_length_or_a_number_beyond_the_field_are_refused(raw):
    with pytest.raises(VectorInvalid):
        field.from_bytes(raw, 2)


def test_a_seed_stands_for_one_share_that_depends_on_its_context():
    expected = hashlib.shake_256(b"coupole/1 share\0" + bytes(32) + b"here").digest(80)

    share = field.expand(bytes(32), b"here", 10)

    assert field.to_bytes(share) == expected
    assert field.to_bytes(field.expand(bytes(32), b"here", 3)) == expected[:24], "longer is only longer"
    assert share.tolist() != field.expand(bytes(32), b"there", 10).tolist()
    assert field.expand_keys(bytes(32), b"here", 5).tobytes() == hashlib.shake_256(
        b"coupole/1 keys\0" + bytes(32) + b"here"
    ).digest(5)
    assert field.expand_challenge(bytes(32), 4).tolist() != share[:4].tolist()


def test_words_beyond_the_field_are_skipped_not_folded(monkeypatch):
    words = [P, 2**64 - 1, 7, P, P + 1, P - 1, 2**64 - 2, 3, P, P, 9, *range(100, 120)]
    stream = b"".join(word.to_bytes(8, "little") for word in words)

    class Stream:
        """An unlucky stream: one in 2^32 words is beyond, here it is most of them."""

        def __init__(self, _text):
            pass

        def digest(self, length):
            return stream[:length]

    monkeypatch.setattr(field.hashlib, "shake_256", Stream)

    assert field.expand(bytes(32), b"", 4).tolist() == [7, P - 1, 3, 9]
