"""One slot, summed once: the rules T1 to T7, and every way of breaking them with the code of its refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from coupole.disclosure.telescoping import BOUND, noise
from coupole.errors import CoupoleError
from coupole.trustee import batches, months, roster
from coupole.trustee.batches import (
    BatchRefused,
    SlotOpen,
    SlotPassed,
    SlotSettled,
    SlotUnknown,
    TabulationSuperseded,
)
from coupole.trustee.store import Trustee
from coupole.trustee.tabulations import TabulationNotAgreed
from coupole.wire import batches as wire
from coupole.wire import reports
from coupole.wire.certificates import GENESIS
from coupole.wire.documents import SignatureInvalid, SignerUnknown, digest
from coupole.wire.keys import KeyRing
from coupole.wire.reports import Report
from coupole.wire.tabulations import tabulation_id, write_tabulation
from tests.trustee.sealed_federation import EXACT, NOW, Federation, Member

Reports = list[tuple[str, Report]]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Federation:
    made = Federation(tmp_path_factory.mktemp("fresh"))
    made.close()
    return made


@pytest.fixture
def federation(fresh: Federation, tmp_path: Path) -> Iterator[Federation]:
    made = fresh.copied(tmp_path / "federation")
    yield made
    made.close()


def test_the_sum_of_a_slot_is_that_of_its_reports_and_of_noise_that_telescopes(federation: Federation) -> None:
    running = np.zeros(federation.shape.cells, np.int64)
    baseline = sum(member.state(federation.shape)[0] for member in federation.members)
    secret = months.epoch(federation.trustee, federation.id).read_bytes()
    key_sums = np.zeros(federation.shape.cells, np.uint8)
    for slot in ("2026-10", "2026-11", "2026-12"):
        found = federation.all_reports(slot)
        answer, certificate = federation.settle(found, slot, now=NOW + timedelta(days=80))
        running += federation.change(found, answer)
        for member in federation.members:
            before = member.ledger[1] if member.ledger else member.state(federation.shape)[1]
            key_sums += member.state(federation.shape)[1] - before
        federation.counted(certificate)
        exact = sum(member.state(federation.shape)[0] for member in federation.members) - baseline
        same = federation.shape.same
        assert (running - exact == noise(secret, "accompaniments", "all", same, key_sums[same])).all()
        for member in federation.members[:3]:
            member.come(2, federation.random)
    assert (running != exact).any()


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=3), silent=st.data())
def test_nothing_is_lost_or_counted_twice_whoever_is_silent(
    tmp_path_factory: pytest.TempPathFactory, moves: list[list[int]], silent: Any
) -> None:
    federation = Federation(tmp_path_factory.mktemp("f"), 6)
    try:
        running = np.zeros(federation.shape.cells, np.int64)
        for number, came in enumerate(moves):
            slot = f"2026-{10 + number}"
            quiet = silent.draw(st.integers(-1, 5)) if number else -1
            for member, people in zip(federation.members, came, strict=True):
                if number:
                    member.come(people, federation.random)
            found = [
                (member.group, federation.report(member, slot))
                for place, member in enumerate(federation.members)
                if place != quiet
            ]
            answer, certificate = federation.settle(found, slot, now=NOW + timedelta(days=80))
            running += federation.change(found, answer)
            federation.counted(certificate)
            if not number:
                begun = [member.ledger[0] for member in federation.members if member.ledger]
        exact = sum(
            member.ledger[0] - first for member, first in zip(federation.members, begun, strict=True) if member.ledger
        )
        assert np.abs(running - exact).max() <= BOUND
    finally:
        federation.close()


def test_where_nothing_changed_nothing_is_added(federation: Federation) -> None:
    for member in federation.members:
        member.come(3, federation.random)
    for slot in ("2026-10", "2026-11", "2026-12"):
        found = federation.all_reports(slot)
        answer, certificate = federation.settle(found, slot, now=NOW + timedelta(days=80))
        federation.counted(certificate)
    assert (federation.change(found, answer) == 0).all()


def test_the_same_request_is_given_the_same_bytes_and_another_is_refused(federation: Federation) -> None:
    body, signature = federation.batch(federation.all_reports())
    other, fewer = (federation.batch(found) for found in (federation.all_reports(), federation.all_reports()[:6]))
    first = batches.settle(federation.trustee, body, signature, NOW)
    assert batches.settle(federation.trustee, body, signature, NOW + timedelta(hours=1)) == first
    with pytest.raises(SlotSettled):
        batches.settle(federation.trustee, *other, NOW)
    with pytest.raises(SlotSettled):
        batches.settle(federation.trustee, *fewer, NOW)


def test_the_sums_of_a_slot_are_forgotten_when_the_next_is_released(federation: Federation) -> None:
    asked = federation.batch(federation.all_reports())
    answer = federation.answer(batches.settle(federation.trustee, *asked, NOW))
    federation.counted(answer[1])
    federation.settle(federation.all_reports("2026-11"), "2026-11", now=NOW + timedelta(days=30))
    with pytest.raises(SlotSettled):
        batches.settle(federation.trustee, *asked, NOW)
    files = b"".join(path.read_bytes() for path in _files(federation.directory))
    assert digest(answer[0].certificate).encode() in files
    assert json.dumps(_text(answer[0])).encode()[1:-1] not in files


def _text(answer: wire.Answer) -> str:
    found: str = json.loads(wire.write_answer(answer))["sums"]["all"]
    return found


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def test_a_hub_that_the_tabulation_does_not_name_is_refused(federation: Federation) -> None:
    body, signature = federation.batch(federation.all_reports())
    stranger = KeyRing.create({"sign": "ed25519"}).active("sign")
    with pytest.raises(SignerUnknown):
        batches.settle(federation.trustee, body, wire.sign_batch(body, stranger), NOW)
    with pytest.raises(SignatureInvalid):
        batches.settle(federation.trustee, body.replace(b'"group":"all"', b'"group":"old"', 1), signature, NOW)
    with pytest.raises(SignerUnknown):
        batches.settle(federation.trustee, body, "", NOW)


def test_a_tabulation_nobody_here_agreed_to_is_refused(federation: Federation) -> None:
    with pytest.raises(TabulationNotAgreed):
        batches.settle(federation.trustee, *federation.batch(federation.all_reports(), tabulation="0" * 64), NOW)


@pytest.mark.parametrize(
    ("slot", "refusal"),
    [
        ("2026-09", SlotUnknown),
        ("2026-09/opening", SlotUnknown),
        ("2026-Q4", SlotUnknown),
        ("2026-11", SlotOpen),
        ("2026-12", SlotOpen),
    ],
)
def test_a_slot_that_is_not_there_or_not_over_is_refused(
    federation: Federation, slot: str, refusal: type[CoupoleError]
) -> None:
    with pytest.raises(refusal):
        batches.settle(federation.trustee, *federation.batch([], slot), NOW)
    assert federation.last() == GENESIS


def test_slots_end_in_order_and_an_opening_comes_before_its_month(federation: Federation) -> None:
    later = NOW + timedelta(days=80)
    federation.settle([], "2026-11", now=later)
    for slot in ("2026-10", "2026-10/opening", "2026-11/opening"):
        with pytest.raises(SlotPassed):
            batches.settle(federation.trustee, *federation.batch([], slot), later)


def test_a_later_tabulation_of_the_same_people_takes_over_where_it_begins(federation: Federation) -> None:
    raw = write_tabulation(federation.proposed(epoch=2, first_slot="2026-11"))
    federation.agree(federation.trustee, raw)
    later = NOW + timedelta(days=80)
    assert federation.settle([], "2026-10", now=later)[1]["outcome"] == "void"
    with pytest.raises(TabulationSuperseded):
        batches.settle(federation.trustee, *federation.batch([], "2026-11"), later)
    asked = federation.batch([], "2026-11", tabulation=tabulation_id(raw))
    assert federation.answer(batches.settle(federation.trustee, *asked, later))[1]["outcome"] == "void"


def _rest(session: Session, trustee: Trustee, node: str, actor: str) -> None:
    roster.rest(session, trustee, node, actor, NOW + timedelta(days=120))


# Reports that do not hold: each is refused in the certificate, with the code of its reason, and the rest is counted.

Wrong = Callable[[Federation, Member], tuple[str, Report]]


def _of_a_stranger(federation: Federation, member: Member) -> tuple[str, Report]:
    return "all", federation.report(member, node="stranger")


def _with_another_key(federation: Federation, member: Member) -> tuple[str, Report]:
    return "all", federation.report(member, key=federation.members[0].key)


def _with_a_key_of_the_same_name(federation: Federation, member: Member) -> tuple[str, Report]:
    kid = member.key.kid
    made = federation.report(member, key=federation.members[0].key)
    return "all", replace(made, signature=f"{kid}.{made.signature.rpartition('.')[2]}")


def _in_another_slot(federation: Federation, member: Member) -> tuple[str, Report]:
    return "all", federation.report(member, slot="2026-11")


def _of_another_tabulation(federation: Federation, member: Member) -> tuple[str, Report]:
    return "all", federation.report(member, raw=write_tabulation(federation.proposed(epoch=9)))


def _too_short(federation: Federation, member: Member) -> tuple[str, Report]:
    form = replace(federation.shape, cells=federation.shape.cells - 1)
    nothing = np.zeros(form.cells, np.int64)
    made = federation.report(member, form=form, counts=nothing, keys=nothing.astype(np.uint8))
    return "all", made


def _sealed_of_another(federation: Federation, member: Member) -> tuple[str, Report]:
    return "all", replace(federation.report(member), sealed=federation.report(federation.members[0]).sealed)


def _sealed_for_another_header(federation: Federation, member: Member) -> tuple[str, Report]:
    """What another report sealed, in a header that its own member signed over it."""
    other, made = federation.report(federation.members[0]), federation.report(member)
    header = json.loads(made.header) | {"sealed": digest(b"".join(other.sealed))}
    raw = reports.written(header)
    signature = reports.sign("report", raw, member.key)
    return "all", replace(made, header=raw, signature=signature, sealed=other.sealed)


def _for_another_month(federation: Federation, member: Member) -> tuple[str, Report]:
    return "all", federation.report(member, trustee_keys=[federation.month_key(federation.trustee, "2026-12")])


def _for_two_trustees(federation: Federation, member: Member) -> tuple[str, Report]:
    key = federation.month_key(federation.trustee, "2026-10")
    return "all", federation.report(member, trustee_keys=[key, key])


def _in_another_group(federation: Federation, member: Member) -> tuple[str, Report]:
    return "west", federation.report(member)


def _without_the_last_certificate(federation: Federation, member: Member) -> tuple[str, Report]:
    return "all", federation.report(member, prev="0" * 64)


def _garbage(federation: Federation, member: Member) -> tuple[str, Report]:
    return "all", federation.report(member, counts=np.arange(federation.shape.cells, dtype=np.int64))


def _one_margin_off(federation: Federation, member: Member) -> tuple[str, Report]:
    counts = np.zeros(federation.shape.cells, np.int64)
    counts[4] = 1
    return "all", federation.report(member, counts=counts)


def _too_many(federation: Federation, member: Member) -> tuple[str, Report]:
    member.ledger = member.state(federation.shape)
    member.come(51, federation.random)
    return "all", federation.report(member)


def _too_many_gone(federation: Federation, member: Member) -> tuple[str, Report]:
    member.come(60, federation.random)
    member.ledger = member.state(federation.shape)
    member.there = member.there[:3]
    return "all", federation.report(member)


def _closing_that_adds(federation: Federation, member: Member) -> tuple[str, Report]:
    member.ledger = member.state(federation.shape)
    member.come(1, federation.random)
    return "all", federation.report(member, kind="closing")


WRONG: list[tuple[Wrong, str]] = [
    (_of_a_stranger, "report_member_unknown"),
    (_with_another_key, "signer_unknown"),
    (_with_a_key_of_the_same_name, "signature_invalid"),
    (_in_another_slot, "report_unexpected"),
    (_of_another_tabulation, "report_unexpected"),
    (_too_short, "report_unexpected"),
    (_sealed_of_another, "report_altered"),
    (_sealed_for_another_header, "sealed_share_unopenable"),
    (_for_another_month, "report_key_unknown"),
    (_for_two_trustees, "report_key_unknown"),
    (_in_another_group, "report_group_wrong"),
    (_without_the_last_certificate, "report_outdated"),
    (_garbage, "report_inconsistent"),
    (_one_margin_off, "report_inconsistent"),
    (_too_many, "report_headcount_beyond_cap"),
    (_too_many_gone, "report_headcount_beyond_cap"),
    (_closing_that_adds, "report_headcount_beyond_cap"),
]


@pytest.mark.parametrize(("wrong", "code"), WRONG, ids=[made.__name__[1:] for made, _code in WRONG])
def test_a_report_that_does_not_hold_is_refused_for_its_reason_and_the_rest_is_counted(
    federation: Federation, wrong: Wrong, code: str
) -> None:
    bad = federation.members[-1]
    found = federation.all_reports()[:-1]
    found.append(wrong(federation, bad))
    with pytest.raises(BatchRefused) as refusal:
        batches.settle(federation.trustee, *federation.batch(found), NOW)
    assert [(one.code, one.pointer) for one in refusal.value.findings] == [(code, f"/{_node(found[-1][1])}")]
    assert federation.last() == GENESIS  # nothing is settled yet
    answer, certificate = federation.settle(found)
    assert certificate["refused"] == [{"node": _node(found[-1][1]), "reason": code}]
    assert bad.name not in [one["node"] for one in certificate["groups"][0]["members"]]
    # Nobody came anywhere: the key state is that of empty cells, and so is the noise of this first slot.
    secret = months.epoch(federation.trustee, federation.id).read_bytes()
    empty = np.zeros(federation.shape.cells, np.uint8)
    added = noise(secret, "accompaniments", "all", federation.shape.same, empty)
    assert (federation.change(found, answer) == added).all()


def _node(report: Report) -> str:
    return reports.read_header(report.header)["node"]


@pytest.mark.parametrize("leave", [roster.retire, _rest])
def test_a_member_that_is_retired_or_inactive_is_not_counted(federation: Federation, leave: Any) -> None:
    with federation.trustee.store.writing() as session:
        leave(session, federation.trustee, "node-07", "anna")
    found = federation.all_reports()
    certificate = federation.settle(found)[1]
    assert certificate["refused"] == [{"node": "node-07", "reason": "report_member_inactive"}]


def test_of_two_reports_of_one_member_neither_is_counted(federation: Federation) -> None:
    found = [*federation.all_reports(), ("all", federation.report(federation.members[0]))]
    certificate = federation.settle(found)[1]
    assert certificate["refused"] == [{"node": "node-00", "reason": "report_repeated"}]
    assert len(certificate["groups"][0]["members"]) == 7


def test_key_sums_that_hold_a_refused_share_settle_nothing_and_nor_does_a_good_report_that_is_denied(
    federation: Federation,
) -> None:
    found = federation.all_reports()
    with pytest.raises(BatchRefused) as refusal:
        batches.settle(federation.trustee, *federation.batch(found, without=["node-03"]), NOW)
    assert refusal.value.findings == ()
    assert federation.last() == GENESIS


@pytest.mark.parametrize("key_sums", [{}, {"all": np.zeros(3, np.uint8)}])
def test_key_sums_that_are_missing_or_of_another_length_settle_nothing(
    federation: Federation, key_sums: dict[str, Any]
) -> None:
    with pytest.raises(wire.BatchInvalid):
        batches.settle(federation.trustee, *federation.batch(federation.all_reports(), key_sums=key_sums), NOW)
    assert federation.last() == GENESIS


@pytest.mark.parametrize(
    ("size", "reports", "outcome"),
    [(8, 5, "void"), (8, 6, "released"), (5, 4, "void"), (5, 5, "released"), (6, 0, "void")],
)
def test_a_slot_of_fewer_than_five_or_than_two_thirds_is_void_and_its_changes_carry_over(
    tmp_path: Path, size: int, reports: int, outcome: str
) -> None:
    federation = Federation(tmp_path, size)
    answer, certificate = federation.settle(federation.all_reports()[:reports])
    assert (certificate["outcome"], certificate.get("reason")) == (
        outcome,
        "quorum_missing" if outcome == "void" else None,
    )
    assert (certificate["left_out"], certificate["refused"]) == (["all"] if outcome == "void" else [], [])
    assert answer.sums.keys() == ({"all"} if outcome == "released" else set())
    federation.close()


def test_a_group_below_its_quorum_is_left_out_and_the_others_are_released(tmp_path: Path) -> None:
    federation = Federation(tmp_path, 0, groups=["all", "west"])
    federation.join(*(f"east-{number}" for number in range(6)))
    federation.join(*(f"west-{number}" for number in range(6)), group="west")
    found = [one for one in federation.all_reports() if _node(one[1]) not in ("west-1", "west-2")]
    answer, certificate = federation.settle(found)
    assert ([group["id"] for group in certificate["groups"]], certificate["left_out"]) == (["all"], ["west"])
    assert answer.sums.keys() == {"all"}
    federation.counted(certificate)
    for member in federation.members:
        member.come(1, federation.random)
    found = federation.all_reports("2026-11")
    answer, certificate = federation.settle(found, "2026-11", now=NOW + timedelta(days=30))
    assert federation.change(found, answer)[0] in range(6 - BOUND, 7 + BOUND)  # six came
    federation.close()


def test_opening_balances_need_company_and_are_counted_once(federation: Federation) -> None:
    slot = "2026-10/opening"
    found = federation.all_reports(slot)
    answer, certificate = federation.settle(found, slot)
    federation.counted(certificate)
    stock = sum(len(member.there) for member in federation.members)
    assert abs(federation.change(found, answer)[0] - stock) <= BOUND
    found = federation.all_reports()
    certificate = federation.settle(found)[1]
    federation.counted(certificate)
    later = NOW + timedelta(days=30)
    newcomer = federation.join("newcomer")[0]
    slot = "2026-11/opening"
    certificate = federation.settle([("all", federation.report(newcomer, slot))], slot, now=later)[1]
    assert (certificate["outcome"], certificate.get("reason")) == ("void", "opening_alone")
    certificate = federation.settle(federation.all_reports("2026-11"), "2026-11", now=later)[1]
    assert len(certificate["groups"][0]["members"]) == 9
    slot, later = "2026-12/opening", NOW + timedelta(days=60)
    again = federation.settle([("all", federation.report(federation.members[0], slot))], slot, now=later)[1]
    assert again["refused"] == [{"node": "node-00", "reason": "report_opened_before"}]


def test_newcomers_open_together_when_there_are_enough_of_those_who_never_did(federation: Federation) -> None:
    certificate = federation.settle(federation.all_reports("2026-10/opening"), "2026-10/opening")[1]
    federation.counted(certificate)
    federation.counted(federation.settle(federation.all_reports())[1])
    newcomers = federation.join(*(f"new-{number}" for number in range(8)))
    slot, later = "2026-11/opening", NOW + timedelta(days=30)
    five = [("all", federation.report(member, slot)) for member in newcomers[:5]]
    assert federation.settle(five, slot, now=later)[1]["outcome"] == "void"  # two thirds of eight are six


def test_opening_balances_beyond_a_year_of_changes_are_refused(federation: Federation) -> None:
    federation.members[0].come(601, federation.random)
    certificate = federation.settle(federation.all_reports("2026-10/opening"), "2026-10/opening")[1]
    assert certificate["refused"] == [{"node": "node-00", "reason": "report_headcount_beyond_cap"}]


@pytest.mark.parametrize(("size", "outcome"), [(19, "void"), (20, "released")])
def test_totals_without_noise_need_twenty_members(tmp_path: Path, size: int, outcome: str) -> None:
    federation = Federation(tmp_path, size, tables=EXACT)
    for slot in ("2026-10", "2026-11"):
        found = federation.all_reports(slot)
        answer, certificate = federation.settle(found, slot, now=NOW + timedelta(days=30))
        assert certificate["outcome"] == outcome
        federation.counted(certificate)
        for member in federation.members:
            member.come(1, federation.random)
    if outcome == "released":
        exact = sum(member.state(federation.shape)[0] for member in federation.members)
        found = federation.all_reports("2026-12")
        answer, certificate = federation.settle(found, "2026-12", now=NOW + timedelta(days=60))
        change = federation.change(found, answer)
        before = sum(member.ledger[0] for member in federation.members if member.ledger)
        assert (change[-4:] == (exact - before)[-4:]).all()
        assert (change != exact - before).any()
    federation.close()


def test_a_quarter_is_sealed_for_its_last_month(tmp_path: Path) -> None:
    federation = Federation(tmp_path, 6, grain="quarter", first_slot="2026-Q4")
    with pytest.raises(SlotUnknown):
        batches.settle(federation.trustee, *federation.batch([], "2026-10"), NOW)
    later = NOW + timedelta(days=60)
    with pytest.raises(SlotOpen):
        batches.settle(federation.trustee, *federation.batch(federation.all_reports("2026-Q4"), "2026-Q4"), NOW)
    assert federation.settle(federation.all_reports("2026-Q4"), "2026-Q4", now=later)[1]["outcome"] == "released"
    federation.close()


# Two trustees: three shares, of which none alone and no two say anything.


@pytest.fixture(scope="module")
def fresh_two(tmp_path_factory: pytest.TempPathFactory) -> Federation:
    made = Federation(tmp_path_factory.mktemp("two"), trustees=2)
    made.close()
    return made


@pytest.fixture
def two(fresh_two: Federation, tmp_path: Path) -> Iterator[Federation]:
    made = fresh_two.copied(tmp_path / "two")
    yield made
    made.close()


def test_with_two_trustees_the_second_is_asked_first_and_the_first_adds_the_noise(two: Federation) -> None:
    for member in two.members:
        member.come(4, two.random)
    for slot in ("2026-10", "2026-11"):
        later, found = NOW + timedelta(days=30), two.all_reports(slot)
        second, _certificate = two.settle(found, slot, trustee=1, now=later)
        first, certificate = two.settle(found, slot, other=second, now=later)
        assert second.key_sums.keys() == second.sums.keys() == {"all"}
        assert not first.key_sums
        change = two.change(found, first, second)
        exact = (
            sum(member.state(two.shape)[0] - member.ledger[0] for member in two.members if member.ledger)
            if slot == "2026-11"
            else 0 * change
        )
        noises = 1 if slot == "2026-10" else 2  # later the new noise less the old
        assert np.abs(change - exact).max() <= BOUND * noises
        two.counted(certificate)
        for member in two.members:
            member.come(2, two.random)
    assert (change != exact).any()


def test_the_first_of_two_trustees_needs_what_the_second_certified_of_this_slot(two: Federation) -> None:
    found = two.all_reports()
    second, _certificate = two.settle(found, trustee=1)
    with pytest.raises(wire.BatchInvalid):
        batches.settle(two.trustee, *two.batch(found), NOW)
    forged = replace(second, signature=wire.documents.sign("certificate", second.certificate, two.hub))
    with pytest.raises(SignerUnknown):
        batches.settle(two.trustee, *two.batch(found, other=forged), NOW)
    later = NOW + timedelta(days=30)
    with pytest.raises(wire.BatchInvalid):
        batches.settle(two.trustee, *two.batch(two.all_reports("2026-11"), "2026-11", other=second), later)
    assert two.last() == GENESIS


def test_what_the_second_trustee_refused_the_first_refuses_too(two: Federation) -> None:
    found = two.all_reports()
    with two.trustees[1].store.writing() as session:
        roster.retire(session, two.trustees[1], "node-05", "anna")
    second, certificate = two.settle(found, trustee=1)
    assert certificate["refused"] == [{"node": "node-05", "reason": "report_member_inactive"}]
    first, certificate = two.settle(found, other=second)
    assert certificate["refused"] == [{"node": "node-05", "reason": "report_not_counted_elsewhere"}]
    assert np.abs(two.change(found, first, second)).max() <= BOUND  # nobody came: the noise of empty cells


def test_a_report_that_fails_at_the_first_trustee_alone_leaves_its_group_out(two: Federation) -> None:
    """The second has it in its sum already, and cannot take it out: nobody's ledger moves."""
    found = [*two.all_reports()[:-1], _garbage(two, two.members[-1])]
    second, certificate = two.settle(found, trustee=1)
    assert certificate["outcome"] == "released"
    answer, certificate = two.settle(found, other=second)
    assert (certificate["outcome"], certificate["left_out"]) == ("void", ["all"])
    assert certificate["refused"] == [{"node": "node-07", "reason": "report_inconsistent"}]
    assert not answer.sums


