"""A release is what the period's figures are, protected, frozen and signed: once, and again only with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from coupole.node.statistics.counting import FactsStale
from coupole.node.statistics.facts import fact_maker
from coupole.node.statistics.releasing import (
    FrozenRelease,
    IndicatorNotFound,
    PeriodNotClosed,
    allow,
    freeze,
    latest,
    outgrown,
    preview,
    withhold,
)
from coupole.node.store import Store, facts, open_store, open_vault, releases
from coupole.node.store.changes import Change
from coupole.node.store.write import write
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import load
from coupole.wire.documents import verify
from coupole.wire.keys import KeyRing
from coupole.wire.releases import Release, ReleaseIndicator, check_release, read_release
from tests import factories
from tests.factories import NODE, SHARED, dossier, id_of

CORE = load("core", "1.0.0")
YEAR = parse_period("2025")
AFTER = datetime(2026, 2, 2, tzinfo=UTC)
"""When everything of the year is settled."""
EARLY = datetime(2026, 1, 2, tzinfo=UTC)


class Workshop(NamedTuple):
    """What of a node's settings a release says."""

    node_id: str = NODE
    name: str = "Atelier Nord"


MEMBER = Workshop()


@pytest.fixture
def workshop(tmp_path: Path, keys: Path, ring: KeyRing) -> Iterator[Store]:
    """A workshop of thirty people; three have a follow-up of their own kind."""
    opened = open_store(f"sqlite:///{tmp_path / 'node.sqlite'}", NODE, open_vault(keys, ring), fact_maker(CORE))
    bring(opened, *SHARED)
    for number in range(1, 31):
        bring(opened, *people(number))
    yield opened
    opened.close()


def people(number: int, **changed: Any) -> list[dict[str, Any]]:
    """One person's file: a third are women, some work in one place and some in another."""
    documents = dossier(number)
    sex = "F" if number % 3 == 0 else "M"
    documents[0] = factories.participant(number, sex=sex, **changed)
    return documents


def bring(store: Store, *documents: dict[str, Any]) -> None:
    changes = [
        Change(document["id"].split(":")[1], document, document["id"], keep_envelope=True) for document in documents
    ]
    with store.writing() as session:
        write(session, store.vault, changes, store.context("anna"))


def frozen(store: Store, ring: KeyRing, now: datetime = AFTER) -> FrozenRelease:
    return freeze(store, ring, MEMBER, CORE, YEAR, "anna", now)


def indicator(release: Release, name: str) -> ReleaseIndicator:
    return next(one for one in release["indicators"] if one["id"] == name)


def test_a_release_is_signed_and_is_what_was_asked_for(workshop: Store, ring: KeyRing) -> None:
    made = frozen(workshop, ring)
    release = check_release(
        made.raw, made.signature, ring.public_set("sign"), node=NODE, catalogue="core", version="1.0.0", period="2025"
    )
    assert (release["revision"], release["cause"], release["name"]) == (1, "first", "Atelier Nord")
    assert [one["id"] for one in release["indicators"]] == [one.id for one in CORE.indicators]
    total = indicator(release, "S01")["margins"][0]
    assert abs(total["values"][0][0] - 30) <= 5


def test_the_same_figures_are_the_same_release_whoever_asks_and_when(workshop: Store, ring: KeyRing) -> None:
    first = frozen(workshop, ring)
    again = freeze(workshop, ring, Workshop(name="Another name"), CORE, YEAR, "bert", datetime(2027, 5, 1, tzinfo=UTC))
    assert again == first
    ring.rotate("sign")
    assert frozen(workshop, ring) == first


@pytest.mark.parametrize("day", [datetime(2025, 7, 1, tzinfo=UTC), datetime(2025, 12, 31, 23, 59, tzinfo=UTC)])
def test_a_period_that_is_not_over_is_not_released(workshop: Store, ring: KeyRing, day: datetime) -> None:
    with pytest.raises(PeriodNotClosed):
        frozen(workshop, ring, day)
    with workshop.reading() as session:
        assert latest(session, "core", "1.0.0", "2025") is None
        assert releases.all_newest(session) == []
    assert frozen(workshop, ring, datetime(2026, 1, 1, tzinfo=UTC)).revision == 1


