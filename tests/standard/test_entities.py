from __future__ import annotations

from coupole.standard import VERSION, resource
from coupole.standard.entities import ENTITIES
from coupole.standard.schemas import schema_names

COLLECTIONS = {
    "organisations",
    "participants",
    "actors",
    "status_observations",
    "accompaniments",
    "referrals",
    "agreements",
    "teams",
    "plans",
    "objectives",
    "team_meetings",
    "evaluations",
    "placements",
    "contributions",
    "actions",
    "follow_ups",
    "closures",
    "coordination_meetings",
}


def test_the_standard_has_eighteen_entities_each_with_the_plural_of_its_address():
    assert {entity.collection for entity in ENTITIES.values()} == COLLECTIONS
    assert len(ENTITIES) == 18
    assert set(ENTITIES) <= set(schema_names())


def test_owners_come_before_what_they_own():
    order = list(ENTITIES)

    assert order.index("participant") < order.index("referral") < order.index("accompaniment")
    owned = [name for name, entity in ENTITIES.items() if "accompaniment" in entity.fields]
    assert len(owned) == 11
    assert all(order.index("accompaniment") < order.index(name) for name in owned)


def test_a_field_tells_its_label_class_widget_and_choices():
    sex = ENTITIES["participant"].fields["sex"]

    assert (sex.label("nl"), sex.label("xx"), sex.data_class, sex.widget) == ("Geslacht", "Sex", "S", "select")
    assert (sex.required, sex.nullable, sex.special, sex.codelist) == (True, False, False, "sex")
    assert sex.options("fr")[0] == ("F", "Femme")
    assert ENTITIES["participant"].fields["local_id"].options("fr") == ()


def test_a_choice_without_a_list_is_worded_by_the_schema_itself():
    decision = ENTITIES["referral"].fields["decision"]

    assert decision.options("nl")[0] == ("accepted", "Aanvaard")
    assert decision.options("xx")[0] == ("accepted", "Accepted")


def test_fields_inside_groups_and_rows_are_fields_too():
    fields = ENTITIES["participant"].fields

    assert set(fields["residence"].fields) == {"country", "nuts3", "municipality", "degurba"}
    assert set(fields["consents"].fields) == {"purpose", "granted_on", "withdrawn_on"}
    assert fields["local_id"].fields == {}


def test_a_reference_knows_what_it_leads_to():
    history = ENTITIES["accompaniment"].fields["phase_history"]

    assert ENTITIES["plan"].fields["objectives"].targets == ("objective",)
    assert history.fields["decided_in"].targets == ("team_meeting", "evaluation")
    assert history.targets == ()


def test_the_version_written_is_one_the_schema_takes():
    assert VERSION.startswith("1.")
    assert resource("v1").is_dir()
