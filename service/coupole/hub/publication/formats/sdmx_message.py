"""The envelope of SDMX-ML 2.1 messages, and how one thing refers to another in them."""

from __future__ import annotations

from datetime import UTC
from xml.etree import ElementTree  # writes only, nothing is read
from xml.etree.ElementTree import Element, SubElement

from coupole.hub.publication.cubes import Cube
from coupole.hub.publication.formats import sdmx
from coupole.standard.catalogue import Texts

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
SPACES = {
    "mes": f"{SCHEMAS}/message",
    "str": f"{SCHEMAS}/structure",
    "com": f"{SCHEMAS}/common",
    "gen": f"{SCHEMAS}/data/generic",
}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

for prefix, space in SPACES.items():
    ElementTree.register_namespace(prefix, space)


def name(prefixed: str) -> str:
    """``mes:Header`` in full."""
    prefix, _, local = prefixed.partition(":")
    return f"{{{SPACES[prefix]}}}{local}"


def child(parent: Element, prefixed: str, text: str | None = None, **attributes: str) -> Element:
    """A new element in another."""
    made = SubElement(parent, name(prefixed), attributes)
    made.text = text
    return made


def texts(parent: Element, prefixed: str, said: Texts) -> None:
    """One element for each language."""
    for language, text in said.items():
        child(parent, prefixed, text).set(LANGUAGE, language)


def message(cube: Cube, kind: str) -> tuple[Element, Element]:
    """An empty message of that kind, and its header."""
    root = Element(name(f"mes:{kind}"))
    header = child(root, "mes:Header")
    child(header, "mes:ID", f"{sdmx.structure_id(cube)}-{cube.updated:%Y%m%d%H%M%S}")
    child(header, "mes:Test", "false")
    child(header, "mes:Prepared", cube.updated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    sender = child(header, "mes:Sender", id=sdmx.agency(cube))
    child(sender, "com:Name", cube.publisher.name)
    return root, header


def refer(parent: Element, **attributes: str) -> None:
    """A reference; in SDMX 2.1 it stands in no name space."""
    SubElement(parent, "Ref", attributes)


def maintained(cube: Cube, identifier: str, *, package: str, kind: str) -> dict[str, str]:
    """How something this hub maintains is referred to."""
    return {
        "id": identifier,
        "version": cube.version,
        "agencyID": sdmx.agency(cube),
        "package": package,
        "class": kind,
    }


def as_bytes(root: Element) -> bytes:
    """The message, its encoding said."""
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
