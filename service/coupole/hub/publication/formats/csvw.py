"""What the columns of the CSV are, as CSV on the Web: read it beside the CSV and every cell has its type and meaning.

Tabular Data and Metadata, W3C Recommendation of 17 December 2015. Where a program that knows a CSV looks for it:
the address of the CSV with ``-metadata.json`` after it.
"""

from __future__ import annotations

from typing import Any

from coupole.hub.publication.cubes import Cube
from coupole.hub.publication.formats.csv_tables import NO_FIGURE, decimal, delimiter
from coupole.hub.publication.formats.rows import FRACTIONS, WHOLE, places, titles
from coupole.standard import LANGUAGES
from coupole.standard.reading import canonical


def write(cube: Cube, language: str) -> bytes:
    """The metadata of the CSV in that language; titles in all four."""
    return canonical(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": language}],
            "url": f"{cube.id}.csv?language={language}",
            "dialect": {"delimiter": delimiter(language), "encoding": "utf-8", "header": True},
            "dc:title": _texts(cube.title),
            "dc:description": [said for note in cube.notes for said in _texts(note)],
            "dc:publisher": cube.publisher.name,
            "dc:source": cube.publisher.address,
            "dc:modified": {"@value": cube.updated.date().isoformat(), "@type": "xsd:date"},
            "tableSchema": {
                "columns": [_column(name, title, language) for name, title in titles(cube).items()],
                "primaryKey": ["period", *places(cube), "measure"],
            },
            "notes": [{"id": cube.id, "catalogue": cube.catalogue, "version": cube.version}],
        }
    )


def _column(name: str, title: Any, language: str) -> dict[str, Any]:
    column: dict[str, Any] = {
        "name": name,
        # The heading of the file itself comes first: a program compares it.
        "titles": {key: [name, title[key]] for key in LANGUAGES},
        "datatype": "string",
    }
    if name in FRACTIONS:
        number = {"base": "decimal", "format": {"decimalChar": decimal(language)}}
        return column | {"datatype": number, "null": NO_FIGURE if name == "value" else ""}
    if name in WHOLE:
        return column | {"datatype": "integer", "null": ""}
    if name == "settled_from":
        return column | {"datatype": "date", "null": ""}
    return column


def _texts(said: Any) -> list[dict[str, str]]:
    return [{"@value": said[language], "@language": language} for language in LANGUAGES]
