"""The catalogue of open data: what is open at this hub, in the words of DCAT-AP 3.0.1, as Turtle or JSON-LD.

A portal reads it and needs nothing else. Everything has an address; what belongs to a European vocabulary is said to be
of its class, as the shapes of the profile ask. Whoever imports this module imports rdflib: do it where it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, Graph, Literal, URIRef
from rdflib.namespace import XSD

from coupole.hub.publication import formats
from coupole.hub.publication.cubes import Publisher, by_language
from coupole.hub.publication.formats import Format
from coupole.hub.publication.formats.words import CATALOGUE, OPEN_DATA
from coupole.standard.calendar import parse_period
from coupole.standard.catalogue import Texts

TURTLE, JSON_LD = "text/turtle", "application/ld+json"
PROFILE = URIRef("https://semiceu.github.io/DCAT-AP/releases/3.0.1")
AUTHORITY = "http://publications.europa.eu/resource/authority"
IANA = "https://www.iana.org/assignments/media-types"
TONGUES = {"en": "ENG", "nl": "NLD", "fr": "FRA", "it": "ITA"}
VERSION = URIRef(f"{DCAT}version")  # of DCAT 3, which rdflib does not list yet
SOCIETY: Texts = {
    "en": "Population and society",
    "nl": "Bevolking en samenleving",
    "fr": "Population et société",
    "it": "Popolazione e società",
}


class Entry(NamedTuple):
    """One dataset that is open. ``updated``: a moment as ISO 8601 writes it; ``licence``: the address of the terms it
    may be used under, if there are any."""

    id: str
    title: Texts
    definition: Texts
    version: str
    periods: Sequence[str]
    updated: str
    licence: str


def write(entries: Iterable[Entry], publisher: Publisher, media_type: str) -> bytes:
    """The catalogue as ``text/turtle`` or ``application/ld+json``."""
    return _written(orjson.dumps([*map(list, entries)]), publisher, media_type)


@lru_cache(maxsize=4)
def _written(entries: bytes, publisher: Publisher, media_type: str) -> bytes:
    """Made once while it stays the same: 70 datasets in all forms take a second."""
    made = graph([Entry(*one) for one in orjson.loads(entries)], publisher)
    if media_type == TURTLE:
        return made.serialize(format="turtle").encode()
    return orjson.dumps(_in_order(orjson.loads(made.serialize(format="json-ld", auto_compact=True))))


def graph(entries: Iterable[Entry], publisher: Publisher) -> Graph:
    """Everything the catalogue says."""
    made = Graph(bind_namespaces="none")
    for prefix, space in (("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF), ("skos", SKOS), ("xsd", XSD)):
        made.bind(prefix, space)
    root = f"{publisher.address}/api/v1/datasets"
    catalogue, agent = URIRef(root), URIRef(f"{publisher.address}/#publisher")
    made.add((agent, RDF.type, FOAF.Agent))
    made.add((agent, FOAF.name, Literal(publisher.name)))
    made.add((catalogue, RDF.type, DCAT.Catalog))
    _texts(made, catalogue, DCTERMS.title, by_language(lambda one: OPEN_DATA[one].format(name=publisher.name)))
    _texts(made, catalogue, DCTERMS.description, CATALOGUE)
    made.add((catalogue, DCTERMS.publisher, agent))
    _typed(made, catalogue, FOAF.homepage, f"{publisher.address}/", FOAF.Document)
    _typed(made, catalogue, DCTERMS.conformsTo, str(PROFILE), DCTERMS.Standard)
    _languages(made, catalogue)
    for entry in entries:
        one = URIRef(f"{root}/{entry.id}")
        made.add((catalogue, DCAT.dataset, one))
        made.add((one, DCTERMS.publisher, agent))
        _dataset(made, one, entry)
        for form in formats.offered():
            _distribution(made, one, form, entry)
    return made


def _dataset(made: Graph, one: URIRef, entry: Entry) -> None:
    made.add((one, RDF.type, DCAT.Dataset))
    _texts(made, one, DCTERMS.title, entry.title)
    _texts(made, one, DCTERMS.description, entry.definition)
    made.add((one, DCTERMS.identifier, Literal(str(one))))
    made.add((one, VERSION, Literal(entry.version)))
    made.add((one, DCTERMS.modified, Literal(entry.updated, datatype=XSD.dateTime)))
    theme = f"{AUTHORITY}/data-theme/SOCI"
    _typed(made, one, DCAT.theme, theme, SKOS.Concept)
    _texts(made, URIRef(theme), SKOS.prefLabel, SOCIETY)
    _typed(made, one, DCTERMS.accessRights, f"{AUTHORITY}/access-right/PUBLIC", DCTERMS.RightsStatement)
    _languages(made, one)
    periods = [parse_period(period) for period in entry.periods]
    span = URIRef(f"{one}#periods")
    made.add((one, DCTERMS.temporal, span))
    made.add((span, RDF.type, DCTERMS.PeriodOfTime))
    made.add((span, DCAT.startDate, _day(min(period.first for period in periods))))
    made.add((span, DCAT.endDate, _day(max(period.last for period in periods))))


def _distribution(made: Graph, dataset: URIRef, form: Format, entry: Entry) -> None:
    address = URIRef(f"{dataset}.{form.suffix}")
    one = URIRef(f"{dataset}#{form.name}")
    made.add((dataset, DCAT.distribution, one))
    made.add((one, RDF.type, DCAT.Distribution))
    made.add((one, DCTERMS.title, Literal(form.label)))
    made.add((one, DCAT.accessURL, address))
    made.add((one, DCAT.downloadURL, address))
    _typed(made, one, DCAT.mediaType, f"{IANA}/{form.media_type}", DCTERMS.MediaType)
    _typed(made, one, DCTERMS.format, f"{AUTHORITY}/file-type/{form.kind}", DCTERMS.MediaTypeOrExtent)
    if form.conforms_to:
        _typed(made, one, DCTERMS.conformsTo, form.conforms_to, DCTERMS.Standard)
    if entry.licence:
        _typed(made, one, DCTERMS.license, entry.licence, DCTERMS.LicenseDocument)
    if not form.worded:
        _languages(made, one)


def _languages(made: Graph, one: URIRef) -> None:
    for tongue in TONGUES.values():
        _typed(made, one, DCTERMS.language, f"{AUTHORITY}/language/{tongue}", DCTERMS.LinguisticSystem)


def _typed(made: Graph, one: URIRef, said: URIRef, address: str, kind: URIRef) -> None:
    made.add((one, said, URIRef(address)))
    made.add((URIRef(address), RDF.type, kind))


def _texts(made: Graph, one: URIRef, said: URIRef, texts: Texts) -> None:
    for language, text in texts.items():
        made.add((one, said, Literal(text, language)))


def _day(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=XSD.date)


def _in_order(value: Any) -> Any:
    """The same document each time: what has no order is sorted."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return sorted(map(_in_order, value), key=orjson.dumps)
    return value