def test_late_records_make_a_next_revision_and_the_first_stays_as_it_was(workshop: Store, ring: KeyRing) -> None:
    first = frozen(workshop, ring)
    for number in range(31, 46):
        bring(workshop, *people(number))
    second = frozen(workshop, ring)
    assert (second.revision, second.cause) == (2, "records_changed")
    verify("release", second.raw, second.signature, ring.public_set("sign"))
    with workshop.reading() as session:
        assert latest(session, "core", "1.0.0", "2025") == second
        kept = releases.revisions(session, "core", "1.0.0", "2025")
    assert [(row.revision, row.body) for row in kept] == [(1, first.raw), (2, second.raw)]
    assert kept[0].journal_seq < kept[1].journal_seq
    total = indicator(read_release(second.raw), "S01")["margins"][0]["values"][0][0]
    assert abs(total - 45) <= 5


def test_records_that_change_no_figure_make_no_revision(workshop: Store, ring: KeyRing) -> None:
    first = frozen(workshop, ring)
    bring(workshop, factories.organisation(9))
    assert frozen(workshop, ring) == first


def test_a_change_of_mind_about_an_indicator_is_a_revision_and_says_so(workshop: Store, ring: KeyRing) -> None:
    frozen(workshop, ring)
    with workshop.writing() as session:
        withhold(session, CORE, "F05", "anna")
    kept = frozen(workshop, ring)
    assert (kept.revision, kept.cause) == (2, "decision_changed")
    hidden = indicator(read_release(kept.raw), "F05")
    assert hidden == {"id": "F05", "state": "withheld", "reason": "own_decision", "parts": ["count"], "margins": []}
    assert indicator(read_release(kept.raw), "S01")["state"] == "reported"
    with workshop.writing() as session:
        allow(session, CORE, "F05")
    again = frozen(workshop, ring)
    assert (again.revision, again.cause) == (3, "decision_changed")
    assert indicator(read_release(again.raw), "F05")["state"] == "reported"


LATE = ("Q02", "EECR01", "EECR02", "EECR03", "EECR04")
SETTLED = datetime(2026, 1, 29, tzinfo=UTC)
"""The first day after 28 days, the longest that anything of 2025 may still take."""


def unsettled(made: FrozenRelease) -> list[str]:
    return [one["id"] for one in read_release(made.raw)["indicators"] if one.get("reason") == "not_settled"]


def test_figures_that_may_still_come_in_do_not_leave_before_their_day(workshop: Store, ring: KeyRing) -> None:
    first = frozen(workshop, ring, datetime(2026, 1, 14, 23, 59, tzinfo=UTC))
    assert unsettled(first) == list(LATE)
    late = indicator(read_release(first.raw), "Q02")
    assert late == {
        "id": "Q02",
        "state": "not_reported",
        "reason": "not_settled",
        "parts": ["num", "den"],
        "margins": [],
    }
    second = frozen(workshop, ring, datetime(2026, 1, 15, tzinfo=UTC))
    assert (second.revision, second.cause, unsettled(second)) == (2, "settled", list(LATE[1:]))
    assert indicator(read_release(second.raw), "Q02")["state"] == "reported"
    assert frozen(workshop, ring, datetime(2026, 1, 28, tzinfo=UTC)) == second
    third = frozen(workshop, ring, SETTLED)
    assert (third.revision, third.cause, unsettled(third)) == (3, "settled", [])
    assert frozen(workshop, ring, datetime(2027, 1, 1, tzinfo=UTC)) == third


def test_a_release_first_made_when_all_is_settled_holds_all(workshop: Store, ring: KeyRing) -> None:
    made = frozen(workshop, ring, SETTLED)
    assert (made.revision, unsettled(made)) == (1, [])


