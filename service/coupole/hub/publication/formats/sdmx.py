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
from coupole.hub.publication.formats.rows import FIGURES, FRACTIONS, WHOLE, told
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
NAMES = {"status": "OBS_STATUS", "nodes": "MEMBERS", "catalogue": "CATALOGUE", "version": "CATALOGUE_VERSION"}
"""Attributes that have another name than the column of other forms."""
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


def attributes() -> list[Attribute]:
    """What is said of each figure: what every form says beside its value, and whose it is."""
    statuses = code_list("obs_status")
    lists = {"status": {code: statuses.items[code]["labels"] for code in statuses.ids}, "kind": KINDS}
    kinds = dict.fromkeys(WHOLE, NUMBER) | dict.fromkeys(FRACTIONS, FRACTION)
    said = [
        Attribute(NAMES.get(name, name.upper()), COLUMNS[name], lists.get(name), kinds.get(name, TEXT))
        for name in FIGURES
        if name != "value"
    ]
    return [*said, *(Attribute(NAMES[name], COLUMNS[name]) for name in ("nodes", "catalogue", "version"))]


def said(cube: Cube, period: str, figure: Figure) -> Iterator[tuple[str, str]]:
    """The attributes of one figure that have something to say, in the order of ``attributes``."""
    of_figure = told(figure)
    del of_figure["value"]
    values = (*of_figure.values(), " ".join(cube.nodes[period]), cube.catalogue, cube.version)
    for attribute, value in zip(IDS, values, strict=True):
        if value not in (None, ""):
            yield attribute, str(value)


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
    return found | {one.id: one.title for one in attributes()}


def lists(cube: Cube) -> dict[str, tuple[Texts, Mapping[str, Texts]]]:
    """The code lists by identifier: what each is called, its codes."""
    coded: dict[str, tuple[Texts, Mapping[str, Texts]]] = {
        one.name: (one.title, {code_id(code): label for code, label in one.labels.items()}) for one in dimensions(cube)
    }
    coded |= {one.id: (one.title, one.codes) for one in attributes() if one.codes is not None}
    return {list_id(cube, name): found for name, found in coded.items()}


def list_id(cube: Cube, name: str) -> str:
    """The name of the code list of a dimension or attribute."""
    return f"CL_{structure_id(cube)}_{name}"


IDS = tuple(one.id for one in attributes())
"""The identifiers of the attributes, in order."""