# What is left on the disk of a trustee.


def test_no_count_no_share_and_no_seed_is_in_any_file(federation: Federation) -> None:
    for member in federation.members:
        member.ledger = member.state(federation.shape)
        member.come(30, federation.random)
    found = federation.all_reports()
    with federation.trustee.store.reading() as session:
        private = months.private(federation.trustee, months.key_of(session, "2026-10"))
    assert private
    secrets: list[bytes] = []
    for member, (_group, report) in zip(federation.members, found, strict=True):
        counts, keys = member.state(federation.shape)
        assert member.ledger
        change = counts - member.ledger[0]
        share, own_keys = reports.open_sealed(report.header, report.sealed[0], private)
        own = json.loads(report.header)
        ctx = reports._ctx({name: value for name, value in own.items() if name not in reports.PARTS})
        secrets += [reports.unseal(private, report.sealed[0], ctx), share[:4].tobytes(), own_keys[:16].tobytes()]
        secrets += [change.astype("<i8").tobytes()[:64], (keys - member.ledger[1])[:16].tobytes()]
    exact = sum(member.state(federation.shape)[0] for member in federation.members)
    answer, _certificate = federation.settle(found)
    change = federation.change(found, answer)
    secrets += [change.astype("<i8").tobytes()[:64], np.asarray(exact, "<i8").tobytes()[:64]]
    files = b"".join(path.read_bytes() for path in _files(federation.directory))
    assert _text(answer).encode() in files  # looked in the right place
    assert [secret for secret in secrets if secret in files] == []


