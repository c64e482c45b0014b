"""The forms a dataset is handed out in, a module each; this list is the only one.

Addresses, negotiation, the OpenAPI document, the links on pages, the command and the catalogue of open data read it. A
form is added by a module with ``write(cube, language)``, which gives bytes, and a line here. Heavy libraries are
imported where they are used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import NamedTuple

from coupole.errors import CoupoleError
from coupole.hub.publication.cubes import Cube
from coupole.hub.publication.formats import (
    csv_tables,
    csvw,
    jsonlines,
    jsonstat,
    parquet,
    sdmx_csv,
    sdmx_data,
    sdmx_structure,
    xlsx,
)

SDMX = "application/vnd.sdmx."


class FormatNotInstalled(CoupoleError):
    """This hub lacks the library that writes this form."""


class FormatUnknown(CoupoleError):
    """There is no form of that name."""


@dataclass(frozen=True, slots=True)
class Format:
    """One form. ``suffix`` of an address asks for it, as its media type in ``Accept`` does.

    ``name`` ends the name of its operation. ``conforms_to``: the address of its specification. ``kind``: its name in
    the European list of file types. ``needs``: a library that not every hub has. ``worded``: it is written in one
    language; others hold all four, or none.
    """

    name: str
    suffix: str
    media_type: str
    label: str
    kind: str
    write: Callable[[Cube, str], bytes]
    conforms_to: str = ""
    needs: str = ""
    worded: bool = True
    version: str = ""
    """Of its specification, where the media type says it."""

    @property
    def here(self) -> bool:
        """Whether this hub can write it."""
        return not self.needs or find_spec(self.needs) is not None

    @property
    def content_type(self) -> str:
        """The media type in full."""
        if self.version:
            return f"{self.media_type}; version={self.version}"
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


FORMATS = (
    Format("json", "json", "application/json", "JSON-stat", "JSON", jsonstat.write, "https://json-stat.org/full/"),
    Format(
        "csv",
        "csv",
        "text/csv",
        "CSV",
        "CSV",
        csv_tables.write,
        "https://www.rfc-editor.org/rfc/rfc4180",
    ),
    Format(
        "xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", "XLSX", xlsx.write
    ),
    Format("jsonl", "jsonl", "application/jsonl", "JSON Lines", "JSON", jsonlines.write, "https://jsonlines.org/"),
    Format(
        "parquet",
        "parquet",
        "application/vnd.apache.parquet",
        "Parquet",
        "PARQUET",
        parquet.write,
        "https://parquet.apache.org/",
        needs="pyarrow",
    ),
    Format(
        "csvw",
        "csv-metadata.json",
        "application/csvm+json",
        "CSVW",
        "JSON_LD",
        csvw.write,
        "https://www.w3.org/TR/tabular-metadata/",
    ),
    Format(
        "sdmx_csv",
        "sdmx.csv",
        f"{SDMX}data+csv",
        "SDMX-CSV",
        "CSV",
        sdmx_csv.write,
        "https://sdmx.org/",
        worded=False,
        version="2.0.0",
    ),
    Format(
        "sdmx_data",
        "sdmx.xml",
        f"{SDMX}genericdata+xml",
        "SDMX-ML",
        "XML",
        sdmx_data.write,
        "https://sdmx.org/",
        worded=False,
        version="2.1",
    ),
    Format(
        "sdmx_structure",
        "structure.xml",
        f"{SDMX}structure+xml",
        "SDMX-ML structure",
        "XML",
        sdmx_structure.write,
        "https://sdmx.org/",
        worded=False,
        version="2.1",
    ),
)
"""The first is what a program gets that does not say what it wants."""

LONGEST_ACCEPT = 1000


def offered() -> list[Format]:
    """The forms this hub can write."""
    return [one for one in FORMATS if one.here]


def named(name: str) -> Format:
    """The form of that name. Raises ``FormatUnknown``."""
    for one in FORMATS:
        if one.name == name:
            return one
    raise FormatUnknown(forms=", ".join(one.name for one in FORMATS))


def write(form: Format, cube: Cube, language: str) -> bytes:
    """The dataset in that form. Raises ``FormatNotInstalled``."""
    if not form.here:
        raise FormatNotInstalled()
    return form.write(cube, language)


def preferred(accept: str) -> Format:
    """The form that an ``Accept`` header prefers, the first of all where it does not matter."""
    here = {one.media_type: one for one in offered()}
    return here[best(accept, [*here], {one.media_type: one.version for one in here.values()})]


def best(accept: str, offers: Sequence[str], versions: Mapping[str, str] | None = None) -> str:
    """The media type that an ``Accept`` header prefers (RFC 9110 12.5.1), the first where it does not matter.

    ``versions``: what a choice that names a version of a media type has to name.
    """
    choices = [_choice(one) for one in accept[:LONGEST_ACCEPT].split(",")]
    chosen, most = offers[0], 0.0
    for offer in offers:
        found = [_fit(offer, (versions or {}).get(offer, ""), choice) for choice in choices]
        closest = max(found, default=(0, 0.0))
        if closest[0] and closest[1] > most:
            chosen, most = offer, closest[1]
    return chosen


class Choice(NamedTuple):
    """One choice of an ``Accept`` header."""

    name: str
    version: str
    quality: float


def _choice(text: str) -> Choice:
    name, *params = (part.strip().lower() for part in text.split(";"))
    said = {key.strip(): value.strip() for key, _equals, value in (one.partition("=") for one in params)}
    try:
        quality = float(said.get("q", "1"))
    except ValueError:
        quality = 0.0
    return Choice(name, said.get("version", ""), quality if 0 <= quality <= 1 else 0.0)


def _fit(offer: str, version: str, choice: Choice) -> tuple[int, float]:
    """How closely a choice names what is offered (0: not at all), and its weight."""
    if choice.name == offer and choice.version in ("", version):
        return 3, choice.quality
    kind = offer.partition("/")[0]
    return (2 if choice.name == f"{kind}/*" else 1 if choice.name == "*/*" else 0), choice.quality
