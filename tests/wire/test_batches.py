"""A batch and its answer hold as they were signed; what is not written as agreed is refused, whatever it is."""

from __future__ import annotations

import contextlib
import string
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupole.standard.reading import JsonTooLong
from coupole.standard.validation import DocumentInvalid
from coupole.wire import batches, field
from coupole.wire.base64url import to_text
from coupole.wire.batches import (
    Answer,
    BatchInvalid,
    Entry,
    challenge,
    check_batch,
    entries,
    entry,
    key_sum,
    other_certificate,
    read_answer,
    sign_batch,
    write_answer,
    write_batch,
)
from coupole.wire.certificates import write_certificate
from coupole.wire.documents import DocumentNotCanonical, SignatureInvalid, SignerUnknown, digest, sign
from coupole.wire.field import P, VectorInvalid
from tests.wire.federation import (
    ELSEWHERE,
    HUB,
    NOTHING,
    OCTOBER,
    RAW,
    SECOND,
    SHAPE,
    TRUSTEE,
    counts,
    key_set,
    key_sums,
    report,
)
from tests.wire.test_certificates import certificate

KNOWN = key_set(HUB)
ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
KEYS = key_sums()
VECTOR = field.of_counts(counts())
REPORTS = [entry(report(node=node, trustees=(OCTOBER, ELSEWHERE)), 7, "all") for node in ("north", "south", "east")]
BODY = write_batch(digest(RAW), "2026-10", {"all": KEYS}, REPORTS)


def test_a_batch_comes_back_as_it_was_written():
    head = check_batch(BODY, sign_batch(BODY, HUB), KNOWN)

    assert (head["tabulation"], head["slot"], head["reports"]) == (digest(RAW), "2026-10", 3)
    assert key_sum(head, "all", SHAPE.cells).tolist() == KEYS.tolist()
    assert list(entries(BODY)) == REPORTS
    assert list(entries(write_batch(digest(RAW), "2026-10", {}, []))) == []


def test_an_entry_holds_nothing_of_the_hubs_share_nor_of_the_members_own_part():
    made = report()

    assert not {made.hub_share, made.own} & set(vars_of(entry(made, 0, "all")))
    assert to_text(made.hub_share[:60]).encode() not in BODY


def vars_of(one: Entry) -> list[Any]:
    return [getattr(one, name) for name in Entry.__slots__]


def test_a_batch_is_believed_from_its_hub_only():
    signature = sign_batch(BODY, HUB)

    with pytest.raises(SignatureInvalid):
        check_batch(BODY.replace(b'"check":"7"', b'"check":"8"', 1), signature, KNOWN)
    with pytest.raises(SignatureInvalid):
        check_batch(BODY, sign("report", digest(BODY).encode(), HUB), KNOWN)
    with pytest.raises(SignerUnknown):
        check_batch(BODY, sign_batch(BODY, TRUSTEE), KNOWN)


def test_a_batch_that_is_too_long_is_refused_before_anything_is_read(monkeypatch):
    monkeypatch.setattr(batches, "MAX_REQUEST", len(BODY) - 1)

    with pytest.raises(JsonTooLong):
        check_batch(BODY, "", {})


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b'{"type": "batch"}', DocumentNotCanonical),
        (b'{"type":"batch"}', DocumentInvalid),
        (BODY.partition(b"\n")[0].replace(b"2026-10", b"2026-13"), DocumentInvalid),
        (BODY.partition(b"\n")[0].replace(b'"reports":3', b'"reports":-1'), DocumentInvalid),
    ],
)
def test_a_first_line_of_another_form_is_refused(line, error):
    body = line + b"\n" + BODY.partition(b"\n")[2]

    with pytest.raises(error):
        check_batch(body, sign_batch(body, HUB), KNOWN)


LINE = BODY.splitlines()[1]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{",
        LINE.replace(b":", b": ", 1),
        LINE.replace(b'"check":"7"', b'"check":"-7"'),
        LINE.replace(b'"check":"7"', b'"check":"07"'),
        LINE.replace(b'"check":"7"', b'"check":7'),
        LINE.replace(b'"check":"7"', f'"check":"{P}"'.encode()),
        LINE.replace(b'"sealed":["', b'"sealed":["AB","'),
        LINE.replace(b'"sealed":["', b'"sealed":["*'),
        LINE.replace(b'"group":"all"', b'"group":"All"'),
        LINE.replace(b'"group":"all"', b'"group":"all","hub_share":"AA"'),
    ],
)
def test_a_line_that_is_no_report_is_refused(line):
    lines = [*BODY.splitlines()[:2], line, BODY.splitlines()[2]]
    found = entries(b"\n".join(lines))

    assert next(found) == REPORTS[0]
    with pytest.raises(BatchInvalid):
        next(found)


def test_sealed_bytes_have_one_spelling():
    one = REPORTS[0]
    text = to_text(one.sealed[1])
    last = ALPHABET[ALPHABET.index(text[-1]) + 1]  # the lowest of its bits belongs to no byte
    line = LINE.replace(text.encode(), (text[:-1] + last).encode())

    assert len(one.sealed[1]) % 3 == 2
    assert line != LINE
    with pytest.raises(BatchInvalid):
        list(entries(b"{}\n" + line))


@given(st.binary(max_size=80))
def test_no_line_makes_the_reader_fail_in_another_way(line):
    with contextlib.suppress(BatchInvalid):
        list(entries(b"{}\n" + line))


