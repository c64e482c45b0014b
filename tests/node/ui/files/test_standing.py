"""What the rules find in a file, on its page: each thing once, to whoever may know it, and a plan to sign again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coupole.node.store import queries
from coupole.node.store.changes import StoredDossier
from tests.calling import RunningNode
from tests.desk import account, browser_of
from tests.factories import id_of, objective, status_observation
from tests.node.records.filed import FILE_ID, made, put, stored
from tests.node.ui.files.desks import FILE, PERSON, FileDesk, desk, saved, told
from tests.node.ui.files.test_file import section
from tests.stores import keep

NEEDED = {"accompaniment": FILE_ID, "required_for_enterprise": True, "set_on": "2025-01-10", "status_on": "2025-01-10"}


def said(page: str, part: str) -> str:
    """What a section of a page says."""
    return re.sub(r" ([;.])", r"\1", told(f"<main>{section(page, part)}</main>"))


def pending(node: RunningNode, *words: str) -> None:
    """The story in the co-operative, with so many objectives needed for the enterprise and not achieved."""
    stored(node.node.store, "insertion_coop", "closure", "objective", "team_meeting")
    keep(node.node.store, [objective(number, wording=one, **NEEDED) for number, one in enumerate(words, 1)])


def test_what_several_objectives_lack_is_said_once_with_their_number_and_names(node: RunningNode) -> None:
    pending(node, "Be on time", "Keep the pace.", "Ask for help")
    for page, part in (("", "following"), ("/move?phase=insertion_enterprise", "lacking")):
        found = said(desk(node).page(page), part)
        assert found.count("An objective needed for the enterprise is not achieved yet.") == 1
        assert "3 objectives: Ask for help; Be on time; Keep the pace." in found


def test_one_objective_that_lacks_something_is_named_without_a_number(node: RunningNode) -> None:
    pending(node, "Be on time")
    assert "not achieved yet. Be on time. Go on" in said(desk(node).page(), "following")


@pytest.fixture
def own(node: RunningNode) -> FileDesk:
    stored(node.node.store, "insertion_coop", "closure", "team_meeting", "objective")
    keep(node.node.store, [objective(1, accompaniment=FILE_ID, wording="Be on time", status="open")])
    return desk(node)


def revise(own: FileDesk) -> None:
    """The objective replaced in a meeting, and another one added."""
    key = f"goal.{id_of('objective').rpartition(':')[2]}"
    typed = {f"{key}.change": "revised", f"{key}.reason": "Too much", f"{key}.wording": "Half a day on time"}
    added = {"added.0.wording": "Ask for help", "added.0.domain": own.all("objective")[0]["domain"]}
    assert saved(own.send("/meeting", {"minutes": "…", **typed, **added}))


def test_a_signed_plan_whose_objectives_changed_says_what_since_when_and_leads_to_the_next_version(
    own: FileDesk,
) -> None:
    assert section(own.page(), "renewal") == ""
    revise(own)
    for page in ("", "/plan"):
        shown = own.page(page)
        for words in ("Version 1 was signed on 3 February 2025.", "Be on time → Half a day", "Added: Ask for help"):
            assert words in said(shown, "renewal")
        assert f'href="{FILE}/plan/new"' in section(shown, "renewal")
    assert "plan_objectives_changed" not in section(own.page(), "warnings"), "it is said once"
    form = own.form("/plan/new")
    assert saved(own.send("/plan/new", {}, form))
    assert section(own.page(), "renewal") == "", "what nobody signed yet still changes"
    assert f'href="/print/plan/{own.last("plan")["id"]}"' in section(own.page(), "due")
    assert {one["id"] for one in own.all("objective") if one["status"] == "open"} == {*own.last("plan")["objectives"]}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Plan to sign again: the objectives changed"),
        ("nl", "Plan opnieuw te ondertekenen: de doelstellingen zijn veranderd"),
        ("fr", "Projet à signer de nouveau : les objectifs ont changé"),
        ("it", "Progetto da firmare di nuovo: gli obiettivi sono cambiati"),
    ],
)
def test_a_plan_to_sign_again_is_due_in_the_first_list_of_everybody(
    own: FileDesk, node: RunningNode, language: str, words: str
) -> None:
    keep(own.store, [objective(2, accompaniment=FILE_ID, set_on="2025-06-10", status_on="2025-06-10")])
    page = desk(node, "coach", actor=id_of("actor"), language=language).browser.get("/").text
    assert words in told(page)
    assert f'href="{FILE}/plan"' in page


def test_whoever_only_reads_is_told_of_the_plan_and_given_no_button(own: FileDesk, node: RunningNode) -> None:
    revise(own)
    found = section(desk(node, "reader").page(), "renewal")
    assert "Half a day on time" in found
    assert "href" not in found


def test_a_reader_is_not_told_that_something_is_missing_which_only_they_may_not_read(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")  # an agreement that covers a target group, as the rules see
    officer, reader = desk(node).page(), desk(node, "reader").page()
    for page in (officer, reader):
        assert "target_group_missing" not in page
        assert "agreement_not_covering" not in page
    state = re.compile(r'data-step="3" data-state="([a-z_]+)"')
    assert state.findall(reader) == state.findall(officer) == ["done"]


def test_a_reader_is_told_nothing_about_a_field_they_may_not_read(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure", "status_observation")
    left = dict.fromkeys(("target_groups", "education_level"), ...)
    keep(node.node.store, [status_observation(3, accompaniment=FILE_ID, stage="annual", **left)])
    officer, reader = desk(node).page(), desk(node, "reader").page()
    assert "target_group_missing" in officer
    assert f"/records/{id_of('status_observation', 3)}?" in officer, "it is settled where the situation stands"
    assert "target_group_missing" not in reader
    assert "target group" not in told(reader)


def test_what_a_reader_may_know_is_told_to_them_as_to_the_others(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure", "team")
    for page in (desk(node).page(), desk(node, "reader").page()):
        assert "The team has no responsible of the project." in section(page, "warnings")


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were loaded, each time they were."""
    found: list[str] = []
    load = queries.dossier

    def counted(session: Any, vault: Any, root: str) -> StoredDossier:
        found.append(root)
        return load(session, vault, root)

    monkeypatch.setattr(queries, "dossier", counted)
    return found


PAGES = [
    *(
        FILE + page
        for page in ("", "/meeting", "/evaluation", "/plan", "/plan/new", "/move", "/follow-ups", "/history")
    ),
    *(f"/records/{id_of(entity)}" for entity in ("accompaniment", "participant", "referral", "team", "placement")),
    f"/records/new/action?accompaniment={FILE_ID}",
    f"/records/new/referral?participant={id_of('participant')}",
    PERSON,
    *(f"/print/{paper}" for paper in (f"plan/{id_of('plan')}", f"person/{id_of('participant')}")),
    f"/leaving/people/{id_of('participant')}",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_the_file_once(node: RunningNode, loads: list[str], path: str) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    browser = browser_of(node, account(node, "coach", actor=id_of("actor")))
    browser.get(FILE)
    loads.clear()
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    assert loads == [FILE_ID]


def test_nobody_sees_more_because_the_file_is_loaded_once(node: RunningNode) -> None:
    stored(node.node.store, "insertion_coop", "closure")
    made(node.node.store, objective(7, accompaniment=FILE_ID, set_on="2025-01-10", status_on="2025-01-10"))
    put(node.node.store, "status_observation", barriers=[{"code": "health", "state": "present"}])
    reader = desk(node, "reader")
    for path in (FILE, f"/records/{id_of('status_observation')}", PERSON):
        assert "Health" not in told(reader.browser.get(path).text), path
