"""A report's shares say nothing alone, add up together, and hold only beside the header they were made for."""

from __future__ import annotations

import contextlib
import json
import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupole.standard.validation import DocumentInvalid
from coupole.wire import field, reports
from coupole.wire.documents import DocumentNotCanonical, SignatureInvalid, SignerUnknown, digest, sign, written
from coupole.wire.field import P, VectorInvalid
from coupole.wire.reports import (
    Report,
    ReportAltered,
    ReportUnexpected,
    ReportUnreadable,
    check_asked,
    check_header,
    check_report,
    commitment,
    headcount_change,
    hub_half,
    open_sealed,
    pack,
    read_header,
    unpack,
)
from coupole.wire.sealing import LABEL, SealedShareUnopenable, seal
from coupole.wire.tabulations import Shape, shape, tabulation_id, write_tabulation
from tests.wire.federation import (
    ELSEWHERE,
    NORTH,
    NOVEMBER,
    OCTOBER,
    RAW,
    SHAPE,
    SOUTH,
    TABLES,
    Month,
    counts,
    key_set,
    key_sums,
    members,
    opened,
    report,
    table,
    tabulation,
    zero_sum,
)

CHALLENGE = b"a challenge"
MEMBERS = key_set(NORTH)
ONE, BOTH = (OCTOBER,), (OCTOBER, ELSEWHERE)


def again(made: Report, **changes: Any) -> Report:
    """The same parts under a header that says something else, signed by the member: it may lie as well as a hub."""
    raw = written({**json.loads(made.header), **changes})
    return replace(made, header=raw, signature=sign("report", raw, NORTH))


@pytest.mark.parametrize("trustees", [ONE, BOTH, (ELSEWHERE,)])
def test_all_shares_together_are_the_counts_and_key_sums(trustees):
    made = report(trustees=trustees)

    shares = opened(made, trustees)
    total, keys = shares[0]
    for share, some in shares[1:]:
        total, keys = field.add(total, share), keys + some
    assert field.to_counts(total).tolist() == counts().tolist()
    assert keys.tolist() == key_sums().tolist()


@settings(max_examples=30)
@given(st.lists(st.integers(-(2**53) + 1, 2**53 - 1), min_size=SHAPE.cells, max_size=SHAPE.cells))
def test_whatever_the_counts_are_they_come_back(found):
    made = report(counts=np.array(found, np.int64))

    (hub, _), (own, _) = opened(made)
    assert field.to_counts(field.add(hub, own)).tolist() == found


def test_the_same_counts_never_give_the_same_share():
    one, other = opened(report()), opened(report())

    for (share, keys), (another, other_keys) in zip(one, other, strict=True):
        assert not (share == another).any()
        assert keys.tolist() != other_keys.tolist()


@pytest.mark.parametrize("trustees", [ONE, BOTH])
def test_every_strict_part_of_the_shares_is_evenly_spread_whatever_the_counts(trustees):
    form = shape(tabulation(tables=[TABLES[0], table("long", "age", levels=[[str(n) for n in range(1900)]])]))
    for value in (0, -1, 50):
        made = report(trustees=trustees, form=form, counts=np.full(form.cells, value, np.int64))
        shares = [share for share, _ in opened(made, trustees)]
        for missing in range(len(shares)):
            seen = np.zeros(form.cells, np.uint64)
            for share in shares[:missing] + shares[missing + 1 :]:
                seen = field.add(seen, share)
            assert abs((seen / P).mean() - 0.5) < 0.05
            assert len(set(seen.tolist())) == form.cells


def test_a_report_says_who_it_is_from_and_what_it_is_for():
    header = check_report(report(slot="2026-11", seq=3, prev="a" * 64), MEMBERS)

    assert (header["node"], header["slot"], header["kind"], header["seq"]) == ("north", "2026-11", "change", 3)
    assert header["tabulation"] == tabulation_id(RAW)
    assert header["trustee_keys"] == ["oct"]
    assert header["prev"] == "a" * 64
    check_asked(header, node="north", slot="2026-11", len=SHAPE.cells, tabulation=tabulation_id(RAW), kind="change")


