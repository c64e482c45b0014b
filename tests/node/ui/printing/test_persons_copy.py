"""Somebody who asks for a copy of their file gets every recorded fact on them, and nobody else's name but staff's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import coupole
from coupole.node.records import local
from coupole.node.records.person import PersonFile, person_file
from coupole.node.store import Store
from coupole.node.store.changes import Change
from coupole.node.store.egress import record_egress
from coupole.node.store.local_fields import namespace
from coupole.node.ui.printing.paper import Paper, Section, texts
from coupole.node.ui.printing.pen import Pen
from coupole.node.ui.printing.person import Traces, person_paper
from coupole.standard import resource
from coupole.standard.entities import ENTITIES
from coupole.web import translations
from coupole.web.languages import LANGUAGES, Language
from tests.calling import RunningNode
from tests.desk import account, browser_of, signed_in
from tests.factories import (
    SHARED,
    accompaniment,
    agreement,
    coordination_meeting,
    dossier,
    id_of,
    organisation,
    participant,
    referral,
    team_meeting,
)
from tests.node.ui.printing.leaves import said
from tests.node.ui.printing.papers import PERSON, paper_of, words_of, written
from tests.stores import change, content, entity_of, keep, replace

FILE = id_of("accompaniment")
OF_A_PERSON = [name for name in ENTITIES if name not in ("organisation", "actor", "agreement", "coordination_meeting")]
EXAMPLES = [path for name in OF_A_PERSON for path in sorted(resource("v1", "examples", "valid", name).glob("*.json"))]
WORDS = translations.read(Path(coupole.__path__[0]) / "node" / "ui" / "printing")
NOTHING = Traces({}, (), (), ())


def paper(store: Store, language: Language = "en") -> Paper:
    with store.reading() as session:
        file = person_file(session, store.vault, PERSON)
    return drawn(file, language)


def drawn(file: PersonFile, language: Language = "en", traces: Traces = NOTHING) -> Paper:
    return person_paper(Pen(language, WORDS[language]), file, traces, "Atelier Nord", date(2026, 3, 2))


def mine(path: Path) -> dict[str, Any]:
    """An example of the standard as a record of our person."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    entity = entity_of(document)
    own = {"id": id_of(entity, 77), "node": "north"}
    if entity in ("participant", "accompaniment"):
        own["id"] = id_of(entity)
    owner = {"accompaniment": FILE} if "accompaniment" in ENTITIES[entity].fields else {"participant": PERSON}
    own |= {} if entity == "participant" else owner
    return {**document, **own, **({"referral": id_of("referral")} if document.get("referral") else {})}


def parts(paper: Paper, entity: str) -> list[Section]:
    """The sections that show one kind of record."""
    if entity == "participant":
        return [paper.sections[0]]
    end = next(place for place, one in enumerate(paper.sections) if one.title == "Who wrote and changed it")
    if entity == "accompaniment":
        return [paper.sections[1]]
    return [
        one for one in paper.sections[2:end] if one.title.startswith(ENTITIES[entity].labels["en"]) or one.level == 3
    ]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_value_of_a_record_stands_in_its_own_part_of_the_copy(sqlite_store: Store, path: Path) -> None:
    document = mine(path)
    frame = [participant(), referral(), accompaniment()]
    keep(sqlite_store, [*SHARED, *(one for one in frame if one["id"] != document["id"]), document])
    shown = "\n".join(text for one in parts(paper(sqlite_store), entity_of(document)) for text in texts(one))
    facts = list(said(document, "en"))
    assert facts
    assert [(place, text) for place, text in facts if text not in shown] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_a_whole_file_stands_in_the_copy_in_words(node: RunningNode, language: Language) -> None:
    documents = dossier(1)
    written(node, documents)
    page = words_of(signed_in(node).get(f"/print/person/{PERSON}?in={language}").text)
    facts = [fact for document in documents for fact in said(document, language)]
    assert len(facts) > 60
    assert [(place, text) for place, text in facts if " ".join(text.split()) not in page] == []


