from __future__ import annotations

import hashlib
import re
import sys
from html import unescape
from typing import Any

import pytest

from coupole.node.store import queries
from coupole.node.ui.printing.drawing import language_of
from tests.calling import RunningNode
from tests.desk import account, browser_of, signed_in
from tests.factories import (
    dossier,
    evaluation,
    id_of,
    objective,
    participant,
    plan,
    team_meeting,
)
from tests.node.ui.printing.papers import EVALUATION, MEETING, PLAN, flat, paper_of, words_of, written
from tests.node.ui.printing.pdftext import pages_of, text_of
from tests.stores import change, keep, replace

PAPERS = {"plan": PLAN, "meeting": MEETING, "evaluation": EVALUATION}
CELL = re.compile(r"<(d[dt]|t[dh]|h\d|strong|span|small|p)\b(.*?)</\1>", re.DOTALL)
NASTY = '#panic("x") $1 *bold* _it_ @ref <b>&amp; \\ ] ) "'


def stored_hash(node: RunningNode, record: str) -> str:
    """The hash of a document as the journal keeps it."""
    with node.node.store.reading() as session:
        return hashlib.sha256(queries.read_text(session, node.node.store.vault, record)).hexdigest()


def with_changed(**changed: Any) -> list[dict[str, Any]]:
    """A file in which some documents are others."""
    return [changed.get(document["id"].split(":")[1], document) for document in dossier(1)]


@pytest.mark.parametrize(("kind", "record"), PAPERS.items())
def test_a_paper_names_the_edition_and_the_hash_of_the_document_it_shows(
    node: RunningNode, kind: str, record: str
) -> None:
    written(node)
    if kind == "meeting":
        change(node.node.store, replace(team_meeting(), minutes="Tout va bien."))
    page = signed_in(node).get(f"/print/{kind}/{record}").text
    digest = stored_hash(node, record)
    edition = 2 if kind == "meeting" else 1
    assert digest in paper_of(page)
    assert f"edition {edition}" in paper_of(page)
    assert " ".join(re.findall("....", digest[:12])) in paper_of(page)


def test_the_plan_names_the_hash_of_each_objective_it_shows(node: RunningNode) -> None:
    written(node)
    assert stored_hash(node, id_of("objective")) in paper_of(signed_in(node).get(f"/print/plan/{PLAN}").text)


def test_a_changed_plan_prints_another_hash(node: RunningNode) -> None:
    written(node)
    browser = signed_in(node)
    before = stored_hash(node, PLAN)
    change(node.node.store, replace(plan(), expected_end_on="2026-12-31"))
    paper = paper_of(browser.get(f"/print/plan/{PLAN}").text)
    assert before not in paper
    assert stored_hash(node, PLAN) in paper
    assert "1, edition 2" in paper


def test_the_plan_has_a_box_for_each_who_signs_and_says_who_has_signed(node: RunningNode) -> None:
    written(node)
    page = signed_in(node).get(f"/print/plan/{PLAN}").text
    boxes = [words_of(box) for box in re.findall(r"<li>.*?</li>", page.partition('class="signatures"')[2], re.DOTALL)]
    assert boxes[0].startswith("The person Prénom1 Famille1 Signed on 20 January 2025")
    assert boxes[1].startswith("Family member (if wished)")
    assert boxes[2].startswith("Responsible of the insertion project Coach 1 Date and signature")
    assert boxes[3].startswith("Operator of the host co-operative or workshop Coach 2 Date and signature")
    assert len(boxes) == 4


def test_the_family_has_no_box_where_the_person_keeps_it_out(node: RunningNode) -> None:
    written(node, with_changed(participant=participant(family_involved=False)))
    assert "Family member" not in paper_of(signed_in(node).get(f"/print/plan/{PLAN}").text)


def test_the_plan_is_in_the_persons_language_whatever_the_reader_speaks(node: RunningNode) -> None:
    written(node, with_changed(participant=participant(languages=[{"tag": "ar"}, {"tag": "it", "cefr": "B1"}])))
    page = signed_in(node, language="nl").get(f"/print/plan/{PLAN}").text
    assert '<html lang="en"' in page or '<html lang="nl"' in page
    assert '<article class="paper" lang="it">' in page
    assert "Progetto individuale" in paper_of(page)
    assert "15 gennaio 2025" in paper_of(page)


def test_the_language_of_a_paper_can_be_chosen(node: RunningNode) -> None:
    written(node)
    browser = signed_in(node)
    page = browser.get(f"/print/plan/{PLAN}?in=nl").text
    assert "Individueel project" in paper_of(page)
    assert "Handtekeningen" in paper_of(page)
    assert f"/print/plan/{PLAN}.pdf?in=nl" in unescape(page)
    assert '<article class="paper" lang="en">' in browser.get(f"/print/plan/{PLAN}?in=xx").text


