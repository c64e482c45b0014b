"""Sealed reports as a hub gets them: what is refused, what each one says, and that nothing is ever counted twice."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from coupole.node.api.sealing import Question, asked
from coupole.node.app import create_app
from coupole.node.opening import restore_node
from coupole.node.settings import NodeSettings
from coupole.node.statistics import accepting, reporting
from coupole.node.store import releases
from coupole.node.store.sealing_tables import SealedReport
from coupole.wire.certificates import GENESIS
from coupole.wire.documents import digest
from coupole.wire.reports import MEDIA_TYPE, check_report, commitment, read_header, unpack
from tests.calling import RunningNode, problem
from tests.factories import participant
from tests.node.sealed import SCOPE, TABLES, Federation, arrive, federation, house_of, joined, tabulation
from tests.stores import change, replace

NOTHING = [0, 0, 0, 0, 0]


def changed(signature: str) -> str:
    """A signature of which a character in the middle is another: the last ones may hold no bit that counts."""
    middle = len(signature) - 40
    return signature[:middle] + ("B" if signature[middle] == "A" else "A") + signature[middle + 1 :]


@pytest.fixture
def house(node: RunningNode) -> RunningNode:
    return house_of(node)


# -- what is proposed and agreed --------------------------------------------------------------------------------------


def test_sealed_totals_are_for_those_who_may_read_releases(node: RunningNode) -> None:
    made = federation(node)
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/api/v1/tabulations", {}),
        ("PUT", f"/api/v1/tabulations/{made.name}", {"document": made.proposal()}),
        ("POST", "/api/v1/reports", {"document": made.question("2025-01")}),
    ]
    for method, path, rest in calls:
        body = {"json": rest["document"]} if rest else {}
        assert problem(node.stranger(method, path, **body)) == (401, "token_missing")
        assert problem(node.call(method, path, scope="records:read", **rest)) == (403, "scope_missing")


def test_a_proposal_waits_for_the_administrator(node: RunningNode) -> None:
    made = federation(node)
    told = made.propose().json()
    assert (told["state"], told["next"], told["heads"]) == ("proposed", [], [])
    assert problem(made.ask("2025-01")) == (409, "tabulation_not_accepted")
    made.accept()
    assert made.propose().json()["state"] == "accepted"
    listed = node.call("GET", "/api/v1/tabulations", scope=SCOPE).json()["items"]
    assert [(one["id"], one["next"]) for one in listed] == [(made.name, ["2025-01/opening", "2025-01"])]
    assert node.call("GET", "/api/v1/tabulations").json()["items"] == []


@pytest.mark.parametrize(
    ("spoil", "refused"),
    [
        (lambda made: {"signature": made.countersignatures[0]}, (403, "signer_unknown")),
        (lambda made: {"countersignatures": [made.signature]}, (403, "signer_unknown")),
        (lambda made: {"countersignatures": made.countersignatures * 2}, (403, "signer_unknown")),
        (lambda made: {"signature": changed(made.signature)}, (403, "signature_invalid")),
        (lambda made: {"document": made.raw.decode() + " "}, (422, "tabulation_renamed")),
    ],
)
def test_a_proposal_that_hub_and_trustee_did_not_both_sign_is_refused(
    node: RunningNode, spoil: Callable[[Federation], dict[str, Any]], refused: tuple[int, str]
) -> None:
    made = federation(node)
    assert problem(made.propose(**spoil(made))) == refused


def test_a_proposal_that_cannot_be_counted_is_refused(node: RunningNode) -> None:
    wrong = {"id": "X", "indicator": "X99", "part": "count", "kind": "stock", "by": [], "levels": []}
    made = federation(node, tables=[{"noise": "cell_key", **one} for one in (*TABLES, wrong)])
    assert problem(made.propose()) == (422, "tabulation_unfit")


def test_a_total_of_fewer_than_five_members_is_refused(node: RunningNode) -> None:
    made = federation(node)
    made.raw = made.raw.replace(b'"m":5', b'"m":4')
    assert problem(made.propose()) == (422, "document_invalid")


def test_only_so_many_proposals_wait(node: RunningNode) -> None:
    for number in range(accepting.WAITING):
        assert federation(node, epoch=number + 1).propose().status_code == 200
    assert problem(federation(node).propose()) == (409, "tabulations_too_many")


def test_what_stands_on_the_paper_must_be_typed(node: RunningNode) -> None:
    made = federation(node, trustees=2)
    made.propose()
    first, second = (one.paper for one in made.trustees)
    with node.node.store.writing() as session:
        for typed in ([], [first], [second, first], [first, ""]):
            with pytest.raises(accepting.TrusteeFingerprintWrong):
                accepting.accept(session, made.name, typed, "anna")
        assert accepting.accept(session, made.name, [first.lower(), second], "anna").state == "accepted"


def test_a_trustee_that_was_compared_once_is_known(node: RunningNode) -> None:
    made = joined(node)
    again = Federation(node, made.trustees, made.hub, tabulation(made.hub, made.trustees, epoch=2))
    again.propose()
    with node.node.store.writing() as session:
        assert accepting.accept(session, again.name, [], "anna").state == "accepted"
    assert made.propose().json()["state"] == "ended"
    assert problem(made.ask("2025-01")) == (409, "tabulation_not_accepted")


def test_another_list_never_begins_in_a_period_that_was_reported(house: RunningNode) -> None:
    made = joined(house)
    made.pull("2025-01")
    for first, fits in (("2025-01", False), ("2025-02", True)):
        again = Federation(house, made.trustees, made.hub, tabulation(made.hub, made.trustees, first_slot=first, m=6))
        again.propose()
        with house.node.store.writing() as session:
            if fits:
                accepting.accept(session, again.name, [], "anna")
            else:
                with pytest.raises(accepting.TabulationOverlaps):
                    accepting.accept(session, again.name, [], "anna")


def test_it_is_decided_once(node: RunningNode) -> None:
    made = joined(node)
    with node.node.store.writing() as session:
        for decide in (accepting.decline, lambda *given: accepting.accept(*given[:2], [], given[2])):
            with pytest.raises(accepting.TabulationDecided):
                decide(session, made.name, "anna")
        accepting.leave(session, made.name, "anna")
        with pytest.raises(accepting.TabulationDecided):
            accepting.leave(session, made.name, "anna")
        with pytest.raises(accepting.TabulationNotProposed):
            accepting.leave(session, "0" * 64, "anna")


# -- what a report says -----------------------------------------------------------------------------------------------


def test_the_first_report_says_nothing_and_the_next_what_changed(house: RunningNode) -> None:
    made = joined(house)
    first = made.pull("2025-01")
    header = check_report(first, house.node.ring.public_set("sign"))
    assert (header["node"], header["slot"], header["kind"], header["seq"]) == ("north", "2025-01", "change", 1)
    assert made.told(first) == NOTHING
    made.certify("2025-01", first)
    arrive(house, 5, 6, opened="2025-02-10")
    second = made.pull("2025-02")
    assert made.told(second) == [2, 1, 1, 2, 2]
    assert read_header(second.header)["prev"] == digest(made.trustees[0].chain[0]["document"].encode())


def test_an_opening_says_what_the_workshop_begins_with_and_the_month_what_happened_in_it(house: RunningNode) -> None:
    made = joined(house)
    arrive(house, 5, opened="2025-01-15")
    opening = made.pull("2025-01/opening", "opening")
    assert made.told(opening) == [3, 2, 1, 3, 0]
    made.certify("2025-01/opening", opening)
    assert made.told(made.pull("2025-01")) == [1, 1, 0, 1, 1]


def test_a_late_record_and_a_correction_are_in_the_next_report(house: RunningNode) -> None:
    made = joined(house)
    made.certify("2025-01", made.pull("2025-01"))
    made.certify("2025-02", made.pull("2025-02"))
    arrive(house, 5, opened="2025-01-20")  # written down two months late
    change(house.node.store, replace(participant(1, sex="F"), sex="M"))
    assert made.told(made.pull("2025-03")) == [1, 0, 1, 1, 1]


def test_the_shares_and_the_commitment_hold(house: RunningNode) -> None:
    made = joined(house, trustees=2)
    made.certify("2025-01", made.pull("2025-01"))
    arrive(house, 5, opened="2025-02-10")
    report = made.pull("2025-02")
    assert len(report.sealed) == 2
    assert made.told(report) == [1, 1, 0, 1, 1]
    counts, keys = made.opened(report)
    assert (keys != 0).tolist() == [True, True, False, True, True]
    assert commitment(b"x" * 32, counts, keys) != read_header(report.header)["commit"]


def test_the_length_of_a_report_tells_nothing(house: RunningNode) -> None:
    made = joined(house)
    sizes = set()
    for number, slot in enumerate(("2025-01", "2025-02", "2025-03")):
        report = made.pull(slot)
        sizes.add((len(report.hub_share), len(report.own), *map(len, report.sealed)))
        made.certify(slot, report)
        arrive(house, *range(10 + 20 * number, 30 + 20 * number), opened="2025-02-01")
    assert len(sizes) == 1


def test_the_same_slot_is_answered_with_the_same_bytes(house: RunningNode) -> None:
    made = joined(house)
    first = made.ask("2025-01")
    assert first.headers["content-type"] == MEDIA_TYPE
    arrive(house, 5, opened="2025-01-20")
    assert made.ask("2025-01").content == first.content
    made.certify("2025-01", made.pull("2025-01"))
    assert made.ask("2025-01").content == first.content


def test_each_pull_is_noted_before_it_leaves(house: RunningNode) -> None:
    made = joined(house)
    answers = [made.ask("2025-01").content for _ in range(2)]
    rows = house.call("GET", "/api/v1/egress").json()["items"]
    assert [(one["what"], one["period"], one["sha256"]) for one in rows] == [
        ("sealed:change", "2025-01", hashlib.sha256(answer).hexdigest()) for answer in answers
    ]


@pytest.mark.parametrize("fate", ["void", "left_out", "refused"])
def test_what_was_not_counted_is_in_the_next_report_with_what_is_new(house: RunningNode, fate: str) -> None:
    made = joined(house)
    made.certify("2025-01", made.pull("2025-01"))
    arrive(house, 5, opened="2025-02-10")
    assert made.told(made.pull("2025-02")) == [1, 1, 0, 1, 1]
    if fate == "void":
        made.certify("2025-02", None)
    else:
        refused = [{"node": "north", "reason": "headcount_too_large"}] if fate == "refused" else []
        made.trustees[0].certify(made.name, "2025-02", {"south": "0" * 64}, refused=refused)
    arrive(house, 6, opened="2025-03-10")
    assert made.told(made.pull("2025-03")) == [2, 1, 1, 2, 2]
    with house.node.store.reading() as session:
        row = session.get(SealedReport, (made.name, "2025-02"))
        assert row is not None
        reason = {"void": "quorum_missing", "left_out": None, "refused": "headcount_too_large"}[fate]
        assert (row.outcome, row.reason, row.certificate) == (fate, reason, 2)


def test_a_silent_month_is_in_the_report_of_the_next(house: RunningNode) -> None:
    made = joined(house)
    made.certify("2025-01", made.pull("2025-01"))
    arrive(house, 5, opened="2025-02-10")
    made.trustees[0].certify(made.name, "2025-02", {"south": "0" * 64})
    arrive(house, 6, opened="2025-03-10")
    assert made.told(made.pull("2025-03")) == [2, 1, 1, 2, 2]


def test_it_counts_only_where_both_trustees_counted_it(house: RunningNode) -> None:
    made = joined(house, trustees=2)
    made.certify("2025-01", made.pull("2025-01"))
    arrive(house, 5, opened="2025-02-10")
    report = made.pull("2025-02")
    made.trustees[0].certify(made.name, "2025-02", {"north": digest(report.header)})
    assert problem(made.ask("2025-03")) == (409, "certificates_missing")
    made.trustees[1].certify(made.name, "2025-02", None)
    assert made.told(made.pull("2025-03")) == [1, 1, 0, 1, 1]


def test_a_withheld_figure_reports_no_change_until_it_may_leave(house: RunningNode) -> None:
    made = joined(house)
    made.certify("2025-01", made.pull("2025-01"))
    arrive(house, 5, opened="2025-02-10")
    with house.node.store.writing() as session:
        releases.withhold(session, "S01", "anna", datetime(2025, 3, 1, tzinfo=UTC))
    report = made.pull("2025-02")
    assert made.told(report) == [0, 0, 0, 0, 1]
    assert made.opened(report)[1].tolist()[:4] == [0, 0, 0, 0]
    made.certify("2025-02", report)
    with house.node.store.writing() as session:
        releases.allow(session, "S01")
    assert made.told(made.pull("2025-03")) == [1, 1, 0, 1, 0]


def test_whoever_leaves_takes_its_stock_out_and_says_no_more(house: RunningNode) -> None:
    made = joined(house)
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    assert problem(made.ask("2025-01", "closing")) == (409, "closing_not_decided")
    with house.node.store.writing() as session:
        accepting.leave(session, made.name, "anna")
    assert problem(made.ask("2025-01")) == (409, "closing_due")
    arrive(house, 5, opened="2025-01-15")
    closing = made.pull("2025-01", "closing")
    assert made.told(closing) == [-3, -2, -1, -3, 1]
    made.certify("2025-01", closing)
    assert problem(made.ask("2025-02", "closing")) == (409, "tabulation_not_accepted")
    assert made.propose().json()["state"] == "ended"


# -- what is refused --------------------------------------------------------------------------------------------------


def test_reports_are_for_the_hub_that_proposed_and_no_other(node: RunningNode) -> None:
    made = joined(node)
    wider = "releases:read egress:read"
    assert problem(made.ask("2025-01", scope=wider)) == (403, "hub_not_pinned")
    path = f"/api/v1/tabulations/{made.name}"
    assert problem(node.call("PUT", path, scope=wider, document=made.proposal())) == (403, "hub_not_pinned")


def test_what_nobody_proposed_or_what_was_declined_is_not_answered(node: RunningNode) -> None:
    made = federation(node)
    assert problem(made.ask("2025-01")) == (404, "tabulation_not_proposed")
    made.propose()
    with node.node.store.writing() as session:
        accepting.decline(session, made.name, "anna")
    assert problem(made.ask("2025-01")) == (409, "tabulation_not_accepted")
    assert made.propose().json()["state"] == "declined"


def test_a_slot_is_the_next_one_and_over(node: RunningNode) -> None:
    made = joined(node)
    assert problem(made.ask("2024-12")) == (409, "slot_not_next")
    assert problem(made.ask("2025-02")) == (409, "certificates_missing")
    assert problem(made.ask("2025-Q1")) == (422, "slot_invalid")
    assert problem(made.ask("2025-01", "opening")) == (409, "report_kind_wrong")
    assert problem(made.ask("2025-01/opening")) == (409, "report_kind_wrong")
    made.certify("2025-01", made.pull("2025-01"))
    assert problem(made.ask("2025-01/opening", "opening")) == (409, "slot_not_next")
    assert problem(made.ask("2025-01", "closing")) == (409, "report_kind_wrong")
    future = joined(node, first_slot="2099-01")
    assert problem(future.ask("2099-01")) == (409, "slot_not_over")
    assert problem(future.ask("2099-01/opening", "opening")) == (409, "slot_not_over")


def test_two_reports_never_stand_on_one_ledger(house: RunningNode) -> None:
    made = joined(house)
    made.pull("2025-01/opening", "opening")
    assert problem(made.ask("2025-01")) == (409, "certificates_missing")
    other = joined(house, epoch=2, first_slot="2025-02")
    other.pull("2025-02")
    assert problem(other.ask("2025-02/opening", "opening")) == (409, "slot_not_next")


def test_opening_balances_are_reported_once(house: RunningNode) -> None:
    made = joined(house)
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    made.certify("2025-01", made.pull("2025-01"))
    assert problem(made.ask("2025-02/opening", "opening")) == (409, "opening_done")


def test_a_newcomer_opens_later_in_company(house: RunningNode) -> None:
    made = joined(house)
    made.certify("2025-01", made.pull("2025-01"))
    arrive(house, 5, opened="2025-02-10")
    made.certify("2025-02", made.pull("2025-02"))
    assert made.told(made.pull("2025-03/opening", "opening")) == [3, 2, 1, 3, 0]


def test_a_hidden_certificate_only_stops_the_node(house: RunningNode) -> None:
    made = joined(house)
    made.certify("2025-01", made.pull("2025-01"))
    assert problem(made.ask("2025-02", certificates=[])) == (409, "certificates_missing")
    arrive(house, 5, opened="2025-02-10")
    made.certify("2025-02", made.pull("2025-02"))
    made.certify("2025-03", None)
    chain = made.trustees[0].chain
    assert problem(made.ask("2025-04", certificates=chain[2:])) == (409, "certificates_missing")
    assert made.told(made.pull("2025-04")) == NOTHING


def test_a_chain_that_was_altered_is_refused(house: RunningNode) -> None:
    made = joined(house)
    report = made.pull("2025-01")
    made.certify("2025-01", report)
    trustee = made.trustees[0]
    honest = trustee.chain[0]
    spoilt = {**honest, "document": honest["document"].replace("2025-01-01T", "2025-01-02T")}
    assert problem(made.ask("2025-02", certificates=[spoilt])) == (403, "signature_invalid")
    stranger = federation(house).trustees[0]
    forged = stranger.certify(made.name, "2025-01", {"north": digest(report.header)})
    assert problem(made.ask("2025-02", certificates=[forged])) == (403, "signer_unknown")
    trustee.chain, trustee.previous = [], GENESIS
    other = trustee.certify("0" * 64, "2025-01", {"north": digest(report.header)})
    assert problem(made.ask("2025-02", certificates=[other])) == (409, "certificate_chain_broken")
    assert made.pull("2025-01", certificates=[honest]).header == report.header


def test_a_second_certificate_in_the_place_of_a_known_one_is_refused(house: RunningNode) -> None:
    made = joined(house)
    report = made.pull("2025-01")
    made.certify("2025-01", report)
    made.pull("2025-02")
    trustee = made.trustees[0]
    trustee.chain, trustee.previous = [], GENESIS
    made.certify("2025-01", None)
    assert problem(made.ask("2025-02")) == (409, "certificate_chain_broken")
    trustee.certify(made.name, "2025-01", None)
    assert problem(made.ask("2025-02")) == (409, "certificate_chain_broken")


@pytest.mark.parametrize("slot", ["2025-01", "2024-12", "2025-Q2"])
def test_a_certificate_of_a_slot_that_is_over_and_done_is_refused(house: RunningNode, slot: str) -> None:
    made = joined(house)
    made.certify("2025-01", made.pull("2025-01"))
    made.certify(slot, None)
    assert problem(made.ask("2025-02")) == (409, "certificate_chain_broken")


def test_the_lists_of_keys_are_the_trustees_own(house: RunningNode) -> None:
    made = joined(house)
    assert problem(made.ask("2025-01", key_lists=[])) == (422, "sealing_key_list_missing")
    stranger = federation(house).trustees[0]
    assert problem(made.ask("2025-01", key_lists=[stranger.key_list()])) == (403, "signer_unknown")
    later = joined(house, epoch=2, first_slot="2026-01")
    assert problem(later.ask("2026-01")) == (409, "sealing_key_missing")


def test_it_is_the_same_on_every_database(settings: NodeSettings, database_url: str) -> None:
    elsewhere = settings.model_copy(update={"database_url": database_url})
    app = create_app(elsewhere)
    with TestClient(app, base_url=settings.issuer) as client:
        made = joined(house_of(RunningNode(app, elsewhere, client)))
        made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
        arrive(made.node, 5, opened="2025-01-10")
        assert made.told(made.pull("2025-01")) == [1, 1, 0, 1, 1]
        made.certify("2025-01", None)
        assert made.told(made.pull("2025-02")) == [1, 1, 0, 1, 1]
        assert made.ask("2025-02").content == made.ask("2025-02").content


# -- lost and restored ------------------------------------------------------------------------------------------------


def forget(node: RunningNode, made: Federation) -> None:
    """As with a database that was thrown away: nothing of sealed totals is there; everything is agreed to anew."""
    with node.node.store.writing() as session:
        for table in ("certificate", "sealed_report", "tabulation"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")
    made.propose()
    made.accept()


def test_a_node_without_its_database_goes_on_from_what_is_handed_back(house: RunningNode) -> None:
    made = joined(house)
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    arrive(house, 5, opened="2025-01-15")
    made.certify("2025-01", made.pull("2025-01"))
    forget(house, made)
    assert problem(made.ask("2025-02", last=None)) == (409, "last_report_missing")
    arrive(house, 6, opened="2025-02-15")
    report = made.pull("2025-02")
    assert made.told(report) == [1, 0, 1, 1, 1]
    assert read_header(report.header)["seq"] == 3


def test_what_is_handed_back_must_be_the_report_that_was_counted_last(house: RunningNode) -> None:
    made = joined(house)
    old = made.pull("2025-01")
    made.certify("2025-01", old)
    before = made.kept
    arrive(house, 5, opened="2025-02-10")
    made.certify("2025-02", made.pull("2025-02"))
    forget(house, made)
    assert problem(made.ask("2025-03", last=before)) == (409, "last_report_missing")
    assert made.kept is not None
    assert before is not None
    assert problem(made.ask("2025-03", last={**made.kept, "own": before["own"]})) == (422, "ledger_unreadable")
    assert problem(made.ask("2025-03", last={**made.kept, "own": "AAAAA"})) == (422, "request_invalid")
    assert made.told(made.pull("2025-03")) == NOTHING


def test_an_old_backup_never_counts_again_what_was_counted_since(house: RunningNode) -> None:
    made = joined(house)
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    waiting = made.pull("2025-01")
    backup = sealed_tables(house)
    arrive(house, 5, opened="2025-02-10")
    made.certify("2025-01", waiting)
    made.certify("2025-02", made.pull("2025-02"))
    made.certify("2025-03", made.pull("2025-03"))
    put_back(house, backup)
    arrive(house, 6, opened="2025-04-10")
    assert made.told(made.pull("2025-04")) == [1, 0, 1, 1, 1]


def sealed_tables(node: RunningNode) -> dict[str, list[Any]]:
    with node.node.store.reading() as session:
        names = ("tabulation", "sealed_report", "certificate")
        return {name: session.connection().exec_driver_sql(f"SELECT * FROM {name}").all() for name in names}


def put_back(node: RunningNode, backup: dict[str, list[Any]]) -> None:
    with node.node.store.writing() as session:
        for name in reversed(backup):
            session.connection().exec_driver_sql(f"DELETE FROM {name}")
        for name, rows in backup.items():
            for row in rows:
                places = ", ".join("?" * len(row))
                session.connection().exec_driver_sql(f"INSERT INTO {name} VALUES ({places})", tuple(row))


def test_a_report_made_again_after_a_loss_counts_whichever_the_trustee_certifies(house: RunningNode) -> None:
    made = joined(house)
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    arrive(house, 5, opened="2025-01-10")
    lost = made.pull("2025-01")
    forget(house, made)
    again = made.pull("2025-01")
    assert again.header != lost.header
    assert made.told(again) == made.told(lost) == [1, 1, 0, 1, 1]
    made.certify("2025-01", lost)
    assert made.told(made.pull("2025-02")) == NOTHING


def test_a_person_of_many_months_has_the_same_numbers_whatever_is_rotated(house: RunningNode) -> None:
    made = joined(house)
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    for purpose in ("cell", "master", "sign"):
        house.node.ring.rotate(purpose)
    _counts, keys = made.opened(made.pull("2025-01"))
    assert not keys.any()


def test_bodies_that_no_hub_sends_are_refused(node: RunningNode) -> None:
    made = joined(node)
    surrogate = json.dumps({**made.question("2025-01"), "slot": "\ud800"})
    headers = {"content-type": "application/json"}
    answer = node.call("POST", "/api/v1/reports", scope=SCOPE, content=surrogate, headers=headers)
    assert answer.status_code in (400, 422)
    for wrong in ({"slot": "x" * 21}, {"kind": "everything"}, {"tabulation": "A" * 64}, {"more": 1}):
        question = made.question("2025-01") | wrong
        answer = node.call("POST", "/api/v1/reports", scope=SCOPE, document=question)
        assert problem(answer) == (422, "request_invalid")


def test_a_backup_that_was_really_put_back_goes_on_without_counting_twice(house: RunningNode, tmp_path: Path) -> None:
    made = joined(house)
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    arrive(house, 5, opened="2025-01-10")
    house.node.store.back_up(tmp_path / "backup.sqlite")
    made.certify("2025-01", made.pull("2025-01"))
    arrive(house, 6, opened="2025-02-10")  # written down after the backup, counted, and lost with the machine
    made.certify("2025-02", made.pull("2025-02"))
    question = Question(**made.question("2025-03"))
    place = tmp_path / "again"
    for folder in (house.settings.directory, house.settings.key_directory):
        shutil.copytree(folder, place / folder.name)
    settings = NodeSettings.load(place / house.settings.directory.name)
    for file in settings.directory.glob("node.sqlite*"):
        file.unlink()
    with restore_node(settings, tmp_path / "backup.sqlite", "anna") as node:
        client = house.program(SCOPE).client_id
        body = reporting.answer(node.store, node.ring, settings.node_id, node.catalogue, asked(question), client)
    # The fifth person is neither counted again nor taken back; the sixth is not there any more.
    assert made.told(unpack(body)) == [-1, 0, -1, -1, -1]