def test_it_is_said_that_a_release_has_figures_that_are_settled_by_now(workshop: Store, ring: KeyRing) -> None:
    made = frozen(workshop, ring, EARLY)
    days = [datetime(2026, 1, 14, tzinfo=UTC), datetime(2026, 1, 15, tzinfo=UTC), SETTLED]
    assert [outgrown(made, CORE, day) for day in days] == [False, True, True]
    assert not outgrown(frozen(workshop, ring, SETTLED), CORE, SETTLED)


def test_a_correction_is_not_passed_off_as_settling(workshop: Store, ring: KeyRing) -> None:
    frozen(workshop, ring, EARLY)
    for number in range(31, 46):
        bring(workshop, *people(number))
    assert frozen(workshop, ring, SETTLED).cause == "records_changed"


def test_a_change_of_mind_is_the_cause_though_figures_settled_too(workshop: Store, ring: KeyRing) -> None:
    frozen(workshop, ring, EARLY)
    with workshop.writing() as session:
        withhold(session, CORE, "Q02", "anna")
    kept = frozen(workshop, ring, SETTLED)
    assert kept.cause == "decision_changed"
    assert indicator(read_release(kept.raw), "Q02")["reason"] == "own_decision"


def test_a_preview_shows_what_is_not_settled_to_the_workshop_alone(workshop: Store, ring: KeyRing) -> None:
    seen = preview(workshop, ring, MEMBER, CORE, YEAR, EARLY)
    assert {(one.shown, one.state) for one in seen.figures if one.indicator in LATE} == {(None, "withheld")}
    assert any(one.exact for one in seen.figures if one.indicator == "Q02")


def test_who_first_decided_to_keep_an_indicator_stays_named(workshop: Store) -> None:
    with workshop.writing() as session:
        withhold(session, CORE, "F05", "anna", AFTER)
        withhold(session, CORE, "F05", "bert")
        withhold(session, CORE, "S03", "bert")
        assert [(one.indicator, one.actor) for one in releases.decisions(session)] == [("F05", "anna"), ("S03", "bert")]
        assert releases.decisions(session)[0].at == AFTER
        allow(session, CORE, "F05")
        allow(session, CORE, "F05")
        assert releases.withheld(session) == {"S03"}


def test_an_indicator_that_is_not_in_the_catalogue_can_be_neither_kept_nor_allowed(workshop: Store) -> None:
    with workshop.writing() as session:
        with pytest.raises(IndicatorNotFound):
            withhold(session, CORE, "S99", "anna")
        with pytest.raises(IndicatorNotFound):
            allow(session, CORE, "S99")


def test_a_rotation_of_the_cell_secret_is_no_second_draw_for_a_period_that_was_over(
    workshop: Store, ring: KeyRing
) -> None:
    first = frozen(workshop, ring)
    ring.rotate("cell", datetime(2026, 1, 1, tzinfo=UTC))
    assert frozen(workshop, ring) == first
    ring.rotate("cell", datetime(2025, 12, 31, tzinfo=UTC))
    assert frozen(workshop, ring).cause == "method_changed"


def test_too_few_people_show_nothing(tmp_path: Path, keys: Path, ring: KeyRing) -> None:
    small = open_store(f"sqlite:///{tmp_path / 'small.sqlite'}", NODE, open_vault(keys, ring), fact_maker(CORE))
    bring(small, *SHARED)
    for number in range(1, 20):
        bring(small, *people(number))
    shown = read_release(frozen(small, ring).raw)["indicators"]
    small.close()
    assert {(one["state"], one["reason"]) for one in shown} == {("withheld", "too_few_people")}
    assert not any(one["margins"] for one in shown)


def test_facts_made_by_another_catalogue_are_made_anew(workshop: Store, ring: KeyRing) -> None:
    expected = frozen(workshop, ring)
    other = replace(CORE, fingerprint=CORE.fingerprint ^ 1)
    before = replace(workshop, make_facts=fact_maker(other))
    with workshop.writing() as session:
        facts.mark_all_stale(session)
    before.refresh_facts()
    assert frozen(workshop, ring) == expected


