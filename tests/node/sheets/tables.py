"""The list a workshop keeps today, made by chance with a seed: three hundred people, forty slips, XLSX and CSV.

clean = people(300, seed=7)
planted = plant(clean, seed=7)            the same with forty faults, and what each is and how it is put right
as_xlsx(planted.rows), as_csv(planted.rows)
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import xlsxwriter

from coupole.node.sheets.choices import Choices
from coupole.node.store import Store
from tests.factories import NODE, made
from tests.stores import keep

HEADING = (
    "Dossiernr",
    "Naam",
    "Voornaam",
    "Geb. datum",
    "M/V",
    "Nationaliteit",
    "Toestemming",
    "Toeleider",
    "Datum aanmelding",
    "Dossier geopend",
    "Begeleider",
    "Startdatum",
    "Fase",
    "Diploma",
    "Statuut",
    "Werkloos sinds",
    "Doelgroep",
    "Werkplek",
    "Start plaatsing",
    "Contract",
    "Uren/week",
    "Opmerkingen",
)
DATES = (
    "Geb. datum",
    "Toestemming",
    "Datum aanmelding",
    "Dossier geopend",
    "Startdatum",
    "Werkloos sinds",
    "Start plaatsing",
)
SERVICES = ("OCMW Gent", "CAW Oost-Vlaanderen", "Justitiehuis")
HOSTS = ("Bakkerij De Zon", "Groendienst")
COACHES = ("An Peeters", "Luc Mertens")
FIRST_ROW = 4
"""The number of the first person's row: a title, an empty row and the heading stand above."""

