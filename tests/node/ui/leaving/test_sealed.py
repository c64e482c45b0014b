"""What leaves sealed, as people of the workshop see it: what is counted, what was in it, whether it counted."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest

from coupole.node.staff.accounts import ROLES
from coupole.node.store import releases, sealed
from coupole.wire.documents import digest
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.forms import forms_of
from tests.node.sealed import Federation, Trustee, arrive, federation, house_of, joined
from tests.node.ui.printing.papers import words_of

PAGE = "/leaving/sealed"


def words(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return words_of(html.unescape(answer.text))


def state(made: Federation) -> str:
    with made.node.node.store.reading() as session:
        row = sealed.tabulation(session, made.name)
        return row.state if row else ""


def log_of(trustee: Trustee, name: str) -> dict[str, Any]:
    """The log as a trustee publishes it."""
    raw = [one["document"] for one in trustee.chain]
    lines = [
        {"tabulation": name, "number": number, "slot": json.loads(text)["slot"], "outcome": "released"}
        | {"digest": digest(text.encode())}
        for number, text in enumerate(raw, 1)
    ]
    return {"type": "log", "form": 1, "trustee": trustee.name, "roster": {}, "certificates": lines}


@pytest.fixture
def reported(node: RunningNode) -> Federation:
    """Two reports left: one was counted, of the other nothing is known yet."""
    house_of(node)
    made = joined(node)
    made.certify("2025-01/opening", made.pull("2025-01/opening", "opening"))
    arrive(node, 5, opened="2025-01-10")
    made.pull("2025-01")
    return made


def test_where_nothing_was_asked_the_pages_say_so(node: RunningNode) -> None:
    admin = signed_in(node, "admin")
    assert "Nobody has asked for sealed totals so far." in words(admin.get(PAGE))
    for path in ("counted", "report", "log"):
        assert admin.get(f"{PAGE}/{path}").headers["location"] == PAGE
    assert admin.get(f"{PAGE}?list=nothing").status_code == 404


def test_what_would_be_counted_is_said_in_plain_words(node: RunningNode) -> None:
    made = federation(node)
    made.propose()
    admin = signed_in(node, "admin")
    assert "Federation asks to count our people in its sealed totals." in words(admin.get(PAGE))
    said = words(admin.get(f"{PAGE}/counted?list={made.name}"))
    assert "from January 2025 on" in said
    assert "fewer than 5 members" in said
    assert "Each report holds 5 numbers" in said
    assert "Open accompaniments (on the last day)" in said
    assert "in all · by Sex" in said
    for language, word in (("nl", "naar"), ("fr", "par"), ("it", "per")):
        there = signed_in(node, "admin", language=language)
        told = words(there.get(f"{PAGE}/counted?list={made.name}"))
        assert f" {word} " in told


def test_the_administrator_agrees_by_typing_what_stands_on_the_paper(node: RunningNode) -> None:
    made = federation(node)
    made.propose()
    admin = signed_in(node, "admin")
    page = admin.get(f"{PAGE}/counted").text
    form = next(one for one in forms_of(page) if one.action == f"{PAGE}/counted")
    wrong = admin.post(form.action, data=dict([*form.typed(**{"trustee-1": "ABCD-EFGH"}), ("decision", "agree")]))
    assert (wrong.status_code, state(made)) == (422, "proposed")
    assert "This is not what stands on the paper of the trustee." in html.unescape(wrong.text)
    typed = form.typed(**{"trustee-1": made.trustees[0].paper.lower()})
    right = admin.post(form.action, data=dict([*typed, ("decision", "agree")]))
    assert (right.status_code, state(made)) == (303, "accepted")
    assert "Agreed" in words(admin.get(right.headers["location"]))
    again = admin.post(form.action, data=dict([*typed, ("decision", "agree")]))
    assert again.status_code == 409


def test_it_can_be_declined_and_agreed_to_later_and_left(node: RunningNode) -> None:
    made = federation(node)
    made.propose()
    admin = signed_in(node, "admin")
    for decision, typed, after in (
        ("decline", "", "declined"),
        ("agree", made.trustees[0].paper, "accepted"),
        ("leave", "", "leaving"),
    ):
        sent = {"list": made.name, "decision": decision, "trustee-1": typed}
        answer = admin.post(f"{PAGE}/counted", data=sent)
        assert (answer.status_code, state(made)) == (303, after)
        assert admin.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_only_an_administrator_decides_and_sees_what_was_in_a_report(reported: Federation, role: str) -> None:
    there = signed_in(reported.node, role)
    assert there.get(PAGE).status_code == 200
    allowed = role == "admin"
    assert ("What was in it" in there.get(PAGE).text) is allowed
    exact = there.get(f"{PAGE}/report?slot=2025-01")
    assert (exact.status_code == 200) is allowed
    answer = there.post(f"{PAGE}/counted", data={"list": reported.name, "decision": "leave"})
    assert (answer.status_code, state(reported)) == ((303, "leaving") if allowed else (403, "accepted"))


def test_each_report_is_listed_with_whether_it_was_counted(reported: Federation) -> None:
    admin = signed_in(reported.node, "admin")
    said = words(admin.get(PAGE))
    assert "January 2025" in said
    assert "not known yet" in said
    assert "opening balance of January 2025" in said
    assert "counted (certificate 1)" in said
    assert 'href="/leaving?period=2025-01"' in admin.get(PAGE).text
    reported.trustees[0].certify(reported.name, "2025-01", None)
    reported.pull("2025-02")
    assert "no total was made: its changes come again (certificate 2)" in words(admin.get(PAGE))


def test_the_exact_changes_of_a_report_are_shown_in_words(reported: Federation) -> None:
    admin = signed_in(reported.node, "admin")
    said = words(admin.get(f"{PAGE}/report?slot=2025-01"))
    assert "Open accompaniments, by Sex" in said
    assert "Woman +1" in said
    assert "all +1" in said
    opening = words(admin.get(f"{PAGE}/report?slot=2025-01/opening"))
    assert "our people of before came into the totals" in opening
    assert "others +1" in opening
    assert "In all +3" in opening
    assert admin.get(f"{PAGE}/report?slot=2031-01").headers["location"] == PAGE


def test_a_withheld_figure_is_named_where_it_reported_no_change(reported: Federation) -> None:
    node = reported.node
    reported.trustees[0].certify(reported.name, "2025-01", None)
    admin = signed_in(node, "admin")
    with node.node.store.writing() as session:
        releases.withhold(session, "S01", "anna", reported_at(session, reported))
        releases.withhold(session, "F01", "anna", reported_at(session, reported))
    reported.pull("2025-02")
    said = words(admin.get(f"{PAGE}/report?slot=2025-02"))
    assert "reported no change: Open accompaniments." in said
    assert "Open accompaniments, by" not in said
    assert "in sealed totals they report no change: Open accompaniments." in words(admin.get(f"{PAGE}/counted"))


def reported_at(session: Any, made: Federation) -> Any:
    return sealed.reports(session, made.name)[0].made_at


def test_the_log_says_what_left_sealed(reported: Federation) -> None:
    assert "Sealed report, 2025-01" in words(signed_in(reported.node, "auditor").get("/leaving/log"))


def test_our_part_can_be_checked_against_the_log_of_the_trustee(reported: Federation) -> None:
    trustee = reported.trustees[0]
    auditor = signed_in(reported.node, "auditor")
    honest = log_of(trustee, reported.name)

    def compared(log: Any) -> str:
        return words(auditor.post(f"{PAGE}/log", data={"log": json.dumps(log)}))

    assert digest(trustee.chain[0]["document"].encode())[:12] in words(auditor.get(f"{PAGE}/log"))
    assert "Everything we were shown is in the log, just so." in compared(honest)
    assert "the same counted" in compared(honest)
    other = {**honest["certificates"][0], "digest": "0" * 64}
    for spoilt in ({**honest, "certificates": [other]}, {**honest, "certificates": []}):
        assert "What we were shown is not what the trustee published." in compared(spoilt)
    trustee.certify(reported.name, "2025-01", None)
    assert "there, not shown to us yet" in compared(log_of(trustee, reported.name))


@pytest.mark.parametrize(
    "pasted",
    ["", "nonsense", "[]", "{}", '{"type": "log"}', '{"type": "log", "trustee": "Somebody", "certificates": []}'],
)
def test_what_is_no_log_is_refused(reported: Federation, pasted: str) -> None:
    answer = signed_in(reported.node, "auditor").post(f"{PAGE}/log", data={"log": pasted})
    assert answer.status_code == 422
    assert "This is not the log of the trustee." in html.unescape(answer.text)


def test_a_log_with_strange_lines_is_refused(reported: Federation) -> None:
    auditor = signed_in(reported.node, "auditor")
    honest = log_of(reported.trustees[0], reported.name)
    for name, wrong in (("number", "1"), ("slot", 1), ("digest", None)):
        lines = [{**one, name: wrong} for one in honest["certificates"]]
        answer = auditor.post(f"{PAGE}/log", data={"log": json.dumps({**honest, "certificates": lines})})
        assert answer.status_code == 422


def test_why_a_return_waits_is_said_in_words_also_where_the_second_trustee_decided_it(node: RunningNode) -> None:
    made = joined(house_of(node), trustees=2)
    made.pull("2025-01")
    for trustee, reason in zip(made.trustees, ("report_not_counted_elsewhere", "report_return_waits"), strict=True):
        refused = [{"node": node.node.node_id, "reason": reason}]
        trustee.certify(made.name, "2025-01", {"south": "0" * 64}, refused=refused)
    made.pull("2025-02")
    said = words(signed_in(node, "admin").get(PAGE))
    assert "its changes come again: This member was away for long" in said
    dutch = words(signed_in(node, "coach", language="nl").get(PAGE))
    assert "de veranderingen komen opnieuw: Dit lid was lang weg" in dutch
