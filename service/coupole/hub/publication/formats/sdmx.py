"""What SDMX calls things here: identifiers, concepts, code lists of one dataset, for its structure and its data.

SDMX 2.1, section 2 (information model). Every dataset has a structure of its own, named as the dataset: its code lists
hold what the dataset holds. Codes become identifiers by writing what SDMX does not allow as ``$`` and two hexadecimal
digits for each byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from coupole.hub.publication.cubes import Axis, Cube, Figure, Row
from coupole.hub.publication.datasets import TOTAL
from coupole.hub.publication.formats.rows import first
from coupole.hub.publication.formats.words import COLUMNS, KINDS
from coupole.hub.publication.words import WORDS
from coupole.standard.catalogue import Texts
from coupole.standard.codes import code_list

ALL = "_T"
"""The total, as SDMX's cross-domain code lists have it."""
TIME, VALUE = "TIME_PERIOD", "OBS_VALUE"
NO_FIGURE = "NaN"
"""SDMX's own word for a value that is missing: an empty one is read as a fault, or as 0."""
FOREIGN = re.compile(rb"[^A-Za-z0-9_@-]")

SOMETIMES = frozenset(
    {"NOISE_BOUND", "NOISE_VARIANCE", "SETTLED_FROM", "FIRST_VALUE", "CHANGED_AT", "CHANGED_BECAUSE", "MEMBERS"}
)
"""Attributes that not every figure has."""
NUMBER, FRACTION, TEXT, PERIOD = "Integer", "Double", "String", "ObservationalTimePeriod"


class Attribute(NamedTuple):
    """What is said of each figure. ``codes``: its code list, else the type of its text."""

    id: str
    title: Texts
    codes: Mapping[str, Texts] | None = None
    kind: str = TEXT


def code_id(code: str) -> str:
    """A code as an identifier of SDMX; ``code_of`` takes it back."""
    if code == TOTAL:
        return ALL
    written = FOREIGN.sub(lambda one: b"$%02X" % one[0][0], code.encode()).decode()
    return f"$5F{written[1:]}" if written == ALL else written


def code_of(written: str) -> str:
    """The code an identifier stands for."""
    if written == ALL:
        return TOTAL
    raw = re.sub(rb"\$([0-9A-F]{2})", lambda one: bytes([int(one[1], 16)]), written.encode())
    return raw.decode()


def agency(cube: Cube) -> str:
    """The hub as a maintenance agency: the host and port it is reached at."""
    host = re.sub(r"[^A-Za-z0-9]+", "_", cube.publisher.address.partition("://")[2]).strip("_").upper()
    return host if host[:1].isalpha() else f"HUB_{host}"


def structure_id(cube: Cube) -> str:
    """The name of structure and dataflow."""
    return cube.id.replace(".", "-")


def dimensions(cube: Cube) -> list[Axis]:
    """What tells the figures of a period apart, in order: the breakdowns, then what is measured."""
    return [*(one._replace(name=one.name.upper()) for one in cube.axes), cube.measures._replace(name="MEASURE")]


def attributes(cube: Cube) -> list[Attribute]:
    """What is said of each figure."""
    statuses = code_list("obs_status")
    return [
        Attribute("OBS_STATUS", COLUMNS["status"], {code: statuses.items[code]["labels"] for code in statuses.ids}),
        Attribute("KIND", COLUMNS["kind"], KINDS),
        Attribute("MEMBERS_IN", COLUMNS["members_in"], kind=NUMBER),
        Attribute("MEMBERS_EXPECTED", COLUMNS["members_expected"], kind=NUMBER),
        Attribute("MEMBERS_HIDING", COLUMNS["members_hiding"], kind=NUMBER),
        Attribute("NOISE_BOUND", COLUMNS["noise_bound"], kind=NUMBER),
        Attribute("NOISE_VARIANCE", COLUMNS["noise_variance"], kind=NUMBER),
        Attribute("SETTLED_FROM", COLUMNS["settled_from"]),
        Attribute("FIRST_VALUE", COLUMNS["first_value"], kind=FRACTION),
        Attribute("CHANGED_AT", COLUMNS["changed_at"]),
        Attribute("CHANGED_BECAUSE", COLUMNS["changed_because"]),
        Attribute("MEMBERS", COLUMNS["nodes"]),
        Attribute("CATALOGUE", COLUMNS["catalogue"]),
        Attribute("CATALOGUE_VERSION", COLUMNS["version"]),
    ]


def said(cube: Cube, period: str, figure: Figure) -> Iterator[tuple[str, str]]:
    """The attributes of one figure that have something to say, in the order of ``attributes``."""
    values = (
        figure.status,
        figure.kind,
        figure.shown,
        figure.expected,
        figure.hidden,
        figure.bound,
        figure.variance,
        figure.settled_from,
        *first(figure),
        " ".join(cube.nodes[period]),
        cube.catalogue,
        cube.version,
    )
    for attribute, value in zip(attributes(cube), values, strict=True):
        if value is not None and value != "":
            yield attribute.id, str(value)


def key(cube: Cube, row: Row, measure: str) -> list[tuple[str, str]]:
    """The codes of a row and a measure, by dimension."""
    return [(one.name, code_id(code)) for one, code in zip(dimensions(cube), (*row, measure), strict=True)]


def value(figure: Figure) -> str:
    """The figure as SDMX writes it."""
    return NO_FIGURE if figure.value is None else str(figure.value)


def concepts(cube: Cube) -> dict[str, Texts]:
    """Everything a structure speaks of, by identifier."""
    found = {one.name: one.title for one in dimensions(cube)}
    found |= {TIME: WORDS["period"], VALUE: COLUMNS["value"]}
    return found | {one.id: one.title for one in attributes(cube)}


def lists(cube: Cube) -> dict[str, tuple[Texts, Mapping[str, Texts]]]:
    """The code lists by identifier: what each is called, its codes."""
    coded: dict[str, tuple[Texts, Mapping[str, Texts]]] = {
        one.name: (one.title, {code_id(code): label for code, label in one.labels.items()}) for one in dimensions(cube)
    }
    coded |= {one.id: (one.title, one.codes) for one in attributes(cube) if one.codes is not None}
    return {list_id(cube, name): found for name, found in coded.items()}


def list_id(cube: Cube, name: str) -> str:
    """The name of the code list of a dimension or attribute."""
    return f"CL_{structure_id(cube)}_{name}"