def test_the_key_of_a_month_is_gone_once_it_is_released(federation: Federation) -> None:
    path = federation.trustee.keys / "months" / "2026-10.key"
    raw, asked = path.read_bytes(), federation.batch(federation.all_reports())
    with path.open("rb") as still_open:
        batches.settle(federation.trustee, *asked, NOW)
        assert not path.exists()
        assert still_open.read() != raw  # overwritten before it was unlinked
    assert all(raw not in one.read_bytes() for one in _files(federation.directory))
    with federation.trustee.store.reading() as session:
        assert months.private(federation.trustee, months.key_of(session, "2026-10")) is None


def test_an_opening_leaves_the_key_for_the_month_itself(federation: Federation) -> None:
    certificate = federation.settle(federation.all_reports("2026-10/opening"), "2026-10/opening")[1]
    assert (federation.trustee.keys / "months" / "2026-10.key").exists()
    federation.counted(certificate)
    assert federation.settle(federation.all_reports())[1]["outcome"] == "released"
    assert not (federation.trustee.keys / "months" / "2026-10.key").exists()


def test_what_is_sealed_for_a_destroyed_key_is_never_counted(federation: Federation) -> None:
    found = federation.all_reports()
    late = NOW + timedelta(days=90)
    months.keep(federation.trustee, late)
    certificate = federation.settle(found, now=late)[1]
    assert {one["reason"] for one in certificate["refused"]} == {"report_key_destroyed"}
    assert (certificate["outcome"], certificate.get("reason")) == ("void", "quorum_missing")


