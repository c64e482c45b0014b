from __future__ import annotations

import copy
import json

import pytest

from coupole.standard import LANGUAGES, catalogue, resource
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import CatalogueInvalid, CatalogueUnknown, load, read
from coupole.standard.sentences import known_codes
from coupole.standard.validation import DocumentInvalid
from coupole.standard.views import Scene

CORE = json.loads(resource("v1", "catalogue", "core-1.0.0.json").read_bytes())
WORDS = dict.fromkeys(LANGUAGES, "Something.")

OF_THE_TABLE = {
    *(f"S{number:02d}" for number in range(1, 8)),
    *(f"F{number:02d}" for number in range(1, 8)),
    *(f"O{number:02d}" for number in range(1, 11)),
    *(f"Q{number:02d}" for number in range(1, 11)),
    *("D01", "D02", "M01", "M02", "M03", "T01", "T02"),
    *(f"EECO{number:02d}" for number in range(1, 18)),
    *(f"EECR{number:02d}" for number in range(1, 7)),
}
SECOND_MEASURES = {"O03b", "O04b", "O05b", "Q09b", "M01b", "M03b"}
STANDARD = ["sex", "age_band", "target_group", "pathway", "programme"]


def small(**indicator):
    """A catalogue of one indicator."""
    dimensions = {
        "sex": {"title": WORDS, "codes": {"list": "sex"}, "unknown": "U", "of": "$participant.sex"},
        "phase": {"title": WORDS, "codes": {"list": "phase"}},
        "operation": {"title": WORDS, "codes": "open"},
        "agency": {"title": WORDS, "codes": "open"},
        "programme": {"title": WORDS, "codes": {"list": "programme"}, "several": True},
    }
    given = {
        "id": "S01",
        "title": WORDS,
        "definition": WORDS,
        "unit": "accompaniments",
        "record": "accompaniment",
        "period": {"kind": "flow", "on": "$opened_on"},
        "measure": {"kind": "count"},
        "by": [],
    }
    known = {name: value for name, value in (given | indicator).items() if value is not None}
    return {
        "id": "small",
        "version": "0.1.0",
        "standard": "1.0.0",
        "title": WORDS,
        "currency": "EUR",
        "dimensions": dimensions,
        "indicators": [known],
    }


def refused(document):
    with pytest.raises(CatalogueInvalid) as caught:
        read(document)
    return [(finding.code, finding.pointer, finding.params.get("name")) for finding in caught.value.findings]


def test_the_core_catalogue_has_every_indicator_of_the_table():
    assert {indicator.id for indicator in load("core", "1.0.0").indicators} == OF_THE_TABLE | SECOND_MEASURES


def test_every_indicator_and_dimension_has_words_of_its_own_in_four_languages():
    core = load("core", "1.0.0")

    assert core.indicators
    for one in (*core.indicators, *(dimension for each in core.indicators for dimension in each.dimensions)):
        assert set(one.title) == set(LANGUAGES)
    for one in core.indicators:
        assert len(set(one.title.values())) == len(set(one.definition.values())) == 4, one.id
        assert all(text.endswith(".") for text in one.definition.values()), one.id
    for language in LANGUAGES:
        assert len({one.title[language] for one in core.indicators}) == len(core.indicators)


def test_figures_of_people_are_shown_by_the_standard_dimensions_and_the_fund_by_sex_and_operation():
    for one in load("core", "1.0.0").indicators:
        names = [dimension.name for dimension in one.dimensions]
        if one.id.startswith("EEC"):
            assert names == ["sex", "operation"]
        elif set(one.about) == {"people"} and names:
            assert names[:5] == STANDARD, one.id


def test_the_core_catalogue_says_which_figures_tell_what_became_of_people():
    core = load("core", "1.0.0")

    rates = {"O01", "O02", "O03", "O03b", "O04", "O04b", "O05", "O05b", "O06", "O08", "O09", "O10"}
    assert {one.id for one in core.indicators if one.outcome_of_people} == rates
    dimensions = {one.name: one for each in core.indicators for one in each.dimensions}
    outcomes = {name for name, one in dimensions.items() if one.outcome_of_people}
    assert outcomes == {"outcome_category", "exit_reason", "rungs", "decision"}
    assert {name for name, one in dimensions.items() if one.target_of_people} == {"target_group"}