FAMILY = ("Maes", "Peeters", "Dûpont", "El Amrani", "Van den Berghe", "Rossi", "D’Hondt", "Öztürk", "Lefèvre", "Claes")
GIVEN = ("Jan", "Fatima", "Élodie", "Giulia", "Mehmet", "Sofie", "Luca", "Noor", "Pieter-Jan", "Aïcha")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One slip: where it is, what is found about it, and what the cell should have been."""

    number: int
    column: str
    code: str
    right: str


@dataclass(frozen=True, slots=True)
class Planted:
    rows: list[Row]
    faults: list[Fault]


def people(count: int, seed: int) -> list[Row]:
    chance = random.Random(seed)  # noqa: S311 - made-up people
    return [_person(number, chance) for number in range(1, count + 1)]


def _person(number: int, chance: random.Random) -> Row:
    referred = date(2023, 1, 9) + timedelta(days=chance.randrange(900))
    opened = referred + timedelta(days=chance.randrange(5, 40))
    started = opened + timedelta(days=chance.randrange(10, 60))
    born = date(1960, 1, 1) + timedelta(days=chance.randrange(15_000))
    cells = {
        "Dossiernr": f"D{number:04d}",
        "Naam": chance.choice(FAMILY),
        "Voornaam": chance.choice(GIVEN),
        "Geb. datum": _day(born),
        "M/V": chance.choice("mv"),
        "Nationaliteit": chance.choice(("Belg", "Belgische", "Marokkaan", "Italiaanse", "Belg/Turk")),
        "Toestemming": _day(referred),
        "Toeleider": chance.choice(SERVICES),
        "Datum aanmelding": _day(referred),
        "Dossier geopend": _day(opened),
        "Begeleider": chance.choice(COACHES),
        "Startdatum": _day(started),
        "Fase": chance.choice(("werkplaats", "voorbereiding")),
        "Diploma": chance.choice(("lager onderwijs", "hso", "bachelor", "geen diploma")),
        "Statuut": "werkloos",
        "Werkloos sinds": _day(referred - timedelta(days=chance.randrange(30, 2000))),
        "Doelgroep": chance.choice(("ex-gedetineerde", "langdurig werkloos", "laaggeschoold")),
        "Werkplek": chance.choice(HOSTS),
        "Start plaatsing": _day(started),
        "Contract": chance.choice(("onbepaalde duur", "arbeidszorg")),
        "Uren/week": chance.choice(("19", "22,5", "38")),
        "Opmerkingen": chance.choice(("", "komt met de bus", "=zie dossier; “later”")),
    }
    return cells


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


SLIPS: tuple[tuple[str, str, str], ...] = (
    ("Geb. datum", "31/02/1980", "sheet_not_a_date"),
    ("Geb. datum", "03/04/80", "sheet_not_a_date"),
    ("Geb. datum", "omstreeks 1975", "sheet_not_a_date"),
    ("Geb. datum", "", "sheet_field_empty"),
    ("Geb. datum", "01/02/1825", "sheet_year_wrong"),
    ("M/V", "q", "sheet_word_unknown"),
    ("Nationaliteit", "Atlantis", "sheet_word_unknown"),
    ("Nationaliteit", "Belg/Atlantis", "sheet_word_unknown"),
    ("Dossiernr", "", "sheet_key_empty"),
    ("Dossiernr", "D" * 61, "too_long"),
    ("Naam", "x" * 201, "too_long"),
    ("Naam", "Maes\nJan", "sheet_not_one_line"),
    ("Toestemming", "", "sheet_field_empty"),
    ("Toestemming", "ja", "sheet_not_a_date"),
    ("Toeleider", "Onbekende dienst", "sheet_names_nobody"),
    ("Toeleider", "", "sheet_field_empty"),
    ("Datum aanmelding", "2025-13-01", "sheet_not_a_date"),
    ("Datum aanmelding", "", "sheet_field_empty"),
    ("Dossier geopend", "", "sheet_field_empty"),
    ("Dossier geopend", "gisteren", "sheet_not_a_date"),
    ("Begeleider", "Niemand Hier", "sheet_names_nobody"),
    ("Begeleider", "", "sheet_field_empty"),
    ("Startdatum", "", "sheet_field_needed"),
    ("Fase", "ergens", "sheet_word_unknown"),
    ("Fase", "", "sheet_field_empty"),
    ("Diploma", "zwemdiploma", "sheet_word_unknown"),
    ("Diploma", "", "sheet_field_needed"),
    ("Statuut", "weet niet goed", "sheet_word_unknown"),
    ("Statuut", "", "sheet_field_empty"),
    ("Werkloos sinds", "lang", "sheet_not_a_date"),
    ("Doelgroep", "marsmannetje", "sheet_word_unknown"),
    ("Doelgroep", "", "sheet_field_needed"),
    ("Werkplek", "Nergens nv", "sheet_names_nobody"),
    ("Werkplek", "", "sheet_field_empty"),
    ("Start plaatsing", "32/01/2024", "sheet_not_a_date"),
    ("Contract", "mondeling", "sheet_word_unknown"),
    ("Contract", "", "sheet_field_empty"),
    ("Uren/week", "veertig", "sheet_not_a_number"),
    ("Uren/week", "99", "above_maximum"),
)
"""Column, what stands in it, what is found. With the number given twice they are forty."""


def plant(rows: Sequence[Row], seed: int) -> Planted:
    """The rows with one slip in each of forty of them."""
    chance = random.Random(seed)  # noqa: S311
    table = [dict(row) for row in rows]
    places = sorted(chance.sample(range(1, len(table)), len(SLIPS) + 1))
    twice, rest = places[-1], places[:-1]
    faults = []
    for place, (column, wrong, code) in zip(rest, chance.sample(SLIPS, len(SLIPS)), strict=True):
        faults.append(Fault(place + FIRST_ROW, column, code, table[place][column]))
        table[place][column] = wrong
    faults.append(Fault(twice + FIRST_ROW, "Dossiernr", "sheet_row_contradicts", table[twice]["Dossiernr"]))
    table[twice]["Dossiernr"] = table[0]["Dossiernr"]
    return Planted(table, sorted(faults, key=lambda fault: fault.number))


def as_csv(rows: Sequence[Row], heading: Sequence[str] = HEADING, encoding: str = "utf-8-sig") -> bytes:
    """As a spreadsheet program of the country saves it: semicolons, a title above."""
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=";")
    table.writerow(["Deelnemerslijst", *[""] * (len(heading) - 1)])
    table.writerow([""] * len(heading))
    table.writerow(heading)
    table.writerows([[row[name] for name in heading] for row in rows])
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Row], heading: Sequence[str] = HEADING) -> bytes:
    """As a person keeps it: a title over merged cells, dates and numbers as such, a second sheet."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("Deelnemers")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.merge_range(0, 0, 0, 3, "Deelnemerslijst")
    sheet.write_row(2, 0, heading)
    for place, row in enumerate(rows, 3):
        for column, name in enumerate(heading):
            text = row[name]
            moment = _moment(text) if name in DATES else None
            if moment is not None:
                sheet.write_datetime(place, column, moment, day)
            elif name == "Uren/week" and text.replace(",", "").isdigit():
                sheet.write_number(place, column, float(text.replace(",", ".")))
            else:
                sheet.write_string(place, column, text)
    book.add_worksheet("Notities").write_string(0, 0, "niets")
    book.close()
    return made.getvalue()


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.strptime(text, "%d/%m/%Y")  # noqa: DTZ007
    except ValueError:
        return None
    return moment if moment.year > 1900 else None


def with_registers(store: Store, node: str = NODE) -> dict[str, str]:
    """The organisations and professionals the list names, written; ids by name."""
    names = ["Atelier Nord", *SERVICES, *HOSTS]
    organisations = [
        made(
            "organisation",
            100 + number,
            {
                "name": name,
                "types": ["social_workshop"],
                "identifiers": [{"scheme": "0208", "value": f"{number:010d}"}],
                "country": "BE",
            },
            {"node": node},
        )
        for number, name in enumerate(names)
    ]
    actors = [
        made(
            "actor",
            100 + number,
            {"display_name": name, "organisation": organisations[0]["id"], "roles": ["project_responsible"]},
            {"node": node},
        )
        for number, name in enumerate(COACHES)
    ]
    keep(store, [*organisations, *actors])
    return {
        document.get("name", document.get("display_name")): document["id"] for document in [*organisations, *actors]
    }


def decided(choices: Choices, ids: dict[str, str]) -> Choices:
    """What a person adds to the proposal: what the table does not say."""
    fixed = {
        "accompaniment.agency": ids["Atelier Nord"],
        "accompaniment.pathway": "transition",
        "accompaniment.programmes.programme": "own_resources",
        "accompaniment.programmes.operation": "2024",
        "referral.source_type": "social_service",
        "referral.decision": "accepted",
        "placement.type": "coop_placement",
        "placement.hire": False,
    }
    return Choices(choices.columns, choices.values, fixed, choices.order)


CLEAN_ROW = people(1, seed=7)[0]