def test_no_code_and_no_identifier_is_left_as_it_is_kept(node: RunningNode) -> None:
    written(node)
    page = paper_of(signed_in(node).get(f"/print/person/{PERSON}").text)
    assert "insertion_coop" not in page
    assert "project_responsible" not in page
    assert "2025-02-01" not in page
    assert "north:" not in page


def test_a_workshops_own_fields_and_reasons_for_missing_values_are_in_the_copy(node: RunningNode) -> None:
    person = participant(
        extensions={"org.example": {"bike": "red", "shoes": {"size": 43}}},
        household=None,
        missing={"household": "declined"},
    )
    written(node, [person, *dossier(1)[1:]])
    page = paper_of(signed_in(node).get(f"/print/person/{PERSON}").text)
    assert "bike: red" in page
    assert "size: 43" in page
    assert "Household" in page


def test_a_field_the_workshop_added_is_called_as_the_workshop_calls_it(node: RunningNode) -> None:
    size = {
        "entity": "participant",
        "name": "shoe",
        "kind": "choice",
        "labels": {"en": "Safety shoes"},
        "choices": [{"code": "s", "labels": {"en": "Small feet"}}, {"code": "l", "labels": {"en": "Large feet"}}],
    }
    with node.node.store.writing() as session:
        local.define(session, size, node.node.store.context("admin"))
    written(node, [participant(extensions={namespace("north"): {"shoe": "l"}}), *dossier(1)[1:]])
    page = paper_of(signed_in(node).get(f"/print/person/{PERSON}").text)
    assert "Safety shoes: Large feet" in page


def test_the_copy_says_who_wrote_and_changed_what_and_what_stood_there_before(node: RunningNode) -> None:
    written(node)
    colleague = account(node, name="Greet Claes")
    moved = replace(participant(), given_name="Nouveau", residence={"country": "FR", "nuts3": "FR101"})
    change(node.node.store, moved, actor=colleague.id, reason="Asked for by herself")
    page = paper_of(signed_in(node).get(f"/print/person/{PERSON}").text).partition("Who wrote and changed it")[2]
    line = page[page.index("Greet Claes") :]
    assert "Given name: Prénom1 → Nouveau" in line
    assert "Country: Belgium" in line
    assert "Reason: Asked for by herself" in line
    assert "1 March 2026, 12:00 UTC" in page


def test_what_was_deleted_is_still_told_in_full(node: RunningNode) -> None:
    written(node, [*dossier(1), team_meeting(8, accompaniment=FILE, minutes="Un mot en passant.")])
    change(node.node.store, Change("team_meeting", None, id=id_of("team_meeting", 8), expect=1))
    page = paper_of(signed_in(node).get(f"/print/person/{PERSON}").text)
    before, _, after = page.partition("Who wrote and changed it")
    assert "Un mot en passant." not in before
    assert "Deleted." in after
    assert "Minutes: Un mot en passant." in after


def test_every_former_value_stands_in_the_history(sqlite_store: Store) -> None:
    keep(sqlite_store, [*SHARED, *dossier(1)])
    old = team_meeting(minutes="Alpha.", next_on="2025-05-06")
    change(sqlite_store, replace(team_meeting(), **content(old)))
    change(sqlite_store, replace(team_meeting(), expect=2, minutes="Beta."))
    shown = "\n".join(texts(paper(sqlite_store)))
    assert "Alpha. → Beta." in shown
    assert "6 May 2025 → –" in shown


def test_the_copy_says_who_opened_the_file_and_why(node: RunningNode) -> None:
    written(node)
    coach = signed_in(node, "coach", name="Piet Baert", actor=id_of("actor", 9))
    coach.post("/reason", data={"accompaniment": FILE, "reason": "Replaces Coach 1 this week", "next": "/"})
    page = paper_of(signed_in(node).get(f"/print/person/{PERSON}").text).partition("Who opened your file")[2]
    assert "Piet Baert Replaces Coach 1 this week" in page


