from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.standard.reading import (
    JsonDuplicateKey,
    JsonInvalid,
    JsonNotFinite,
    JsonTooDeep,
    JsonTooLong,
    canonical,
    parse,
)

NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_canonically_is_read_back_the_same(value):
    written = canonical(value)

    assert parse(written) == value
    assert canonical(parse(written)) == written


@given(VALUES)
def test_white_space_and_order_make_no_difference(value):
    assert canonical(parse(orjson.dumps(value, option=orjson.OPT_INDENT_2))) == canonical(value)


def test_canonical_text_has_sorted_names_no_space_and_leaves_letters_alone():
    decomposed = "e\u0301"

    assert canonical({"b": [1, True, None], "a": decomposed}) == f'{{"a":"{decomposed}","b":[1,true,null]}}'.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":2}',
        b'{"a":1, "a":1}',
        b'{"\\u0061":1,"a":2}',
        b'[{"x":{"a":1,"b":2,"a":3}}]',
    ],
)
def test_a_name_given_twice_is_refused(raw):
    with pytest.raises(JsonDuplicateKey):
        parse(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"NaN",
        b"[Infinity]",
        b'{"a":-Infinity}',
        b"1e400",
        b"-1e999",
        b"[18446744073709551616]",
        b"-9223372036854775809",
        b"1" * 5000,
        b"1" * 30,
    ],
)
def test_a_number_that_cannot_be_kept_exactly_is_refused(raw):
    with pytest.raises(JsonNotFinite):
        parse(raw)


@pytest.mark.parametrize("raw", [b"18446744073709551615", b"-9223372036854775808", b" 12 "])
def test_numbers_of_64_bits_are_kept(raw):
    assert parse(raw) == int(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[1,]",
        b"[1.5,]",
        b"'a'",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b"\xef\xbb\xbf{}",
        b"{} {}",
        b'"a\x00"',
        b"007",
    ],
)
def test_what_is_not_json_in_utf_8_is_refused(raw):
    with pytest.raises(JsonInvalid):
        parse(raw)


def test_depth_is_counted_in_values_and_refused_beyond_the_limit():
    assert parse(b'{"a":[1]}', max_depth=3) == {"a": [1]}
    with pytest.raises(JsonTooDeep) as refused:
        parse(b'{"a":[1]}', max_depth=2)
    assert refused.value.params == {"limit": 2}


TEXTS = st.sampled_from(["", "[", "]", "{}", '"', "\\", '\\"', '\\\\"[', "\n"])
NESTED = st.recursive(
    st.integers(0, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def depth(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0)


@given(NESTED, st.sampled_from([None, 1]))
def test_brackets_and_quotation_marks_in_texts_are_no_depth(value, indent):
    raw = b" " * 40 + json.dumps([value, [[]] * 20], indent=indent).encode()
    deep = depth([value, [[]]])
    assert parse(raw, max_depth=deep) == [value, [[]] * 20]
    with pytest.raises(JsonTooDeep):
        parse(raw, max_depth=deep - 1)


@pytest.mark.parametrize("raw", [b"[" * 21 + b"]" * 21, b"[" * 100_000, b'{"a":' * 5000 + b"1" + b"}" * 5000])
def test_nesting_without_end_is_refused_and_exhausts_nothing(raw):
    with pytest.raises(JsonTooDeep):
        parse(raw)


def test_many_brackets_side_by_side_are_not_deep():
    assert parse(b"[" + b"[]," * 99 + b"[]]") == [[]] * 100


def test_a_text_beyond_the_limit_is_not_read_at_all():
    with pytest.raises(JsonTooLong) as refused:
        parse(b"[" * 11, max_bytes=10)
    assert refused.value.params == {"limit": 10}