def test_the_core_catalogue_says_behind_which_figures_no_person_stands():
    core = load("core", "1.0.0")

    about = {one.id: one.about for one in core.indicators if set(one.about) != {"people"}}
    alone = ("organisation",)
    assert about == {
        "S04": ("people", "organisation"), "S05": alone, "Q09": alone * 2, "Q09b": alone * 2, "T02": alone * 2,
    }  # fmt: skip
    for name in (*about, "S07"):
        counted = core.indicator(name).counted
        assert counted is not None
        assert len(set(counted.values())) == 4, name


def test_closed_dimensions_end_with_what_is_not_known():
    closed = [one for each in load("core", "1.0.0").indicators for one in each.dimensions if one.codes is not None]

    assert closed
    assert all(one.codes[-1] == one.unknown and len(set(one.codes)) == len(one.codes) for one in closed)


def test_a_catalogue_is_read_once():
    assert load("core", "1.0.0") is load("core", "1.0.0")
    assert load("core", "1.0.0").indicator("Q01").parts == ("num", "den")


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("core", "9.9.9"),
        ("nothing", "1.0.0"),
        ("../catalogue/core", "1.0.0"),
        ("core", "1.0.0/../core-1.0.0"),
        ("", ""),
    ],
)
def test_what_is_not_there_is_not_looked_for_elsewhere(name, version):
    with pytest.raises(CatalogueUnknown):
        load(name, version)


def test_the_fingerprint_changes_with_the_content():
    changed = copy.deepcopy(CORE)
    changed["indicators"][0]["title"]["en"] += "!"

    assert read(CORE).fingerprint == load("core", "1.0.0").fingerprint != read(changed).fingerprint


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("record", "Accompaniment"),
        ("period", {"kind": "flow"}),
        ("period", {"kind": "yearly", "on": "$opened_on"}),
        ("where", {"like": ["$phase", "h%"]}),
        ("where", {"eq": ["$phase"]}),
        ("where", {"eq": ["$phase", "hired"], "ne": ["$phase", "hired"]}),
        ("where", "$phase'; DROP TABLE record"),
        ("where", {"any": {"of": "plan", "where": {"set": "$^.^.phase"}}}),
        ("measure", {"kind": "median", "of": "$opened_on"}),
        ("by", [{"as": "sex"}]),
        ("unit", "things"),
        ("title", {"en": "Only one"}),
        ("surprise", 1),
    ],
)
def test_what_is_not_in_the_grammar_is_refused_with_its_place(part, value):
    with pytest.raises(DocumentInvalid) as caught:
        read(small(**{part: value}))

    assert caught.value.findings
    assert all(finding.pointer.startswith("/indicators/0") for finding in caught.value.findings)


AT = "/indicators/0"


