from __future__ import annotations

import copy
from datetime import date

import pytest

from coupole.node.records import pathways
from coupole.node.records.pathways import PathwayUnknown, check_template, fitting, proposed, template, templates
from coupole.standard import LANGUAGES, resource, validation
from coupole.standard.codes import code_list
from coupole.standard.sentences import sentence
from coupole.standard.validation import DocumentInvalid
from tests import factories
from tests.factories import id_of

NAMES = ("abused_women", "court_social_service", "disability", "former_addicts", "psychiatric_service", "young_people")


def texts(part):
    """Every object of translations in a template."""
    if isinstance(part, dict):
        if set(part) <= set(LANGUAGES):
            yield part
        else:
            for inner in part.values():
                yield from texts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from texts(inner)


def test_there_is_a_template_for_each_target_group_of_the_method():
    assert tuple(one["id"] for one in templates()) == NAMES
    files = {path.name for path in resource("v1", "pathways").iterdir()} - {pathways.FORM}
    assert files == {f"{name}.json" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_template_of_the_standard_follows_its_form_in_four_languages(name):
    one = template(name)
    check_template(one)
    found = list(texts(one))

    assert len(found) >= 2 + len(one["objectives"])
    assert all(set(words) == set(LANGUAGES) for words in found)
    assert all(text.strip() == text for words in found for text in words.values())
    assert any(objective["required_for_enterprise"] for objective in one["objectives"])


@pytest.mark.parametrize("name", NAMES)
def test_a_competence_is_proposed_in_its_own_domain(name):
    for objective in template(name)["objectives"]:
        if "competence" in objective:
            assert objective["domain"] == code_list("competence").attribute(objective["competence"], "domain")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("target_groups", 0), "no_such_group"),
        (("sources", 0), "no_such_source"),
        (("pathway",), "no_such_pathway"),
        (("objectives", 0, "domain"), "no_such_domain"),
        (("objectives", 0, "competence"), "no_such_competence"),
        (("actions", 0, "type"), "no_such_action"),
        (("team", 2), "no_such_role"),
        (("evaluation_every_months",), 7),
        (("meeting_every",), "monthly"),
        (("labels",), {}),
        (("labels",), {"de": "Jugendliche"}),
        (("team",), ["project_responsible", "job_coach"]),
        (("objectives",), []),
        (("more",), 1),
    ],
)
def test_a_template_of_another_form_is_refused_with_its_place(place, value):
    one = copy.deepcopy(template("young_people"))
    part = one
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value

    with pytest.raises(DocumentInvalid) as refused:
        check_template(one)
    assert refused.value.findings
    assert all(sentence(one.code).title != sentence("coupole_error").title for one in refused.value.findings)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_proposal_becomes_valid_documents_once_what_only_people_know_is_added(name, language):
    proposal = proposed(template(name), id_of("accompaniment"), language, date(2026, 8, 31))
    objectives = [factories.objective(number, competence=...) | one for number, one in enumerate(proposal.objectives)]
    plan = factories.plan(1, objectives=[one["id"] for one in objectives]) | proposal.plan

    assert [found for one in objectives for found in validation.findings("objective", one)] == []
    assert validation.findings("plan", plan) == []
    assert [one["wording"] for one in objectives] == [one["wording"][language] for one in template(name)["objectives"]]


def test_the_days_of_a_proposal_are_counted_from_its_day():
    proposal = proposed(template("former_addicts"), id_of("accompaniment"), "it", date(2026, 8, 31))

    assert proposal.objectives[0]["due_on"] == "2027-02-28"
    assert proposal.objectives[0]["set_on"] == proposal.objectives[0]["status_on"] == "2026-08-31"
    assert proposal.plan["expected_end_on"] == "2028-02-29"
    assert proposal.plan["evaluation_schedule"] == {"every_months": 3}


def own(**fields):
    """A workshop's own template, in its own language."""
    known = template("former_addicts")
    objective = known["objectives"][0] | {"wording": {"nl": "Elke dag komen."}}
    words = {"labels": {"nl": "Onze mensen"}, "description": {"nl": "Zoals wij het doen."}}
    return {**known, **words, "id": "ours", "objectives": [objective], "actions": [], **fields}


def test_a_workshop_makes_its_own_in_its_own_language():
    check_template(own())
    proposal = proposed(template("ours", [own()]), id_of("accompaniment"), "fr", date(2026, 1, 5))

    assert proposal.objectives[0]["wording"] == "Elke dag komen."
    assert "planned_actions" not in proposal.plan
    assert template("former_addicts", [own(id="former_addicts")])["labels"] == {"nl": "Onze mensen"}


def test_a_name_nobody_gave_is_unknown():
    with pytest.raises(PathwayUnknown):
        template("no_such_template")
    assert sentence(PathwayUnknown.code).title == PathwayUnknown.title()


def test_the_best_fitting_template_comes_first():
    def names(*arguments, **more):
        return [one["id"] for one in fitting(*arguments, **more)]

    assert names(["mental_health"]) == ["psychiatric_service"]
    assert names(["older_worker"]) == []
    assert names([], "justice_service") == ["court_social_service"]
    assert names(["drug_dependence", "alcohol_dependence", "mental_health"]) == [
        "former_addicts",
        "psychiatric_service",
    ]
    assert names(["violence_survivor", "care_leaver"], "womens_shelter") == ["abused_women", "young_people"]
    assert names(["drug_dependence"], own=[own()]) == ["ours", "former_addicts"]


def test_every_template_may_be_proposed_for_the_people_it_is_for():
    for one in pathways.templates():
        for group in one["target_groups"]:
            assert one in fitting([group])
