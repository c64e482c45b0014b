"""How people stay anonymous, said on two pages: to everybody who works here, in four languages, with our numbers."""

from __future__ import annotations

import html
import re
import zlib
from datetime import timedelta

import pytest

from coupole.disclosure import cellkey, protection, suppression, telescoping
from coupole.node.staff.accounts import ROLES
from coupole.node.ui import explaining
from coupole.node.ui.explaining import NUMBERS
from coupole.standard.schemas import schema_file
from coupole.trustee import batches, months
from coupole.trustee.settings import TrusteeSettings
from coupole.web.languages import LANGUAGES
from coupole.web.translations import TRANSLATED
from tests.calling import RunningNode
from tests.desk import browser, signed_in
from tests.factories import id_of, participant
from tests.node.sealed import house_of, joined
from tests.node.ui.printing.papers import words_of
from tests.stores import change, replace
from tests.words import Group, catalogue, collected, groups

ANONYMOUS, PROTECTION = "/leaving/anonymous", "/leaving/protection"
PAGES = (ANONYMOUS, PROTECTION)
SMALL = 25_000
"""Bytes a page may take on the line."""
ADVERSARIES = (
    "Somebody outside or on the line; a thief of the umbrella’s disk",
    "The umbrella federation alone, honest or not",
    "An umbrella federation that lies about the numbers the noise is drawn from",
    "The umbrella federation with some members",
    "The trustee alone",
    "The trustee with some members",
    "A member",
    "The umbrella federation and the trustee together",
    "A trustee that cheats",
    "A member that cheats",
)
"""Who there is in the release protocol, 3.11, in its order."""
LIMITS = (
    "a trustee that is really independent",
    "wear the noise down in 16 to 30 months",
    "The trustee sees which totals are empty or changed",
    "have to review it before the first real member",
    "Figures do not add up exactly",
    "A workshop of 22 people cannot be hidden from its own town",
    "All measurements come from invented members",
)
"""The open points of the release protocol, 7, in their order."""


def words(node: RunningNode, page: str, role: str = "coach") -> str:
    return words_of(signed_in(node, role).get(page).text)


def part(node: RunningNode, name: str) -> str:
    """What stands in the element of the protection page with that ``id``."""
    text = html.unescape(signed_in(node, "auditor").get(PROTECTION).text)
    found = re.search(rf'<(\w+)[^>]* id="{name}">(.*?)</\1>', text, re.DOTALL)
    assert found is not None
    return found[2]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ROLES)
def test_whoever_works_here_reads_both_pages(node: RunningNode, role: str, page: str) -> None:
    assert signed_in(node, role).get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_nobody_else_reads_them(node: RunningNode, page: str) -> None:
    assert browser(node).get(page).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_nothing_of_anybody_and_is_small(node: RunningNode, page: str) -> None:
    answer = signed_in(node, "admin").get(page)
    assert len(zlib.compress(answer.content, 6)) < SMALL
    assert "data-print" in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_they_are_reached_from_what_leaves(node: RunningNode, role: str) -> None:
    assert f'href="{ANONYMOUS}"' in signed_in(node, role).get("/leaving").text
    assert f'href="{PROTECTION}"' in signed_in(node, role).get(ANONYMOUS).text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["coach", "auditor"])
def test_every_page_they_lead_to_is_one_the_reader_may_open(node: RunningNode, role: str, page: str) -> None:
    there = signed_in(node, role)
    main = there.get(page).text.partition("<main")[2].partition("</main>")[0]
    found = re.findall(r'href="(/[^"]*)"', main)
    assert found
    assert {there.get(address).status_code for address in found} == {200}


def group() -> Group:
    return next(one for one in groups() if one.name == "node/ui/explaining")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_half_in_another_language(node: RunningNode, language: str, page: str) -> None:
    text = words_of(signed_in(node, "coach", language=language).get(page).text)
    assert language == "en" or language in TRANSLATED
    long = [said for said in collected(group()) if len(said) > 40]
    own = [said % NUMBERS if "%(" in said else said for said in long]
    shown = [said for said in own if words_of(said) in text]
    assert (len(shown) > 8) if language == "en" else (shown == [])


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_the_same_numbers_as_the_english_text(language: str) -> None:
    """Months, shares, articles and cases, which no constant holds."""
    for message in catalogue(group(), language):
        if message.id:
            assert sorted(numbers(str(message.string))) == sorted(numbers(str(message.id))), message.id


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+", re.sub(r"%\(\w+\)s", "", text))