@pytest.mark.parametrize(
    ("changed", "code", "pointer", "name"),
    [
        ({"record": "journey"}, "record_unknown", f"{AT}/record", "journey"),
        ({"record": "plan.signatures"}, "record_unknown", f"{AT}/record", "plan.signatures"),
        ({"record": "journey.steps"}, "record_unknown", f"{AT}/record", "journey.steps"),
        (
            {"period": {"kind": "flow", "on": "$opend_on"}},
            "path_unknown_in_schema", f"{AT}/period/on", "opend_on",
        ),
        ({"where": {"eq": ["$participant.shoe", 4]}}, "path_unknown_in_schema", f"{AT}/where/eq/0", "shoe"),
        ({"where": {"set": "$agreement.signedon"}}, "path_unknown_in_schema", f"{AT}/where/set", "signedon"),
        ({"where": {"set": "$phase.name"}}, "path_unknown_in_schema", f"{AT}/where/set", "name"),
        ({"where": {"any": {"of": "meeting"}}}, "record_unknown", f"{AT}/where/any/of", "meeting"),
        (
            {"where": {"any": {"of": "team_meeting", "where": {"eq": ["$^.tpye", "x"]}}}},
            "path_unknown_in_schema", f"{AT}/where/any/where/eq/0", "tpye",
        ),
        ({"where": {"eq": ["$^.phase", "x"]}}, "outer_row_missing", f"{AT}/where/eq/0", None),
        ({"where": {"le": ["$opened_on", "$slot.start"]}}, "moment_unknown", f"{AT}/where/le/1", "slot.start"),
        ({"where": {"le": ["$opened_on", "$day"]}}, "moment_unknown", f"{AT}/where/le/1", "day"),
        ({"where": {"use": "nothing"}}, "definition_unknown", f"{AT}/where/use", "nothing"),
        (
            {"where": {"eq": [{"attr": {"list": "colours", "get": "group", "of": "$phase"}}, "x"]}},
            "code_list_unknown", f"{AT}/where/eq/0/attr/list", "colours",
        ),
        (
            {"where": {"eq": [{"attr": {"list": "phase", "get": "weight", "of": "$phase"}}, "x"]}},
            "code_property_unknown", f"{AT}/where/eq/0/attr/get", "weight",
        ),
        (
            {"where": {"eq": [{"band": {"list": "colours", "of": 1}}, "x"]}},
            "code_list_unknown", f"{AT}/where/eq/0/band/list", "colours",
        ),
        (
            {"period": {"kind": "flow", "on": {"add": ["$opened_on", "6 months"]}}},
            "duration_invalid", f"{AT}/period/on/add/1", None,
        ),
        ({"by": ["height"]}, "dimension_unknown", f"{AT}/by", "height"),
        ({"by": ["phase"]}, "dimension_unknown", f"{AT}/by", "phase"),
        ({"by": [{"as": "height", "of": "$phase"}]}, "dimension_unknown", f"{AT}/by", "height"),
        (
            {"by": [{"as": "operation", "of": "$phase"}, {"as": "agency", "of": "$agency"}]},
            "dimensions_open_twice", f"{AT}/by", None,
        ),
        ({"by": [{"as": "programme", "of": "$programmes.programme"}]}, "dimension_several_open", f"{AT}/by", None),
        (
            {"measure": {"kind": "groups", "by": "$responsible", "bands": [[1, 5], [5, None]]}, "by": ["sex"]},
            "groups_have_no_dimensions", f"{AT}/by", None,
        ),
        (
            {"by": [{"as": "phase", "of": {"last": {"of": "phase_interval", "order": "since", "get": "$phase"}}}]},
            "path_unknown_in_schema", f"{AT}/by/last/order", "since",
        ),
    ],
)  # fmt: skip
def test_a_name_the_standard_does_not_have_is_a_finding_at_its_place(changed, code, pointer, name):
    assert (code, pointer, name) in refused(small(**changed))


def test_time_that_goes_by_is_compared_with_plain_dates_only():
    slots = {"kind": "slots", "grain": "month"}
    shifted = {"le": [{"add": ["$opened_on", "P1M"]}, "$slot.start"]}
    reached = {"le": ["$agreement.signed_on", "$slot.start"]}
    literal = {"ge": ["$slot.start", "2024-01-01"]}
    outside = {"le": ["$^.drafted_on", "$slot.end"]}

    for due in (shifted, reached, literal, outside):
        assert "moment_arithmetic" in [code for code, _, _ in refused(small(period=slots | {"due": due}))]
    assert "moment_arithmetic" in [
        code
        for code, _, _ in refused(
            small(
                period={"kind": "stock_end", "from": "$opened_on", "to": "$closed_on"},
                measure={"kind": "ratio", "numerator": {"gt": [{"days": ["$opened_on", "$day"]}, 3]}},
            )
        )
    ]


def test_a_definition_uses_only_those_before_it():
    document = small(where={"use": "second"})
    document["definitions"] = {"first": {"use": "second"}, "second": {"eq": ["$phase", "hired"]}}

    assert refused(document) == [("definition_unknown", "/definitions/first/use", "second")]


def test_dimensions_name_lists_of_the_standard():
    document = small()
    document["dimensions"]["shade"] = {"title": WORDS, "codes": {"pairs": "colours"}, "of": "$phase"}

    assert refused(document) == [("code_list_unknown", "/dimensions/shade/codes", "colours")]


def aimed(**indicator):
    """A catalogue of one indicator that is shown by target group."""
    document = small(by=["group"], **indicator)
    document["dimensions"]["group"] = {
        "title": WORDS, "codes": {"list": "target_group"}, "of": "$phase", "target_of_people": True,
    }  # fmt: skip
    return document


