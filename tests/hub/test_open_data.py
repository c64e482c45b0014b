"""Figures are for everybody once somebody opened them; how they are asked for, and the catalogue of what is open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyshacl import validate
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, URIRef
from rdflib.compare import isomorphic

from coupole.hub.publication import formats
from coupole.hub.publication.formats import FORMATS, preferred
from coupole.hub.publication.opening import Opened, close_datasets, open_datasets
from tests.published_hub import PERIOD, PUBLISHER, PublishedHub, published_hub
from tests.sealed_hub import SLOT
from tests.small_hub import CATALOGUE

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
ROOT = "https://hub.test/api/v1/datasets"


@pytest.fixture(scope="module")
def hub() -> Iterator[PublishedHub]:
    with published_hub() as made:
        yield made


@pytest.fixture
def closed(hub: PublishedHub) -> Iterator[PublishedHub]:
    """Nothing is open while a test runs."""
    with hub.store.writing() as session:
        close_datasets(session, CATALOGUE, ["*"], actor="test")
    yield hub
    with hub.store.writing() as session:
        open_datasets(session, CATALOGUE, ["*"], actor="test")


def opens(hub: PublishedHub, *names: str, licence: str = "") -> None:
    with hub.store.writing() as session:
        open_datasets(session, CATALOGUE, names, actor="test", licence=licence)


def test_a_hub_that_opened_nothing_shows_nobody_a_figure(closed: PublishedHub) -> None:
    for name in ("F03", "S01.sex.age_band.day"):
        for suffix in ("", *(f".{form.suffix}" for form in FORMATS)):
            refused = closed.client.get(f"/api/v1/datasets/{name}{suffix}")
            assert (refused.status_code, refused.json()["code"]) == (403, "dataset_closed")
    for path in (f"/api/v1/publications/{PERIOD}", f"/api/v1/sealed/{SLOT}", f"/?period={PERIOD}&indicator=F03"):
        assert closed.client.get(path).json()["code"] == "dataset_closed"
    assert closed.client.get("/api/v1/datasets").json()["items"] == []
    for path in ("/", "/fine"):
        page = closed.client.get(f"{path}?language=en").text
        assert "none is open to everybody" in page
        assert "1,200" not in page
    assert "No figures of an ESF+ operation" in closed.client.get("/esf?language=en").text
    assert not list(Graph().parse(data=closed.get(".ttl")).subjects(RDF.type, DCAT.Dataset))


def test_one_dataset_is_opened_and_no_other(closed: PublishedHub) -> None:
    opens(closed, "F03.sex.slot", licence=LICENCE)
    listed = closed.client.get("/api/v1/datasets").json()["items"]
    assert [(one["id"], one["licence"]) for one in listed] == [("F03.sex.slot", LICENCE)]
    assert closed.client.get("/api/v1/datasets/F03").status_code == 403
    assert closed.client.get(f"/api/v1/sealed/{SLOT}").status_code == 403
    page = closed.client.get("/fine?language=en").text
    assert "/api/v1/datasets/F03.sex.slot.xlsx?language=en" in page
    assert "S01" not in page
    assert f"/api/v1/sealed/{SLOT}" not in page
    for form in listed[0]["forms"]:
        assert closed.client.get(form["href"]).status_code == 200


def test_the_pages_show_what_is_open_and_the_signed_text_when_all_is(closed: PublishedHub) -> None:
    opens(closed, "F03")
    page = closed.client.get("/?language=en").text
    assert "/api/v1/datasets/F03.csv?language=en" in page
    assert "F05" not in page
    opens(closed, "*")
    assert closed.client.get(f"/api/v1/publications/{PERIOD}").status_code == 200
    assert closed.client.get(f"/api/v1/sealed/{SLOT}").status_code == 200


def test_the_newest_decision_about_a_dataset_counts_whether_it_names_one_or_many() -> None:
    said = [("*", "opened", ""), ("F03", "closed", ""), ("F03.sex.slot", "opened", LICENCE)]
    found = Opened(said)
    assert [name in found for name in ("F03", "F03.sex.slot", "F03.sex.year", "F04")] == [False, True, False, True]
    assert "F03" in Opened([*said, ("*", "opened", "")])
    assert "F03.sex.slot" not in Opened([*said, ("F03", "closed", "")])
    assert "F0" not in Opened([("F03", "opened", "")])
    assert "F031" not in Opened([("F03", "opened", "")])


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_form_is_asked_for_by_accept_or_by_suffix_and_known_ones_are_not_sent_again(
    hub: PublishedHub, form: formats.Format
) -> None:
    for name in ("F03", "F03.sex.slot"):
        by_suffix = hub.client.get(f"/api/v1/datasets/{name}.{form.suffix}")
        by_accept = hub.client.get(
            f"/api/v1/datasets/{name}", headers={"accept": f"text/html, {form.media_type};q=0.9"}
        )
        assert by_suffix.content == by_accept.content
        assert by_suffix.headers["content-type"] == by_accept.headers["content-type"] == form.content_type
        assert by_suffix.headers["vary"] == "Accept, Accept-Language"
        assert f'{name}.csv-metadata.json?language=en>; rel="describedby"' in by_suffix.headers["link"]
        known = {"if-none-match": by_suffix.headers["etag"]}
        assert hub.client.get(f"/api/v1/datasets/{name}.{form.suffix}", headers=known).status_code == 304
        assert ("content-language" in by_suffix.headers) is form.worded


def test_a_fine_table_has_no_other_breakdown_and_only_the_periods_that_were_published(hub: PublishedHub) -> None:
    for query, code in (("by=sex", "breakdown_unknown"), ("period=2026-03", "dataset_empty"), ("x=1", "query_unknown")):
        assert hub.client.get(f"/api/v1/datasets/F03.sex.slot?{query}").json()["code"] == code
    assert hub.client.get(f"/api/v1/datasets/F03.sex.slot?period={SLOT}").json()["size"] == [1, 5, 1]
    assert hub.client.get("/api/v1/datasets/F03.sex.year").json()["code"] == "dataset_empty"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"),
        ("text/*", "csv"),
        ("text/csv;q=0, */*;q=0.1", "json"),
        ("application/json;q=0.1, application/jsonl", "jsonl"),
        ("application/vnd.sdmx.data+csv;version=2.0.0", "sdmx_csv"),
        ("application/vnd.sdmx.data+csv;version=1.0.0", "json"),
        ("application/vnd.sdmx.structure+xml; version=2.1, application/json;q=0.5", "sdmx_structure"),
        ("text/csv;q=high, application/json", "json"),
        ("application/*;q=0.2, text/csv;q=0.3", "csv"),
    ],
)
def test_what_a_program_prefers_is_what_it_gets(accept: str, form: str) -> None:
    assert preferred(accept).name == form


@given(st.text(max_size=60))
@settings(max_examples=50)
def test_whatever_accept_says_there_is_an_answer(accept: str) -> None:
    assert preferred(accept) in FORMATS


def test_a_hub_without_the_library_of_a_form_says_so_and_offers_the_others(
    hub: PublishedHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    refused = hub.client.get("/api/v1/datasets/F03.parquet")
    assert (refused.status_code, refused.json()["code"]) == (404, "format_not_installed")
    assert preferred("application/vnd.apache.parquet").name == "json"
    assert "Parquet" not in hub.client.get(f"/?period={PERIOD}&indicator=F03").text


# Of DCAT-AP 3.0.1 what its own shapes demand of the classes that are used here; written anew from the specification.
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <https://coupole.test/shapes#> .
:Catalog sh:targetClass dcat:Catalog ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ;
  sh:property [ sh:path dct:description ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ;
  sh:property [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent ] ;
  sh:property [ sh:path dcat:dataset ; sh:class dcat:Dataset ] ;
  sh:property [ sh:path dct:language ; sh:class dct:LinguisticSystem ] ;
  sh:property [ sh:path foaf:homepage ; sh:maxCount 1 ; sh:class foaf:Document ] .
:Agent sh:targetClass foaf:Agent ; sh:property [ sh:path foaf:name ; sh:minCount 1 ; sh:nodeKind sh:Literal ] .
:Dataset sh:targetClass dcat:Dataset ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ;
  sh:property [ sh:path dct:description ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ;
  sh:property [ sh:path dct:publisher ; sh:maxCount 1 ; sh:class foaf:Agent ] ;
  sh:property [ sh:path dcat:theme ; sh:class skos:Concept ] ;
  sh:property [ sh:path dct:accessRights ; sh:maxCount 1 ; sh:class dct:RightsStatement ] ;
  sh:property [ sh:path dct:modified ; sh:maxCount 1 ; sh:datatype xsd:dateTime ] ;
  sh:property [ sh:path dct:temporal ; sh:class dct:PeriodOfTime ] ;
  sh:property [ sh:path dct:language ; sh:class dct:LinguisticSystem ] ;
  sh:property [ sh:path dcat:distribution ; sh:class dcat:Distribution ] .
:Distribution sh:targetClass dcat:Distribution ;
  sh:property [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ;
  sh:property [ sh:path dcat:downloadURL ; sh:nodeKind sh:IRI ] ;
  sh:property [ sh:path dct:format ; sh:maxCount 1 ; sh:class dct:MediaTypeOrExtent ] ;
  sh:property [ sh:path dcat:mediaType ; sh:maxCount 1 ; sh:class dct:MediaType ] ;
  sh:property [ sh:path dct:license ; sh:maxCount 1 ; sh:class dct:LicenseDocument ] ;
  sh:property [ sh:path dct:conformsTo ; sh:class dct:Standard ] .
:Concept sh:targetClass skos:Concept ; sh:property [ sh:path skos:prefLabel ; sh:minCount 1 ] .
:Period sh:targetClass dct:PeriodOfTime ;
  sh:property [ sh:path dcat:startDate ; sh:maxCount 1 ; sh:datatype xsd:date ] ;
  sh:property [ sh:path dcat:endDate ; sh:maxCount 1 ; sh:datatype xsd:date ] .
"""