@pytest.mark.parametrize(
    ("group", "cells"), [("south", SHAPE.cells), ("all", SHAPE.cells - 1), ("all", SHAPE.cells + 1)]
)
def test_key_sums_of_another_group_or_length_are_refused(group, cells):
    head = check_batch(BODY, sign_batch(BODY, HUB), KNOWN)

    with pytest.raises(BatchInvalid):
        key_sum(head, group, cells)


def test_key_sums_that_are_no_bytes_are_refused():
    head = check_batch(BODY, sign_batch(BODY, HUB), KNOWN)

    with pytest.raises(BatchInvalid):
        key_sum({**head, "key_sums": {"all": "A"}}, "all", 1)


def test_the_challenge_depends_on_every_report_and_on_their_order():
    headers = [one.header for one in REPORTS]

    assert challenge(headers) == challenge(iter(headers))
    assert len({challenge(headers), challenge(headers[::-1]), challenge(headers[:2]), challenge([])}) == 4


# answers


def answer(**changes: Any) -> Answer:
    group = {**certificate()["groups"][0], "sum": digest(field.to_bytes(VECTOR))}
    raw = write_certificate(certificate(groups=[group]))
    given: dict[str, Any] = {
        "certificate": raw,
        "signature": sign("certificate", raw, TRUSTEE),
        "sums": {"all": VECTOR},
    }
    return Answer(**(given | changes))


def test_an_answer_comes_back_as_it_was_written():
    made = answer(key_sums={"all": KEYS}, checks={"north": P - 1, "south": 0})

    found, said = read_answer(write_answer(made), key_set(TRUSTEE), SHAPE.cells)

    assert (found.certificate, found.signature, found.checks) == (made.certificate, made.signature, made.checks)
    assert found.sums["all"].tolist() == VECTOR.tolist()
    assert found.key_sums["all"].tolist() == KEYS.tolist()
    assert said["groups"][0]["members"][0]["node"] == "north"


def test_an_answer_of_the_trustee_that_adds_the_noise_holds_neither_key_sums_nor_checks():
    found, _ = read_answer(write_answer(answer()), key_set(TRUSTEE), SHAPE.cells)

    assert (dict(found.key_sums), dict(found.checks)) == ({}, {})


def altered(**changes: Any) -> bytes:
    return orjson.dumps({**orjson.loads(write_answer(answer())), **changes})


def test_an_answer_is_believed_from_its_trustee_only():
    with pytest.raises(SignerUnknown):
        read_answer(write_answer(answer()), key_set(HUB), SHAPE.cells)
    with pytest.raises(SignatureInvalid):
        read_answer(altered(certificate=answer().certificate.decode().replace("north", "south")), key_set(TRUSTEE), 1)


OTHER = field.to_bytes(field.add(VECTOR, np.ones_like(VECTOR)))


@pytest.mark.parametrize(
    "changes",
    [
        {"sums": {}},
        {"sums": {"south": to_text(field.to_bytes(VECTOR))}},
        {"sums": {"all": to_text(OTHER)}},
        {"sums": {"all": to_text(field.to_bytes(VECTOR)[:-8])}},
        {"sums": {"all": "A"}},
        {"keys": {"all": to_text(KEYS.tobytes()[1:])}},
        {"checks": {"north": str(P)}},
    ],
)
def test_sums_that_the_certificate_does_not_name_are_refused(changes):
    with pytest.raises(BatchInvalid):
        read_answer(altered(**changes), key_set(TRUSTEE), SHAPE.cells)


def test_a_certified_sum_that_holds_no_numbers_of_the_field_is_refused():
    raw = b"\xff" * (8 * SHAPE.cells)
    said = write_certificate(certificate(groups=[{**certificate()["groups"][0], "sum": digest(raw)}]))
    body = altered(certificate=said.decode(), signature=sign("certificate", said, TRUSTEE), sums={"all": to_text(raw)})

    with pytest.raises(VectorInvalid):
        read_answer(body, key_set(TRUSTEE), SHAPE.cells)


@pytest.mark.parametrize(
    "changes", [{"signature": 1}, {"sums": []}, {"keys": None}, {"more": 1}, {"checks": {"A": "1"}}]
)
def test_an_answer_of_another_form_is_refused(changes):
    with pytest.raises(DocumentInvalid):
        read_answer(altered(**changes), key_set(TRUSTEE), SHAPE.cells)


# what a second trustee said before


def settled(**changes: Any) -> tuple[bytes, str]:
    raw = write_certificate(certificate(**changes))
    return raw, sign("certificate", raw, SECOND)


def asked(other: tuple[bytes, str] | None) -> batches.BatchHead:
    body = write_batch(digest(RAW), "2026-10", {}, [], other=other, without=("south", "east"))
    return check_batch(body, sign_batch(body, HUB), KNOWN)


def test_a_batch_says_what_another_trustee_counted_and_whose_key_shares_are_in_no_sum():
    found = asked(settled())

    assert other_certificate(found, key_set(SECOND))["groups"][0]["id"] == "all"
    assert found["without"] == ["east", "south"]


@pytest.mark.parametrize("other", [None, settled(slot="2026-11"), settled(tabulation=NOTHING)])
def test_a_certificate_of_another_slot_or_none_at_all_is_refused(other):
    with pytest.raises(BatchInvalid):
        other_certificate(asked(other), key_set(SECOND))


def test_a_certificate_of_the_other_trustee_is_believed_from_its_key_only():
    with pytest.raises(SignerUnknown):
        other_certificate(asked(settled()), key_set(TRUSTEE))


def test_a_request_says_which_tabulation_it_is_about_before_anybody_knows_who_signed_it():
    assert batches.tabulation_of(BODY) == digest(RAW)
    with pytest.raises(DocumentInvalid):
        batches.tabulation_of(b'{"type":"batch"}')