def test_a_rate_by_target_group_says_whether_it_tells_what_became_of_people():
    rate = {"kind": "ratio", "numerator": {"eq": ["$phase", "hired"]}}

    assert refused(aimed(measure=rate)) == [("outcome_undeclared", "/indicators/0", None)]
    assert read(aimed(measure=rate, outcome_of_people=True)).indicators[0].outcome_of_people
    assert not read(aimed(measure=rate, outcome_of_people=False)).indicators[0].outcome_of_people
    assert not read(aimed()).indicators[0].outcome_of_people
    with pytest.raises(DocumentInvalid):
        read(aimed(measure=rate, outcome_of_people="yes"))


def test_figures_of_an_organisation_say_what_is_counted():
    agreements = {"record": "agreement", "period": {"kind": "flow", "on": "$valid_from"}, "about": "organisation"}

    with pytest.raises(DocumentInvalid):
        read(small(**agreements))
    made = read(small(**agreements, counted=WORDS)).indicators[0]
    assert (made.about, made.counted) == (("organisation",), WORDS)


@pytest.mark.parametrize("record", ["accompaniment", "plan.signed_by", "programme", "participant"])
def test_records_of_a_person_are_about_people(record):
    period = {"kind": "flow", "on": "$on" if record == "plan.signed_by" else "$started_on"}
    found = refused(small(record=record, period=period, about="organisation", counted=WORDS))

    assert ("about_people_only", "/indicators/0", record) in found


def test_two_indicators_have_two_names():
    document = small()
    document["indicators"] *= 2

    assert refused(document) == [("indicator_repeated", "/indicators/1/id", "S01")]


def test_a_rate_beside_which_the_answers_known_stand_must_be_one():
    document = small()
    document["indicators"][0]["response"] = "S01"

    assert refused(document) == [("response_unknown", "/indicators/0/response", "S01")]


def test_the_rates_of_follow_ups_name_of_how_many_the_answer_is_known():
    core = catalogue.load("core", "1.0.0")

    assert {one.id: one.response for one in core.indicators if one.response} == {
        "O03": "O03b",
        "O04": "O04b",
        "O05": "O03b",
        "O05b": "O04b",
    }


def sourced(*sources, **more):
    return small(record=None, period=None, measure=None, parts=["num", "den"], sources=list(sources), **more)


def test_each_part_is_about_what_its_source_is_about():
    placed = {
        "record": "placement", "period": {"kind": "flow", "on": "$from"}, "measure": {"kind": "part", "part": "num"},
    }  # fmt: skip
    places = {
        "record": "organisation.capacity",
        "period": {"kind": "flow", "on": "$from"},
        "measure": {"kind": "part", "part": "den", "of": "$places_heads"},
        "about": "organisation",
    }

    with pytest.raises(DocumentInvalid):
        read(sourced(placed, places))
    assert read(sourced(placed, places, counted=WORDS)).indicators[0].about == ("people", "organisation")
    both = [placed, places | {"measure": {"kind": "part", "part": "num"}}]
    assert read(sourced(*both, counted=WORDS)).indicators[0].about == ("people", "people"), "whoever is a person counts"


def test_sources_add_to_parts_of_their_indicator_by_its_dimensions():
    one = {
        "record": "placement",
        "period": {"kind": "flow", "on": "$from"},
        "measure": {"kind": "part", "part": "num"},
        "by": [{"as": "phase", "of": "$accompaniment.phase"}],
    }
    other = one | {"measure": {"kind": "part", "part": "count"}, "by": []}
    document = sourced(one, other, by=[{"as": "phase", "of": "$accompaniment.phase"}])

    assert refused(document) == [
        ("dimensions_differ", "/indicators/0/sources/1/by", None),
        ("part_unknown", "/indicators/0/sources/1/measure/part", "count"),
    ]


@pytest.mark.parametrize(
    ("measure", "parts"),
    [
        ({"kind": "count"}, ("count",)),
        ({"kind": "ratio", "numerator": True}, ("num", "den")),
        ({"kind": "sum", "of": 1}, ("n", "sum")),
        ({"kind": "mean", "of": 1}, ("n", "sum", "sumsq")),
        ({"kind": "histogram", "of": 1, "bands": [[0, 1], [1, None]]}, ("band_1", "band_2")),
        (
            {"kind": "histogram", "of": 1, "bands": [[0, 1], [1, None]], "unknown_band": True},
            ("band_1", "band_2", "band_3"),
        ),
    ],
)
def test_a_measure_has_parts_that_add_up(measure, parts):
    assert read(small(measure=measure)).indicators[0].parts == parts