@pytest.mark.parametrize(
    ("name", "other"),
    [("node", "south"), ("slot", "2026-11"), ("tabulation", "0" * 64), ("len", 1), ("kind", "closing"), ("seq", 2)],
)
def test_another_report_than_was_asked_for_is_refused_with_what_differs(name, other):
    with pytest.raises(ReportUnexpected) as refused:
        check_asked(read_header(report().header), **{name: other})

    assert refused.value.pointer == f"/{name}"


def test_a_report_is_believed_only_from_the_key_of_its_member():
    made, other = report(), report()

    for check in (
        lambda one, keys: check_report(one, keys),
        lambda one, keys: check_header(one.header, one.signature, one.sealed, keys),
    ):
        check(made, MEMBERS)
        with pytest.raises(SignerUnknown):
            check(made, key_set(SOUTH))
        with pytest.raises(SignatureInvalid):
            check(replace(made, signature=other.signature), MEMBERS)
        with pytest.raises(SignatureInvalid):
            check(replace(made, header=made.header.replace(b'"seq":1', b'"seq":2')), MEMBERS)
        with pytest.raises(SignatureInvalid):
            check(replace(made, signature=sign("release", made.header, NORTH)), MEMBERS)


def test_parts_of_another_report_of_the_same_member_are_refused():
    made, other = report(trustees=BOTH), report(trustees=BOTH, own=b"older")

    for part, pointer in [("sealed", "/sealed"), ("hub_share", "/hub_share"), ("own", "/own")]:
        with pytest.raises(ReportAltered) as refused:
            check_report(replace(made, **{part: getattr(other, part)}), MEMBERS)
        assert refused.value.pointer == pointer
    for sealed in (made.sealed[:1], made.sealed[::-1], (*made.sealed, b""), (b"".join(made.sealed),), ()):
        with pytest.raises(ReportAltered):
            check_header(made.header, made.signature, sealed, MEMBERS)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("node", "south"),
        ("slot", "2026-11"),
        ("tabulation", "0" * 64),
        ("kind", "closing"),
        ("report", "0" * 32),
        ("seq", 2),
        ("prev", "1" * 64),
        ("trustee_keys", ["nov"]),
        ("len", 1),
    ],
)
def test_a_sealed_share_opens_beside_no_other_header_even_one_that_the_member_signed(name, other):
    made = report()
    moved = again(made, **{name: other})

    check_header(moved.header, moved.signature, moved.sealed, MEMBERS)
    with pytest.raises(SealedShareUnopenable):
        open_sealed(moved.header, moved.sealed[0], OCTOBER.private)


def test_a_sealed_share_opens_with_the_key_of_its_month_and_trustee_only():
    made, other = report(trustees=BOTH), report(trustees=BOTH)

    for sealed, month in [
        (made.sealed[0], NOVEMBER),
        (made.sealed[0], ELSEWHERE),
        (made.sealed[1], OCTOBER),
        (other.sealed[0], OCTOBER),
        (other.sealed[1], ELSEWHERE),
    ]:
        with pytest.raises(SealedShareUnopenable):
            open_sealed(made.header, sealed, month.private)


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_what_is_no_seed_is_refused(seed):
    made = report()
    head = {name: value for name, value in json.loads(made.header).items() if name not in reports.PARTS}
    ctx = reports.hashlib.sha256(written(head)).digest()

    with pytest.raises(SealedShareUnopenable):
        open_sealed(made.header, seal(OCTOBER.public, seed, ctx), OCTOBER.private)
    open_sealed(made.header, seal(OCTOBER.public, bytes(32), ctx), OCTOBER.private)
    assert LABEL == b"coupole/1 sealed share\0"


