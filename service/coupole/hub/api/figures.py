"""Publications as they were signed, and datasets as JSON-stat and CSV."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session
from starlette.responses import Response

from coupole.hub.api import STATUS
from coupole.hub.api.reading import KnownQuery, Period, PeriodInPath, Reading, Spoken, ThisHub
from coupole.hub.publication import datasets
from coupole.hub.publication.datasets import BreakdownUnknown, DatasetEmpty, IndicatorUnknown
from coupole.hub.publication.jsonstat import as_jsonstat
from coupole.hub.publication.publishing import PublicationUnknown, publication
from coupole.hub.publication.tables import as_csv
from coupole.hub.store import Hub, published
from coupole.standard.calendar import PeriodInvalid, parse_period
from coupole.standard.reading import canonical
from coupole.web.languages import Language
from coupole.web.problems import problems_of
from coupole.web.tags import JSON, signed, tagged

router = APIRouter(tags=["figures"])

CSV = "text/csv"
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


class ShownDataset(BaseModel):
    """One indicator that can be read as a dataset."""

    id: str
    title: str
    definition: str
    unit: str
    measures: list[str]
    breakdowns: list[str]
    href: str


class Datasets(BaseModel):
    """The indicators of the catalogue, and the periods there are."""

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
    | problems_of(PublicationUnknown, PeriodInvalid, status=STATUS),
)
def read_publication(request: Request, session: Reading, hub: ThisHub, period: PeriodInPath) -> Response:
    """The newest publication of a period: the very bytes that were signed, the signature in ``Coupole-Signature``."""
    parse_period(period)
    found = publication(session, hub.catalogue, period)
    return signed(request, published.text(found), found.signature)


@router.get("/datasets", dependencies=[KnownQuery])
def list_datasets(session: Reading, hub: ThisHub, language: Spoken) -> Datasets:
    """The indicators, with their definitions."""
    items = [
        ShownDataset(
            id=one.id,
            title=one.title[language],
            definition=one.definition[language],
            unit=one.unit,
            measures=list(datasets.measures(one)),
            breakdowns=[dimension.name for dimension in one.dimensions],
            href=f"/api/v1/datasets/{one.id}",
        )
        for one in hub.catalogue.indicators
    ]
    there = datasets.periods(session, hub.catalogue)
    return Datasets(catalogue=hub.catalogue.id, version=hub.catalogue.version, periods=there, items=items)


def _described(*media_types: str) -> dict[int | str, dict[str, Any]]:
    schemas: Mapping[str, Any] = {JSON: {"type": "object", "description": "JSON-stat 2.0"}, CSV: {"type": "string"}}
    content = {name: {"schema": schemas[name]} for name in media_types}
    answered = {200: {"content": content, "headers": TAG, "description": "One indicator, all published periods."}}
    refused = problems_of(IndicatorUnknown, DatasetEmpty, BreakdownUnknown, PeriodInvalid, status=STATUS)
    return answered | UNCHANGED | refused


Indicator = Annotated[str, Path(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,59}$")]
By = Annotated[str | None, Query(max_length=60, description="One breakdown instead of all: sex, age_band…")]


@router.get("/datasets/{indicator}.csv", dependencies=[KnownQuery], response_class=Response, responses=_described(CSV))
def read_dataset_csv(
    request: Request,
    session: Reading,
    hub: ThisHub,
    language: Spoken,
    indicator: Indicator,
    by: By = None,
    period: Period = None,
) -> Response:
    """One indicator as CSV."""
    return _answer(request, session, hub, CSV, language, indicator, by, period)


@router.get(
    "/datasets/{indicator}.json", dependencies=[KnownQuery], response_class=Response, responses=_described(JSON)
)
def read_dataset_json(
    request: Request,
    session: Reading,
    hub: ThisHub,
    language: Spoken,
    indicator: Indicator,
    by: By = None,
    period: Period = None,
) -> Response:
    """One indicator as JSON-stat 2.0."""
    return _answer(request, session, hub, JSON, language, indicator, by, period)


@router.get(
    "/datasets/{indicator}", dependencies=[KnownQuery], response_class=Response, responses=_described(JSON, CSV)
)
def read_dataset(
    request: Request,
    session: Reading,
    hub: ThisHub,
    language: Spoken,
    indicator: Indicator,
    by: By = None,
    period: Period = None,
) -> Response:
    """One indicator, in the form that ``Accept`` asks for; JSON-stat 2.0 unless it prefers CSV."""
    form = preferred(request.headers.get("accept", ""))
    return _answer(request, session, hub, form, language, indicator, by, period)


def preferred(accept: str) -> str:
    """``text/csv`` when the header prefers it to JSON (RFC 9110 12.5.1), else ``application/json``."""
    weights = {JSON: 0.0, CSV: 0.0}
    for choice in accept[:1000].split(","):
        name, *params = (part.strip().lower() for part in choice.split(";"))
        quality = next((part[2:] for part in params if part.startswith("q=")), "1")
        if name in weights and quality.replace(".", "", 1).isdigit():
            weights[name] = max(weights[name], float(quality))
    return CSV if weights[CSV] > weights[JSON] else JSON


def _answer(
    request: Request,
    session: Session,
    hub: Hub,
    form: str,
    language: Language,
    indicator: str,
    by: str | None,
    period: str | None,
) -> Response:
    if period is not None:
        parse_period(period)
    found = datasets.dataset(session, hub.catalogue, indicator, by=by, period=period)
    headers = {"Content-Language": language, "Vary": "Accept, Accept-Language"}
    if form == JSON:
        return tagged(request, canonical(as_jsonstat(found, language, hub.name, by)), JSON, **headers)
    name = f'inline; filename="{indicator}.csv"'
    return tagged(request, as_csv(found, language), f"{CSV}; charset=utf-8", Content_Disposition=name, **headers)
