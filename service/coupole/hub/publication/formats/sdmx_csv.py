"""A dataset as SDMX-CSV 2.0: identifiers alone, their words stand in the structure."""

from __future__ import annotations

import csv
import io

from coupole.hub.publication.cubes import Cube
from coupole.hub.publication.formats import sdmx

HEAD = ("STRUCTURE", "STRUCTURE_ID", "ACTION")
INFORMATION = "I"


def write(cube: Cube, _language: str) -> bytes:
    """One row for each figure."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    names = sdmx.IDS
    keys = [one.name for one in sdmx.dimensions(cube)]
    writer.writerow([*HEAD, *keys, sdmx.TIME, sdmx.VALUE, *names])
    named = f"{sdmx.agency(cube)}:{sdmx.structure_id(cube)}({cube.version})"
    for period, row, measure, figure in cube.placed():
        codes = [code for _name, code in sdmx.key(cube, row, measure)]
        said = dict(sdmx.said(cube, period, figure))
        attributes = [said.get(name, "") for name in names]
        writer.writerow(["dataflow", named, INFORMATION, *codes, period, sdmx.value(figure), *attributes])
    return file.getvalue().encode()