@pytest.mark.parametrize(
    "share",
    [
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: b"",
        lambda raw: P.to_bytes(8, "little") + raw[8:],
        lambda raw: b"\xff" * 8 + raw[8:],
    ],
)
def test_a_share_that_holds_no_numbers_of_the_field_is_refused_though_signed(share):
    made = report()
    wrong = share(made.hub_share)
    wrong = again(replace(made, hub_share=wrong), hub_share=digest(wrong))

    with pytest.raises(VectorInvalid):
        check_report(wrong, MEMBERS)
    with pytest.raises(VectorInvalid):
        hub_half(wrong)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "opening"},
        {"slot": "2026-10/opening"},
        {"slot": "2026-10/closing"},
        {"slot": "2026-13"},
        {"node": "North"},
        {"seq": 0},
        {"prev": "A" * 64},
    ],
)
def test_a_header_that_does_not_follow_its_form_is_neither_made_nor_read(changes):
    with pytest.raises(DocumentInvalid):
        report(**changes)
    with pytest.raises(DocumentInvalid):
        read_header(again(report(), **changes).header)


def test_opening_balances_have_a_slot_of_their_own():
    assert check_report(report(kind="opening", slot="2026-Q4/opening"), MEMBERS)["kind"] == "opening"


def test_a_header_written_in_another_way_is_refused():
    with pytest.raises(DocumentNotCanonical):
        read_header(report().header.replace(b":", b": ", 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"counts": counts()[1:]},
        {"keys": key_sums()[1:]},
        {"salt": bytes(31)},
        {"counts": counts().reshape(1, -1)},
        {"trustee_keys": []},
    ],
)
def test_vectors_of_another_length_are_not_sealed_nor_counts_without_a_trustee(changes):
    with pytest.raises(ValueError, match="one count and one key sum"):
        report(**changes)


def test_an_audit_opens_what_the_member_committed_to_and_nothing_else():
    salt = bytes(range(32))
    made = report(salt=salt)
    said = read_header(made.header)["commit"]

    assert commitment(salt, counts(), key_sums()) == said
    assert commitment(bytes(32), counts(), key_sums()) != said
    assert commitment(salt, counts(31), key_sums()) != said
    assert commitment(salt, counts(), key_sums(seed=2)) != said
    assert salt not in pack(made)


# zero checks


@pytest.mark.parametrize("trustees", [ONE, BOTH])
def test_an_honest_report_passes_every_challenge(trustees):
    made = report(trustees=trustees)

    assert [zero_sum(made, bytes([number]), trustees) for number in range(20)] == [0] * 20


@settings(max_examples=60)
@given(st.integers(0, SHAPE.cells - 1), st.integers(-(2**52), 2**52).filter(bool), st.binary(max_size=8))
def test_a_single_wrong_cell_is_found_whatever_it_is_wrong_by(cell, error, challenge):
    wrong = counts()
    wrong[cell] += error

    assert zero_sum(report(counts=wrong), challenge) != 0


def test_errors_that_cancel_in_every_plain_sum_are_found():
    wrong = counts()
    wrong[[1, 4]] += [7, -7]

    assert zero_sum(report(counts=wrong), CHALLENGE) != 0


def test_no_power_of_two_hides_an_error_as_it_would_modulo_2_to_the_64():
    """An error of 2^63 times an even coefficient is 0 modulo 2^64: half of all challenges would let it pass."""
    challenges = [bytes([number]) for number in range(200)]
    rows = SHAPE.zero
    one_row = rows.cell[rows.row == 0][0]
    survived = 0
    for challenge in challenges:
        coefficients = [int(value) for value in field.expand_challenge(challenge, rows.count + 1)]
        touched = zip(rows.row, rows.cell, rows.sign, strict=True)
        weight = sum(int(sign) * coefficients[row] for row, cell, sign in touched if cell == one_row)
        survived += weight * 2**63 % 2**64 == 0
    assert 60 < survived < 140

    for power in (1, 32, 52):
        wrong = counts()
        wrong[one_row] += 2**power
        made = report(counts=wrong)
        assert all(zero_sum(made, challenge) for challenge in challenges)
    share, _ = hub_half(report())
    for power in (32, 63):
        moved = share.copy()
        moved[one_row] = (int(share[one_row]) + 2**power) % P
        pairs = [(reports.zero_check(SHAPE, one, challenge) for one in (share, moved)) for challenge in challenges]
        assert all(before != after for before, after in pairs)


