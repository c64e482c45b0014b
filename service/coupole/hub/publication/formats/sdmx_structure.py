"""The structure of a dataset as SDMX-ML 2.1: agency, dataflow, code lists, concepts, data structure; four languages."""

from __future__ import annotations

from xml.etree.ElementTree import Element  # writes only, nothing is read

from coupole.hub.publication.cubes import Cube
from coupole.hub.publication.formats import sdmx
from coupole.hub.publication.formats.sdmx_message import as_bytes, child, maintained, message, refer, texts
from coupole.standard import LANGUAGES
from coupole.standard.catalogue import Texts

CONCEPTS = "CONCEPTS"


def write(cube: Cube, _language: str) -> bytes:
    """The structure message."""
    root, _header = message(cube, "Structure")
    structures = child(root, "mes:Structures")
    _agency(child(structures, "str:OrganisationSchemes"), cube)
    flow = _maintained(child(structures, "str:Dataflows"), "str:Dataflow", cube, sdmx.structure_id(cube), cube.title)
    texts(flow, "com:Description", _joined(cube.notes))
    refer(
        child(flow, "str:Structure"),
        **maintained(cube, sdmx.structure_id(cube), package="datastructure", kind="DataStructure"),
    )
    listed = child(structures, "str:Codelists")
    for identifier, (title, codes) in sdmx.lists(cube).items():
        made = _maintained(listed, "str:Codelist", cube, identifier, title)
        for code, label in codes.items():
            texts(child(made, "str:Code", id=code), "com:Name", label)
    scheme = _scheme(child(structures, "str:Concepts"), cube)
    for identifier, title in sdmx.concepts(cube).items():
        texts(child(scheme, "str:Concept", id=identifier), "com:Name", title)
    _components(child(structures, "str:DataStructures"), cube)
    return as_bytes(root)


def _joined(notes: tuple[Texts, ...]) -> Texts:
    return {language: "\n".join(note[language] for note in notes) for language in LANGUAGES}


def _agency(parent: Element, cube: Cube) -> None:
    scheme = child(parent, "str:AgencyScheme", id="AGENCIES", agencyID="SDMX", version="1.0", isFinal="false")
    child(scheme, "com:Name", "Agencies")
    child(child(scheme, "str:Agency", id=sdmx.agency(cube)), "com:Name", cube.publisher.name)


def _maintained(parent: Element, prefixed: str, cube: Cube, identifier: str, title: Texts) -> Element:
    attributes = {"id": identifier, "agencyID": sdmx.agency(cube), "version": cube.version, "isFinal": "false"}
    made = child(parent, prefixed, **attributes)
    texts(made, "com:Name", title)
    return made


def _scheme(parent: Element, cube: Cube) -> Element:
    return _maintained(parent, "str:ConceptScheme", cube, f"{CONCEPTS}-{sdmx.structure_id(cube)}", cube.title)


def _components(parent: Element, cube: Cube) -> None:
    made = _maintained(parent, "str:DataStructure", cube, sdmx.structure_id(cube), cube.title)
    components = child(made, "str:DataStructureComponents")
    listed = child(components, "str:DimensionList", id="DimensionDescriptor")
    axes = sdmx.dimensions(cube)
    for place, axis in enumerate(axes, 1):
        one = child(listed, "str:Dimension", id=axis.name, position=str(place))
        _concept(one, cube, axis.name)
        _enumerated(one, cube, axis.name)
    time = child(listed, "str:TimeDimension", id=sdmx.TIME, position=str(len(axes) + 1))
    _concept(time, cube, sdmx.TIME)
    child(child(time, "str:LocalRepresentation"), "str:TextFormat", textType=sdmx.PERIOD)
    _attributes(child(components, "str:AttributeList", id="AttributeDescriptor"), cube)
    measure = child(child(components, "str:MeasureList", id="MeasureDescriptor"), "str:PrimaryMeasure", id=sdmx.VALUE)
    _concept(measure, cube, sdmx.VALUE)
    child(child(measure, "str:LocalRepresentation"), "str:TextFormat", textType=sdmx.FRACTION)


def _attributes(listed: Element, cube: Cube) -> None:
    for attribute in sdmx.attributes():
        sure = "Conditional" if attribute.id in sdmx.SOMETIMES else "Mandatory"
        one = child(listed, "str:Attribute", id=attribute.id, assignmentStatus=sure)
        _concept(one, cube, attribute.id)
        if attribute.codes is None:
            child(child(one, "str:LocalRepresentation"), "str:TextFormat", textType=attribute.kind)
        else:
            _enumerated(one, cube, attribute.id)
        refer(child(child(one, "str:AttributeRelationship"), "str:PrimaryMeasure"), id=sdmx.VALUE)


def _concept(parent: Element, cube: Cube, identifier: str) -> None:
    refer(
        child(parent, "str:ConceptIdentity"),
        id=identifier,
        maintainableParentID=f"{CONCEPTS}-{sdmx.structure_id(cube)}",
        maintainableParentVersion=cube.version,
        agencyID=sdmx.agency(cube),
        package="conceptscheme",
        **{"class": "Concept"},
    )


def _enumerated(parent: Element, cube: Cube, identifier: str) -> None:
    listed = maintained(cube, sdmx.list_id(cube, identifier), package="codelist", kind="Codelist")
    refer(child(child(parent, "str:LocalRepresentation"), "str:Enumeration"), **listed)
