"""Publications as they were signed, and datasets in every form there is, of what is open to everybody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session
from starlette.responses import Response

from coupole.hub.api import STATUS
from coupole.hub.api.reading import KnownQuery, Period, PeriodInPath, Reading, Spoken, ThisHub
from coupole.hub.publication import formats, listing
from coupole.hub.publication.cubes import Publisher
from coupole.hub.publication.datasets import BreakdownUnknown, DatasetEmpty, IndicatorUnknown, indicator_of
from coupole.hub.publication.formats import FORMATS, Format, FormatNotInstalled
from coupole.hub.publication.opening import DatasetClosed, opened
from coupole.hub.publication.publishing import PublicationUnknown, publication
from coupole.hub.store import Hub, published
from coupole.standard.calendar import PeriodInvalid, parse_period
from coupole.web.languages import Language
from coupole.web.problems import problems_of
from coupole.web.tags import JSON, signed, tagged

router = APIRouter(tags=["figures"])

TAG = {"ETag": {"schema": {"type": "string"}, "description": "Changes when the answer does."}}
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The caller has this version already."}}


class ShownPublication(BaseModel):
    """What was published of one period."""

    model_config = ConfigDict(use_attribute_docstrings=True, from_attributes=True)

    period: str
    revision: int
    """A later one replaces those before it."""
    members: int
    answered: int
    """Of that many members a release is in it."""
    made_at: datetime
    digest: str


class Publications(BaseModel):
    """Publications, the newest period first, all revisions."""

    items: list[ShownPublication]


class ShownForm(BaseModel):
    """One form a dataset is handed out in."""

    name: str
    media_type: str
    href: str


class ShownDataset(BaseModel):
    """One dataset that everybody may read."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    indicator: str
    title: str
    definition: str
    unit: str
    measures: list[str]
    breakdowns: list[str]
    """Of totals one by one, of a fine table together."""
    periods: list[str]
    licence: str
    """Address of the terms it may be used under; empty when none were named."""
    href: str
    forms: list[ShownForm]


class Datasets(BaseModel):
    """The datasets that are open, and the periods there are."""

    catalogue: str
    version: str
    periods: list[str]
    items: list[ShownDataset]


@router.get("/publications", dependencies=[KnownQuery])
def list_publications(session: Reading, hub: ThisHub) -> Publications:
    """Everything that was published."""
    found = published.publications(session, hub.catalogue.id, hub.catalogue.version)
    return Publications(items=[ShownPublication.model_validate(one) for one in found])


@router.get(
    "/publications/{period}",
    dependencies=[KnownQuery],
    response_class=Response,
    responses={200: {"content": {JSON: {"schema": {"type": "object"}}}, "headers": TAG, "description": "As signed."}}
    | UNCHANGED
    | problems_of(PublicationUnknown, PeriodInvalid, DatasetClosed, status=STATUS),
)
def read_publication(request: Request, session: Reading, hub: ThisHub, period: PeriodInPath) -> Response:
    """The newest publication of a period: the very bytes that were signed, the signature in ``Coupole-Signature``.

    What was signed cannot be cut: it is for everybody when all its indicators are.
    """
    parse_period(period)
    found = publication(session, hub.catalogue, period)
    opened(session).require(one.id for one in hub.catalogue.indicators)
    return signed(request, published.text(found), found.signature)


CATALOGUES = {"ttl": "text/turtle", "jsonld": "application/ld+json"}
"""The forms of the catalogue of open data, by their suffix."""


def _catalogues(*media_types: str) -> dict[int | str, dict[str, Any]]:
    content = {name: {"schema": {"description": "DCAT-AP 3.0.1"}} for name in media_types}
    return {200: {"content": content, "headers": TAG}, **UNCHANGED}


@router.get(
    "/datasets",
    dependencies=[KnownQuery],
    responses=_catalogues(*CATALOGUES.values()),
    response_model=Datasets,
)
def list_datasets(request: Request, session: Reading, hub: ThisHub, language: Spoken) -> Datasets | Response:
    """The datasets that are open to everybody; as a DCAT-AP catalogue when ``Accept`` asks for Turtle or JSON-LD."""
    wanted = formats.best(request.headers.get("accept", ""), [JSON, *CATALOGUES.values()])
    if wanted != JSON:
        return _catalogue(request, session, hub, wanted)
    open_now = opened(session)
    items = [
        _shown(one, licence, language)
        for one in listing.listed(session, hub.catalogue)
        if (licence := open_now.licence(one.id)) is not None
    ]
    there = sorted({period for one in items for period in one.periods}, reverse=True)
    return Datasets(catalogue=hub.catalogue.id, version=hub.catalogue.version, periods=there, items=items)