def test_facts_that_nobody_makes_are_not_counted(workshop: Store, ring: KeyRing) -> None:
    still = replace(workshop, make_facts=None)
    with workshop.writing() as session:
        facts.mark_all_stale(session)
    with pytest.raises(FactsStale):
        frozen(still, ring)
    with pytest.raises(FactsStale):
        preview(still, ring, MEMBER, CORE, YEAR)


def test_what_became_of_people_is_never_shown_by_target_group(workshop: Store, ring: KeyRing) -> None:
    release = read_release(frozen(workshop, ring).raw)
    dimensions = {one["id"]: {margin["dimension"] for margin in one["margins"]} for one in release["indicators"]}
    rates = [one.id for one in CORE.indicators if one.outcome_of_people]
    assert len(rates) >= 8
    assert not any("target_group" in dimensions[name] for name in rates)
    assert all("sex" in dimensions[name] for name in rates)
    assert "target_group" in dimensions["S01"]


def test_places_are_not_hidden_as_if_their_organisation_were_a_person_and_those_placed_are(
    workshop: Store, ring: KeyRing
) -> None:
    host = factories.organisation(7, capacity=[{"programme": "municipal", "places_heads": 40, "from": "2024-01-01"}])
    bring(workshop, host, *people(31))
    often = [
        factories.placement(
            100 + n, accompaniment=id_of("accompaniment", 31), host=host["id"], hire=False,
            **{"from": "2025-02-01", "to": ...},
        )
        for n in range(9)
    ]  # fmt: skip
    bring(workshop, *often)
    occupancy = indicator(read_release(frozen(workshop, ring).raw), "S04")
    (placed,), (places,) = occupancy["margins"][0]["states"]
    assert (placed, places) == ("withheld", "perturbed")
    assert abs(occupancy["margins"][0]["values"][1][0] - 40) <= 5


def test_of_an_open_list_no_code_is_named_under_which_nobody_is_shown(workshop: Store) -> None:
    bring(workshop, *accompaniment_in("RARE-2025"))
    named: set[tuple[str, ...]] = set()
    for _ in range(500):  # as many nodes as it takes: one in three shows somebody
        if len(named) == 2:
            break
        secrets = KeyRing.create({"cell": "secret32"})
        shown = indicator(preview(workshop, secrets, MEMBER, CORE, YEAR).release, "EECO01")["margins"]
        by_operation = [margin for margin in shown if margin["dimension"] == "operation"]
        assert all(state == "perturbed" for margin in by_operation for state in margin["states"][0])
        named.add(tuple(code for margin in by_operation for code in margin["codes"]))
    assert named == {(), ("RARE-2025",)}, "one person is shown as nobody or as three"


def accompaniment_in(operation: str) -> list[dict[str, Any]]:
    """The file of a thirty-first person, alone in a programme of its own."""
    documents = people(31)
    programmes = [{"programme": "esfplus_operation", "operation": operation}]
    documents[2] = factories.accompaniment(31, programmes=programmes)
    return documents


def test_a_preview_shows_the_exact_figure_beside_what_leaves(workshop: Store, ring: KeyRing) -> None:
    seen = preview(workshop, ring, MEMBER, CORE, YEAR, AFTER)
    made = frozen(workshop, ring)
    assert seen.release == read_release(made.raw)
    assert seen.headcount == 30
    by_name = {(one.indicator, one.dimension, one.code, one.part): one for one in seen.figures}
    women = by_name["S01", "sex", "F", "count"]
    assert women.exact == 10
    assert women.shown is not None
    assert abs(women.shown - women.exact) <= women.bound == 5
    paid = by_name["M01", "total", "total", "sum"]
    assert paid.exact == 30 * 45_000
    assert paid.shown is not None
    assert abs(paid.shown - paid.exact) <= paid.bound == 275_000
    for one in seen.figures:
        assert (one.shown is None) == (one.state == "withheld")
        assert one.shown is None or abs(one.shown - one.exact) <= one.bound
    assert by_name["O01", "target_group", "long_unemployed", "den"].shown is None