def test_a_trustee_that_lost_its_noise_secret_settles_nothing_with_another(federation: Federation) -> None:
    months.epoch(federation.trustee, federation.id).unlink()
    with pytest.raises(FileNotFoundError):
        federation.settle(federation.all_reports())
    assert federation.last() == GENESIS


def test_reports_that_have_not_seen_how_another_slot_ended_meanwhile_settle_nothing(federation: Federation) -> None:
    """Two slots asked for at once: the second request was looked at before the first one was written."""
    body, signature = federation.batch(federation.all_reports("2026-11"), "2026-11")
    later, before = NOW + timedelta(days=30), batches._added

    def meanwhile(case: batches.Case, sent: bytes) -> Any:
        if case.slot == "2026-11":
            federation.settle([], "2026-10", now=later)
        return before(case, sent)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(batches, "_added", meanwhile)
        with pytest.raises(BatchRefused):
            batches.settle(federation.trustee, body, signature, later)
    with federation.trustee.store.reading() as session:
        assert [one["slot"] for one in batches.checked(session)] == ["2026-10"]


def test_the_same_request_at_the_same_time_is_settled_once(federation: Federation) -> None:
    asked = federation.batch(federation.all_reports())
    before = batches._added
    made: list[bytes] = []

    def meanwhile(case: batches.Case, sent: bytes) -> Any:
        found = before(case, sent)
        if not made:
            made.append(b"")
            made[0] = batches.settle(federation.trustee, *asked, NOW)
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(batches, "_added", meanwhile)
        assert batches.settle(federation.trustee, *asked, NOW) == made[0]
    with federation.trustee.store.reading() as session:
        assert len(batches.checked(session)) == 1