@pytest.mark.parametrize(
    ("measure", "added"),
    [
        ({"kind": "count"}, (1,)),
        ({"kind": "ratio", "numerator": {"eq": ["$phase", "hired"]}}, (1, 1)),
        ({"kind": "ratio", "numerator": {"eq": ["$phase", "drafting"]}}, (0, 1)),
        ({"kind": "sum", "of": 7}, (1, 7)),
        ({"kind": "sum", "of": {"days": ["$opened_on", "$closed_on"]}}, None),
        ({"kind": "mean", "of": 7}, (1, 7, 49)),
        ({"kind": "mean", "of": {"days": ["$opened_on", "$closed_on"]}}, None),
        ({"kind": "histogram", "of": -1, "bands": [[None, 0], [0, 5]]}, (1, 0)),
        ({"kind": "histogram", "of": 0, "bands": [[None, 0], [0, 5]]}, (0, 1)),
        ({"kind": "histogram", "of": 5, "bands": [[None, 0], [0, 5]]}, None),
        ({"kind": "histogram", "of": 5, "bands": [[None, 0], [0, 5]], "unknown_band": True}, (0, 0, 1)),
        ({"kind": "histogram", "of": "$closed_on", "bands": [[None, 0], [0, 5]]}, None),
        ({"kind": "groups", "by": "$responsible", "bands": [[1, 5], [5, None]]}, (1, 0)),
    ],
)
def test_a_record_adds_to_the_parts_or_is_not_counted(measure, added):
    row = {"phase": "hired", "opened_on": "2024-01-01"}

    assert (
        read(small(measure=measure)).indicators[0].sources[0].emit(row, {}, Scene("accompaniment", {}, {}, {})) == added
    )


@pytest.mark.parametrize(
    ("of", "added"), [(..., (1, 0)), ("$places", None), ({"count": {"of": "$phase_history"}}, (2, 0))]
)
def test_a_source_adds_to_its_part_alone(of, added):
    measure = {"kind": "part", "part": "num"} | (
        {} if of is ... else {"of": {"times": ["$phase", 1]} if of == "$places" else of}
    )
    source = {"record": "accompaniment", "period": {"kind": "flow", "on": "$opened_on"}, "measure": measure}
    made = read(sourced(source, source)).indicators[0]

    assert made.sources[1].emit({"phase_history": [{}, {}]}, {}, Scene("accompaniment", {}, {}, {})) == added


def test_an_indicator_knows_which_dimensions_its_records_decide():
    made = read(small(by=["sex", {"as": "phase", "of": "$phase"}])).indicators[0]

    assert [dimension.name for dimension in made.own] == ["phase"]


@pytest.mark.parametrize(
    ("indicator", "day"),
    [("F05", "2025-01-31"), ("Q02", "2025-02-14"), ("EECR01", "2025-02-28"), ("EECR05", "2025-01-31")],
)
def test_some_figures_are_settled_only_days_after_their_period(indicator, day):
    assert load("core", "1.0.0").indicator(indicator).settled_on(parse_period("2025-01")).isoformat() == day


def test_an_accompaniment_asked_about_its_operation_is_read_once_for_each():
    asked = read(small(where={"eq": ["$programme", "esfplus_operation"]})).indicators[0]
    shown = read(small(by=[{"as": "operation", "of": "$operation"}])).indicators[0]

    assert asked.record == shown.record == "programme"
    assert read(small()).indicators[0].record == "accompaniment"


def test_every_error_and_finding_has_its_words():
    errors = {CatalogueInvalid.code, CatalogueUnknown.code}
    findings = {
        *("record_unknown", "path_unknown_in_schema", "outer_row_missing", "moment_unknown", "moment_arithmetic"),
        *("code_property_unknown", "definition_unknown", "dimension_unknown", "dimensions_differ", "part_unknown"),
        *("dimensions_open_twice", "dimension_several_open", "groups_have_no_dimensions", "indicator_repeated"),
        *("code_list_unknown", "duration_invalid", "outcome_undeclared", "about_people_only", "response_unknown"),
    }

    assert (errors | findings) <= set(known_codes())
    assert catalogue.__doc__