def test_a_challenge_says_nothing_about_another():
    share, _ = hub_half(report())

    assert reports.zero_check(SHAPE, share, b"one") != reports.zero_check(SHAPE, share, b"other")


# headcount


@pytest.mark.parametrize("trustees", [ONE, BOTH])
@pytest.mark.parametrize("number", [0, 3, 120])
def test_the_first_trustee_reads_the_change_of_the_headcount(trustees, number):
    made = report(trustees=trustees, counts=counts(number))
    first = opened(made, trustees)[1][0]

    assert headcount_change(read_header(made.header), SHAPE, first) == counts(number)[SHAPE.headcount]
    assert headcount_change(read_header(made.header), SHAPE, first) == number - number // 3


def test_losses_are_negative():
    made = report(counts=-counts(30))

    assert headcount_change(read_header(made.header), SHAPE, opened(made)[1][0]) == -20


@pytest.mark.parametrize("trustees", [ONE, BOTH])
def test_a_headcount_declared_wrongly_is_found_though_its_member_signed_it(trustees):
    made = report(trustees=trustees)
    for moved in (1, -1, 2**32, P // 2):
        lying = again(made, headcount=str((int(read_header(made.header)["headcount"]) + moved) % P))

        check_header(lying.header, lying.signature, lying.sealed, MEMBERS)
        assert zero_sum(lying, CHALLENGE, trustees) != 0


def test_what_a_hub_adds_to_its_part_of_the_check_refuses_a_report_whatever_its_headcount():
    """It must not learn from a refusal on which side of the cap a member is: no part of the headcount is its own."""
    for number in (0, 3, 120):
        made = report(counts=counts(number))
        for moved in (1, 50, P - 50):
            assert (zero_sum(made, CHALLENGE) + moved) % P != 0


def test_the_declared_headcount_looks_random_to_the_hub():
    said = [int(read_header(report(counts=counts(0)).header)["headcount"]) for _ in range(40)]

    assert len(set(said)) == 40
    assert min(said) < P // 4 < 3 * P // 4 < max(said)


# members

BY_RATES = shape(tabulation(tables=[TABLES[0], members("O01"), members("O02")]))


def band(*places: int, by: int = 1) -> Any:
    """A member in these bands of the two tables, or taken out of them."""
    found = np.zeros(BY_RATES.cells, np.int64)
    for placed, place in zip(BY_RATES.tables[1:], places, strict=True):
        found[[placed.first + place, placed.first + placed.size - 1]] = by
    return found


def by_rates(kind: str, found: Any, trustees: Any = ONE) -> Report:
    slot = "2026-10/opening" if kind == "opening" else "2026-10"
    return report(trustees=trustees, form=BY_RATES, counts=found, kind=kind, slot=slot)


@pytest.mark.parametrize("trustees", [ONE, BOTH])
@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("opening", band(3, 0)),
        ("change", band(3, 0) - band(4, 0)),
        ("change", 0 * band(3, 0)),
        ("closing", band(3, 0, by=-1)),
        ("closing", 0 * band(3, 0)),
    ],
)
def test_a_member_comes_in_once_moves_and_goes_once(trustees, kind, found):
    made = by_rates(kind, found, trustees)
    assert zero_sum(made, CHALLENGE, trustees, BY_RATES) == 0
    assert read_header(made.header)["members"] == found[BY_RATES.members]


@pytest.mark.parametrize(
    ("kind", "members"), [("opening", 0), ("opening", -1), ("change", 1), ("change", -1), ("closing", 1)]
)
def test_no_header_says_that_a_member_comes_or_goes_in_another_kind_of_report(kind, members):
    with pytest.raises(DocumentInvalid):
        by_rates(kind, band(3, 0, by=members))


