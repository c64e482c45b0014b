"""The histories of the demonstration are what the standard asks: valid, ruled by the method, telling every case."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from coupole.demo.desk import Made
from coupole.demo.histories import history
from coupole.demo.members import MEMBERS, Member
from coupole.node.records import rules
from coupole.node.store.changes import StoredDossier
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES
from coupole.standard.validation import findings
from tests.demo.rules import RULES, Dossier, broken, dossiers
from tests.factories import MOMENT

TODAY = date(2026, 11, 30)
ENVELOPE = {"schema_version": "1.0.0", "revision": 1, "updated_at": MOMENT, "deleted": False, "extensions": {}}
member_by_member = pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.node)


@cache
def told(member_number: int, seed: int = 1, today: date = TODAY) -> list[Made]:
    return history(MEMBERS[member_number], seed, today)


def everything() -> list[Made]:
    return [made for number in range(len(MEMBERS)) for made in told(number)]


def of(member: Member) -> list[Made]:
    return told(MEMBERS.index(member))


def files(made: list[Made], today: date = TODAY) -> list[Dossier]:
    return dossiers([(each.entity, each.id, each.document) for each in made], today)


@member_by_member
def test_every_document_is_valid(member: Member) -> None:
    wrong = []
    for made in of(member):
        document = {**ENVELOPE, **made.document, "id": made.id, "node": member.node}
        wrong += [(made.entity, finding) for finding in findings(made.entity, document)]
    assert of(member)
    assert wrong == []


@member_by_member
def test_every_dossier_keeps_the_rules_of_the_method(member: Member) -> None:
    found = files(of(member))
    assert 40 <= len(found) <= 150
    assert [words for dossier in found for words in broken(dossier)] == []


@pytest.mark.parametrize(
    ("seed", "today"),
    [
        (2, date(2026, 8, 31)),
        (3, date(2028, 2, 29)),
        (4, date(2027, 1, 1)),
        (5, date(2025, 6, 15)),
        (6, date(2030, 12, 31)),
    ],
)
def test_the_rules_hold_for_other_seeds_and_days(seed: int, today: date) -> None:
    for member in MEMBERS:
        found = files(history(member, seed, today), today)
        assert found
        assert [words for dossier in found for words in broken(dossier)] == []


@pytest.mark.parametrize(("seed", "today"), [(1, TODAY), (2026, date(2026, 8, 31)), (3, date(2028, 2, 29))])
def test_a_node_finds_nothing_in_them_but_exits_not_asked_about_and_plans_to_sign_again(seed: int, today: date) -> None:
    for number in range(len(MEMBERS)):
        found = [rules.findings(_stored(dossier), today) for dossier in files(told(number, seed, today), today)]
        codes = {finding.code for findings in found for finding in findings}
        assert codes <= {"exit_status_missing", "plan_objectives_changed"}


def test_the_rules_find_what_is_wrong() -> None:
    """Each rule speaks up when the histories are spoiled: the check is not empty."""
    silent = {rule.__name__ for rule in RULES}
    for member in range(len(MEMBERS)):
        for dossier in files(history(MEMBERS[member], 7, TODAY)):
            _spoil(dossier)
            silent -= {rule.__name__ for rule in RULES if list(rule(dossier))}
    assert silent == set()


def test_the_same_seed_and_day_tell_the_same_story() -> None:
    assert history(MEMBERS[1], 5, TODAY) == history(MEMBERS[1], 5, TODAY)
    assert history(MEMBERS[1], 5, TODAY) != history(MEMBERS[1], 6, TODAY)


@member_by_member
def test_identifiers_are_unique_and_references_lead_somewhere(member: Member) -> None:
    made = of(member)
    known = {each.id for each in made}
    assert len(known) == len(made)
    named = {text for each in made for text in _texts(each.document) if text.startswith(f"{member.node}:")}
    assert named
    assert named <= known


def test_every_entity_is_written() -> None:
    assert {made.entity for made in everything()} == set(ENTITIES)


def test_every_phase_is_reached() -> None:
    reached = {row["phase"] for each in everything() for row in each.document.get("phase_history", [])}
    assert reached == set(code_list("phase").ids)
    standing = {each.document["phase"] for each in everything() if each.entity == "accompaniment"}
    assert len(standing) == len(reached)


@pytest.mark.parametrize(
    ("entity", "field", "codes", "share"),
    [
        ("closure", "outcome", "outcome", 0.8),
        ("closure", "reason", "exit_reason", 0.75),
        ("follow_up", "status", "followup_status", 0.8),
        ("objective", "status", "objective_status", 1),
        ("evaluation", "decision", "evaluation_decision", 1),
        ("evaluation", "type", "evaluation_type", 0.8),
        ("accompaniment", "pathway", "pathway", 1),
        ("agreement", "type", "agreement_type", 1),
        ("participant", "sex", "sex", 1),
        ("contribution", "type", "contribution_type", 0.8),
        ("referral", "source_type", "referral_source", 0.7),
    ],
)
def test_most_codes_are_met(entity: str, field: str, codes: str, share: float) -> None:
    met = {each.document[field] for each in everything() if each.entity == entity and field in each.document}
    assert met <= set(code_list(codes).ids)
    assert len(met) >= share * len(code_list(codes).ids)


def test_target_groups_and_operations_are_spread_over_the_federation() -> None:
    entries = [each.document for each in everything() if each.document.get("stage") == "entry"]
    primary = {group["code"] for each in entries for group in each["target_groups"] if group["primary"]}
    assert len(primary) >= 0.8 * len(code_list("target_group").ids)
    programmes = [row for each in everything() for row in each.document.get("programmes", [])]
    assert {row["programme"] for row in programmes} == set(code_list("programme").ids)


def test_some_come_back_and_some_wait() -> None:
    made = everything()
    assert any("previous_accompaniment" in each.document for each in made)
    opened = {each.document["referral"] for each in made if each.entity == "accompaniment"}
    loose = {each.document["decision"] for each in made if each.entity == "referral" and each.id not in opened}
    assert loose == {"waiting", "refused", "withdrawn"}


def _stored(dossier: Dossier) -> StoredDossier:
    owners = {entity: [dossier.find(dossier.file[entity])] for entity in ("participant", "referral")}
    hanging = {entity: documents for entity, documents in dossier.of.items() if documents}
    whole = owners | {"accompaniment": [dossier.file]} | hanging
    named = {text for documents in whole.values() for text in _texts(documents) if text in dossier.known}
    outside = {
        text: dossier.find(text) for text in named if text.split(":")[1] in ("organisation", "agreement", "actor")
    }
    return StoredDossier(dossier.file["id"], "accompaniment", whole, outside)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for each in inner for text in _texts(each)]


def _spoil(dossier: Dossier) -> None:
    """Every document of the dossier tells something impossible."""
    dossier.file["phase_history"][0]["to"] = "2001-01-01"
    dossier.file.update({"started_on": "2001-01-01", "pathway": "transition", "hired_on": dossier.today})
    dossier.find(dossier.file["participant"])["birth_date"] = "1900"
    dossier.find(dossier.file["referral"])["source_organisation"] = dossier.file["agency"]
    for member in (member for team in dossier.of["team"] for member in team["members"]):
        member["role"] = "trainer"
    for plan in dossier.of["plan"]:
        plan |= {"objectives": [], "signed_on": "2099-01-01", "signed_by": []}
    for objective in dossier.of["objective"]:
        objective |= {"status_on": "2002-02-02", "status": "revised" if "replaced_by" in objective else "open"}
    for placement in dossier.of["placement"]:
        placement |= {"type": "coop_placement", "hire": True, "host": "nobody", "to": "2099-01-01", "end_reason": None}
        placement["from"] = "2098-01-01"
    for row in dossier.rows:
        if row["phase"] == "suspended" and dossier.of["placement"]:
            dossier.of["placement"][0]["to"] = row["from"]
    if "agreement" in dossier.file:
        dossier.find(dossier.file["agreement"])["covers"] = {"accompaniments": []}
        dossier.find(dossier.file["agreement"])["target_groups"] = []
    dossier.of["status_observation"] += dossier.of["status_observation"]
