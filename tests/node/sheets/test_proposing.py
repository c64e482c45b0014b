from __future__ import annotations

import pytest

from coupole.node.sheets.choices import Choices, Missing, shape
from coupole.node.sheets.heading import Table
from coupole.node.sheets.mapping import mapping_of, needed
from coupole.node.sheets.matching import code_for, heading_of, words_of
from coupole.node.sheets.proposing import propose
from coupole.node.sheets.targets import TARGETS
from coupole.standard.validation import check_against

TABLES = {
    "nl": {
        "Dossiernummer": "participant.local_id",
        "Achternaam": "participant.family_name",
        "Voornaam": "participant.given_name",
        "Geboren op": "participant.birth_date",
        "Geslacht": "participant.sex",
        "Verwijzer": "referral.source_organisation",
        "Aanmeldingsdatum": "referral.referred_on",
        "Trajectbegeleider": "accompaniment.responsible",
        "Scholingsniveau": "status_observation.education_level",
        "Soort contract": "placement.contract_type",
    },
    "fr": {
        "N° dossier": "participant.local_id",
        "Nom": "participant.family_name",
        "Prénom": "participant.given_name",
        "Date de naissance": "participant.birth_date",
        "Sexe": "participant.sex",
        "Nationalité": "participant.citizenships",
        "Prescripteur": "referral.source_organisation",
        "Date d'orientation": "referral.referred_on",
        "Niveau d'études": "status_observation.education_level",
        "Entreprise d’accueil": "placement.host",
    },
    "it": {
        "N. pratica": "participant.local_id",
        "Cognome": "participant.family_name",
        "Nome": "participant.given_name",
        "Data di nascita": "participant.birth_date",
        "Sesso": "participant.sex",
        "Ente inviante": "referral.source_organisation",
        "Data segnalazione": "referral.referred_on",
        "Titolo di studio": "status_observation.education_level",
        "Azienda": "placement.host",
        "Ore settimanali": "placement.weekly_hours",
    },
    "en": {
        "File number": "participant.local_id",
        "Surname": "participant.family_name",
        "First name": "participant.given_name",
        "Date of birth": "participant.birth_date",
        "Gender": "participant.sex",
        "Referred by": "referral.source_organisation",
        "Start date": "accompaniment.started_on",
        "Employer": "placement.host",
    },
}


def table(heading: dict[str, str], *rows: list[str]) -> Table:
    return Table(1, tuple(heading), list(enumerate(rows or [[""] * len(heading)], 2)))


@pytest.mark.parametrize("language", TABLES)
def test_columns_are_recognised_by_what_people_call_them(language: str) -> None:
    heading = TABLES[language]
    found = propose(table(heading), {}).columns
    nested = {"placement.weekly_hours": "status_observation.job_contract.hours"}
    assert {name: nested.get(path, path) for name, path in found.items()} == {
        name: nested.get(path, path) for name, path in heading.items()
    }


def test_of_two_columns_of_like_names_the_one_whose_cells_fit_is_taken() -> None:
    found = propose(table({"Statuut (datum)": "", "Statuut": ""}, ["01/02/2024", "werkloos"]), {}).columns
    assert found["Statuut"] == "status_observation.labour_status"
    assert "Statuut (datum)" not in found


def test_a_column_of_that_very_name_keeps_its_meaning_though_nobody_knows_its_words() -> None:
    found = propose(table({"Diploma": ""}, ["vakschool"]), {})
    assert found.columns == {"Diploma": "status_observation.education_level"}


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("participant.sex", "V", "F"),
        ("participant.sex", "femme", "F"),
        ("participant.sex", "Uomo", "M"),
        ("participant.citizenships", "Belgische", ["BE"]),
        ("participant.citizenships", "italienne et marocaine", ["IT", "MA"]),
        ("participant.citizenships", "Bosnia & Herzegovina", ["BA"]),
        ("participant.citizenships", "Atlantis", None),
        ("participant.family_involved", "sì", True),
        ("participant.family_involved", "neen", False),
        ("placement.contract_type", "CDI", "permanent"),
        ("placement.contract_type", "Contratto a tempo indeterminato", "permanent"),
        ("referral.decision", "wachtlijst", "waiting"),
        ("accompaniment.phase", "hired", "hired"),
        ("participant.languages.tag", "Frans", "fr"),
    ],
)
def test_words_stand_for_codes_in_four_languages(path: str, text: str, code: object) -> None:
    assert code_for(TARGETS[path], text) == code


def test_every_label_of_every_list_stands_for_its_own_code() -> None:
    looked_at = 0
    for target in TARGETS.values():
        if target.kind == "code":
            for language in ("en", "nl", "fr", "it"):
                for code, label in target.field.options(language):
                    looked_at += 1
                    assert code_for(target, label) in (code, [code]), (target.path, label)
    assert looked_at > 500


def test_headings_we_make_ourselves_are_told_apart_and_recognised() -> None:
    for language in ("en", "nl", "fr", "it"):
        made = {heading_of(target, language): path for path, target in TARGETS.items()}
        assert len(made) == len(TARGETS)
        assert propose(table(made), {}).columns == made


def test_days_stand_before_months_unless_the_cells_say_otherwise() -> None:
    assert propose(table({"Geboren": ""}, ["03/04/1980"]), {}).order == "dmy"
    assert propose(table({"Geboren": ""}, ["04/25/1980"], ["03/04/1980"]), {}).order == "mdy"


def test_choices_are_kept_as_they_are() -> None:
    values = {"participant.sex": {"m": "M"}}
    choices = Choices({"a": "participant.sex"}, values, {"participant.citizenships": Missing("declined")}, "mdy")
    assert Choices.from_json(choices.as_json()) == choices


def test_the_order_of_columns_does_not_matter_for_remembering_them() -> None:
    assert shape(("Naam", "Voornaam")) == shape(("voornaam", "NAAM")) != shape(("Naam",))


@pytest.mark.parametrize("language", TABLES)
def test_what_is_decided_is_a_mapping_document(language: str) -> None:
    choices = propose(table(TABLES[language]), {})
    check_against("mapping", mapping_of(choices))
    assert "accompaniment.agency" in {target.path for target in needed(choices)} or "Begeleider" not in TABLES[language]


def test_words_of_one_list_are_read_once() -> None:
    assert words_of("code", "sex") is words_of("code", "sex")