def _shown(one: listing.Listed, licence: str, language: Language) -> ShownDataset:
    href = f"/api/v1/datasets/{one.id}"
    return ShownDataset(
        id=one.id,
        indicator=one.indicator.id,
        title=one.title[language],
        definition=one.indicator.definition[language],
        unit=one.indicator.unit,
        measures=list(one.measures),
        breakdowns=list(one.breakdowns),
        periods=list(one.periods),
        licence=licence,
        href=href,
        forms=[
            ShownForm(name=form.label, media_type=form.media_type, href=f"{href}.{form.suffix}")
            for form in formats.offered()
        ],
    )


def _catalogue(request: Request, session: Session, hub: Hub, media_type: str) -> Response:
    from coupole.hub.publication import dcat  # brings rdflib

    open_now = opened(session)
    entries = [
        dcat.Entry(
            one.id,
            one.title,
            one.indicator.definition,
            hub.catalogue.version,
            one.periods,
            one.updated.isoformat(timespec="seconds"),
            licence,
        )
        for one in listing.listed(session, hub.catalogue)
        if one.updated and (licence := open_now.licence(one.id)) is not None
    ]
    body = dcat.write(entries, Publisher(hub.name, hub.issuer), media_type)
    return tagged(request, body, media_type, Vary="Accept")


def _add_catalogue(suffix: str, media_type: str) -> None:
    def read_catalogue(request: Request, session: Reading, hub: ThisHub) -> Response:
        return _catalogue(request, session, hub, media_type)

    read_catalogue.__doc__ = f"The datasets that are open, as a DCAT-AP 3.0.1 catalogue ({media_type})."
    router.add_api_route(
        f"/datasets.{suffix}",
        read_catalogue,
        name=f"read_catalogue_{suffix}",
        dependencies=[KnownQuery],
        response_class=Response,
        responses=_catalogues(media_type),
    )


for suffix, media_type in CATALOGUES.items():
    _add_catalogue(suffix, media_type)


def _described(*forms: Format) -> dict[int | str, dict[str, Any]]:
    content = {one.media_type: {"schema": {"description": one.label}} for one in forms}
    answered = {200: {"content": content, "headers": TAG, "description": "One dataset, all published periods."}}
    kinds = (IndicatorUnknown, DatasetEmpty, BreakdownUnknown, DatasetClosed, PeriodInvalid, FormatNotInstalled)
    return answered | UNCHANGED | problems_of(*kinds, status=STATUS)


Dataset = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z][A-Za-z0-9_]{0,59}(\.[a-z][a-z0-9_]{0,59}){0,6}$",
        description="An indicator for its totals, or the name of a fine table: F03, F03.sex.slot…",
    ),
]
By = Annotated[str | None, Query(max_length=60, description="One breakdown of totals instead of all: sex, age_band…")]


def _add(path: str, name: str, form: Format | None) -> None:
    """An address that asks for one form by its suffix, or for any by ``Accept``."""

    def read(
        request: Request,
        session: Reading,
        hub: ThisHub,
        language: Spoken,
        dataset: Dataset,
        by: By = None,
        period: Period = None,
    ) -> Response:
        wanted = form or formats.preferred(request.headers.get("accept", ""))
        return _answer(request, session, hub, wanted, language, dataset, by, period)

    any_form = "One dataset, in the form that ``Accept`` asks for; JSON-stat 2.0 unless it prefers another."
    router.add_api_route(
        path,
        read,
        name=name,
        description=f"One dataset as {form.label}." if form else any_form,
        dependencies=[KnownQuery],
        response_class=Response,
        responses=_described(*([form] if form else FORMATS)),
    )


# The longest first: what ends in .sdmx.csv ends in .csv too.
for form in sorted(FORMATS, key=lambda one: len(one.suffix), reverse=True):
    _add(f"/datasets/{{dataset}}.{form.suffix}", f"read_dataset_{form.name}", form)
_add("/datasets/{dataset}", "read_dataset", None)


def _answer(
    request: Request,
    session: Session,
    hub: Hub,
    form: Format,
    language: Language,
    dataset: str,
    by: str | None,
    period: str | None,
) -> Response:
    if period is not None:
        parse_period(period)
    indicator_of(hub.catalogue, dataset.partition(".")[0])
    opened(session).require([dataset])
    made = listing.cube(session, hub.catalogue, Publisher(hub.name, hub.issuer), dataset, by=by, period=period)
    headers = {
        "Vary": "Accept, Accept-Language",
        "Content-Disposition": f'inline; filename="{dataset}.{form.suffix}"',
        "Link": f'<{dataset}.csv-metadata.json?language={language}>; rel="describedby"; type="application/csvm+json"',
    }
    if form.worded:
        headers["Content-Language"] = language
    return tagged(request, formats.write(form, made, language), form.content_type, **headers)