@pytest.mark.parametrize(
    ("spoken", "language"),
    [
        ([{"tag": "fr"}], "fr"),
        ([{"tag": "it", "cefr": "A2"}, {"tag": "nl-BE", "cefr": "C1"}], "nl"),
        ([{"tag": "it", "cefr": "C2"}, {"tag": "fr"}], "fr"),
        ([{"tag": "it", "cefr": "B1"}, {"tag": "fr", "cefr": "B1"}], "it"),
        ([{"tag": "ar"}], "en"),
        (None, "en"),
    ],
)
def test_a_person_is_written_to_in_the_language_they_know_best(spoken: Any, language: str) -> None:
    assert language_of({"languages": spoken}, "en") == language


def test_minutes_hold_who_was_there_what_changed_and_every_line(node: RunningNode) -> None:
    meeting = team_meeting(
        minutes="Première ligne.\n\nDeuxième ligne.",
        next_on="2025-04-01",
        objective_changes=[{"objective": id_of("objective"), "change": "achieved"}],
        ratings=[{"objective": id_of("objective"), "level": "4"}],
    )
    written(node, with_changed(team_meeting=meeting, objective=objective(wording="Être à l’heure")))
    page = signed_in(node).get(f"/print/meeting/{MEETING}").text
    paper = paper_of(page)
    for text in ("Coach 1", "4 March 2025", "1 April 2025", "Être à l’heure", "Achieved", "4 – Good, without support"):
        assert text in paper
    assert "<p>Première ligne.</p>" in page
    assert "<p>Deuxième ligne.</p>" in page


def test_an_evaluation_shows_the_scale_the_score_and_the_last_one(node: RunningNode) -> None:
    before = evaluation(2, accompaniment=id_of("accompaniment"), planned_on="2025-04-01", held_on="2025-04-02")
    before["ratings"] = [{"competence": "punctuality", "level": "1", "rater_role": "host_operator"}]
    written(node, [*dossier(1), before])
    paper = paper_of(signed_in(node).get(f"/print/evaluation/{EVALUATION}").text)
    assert "5 A strength that others can rely on" in paper
    assert "Punctuality 1 ○ ○ ● ○ ○" in paper


def test_an_evaluation_that_was_not_held_is_a_sheet_to_fill_in(node: RunningNode) -> None:
    coming = evaluation(held_on=..., ratings=..., decision=..., next_planned_on=..., with_organisation=...)
    written(node, with_changed(evaluation=coming))
    page = signed_in(node).get(f"/print/evaluation/{EVALUATION}").text
    assert "Punctuality ○ ○ ○ ○ ○" in paper_of(page)
    assert page.count('class="write"') == 5


@pytest.mark.parametrize("kind", [*PAPERS, "person"])
def test_the_pdf_says_what_the_page_says(node: RunningNode, kind: str) -> None:
    meeting = team_meeting(minutes="Un – deux « trois » l’été.")
    written(node, with_changed(team_meeting=meeting))
    record = PAPERS.get(kind, id_of("participant"))
    browser = signed_in(node)
    browser.get(f"/print/{kind}/{record}")  # that the file is opened is written down, and read in the copy from then on
    for language in ("en", "fr"):
        page = browser.get(f"/print/{kind}/{record}?in={language}").text
        answer = browser.get(f"/print/{kind}/{record}.pdf?in={language}")
        assert answer.headers["content-type"] == "application/pdf"
        text = flat(text_of(answer.content))
        cells = [flat(words_of(f"<x{cell}")) for _, cell in CELL.findall(page)]
        shown = [cell for cell in cells if cell and cell in flat(paper_of(page))]
        assert len(shown) > 20
        assert [cell for cell in shown if cell not in text] == []


def test_a_pdf_is_tagged_for_screen_readers_and_says_its_language(node: RunningNode) -> None:
    written(node)
    pdf = signed_in(node).get(f"/print/plan/{PLAN}.pdf?in=fr").content
    assert b"/MarkInfo" in pdf
    assert b"pdfuaid:part" in pdf
    assert b"/Lang(fr)" in pdf
    assert pages_of(pdf) == 2