def conforms(found: Graph) -> bool:
    return bool(validate(found, shacl_graph=Graph().parse(data=SHAPES, format="turtle"))[0])


@pytest.fixture
def catalogue(closed: PublishedHub) -> Graph:
    opens(closed, "F03", licence=LICENCE)
    return Graph().parse(data=closed.get("", accept="text/turtle"), format="turtle")


def test_the_catalogue_names_what_is_open_and_where_each_form_is(catalogue: Graph, hub: PublishedHub) -> None:
    here = URIRef(f"{ROOT}/F03")
    assert set(catalogue.subjects(RDF.type, DCAT.Dataset)) == {here, URIRef(f"{ROOT}/F03.sex.slot")}
    titles = {one.language: str(one) for one in catalogue.objects(here, DCTERMS.title)}  # type: ignore[union-attr]
    assert titles == CATALOGUE.indicator("F03").title
    assert str(catalogue.value(catalogue.value(URIRef(ROOT), DCTERMS.publisher), FOAF.name)) == PUBLISHER.name
    addresses = {
        str(catalogue.value(one, DCAT.downloadURL)): catalogue.value(one, DCTERMS.license)
        for one in catalogue.objects(here, DCAT.distribution)
    }
    assert set(addresses) == {f"{ROOT}/F03.{form.suffix}" for form in FORMATS}
    assert {str(one) for one in addresses.values()} == {LICENCE}
    for address in addresses:
        assert hub.client.get(address).status_code == 200


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own reader of JSON-LD
def test_the_catalogue_is_the_same_as_turtle_and_as_json_ld(catalogue: Graph, hub: PublishedHub) -> None:
    for raw in (hub.get(".jsonld"), hub.get("", accept="application/ld+json")):
        assert isomorphic(catalogue, Graph().parse(data=raw, format="json-ld"))
    assert isomorphic(catalogue, Graph().parse(data=hub.get(".ttl"), format="turtle"))
    tag = hub.client.get("/api/v1/datasets.ttl").headers["etag"]
    assert hub.client.get("/api/v1/datasets.ttl", headers={"if-none-match": tag}).status_code == 304


def test_the_catalogue_follows_the_profile_and_would_not_without_any_of_its_parts(catalogue: Graph) -> None:
    assert conforms(catalogue)
    for subject, part in (
        (URIRef(ROOT), DCTERMS.title),
        (URIRef(ROOT), DCTERMS.publisher),
        (URIRef(f"{PUBLISHER.address}/#publisher"), FOAF.name),
        (URIRef(f"{ROOT}/F03"), DCTERMS.description),
        (URIRef(f"{ROOT}/F03#csv"), DCAT.accessURL),
    ):
        less = Graph() + catalogue
        less.remove((subject, part, None))
        assert not conforms(less)