def test_who_was_counted_is_not_away_however_long_ago_it_was_admitted(federation: Federation) -> None:
    found = federation.all_reports()[:-1]
    federation.settle(found, now=NOW + timedelta(days=50))
    later = NOW + timedelta(days=120)
    with federation.trustee.store.writing() as session:
        with pytest.raises(roster.RosterMemberPresent):
            roster.rest(session, federation.trustee, "node-00", "anna", later)
        roster.rest(session, federation.trustee, "node-07", "anna", later)


def test_certificates_are_chained_and_the_log_names_each(federation: Federation) -> None:
    for slot in ("2026-10", "2026-11", "2026-12"):
        found = federation.all_reports(slot) if slot != "2026-11" else []
        federation.counted(federation.settle(found, slot, now=NOW + timedelta(days=60))[1])
    with federation.trustee.store.reading() as session:
        checked = batches.checked(session)
        raw, signature = batches.log(session, federation.trustee)
        last = batches.certificate(session, json.loads(raw)["certificates"][-1]["digest"])
        newest = roster.roster(session)
    wire.documents.verify("log", raw, signature, federation.trustee.ring.public_set("sign"))
    assert [(one["number"], one["slot"], one["outcome"]) for one in checked] == [
        (1, "2026-10", "released"),
        (2, "2026-11", "void"),
        (3, "2026-12", "released"),
    ]
    assert json.loads(last.body) == checked[-1]
    assert json.loads(raw)["roster"] == {"version": newest.version, "digest": newest.digest}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE certificate SET body = CAST(replace(body, 'node-01', 'node-99') AS BLOB) WHERE number = 1",
        "DELETE FROM certificate WHERE number = 1",
        "UPDATE certificate SET (body, signature) = (SELECT body, signature FROM certificate WHERE number = 1)",
    ],
)
def test_a_certificate_that_was_altered_is_found(federation: Federation, damage: str) -> None:
    for slot in ("2026-10", "2026-11"):
        federation.counted(federation.settle(federation.all_reports(slot), slot, now=NOW + timedelta(days=30))[1])
    with federation.trustee.store.writing() as session:
        session.execute(text(damage))
    with federation.trustee.store.reading() as session, pytest.raises(CoupoleError):
        batches.checked(session)