@pytest.mark.parametrize("name", [NASTY, '#import "/etc/passwd"', "= Title", "]#[", "王 李", "محمد"])
def test_a_name_is_never_read_as_code_nor_stops_the_pdf(node: RunningNode, name: str) -> None:
    person = participant(given_name=name, family_name="Rossi")
    written(node, with_changed(participant=person, team_meeting=team_meeting(minutes=f"{name}\n{name}")))
    browser = signed_in(node)
    assert name in unescape(browser.get(f"/print/plan/{PLAN}").text)
    for kind in ("plan", "meeting"):
        answer = browser.get(f"/print/{kind}/{PAPERS[kind]}.pdf")
        assert answer.status_code == 200
        if name.isascii():
            assert flat(name) in flat(text_of(answer.content))
        else:
            assert "Rossi" in text_of(answer.content)


def test_no_name_stands_in_an_address_or_a_file_name(node: RunningNode) -> None:
    written(node)
    answer = signed_in(node).get(f"/print/plan/{PLAN}.pdf")
    assert re.fullmatch(r'inline; filename="plan-1-1-[0-9a-f]{12}\.pdf"', answer.headers["content-disposition"])
    assert answer.headers["cache-control"] == "no-store"


def test_without_the_extra_the_page_says_so_and_the_pdf_is_refused(
    node: RunningNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(node)
    browser = signed_in(node)
    monkeypatch.setitem(sys.modules, "typst", None)  # what an interpreter without the package says
    assert "PDF files are not set up here" in words_of(browser.get(f"/print/plan/{PLAN}").text)
    answer = browser.get(f"/print/plan/{PLAN}.pdf")
    assert answer.status_code == 501
    assert 'data-code="pdf_not_installed"' in answer.text


def test_each_page_of_a_sheet_says_which_edition_of_what_it_is(node: RunningNode) -> None:
    written(node)
    browser = signed_in(node)
    page = browser.get(f"/print/plan/{PLAN}?in=it").text
    address = re.search(r'href="(/print/feet/[^"]+)"', page)
    assert address
    style = browser.get(address[1])
    assert style.headers["content-type"].startswith("text/css")
    digest = stored_hash(node, PLAN)
    assert f"Progetto individuale 1 · edizione 1 · {digest[:4]} {digest[4:8]} {digest[8:12]}" in style.text
    assert 'counter(page) " / " counter(pages)' in style.text


@pytest.mark.parametrize(
    "name", ['plan-1-1-"}body{display:none', "plan-1-1-zzzzzzzzzzzz", "nobody-1-1-aaaaaaaaaaaa", "x"]
)
def test_the_foot_of_a_page_holds_nothing_that_is_not_a_mark(node: RunningNode, name: str) -> None:
    assert signed_in(node).get(f"/print/feet/en/{name}.css").status_code == 404


@pytest.mark.parametrize("ending", ["", ".pdf"])
def test_another_coachs_paper_asks_for_a_reason_first(node: RunningNode, ending: str) -> None:
    written(node)
    for kind, record in PAPERS.items():
        answer = signed_in(node, "coach", actor=id_of("actor", 9)).get(f"/print/{kind}/{record}{ending}")
        assert answer.status_code == 403
        assert 'data-code="reason_needed"' in answer.text or "reason" in answer.text
        assert "Famille1" not in answer.text


def test_the_coach_of_the_file_prints_it_and_an_auditor_does_not(node: RunningNode) -> None:
    written(node)
    assert signed_in(node, "coach", actor=id_of("actor")).get(f"/print/plan/{PLAN}").status_code == 200
    assert signed_in(node, "reader").get(f"/print/plan/{PLAN}").status_code == 200
    assert signed_in(node, "auditor").get(f"/print/plan/{PLAN}").status_code == 403


@pytest.mark.parametrize("record", ["nothing", id_of("plan", 9), MEETING])
def test_what_is_no_plan_is_not_printed_as_one(node: RunningNode, record: str) -> None:
    written(node)
    assert signed_in(node).get(f"/print/plan/{record}").status_code == 404


def test_a_printed_file_is_an_opened_file(node: RunningNode) -> None:
    written(node)
    colleague = account(node, name="Greet Claes")
    browser_of(node, colleague).get(f"/print/plan/{PLAN}")
    copy = paper_of(signed_in(node).get(f"/print/person/{id_of('participant')}").text)
    assert "Greet Claes" in copy.partition("Who opened your file")[2]


def test_a_plan_of_another_time_shows_its_team(node: RunningNode) -> None:
    documents = dossier(1)
    written(node, documents)
    keep(node.node.store, [plan(2, accompaniment=id_of("accompaniment"), version=2, signed_on=..., signed_by=...)])
    paper = paper_of(signed_in(node).get(f"/print/plan/{id_of('plan', 2)}").text)
    assert "2, edition 1" in paper
    assert "Signed on" not in paper
    assert "Coach 2" in paper
