"""A dataset as generic SDMX-ML 2.1 data: a series for each row and measure, in it a figure for each period."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element  # writes only, nothing is read

from coupole.hub.publication.cubes import Cube
from coupole.hub.publication.formats import sdmx
from coupole.hub.publication.formats.sdmx_message import as_bytes, child, maintained, message, refer


def write(cube: Cube, _language: str) -> bytes:
    """The data message."""
    root, header = message(cube, "GenericData")
    named = sdmx.structure_id(cube)
    structure = child(header, "mes:Structure", structureID=named, dimensionAtObservation=sdmx.TIME)
    refer(child(structure, "com:Structure"), **maintained(cube, named, package="datastructure", kind="DataStructure"))
    child(header, "mes:DataSetAction", "Information")
    data = child(root, "mes:DataSet", structureRef=named, action="Information")
    for row in cube.rows:
        for measure in cube.measures.labels:
            series = child(data, "gen:Series")
            _values(child(series, "gen:SeriesKey"), sdmx.key(cube, row, measure))
            for period in cube.periods:
                figure = cube.figures[period, row, measure]
                one = child(series, "gen:Obs")
                child(one, "gen:ObsDimension", value=period)
                child(one, "gen:ObsValue", value=sdmx.value(figure))
                _values(child(one, "gen:Attributes"), sdmx.said(cube, period, figure))
    return as_bytes(root)


def _values(parent: Element, pairs: Iterable[tuple[str, str]]) -> None:
    for identifier, value in pairs:
        child(parent, "gen:Value", id=identifier, value=value)