@pytest.mark.parametrize(
    "found",
    [
        band(3, 0, by=2),
        band(3, 0) + band(4, 1),
        band(3, 0) - band(3, 0),
        band(3, 0) + np.eye(1, BY_RATES.cells, 1, np.int64)[0],
    ],
    ids=["twice in a band", "in two bands", "in none", "in one more than it says"],
)
def test_whoever_counts_itself_more_or_less_than_once_is_refused_though_it_declares_once(found):
    honest = band(3, 0)
    made = by_rates("opening", honest)
    share, keys = hub_half(made)
    lying = field.add(share, field.of_counts(found - honest))
    forged = again(replace(made, hub_share=field.to_bytes(lying) + keys.tobytes()), hub_share="f" * 64)
    assert zero_sum(forged, CHALLENGE, form=BY_RATES) != 0


def test_tables_of_one_member_that_do_not_agree_on_whether_it_is_counted_are_refused():
    one = band(3, 0)
    one[BY_RATES.tables[2].first :] = 0
    assert zero_sum(by_rates("opening", one), CHALLENGE, form=BY_RATES) != 0


def test_a_header_of_people_alone_says_nothing_of_members():
    assert "members" not in read_header(report().header)


# packing


@pytest.mark.parametrize("trustees", [ONE, BOTH])
def test_a_packed_report_comes_back_as_it_was(trustees):
    made = report(trustees=trustees)

    assert unpack(pack(made)) == made


def test_no_beginning_of_a_packed_report_is_one_and_nothing_may_follow():
    body = pack(report())

    for length in (*range(0, len(body), 7), *range(len(body) - 5, len(body))):
        with pytest.raises(ReportUnreadable):
            unpack(body[:length])
    for more in (b"\0", bytes(3), bytes(4) * 2):
        with pytest.raises(ReportUnreadable):
            unpack(body + more)


def packed(*parts: bytes) -> bytes:
    return reports.MAGIC + b"".join(struct.pack("<I", len(part)) + part for part in parts)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"CPR2" + pack(report())[4:],
        packed(),
        packed(b"{}", b"a", b"", b""),
        packed(b"{}", b"\xff", b"", b"", b""),
        packed(b"{}", b"a", b"", b"", b"", b"", b""),
        packed(bytes(reports.LIMITS[0] + 1), b"a", b"", b"", b""),
        packed(b"{}", b"a" * (reports.LIMITS[1] + 1), b"", b"", b""),
        packed(b"{}", b"a", bytes(reports.LIMITS[2] + 1), b"", b""),
        packed(b"{}", b"a", b"", bytes(reports.LIMITS[3] + 1), b""),
        packed(b"{}", b"a", b"", b"", bytes(reports.LIMITS[4] + 1)),
        reports.MAGIC + b"\xff\xff\xff\xff",
    ],
)
def test_a_body_that_is_no_packed_report_is_refused(body):
    with pytest.raises(ReportUnreadable):
        unpack(body)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_in_another_way(body):
    with contextlib.suppress(ReportUnreadable):
        unpack(reports.MAGIC + body)


def national() -> Shape:
    """2,500 cells."""
    levels = [[str(number) for number in range(48)], [str(number) for number in range(50)]]
    return shape(tabulation(tables=[table("headcount"), table("large", "age", "target", levels=levels)]))


def test_2500_cells_are_at_most_25_kilobytes_and_the_size_tells_nothing():
    form = national()
    made = [
        report(form=form, counts=np.full(form.cells, value, np.int64), trustees=(Month(f"{'k' * 12}-2026-10"),))
        for value in (0, 1, -(2**50))
    ]
    sizes = [len(one.header) + sum(map(len, one.sealed)) + len(one.hub_share) for one in made]

    print(f"{form.cells} cells: {sizes[0]} bytes, of which {len(made[0].header)} of the header")
    assert form.cells == 2500
    assert max(sizes) <= 25_000
    assert max(sizes) - min(sizes) <= 3, "only the declared headcount, a random number, has a length of its own"


def test_the_name_of_a_tabulation_is_that_of_its_bytes():
    raw = write_tabulation(tabulation(epoch=2))

    assert read_header(report(raw=raw).header)["tabulation"] == digest(raw)