def test_a_preview_says_whether_the_release_that_was_made_still_stands(workshop: Store, ring: KeyRing) -> None:
    seen = preview(workshop, ring, MEMBER, CORE, YEAR, AFTER)
    assert (seen.before, seen.stands) == (None, False)
    made = frozen(workshop, ring)
    seen = preview(workshop, ring, MEMBER, CORE, YEAR, AFTER)
    assert (seen.before, seen.stands) == (made, True)
    with workshop.writing() as session:
        withhold(session, CORE, "F05", "anna")
    seen = preview(workshop, ring, MEMBER, CORE, YEAR, AFTER)
    assert (seen.before, seen.stands) == (made, False)


def test_a_preview_may_look_at_a_period_that_is_not_over_and_keeps_nothing(workshop: Store, ring: KeyRing) -> None:
    seen = preview(workshop, ring, MEMBER, CORE, parse_period("2031"))
    assert seen.release["period"] == "2031"
    waiting = [one["id"] for one in seen.release["indicators"] if one.get("reason") == "not_settled"]
    assert waiting == list(LATE), "as on the first day on which it may be released"
    with workshop.reading() as session:
        assert releases.all_newest(session) == []


def test_releases_are_listed_in_their_last_revision_newest_period_first(workshop: Store, ring: KeyRing) -> None:
    for name in ("2025-03", "2025", "2025-Q1"):
        freeze(workshop, ring, MEMBER, CORE, parse_period(name), "anna", AFTER)
    with workshop.writing() as session:
        withhold(session, CORE, "F05", "anna")
    frozen(workshop, ring)
    with workshop.reading() as session:
        listed = [(one.period, one.revision) for one in releases.all_newest(session)]
    assert listed == [("2025-Q1", 1), ("2025-03", 1), ("2025", 2)]


def test_a_release_names_nobody(workshop: Store, ring: KeyRing) -> None:
    raw = frozen(workshop, ring).raw
    assert not [word for word in (b"Famille", b"Pr\xc3\xa9nom", b"participant:", b"accompaniment:") if word in raw]


def test_two_who_freeze_at_once_make_one_release(workshop: Store, ring: KeyRing) -> None:
    workshop.refresh_facts()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: frozen(workshop, ring), range(8)))
    assert {one.raw for one in made} == {made[0].raw}
    with workshop.reading() as session:
        assert len(releases.revisions(session, "core", "1.0.0", "2025")) == 1


def test_releases_are_kept_on_each_database(store: Store, ring: KeyRing) -> None:
    counting = replace(store, make_facts=fact_maker(CORE))
    first = frozen(counting, ring)
    bring(counting, *SHARED)
    for number in range(1, 23):
        bring(counting, *people(number))
    second = frozen(counting, ring)
    assert (first.revision, second.revision, second.cause) == (1, 2, "records_changed")
    with store.writing() as session:
        withhold(session, CORE, "S01", "anna")
        assert releases.withheld(session) == {"S01"}
        assert [one.revision for one in releases.all_newest(session)] == [2]
        assert latest(session, "core", "1.0.0", "2025") == second


def test_a_person_who_takes_the_consent_back_is_out_of_the_next_revision_and_nobody_is_told(
    workshop: Store, ring: KeyRing
) -> None:
    first = frozen(workshop, ring)
    taken_back = {"purpose": "statistics", "granted_on": "2025-01-05", "withdrawn_on": "2026-01-15"}
    bring(workshop, factories.participant(4, sex="M", consents=[taken_back], revision=2))
    seen, second = preview(workshop, ring, MEMBER, CORE, YEAR, AFTER), frozen(workshop, ring)
    exact = {(one.indicator, one.dimension, one.code): one.exact for one in seen.figures if one.part == "count"}
    assert (seen.headcount, exact["S01", "total", "total"], exact["S01", "sex", "M"]) == (29, 29, 19)
    assert (second.revision, second.cause) == (first.revision + 1, "records_changed")
    assert b"consent" not in second.raw
    assert read_release(second.raw).keys() == read_release(first.raw).keys()