def test_the_copy_says_what_left_to_whom_and_when(node: RunningNode) -> None:
    written(node)
    node.call("GET", "/api/v1/export", scope="records:read")
    page = paper_of(signed_in(node).get(f"/print/person/{PERSON}").text).partition("What left the workshop")[2]
    assert "program-1 All files of the workshop, yours among them" in page
    assert "Programs that may read the files of this workshop: program-1." in page


def test_totals_that_left_are_told_as_totals_and_unknown_things_by_their_name(node: RunningNode) -> None:
    written(node)
    with node.node.store.writing() as session:
        one = {"client": "umbrella", "sha256": "0" * 64, "size": 1}
        record_egress(session, what="release:core:1.0.0", period="2025", **one)
        record_egress(session, what="handover", **one)
    page = paper_of(signed_in(node).get(f"/print/person/{PERSON}").text).partition("What left the workshop")[2]
    assert "umbrella Totals for 2025, in which nobody can be made out" in page
    assert "umbrella handover" in page


CANARIES = ("Zwartkop", "Ysolde", "XX-90210", "77.01.01-555.66")
"""Family name, first name and numbers of somebody else."""


def canary(**changed: Any) -> dict[str, Any]:
    """Somebody else, whose names are everywhere."""
    family, given, local, national = CANARIES
    names = {"family_name": family, "given_name": given, "local_id": local, "national_identifier": national}
    return participant(2, **{**names, **changed})


def planted() -> Iterator[dict[str, Any]]:
    """The files of our person and of somebody else, whose names were written down wherever one can write."""
    everywhere = "Ysolde Zwartkop, ZWARTKOP Ysolde, Ysolde, zwartkop ysolde, XX-90210, 77010155566"
    yield from SHARED
    for document in dossier(1):
        yield _with_text(document, everywhere)
    other = dossier(2)
    yield from [canary(), *other[1:]]
    theirs = id_of("accompaniment", 2)
    yield agreement(5, covers={"accompaniments": [FILE, theirs]}, reference=f"for {everywhere}")
    yield coordination_meeting(accompaniments_reviewed=[FILE, theirs], topics=[everywhere])
    yield organisation(7)


def _with_text(document: dict[str, Any], text: str) -> dict[str, Any]:
    """The same with the text in every field somebody can write a sentence in."""
    fields = ENTITIES[entity_of(document)].fields
    free = {name: text for name, field in fields.items() if field.widget in ("text", "textarea") and "Id" not in name}
    given = {name: value for name, value in free.items() if name in ("minutes", "wording", "cancelled_reason")}
    return {**document, **given, "extensions": {"org.example": {"note": text, "list": [text]}}}


@pytest.mark.parametrize("way", ["", ".ndjson"])
def test_nobody_elses_name_or_number_is_in_the_copy(node: RunningNode, way: str) -> None:
    keep(node.node.store, planted())
    late = "Ysolde had already said so to Zwartkop"
    change(node.node.store, replace(team_meeting(), minutes=late), reason="As Ysolde Zwartkop asked")
    change(node.node.store, replace(team_meeting(), expect=2, minutes="Nothing."))
    answer = signed_in(node).get(f"/print/person/{PERSON}{way}")
    assert answer.status_code == 200
    heard = answer.text if way else paper_of(answer.text)
    found = [canary for canary in (*CANARIES, "ZWARTKOP", "zwartkop", "77010155566") if canary in heard]
    assert found == []
    assert id_of("accompaniment", 2) not in heard
    assert id_of("participant", 2) not in heard
    assert ("…" if way else "[another person]") in heard


def test_the_names_of_staff_and_ones_own_stay(sqlite_store: Store) -> None:
    minutes = "Coach 1 et Prénom1 Famille1 ont parlé ; Coach a noté, Famille1 signe."
    keep(sqlite_store, [*SHARED, *(one for one in dossier(1) if entity_of(one) != "team_meeting")])
    keep(sqlite_store, [team_meeting(minutes=minutes), participant(2, family_name="Famille1", given_name="Coach")])
    shown = paper(sqlite_store)
    assert minutes in "\n".join(texts(shown))
    assert shown.hidden == 0