def test_the_numbers_are_those_of_the_program() -> None:
    schema = schema_file("tabulation")
    quorum = next(one.ge for one in TrusteeSettings.model_fields["quorum"].metadata if hasattr(one, "ge"))
    assert {schema["properties"]["m"]["minimum"], quorum, explaining.FEWEST_MEMBERS} == {5}
    assert {batches.EXACT_FROM, suppression.MEMBERS, explaining.EXACT_MEMBERS} == {20}
    assert explaining.KEYS_AHEAD == months.AHEAD == 14
    assert timedelta(days=explaining.KEY_DAYS) == months.KEPT == timedelta(days=60)
    assert NUMBERS["floor"] == protection.FLOOR == 20
    assert (NUMBERS["variance"], NUMBERS["bound"]) == cellkey.AGREED[:2] == (2, 5)
    assert NUMBERS["few"] == cellkey.AGREED.hidden_below - 1 == 2
    assert (NUMBERS["sealed_variance"], NUMBERS["sealed_bound"]) == (telescoping.VARIANCE, telescoping.BOUND)


def test_the_page_names_them(node: RunningNode) -> None:
    cells = [words_of(one) for one in re.findall(r"<dd>(.*?)</dd>", part(node, "numbers"))]
    noise = "mean 0, variance 2, at most"
    assert cells == ["20", f"{noise} 5", "1 to 2", f"{noise} 8", "5", "20", "14", "60"]
    text = words(node, ANONYMOUS)
    for said in (
        "by 5 at most",
        "fewer than 20 people",
        "from 1 to 2",
        "at least 5 workshops",
        "at least 20 workshops",
    ):
        assert said in text
    assert "up to 14 months ahead" in words(node, PROTECTION)
    assert "at the latest 60 days after the month" in words(node, PROTECTION)


def test_everybody_who_might_learn_something_has_a_row(node: RunningNode) -> None:
    rows = re.findall(r'<tr role="row"><th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', part(node, "adversaries"), re.DOTALL)
    assert [words_of(who) for who, _ in rows] == list(ADVERSARIES)
    for _, cells in rows:
        learns, not_ = re.findall(r"<td[^>]*>(.*?)</td>", cells, re.DOTALL)
        assert words_of(learns)
        assert words_of(not_)


def test_what_umbrella_and_trustee_could_do_together_is_not_played_down(node: RunningNode) -> None:
    rows = part(node, "adversaries").split("<tr")
    together = next(row for row in rows if "The umbrella federation and the trustee together" in row)
    assert "<strong>Every workshop’s sealed figures of the months whose key still exists" in together
    assert "If umbrella federation and trustee broke their word together" in words(node, ANONYMOUS)


def test_every_open_point_is_said(node: RunningNode) -> None:
    points = [words_of(one) for one in re.findall(r"<li>(.*?)</li>", part(node, "limits"), re.DOTALL)]
    assert len(points) == len(LIMITS)
    for point, limit in zip(points, LIMITS, strict=True):
        assert limit in point


@pytest.mark.parametrize("page", PAGES)
def test_no_page_promises_that_nothing_can_be_learned(node: RunningNode, page: str) -> None:
    text = words(node, page).casefold()
    for promise in ("guarantee", "impossible", "fully anonymous", "completely", "100 %", "cannot be broken"):
        assert promise not in text


def test_what_was_published_is_said_to_stay(node: RunningNode) -> None:
    assert "What was published stays published" in words(node, ANONYMOUS)
    assert "Published totals stay." in words(node, PROTECTION)
    assert "no legal advice" in words(node, PROTECTION)


def test_whoever_is_erased_comes_out_of_the_running_totals_with_the_next_report(node: RunningNode) -> None:
    house_of(node)
    made = joined(node)
    opening = made.pull("2025-01/opening", "opening")
    assert made.told(opening) == [3, 2, 1, 3, 0]
    made.certify("2025-01/opening", opening)
    store = node.node.store
    store.erase(id_of("participant"), store.context("admin"))
    assert made.told(made.pull("2025-01")) == [-1, -1, 0, -1, 0]
    assert "the next sealed report takes them out" in words(node, PROTECTION)


def test_whoever_takes_the_consent_to_statistics_back_comes_out_with_the_next_report_and_both_pages_say_so(
    node: RunningNode,
) -> None:
    house_of(node)
    made = joined(node)
    opening = made.pull("2025-01/opening", "opening")
    assert made.told(opening) == [3, 2, 1, 3, 0]
    made.certify("2025-01/opening", opening)
    taken_back = {"purpose": "statistics", "granted_on": "2024-11-05", "withdrawn_on": "2025-01-20"}
    change(node.node.store, replace(participant(1, sex="F"), consents=[taken_back]))
    assert made.told(made.pull("2025-01")) == [-1, -1, 0, -1, 0]
    assert "the next sealed report takes them out of the running totals. Figures that a law demands" in words(
        node, PROTECTION
    )
    assert "as consent to statistics that was taken back" in words(node, ANONYMOUS)