def test_the_reader_is_told_how_many_names_were_left_out(node: RunningNode) -> None:
    keep(node.node.store, [*SHARED, *dossier(1), canary()])
    assert "left out" not in signed_in(node).get(f"/print/person/{PERSON}").text.replace("are left out", "")
    change(node.node.store, replace(team_meeting(), minutes="Dispute avec Ysolde Zwartkop."))
    page = signed_in(node).get(f"/print/person/{PERSON}").text
    assert "names of other people were left out" in page or "name of another person was left out" in page
    assert "Dispute avec [another person]." in paper_of(page)


def test_of_a_meeting_of_officers_only_that_the_file_was_discussed_is_told(node: RunningNode) -> None:
    keep(node.node.store, planted())
    page = paper_of(signed_in(node).get(f"/print/person/{PERSON}").text)
    assert "Coordination meeting · 20 March 2025" in page
    assert "Files reviewed Accompaniment · 10 January 2025" in page
    assert page.count("Files reviewed") == 1


def test_a_meeting_that_discussed_others_only_is_not_in_the_copy(node: RunningNode) -> None:
    keep(node.node.store, [*SHARED, *dossier(1), *dossier(2)])
    keep(node.node.store, [coordination_meeting(accompaniments_reviewed=[id_of("accompaniment", 2)])])
    assert "Coordination meeting" not in paper_of(signed_in(node).get(f"/print/person/{PERSON}").text)


@pytest.mark.parametrize(
    ("role", "actor", "status"),
    [
        ("admin", None, 200),
        ("officer", None, 200),
        ("reader", None, 403),
        ("auditor", None, 403),
        ("coach", id_of("actor"), 200),
        ("coach", id_of("actor", 2), 403),
        ("coach", id_of("actor", 9), 403),
    ],
)
@pytest.mark.parametrize("way", ["", ".pdf", ".ndjson"])
def test_only_who_may_take_a_file_away_gives_the_copy(
    node: RunningNode, role: str, actor: str | None, status: int, way: str
) -> None:
    written(node)
    answer = signed_in(node, role, actor=actor).get(f"/print/person/{PERSON}{way}")
    assert answer.status_code == status
    assert status == 200 or "Famille1" not in answer.text


def test_a_coach_does_not_give_away_an_earlier_file_that_was_a_colleagues(node: RunningNode) -> None:
    written(node)
    earlier = accompaniment(3, participant=PERSON, responsible=id_of("actor", 2))
    keep(node.node.store, [referral(3, participant=PERSON), earlier])
    assert signed_in(node, "coach", actor=id_of("actor")).get(f"/print/person/{PERSON}").status_code == 403
    assert signed_in(node, "officer").get(f"/print/person/{PERSON}").status_code == 200


@pytest.mark.parametrize("record", ["nothing", id_of("participant", 9), FILE])
def test_there_is_no_copy_of_nobody(node: RunningNode, record: str) -> None:
    written(node)
    assert signed_in(node).get(f"/print/person/{record}").status_code == 404


def test_a_copy_that_is_taken_along_is_noted_and_without_a_name(node: RunningNode) -> None:
    written(node)
    colleague = account(node)
    browser_of(node, colleague).get(f"/print/person/{PERSON}.ndjson")
    ledger = node.call("GET", "/api/v1/egress", scope="egress:read").json()["items"]
    assert [(one["client"], one["what"]) for one in ledger] == [(colleague.id, "person_copy")]


def test_nobody_is_told_of_somebody_elses_copy(node: RunningNode) -> None:
    keep(node.node.store, [*SHARED, *dossier(1), *dossier(2)])
    signed_in(node).get(f"/print/person/{id_of('participant', 2)}.ndjson")
    page = paper_of(signed_in(node).get(f"/print/person/{PERSON}").text).partition("What left the workshop")[2]
    assert page.startswith(" Nothing about you has left the workshop so far.")
