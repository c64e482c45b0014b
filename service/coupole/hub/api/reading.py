"""What every route of a hub reads from, and what it may be asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request
from sqlmodel import Session

from coupole.hub.store import Hub
from coupole.web.bodies import refuse_unknown_query
from coupole.web.languages import Language, language_of


def hub_of(request: Request) -> Hub:
    """The hub this application was made for."""
    found: Hub = request.app.state.hub
    return found


def reading(request: Request) -> Iterator[Session]:
    """A session that reads, closed before the answer leaves."""
    with hub_of(request).store.reading() as session:
        yield session


def spoken(
    request: Request,
    language: Annotated[
        Literal["en", "nl", "fr", "it"] | None, Query(description="Instead of Accept-Language.")
    ] = None,
) -> Language:
    """The language of an answer."""
    return language or language_of(request)


ThisHub = Annotated[Hub, Depends(hub_of)]
Reading = Annotated[Session, Depends(reading, scope="function")]
Spoken = Annotated[Language, Depends(spoken)]
KnownQuery = Depends(refuse_unknown_query)
PERIOD_FORM = r"^(19|20)[0-9]{2}(-(0[1-9]|1[0-2])|-Q[1-4])?$"
"""As ``parse_period`` reads it; said in the OpenAPI document, refused with the words of ``PeriodInvalid``."""

Period = Annotated[
    str | None,
    Query(max_length=10, description="2026-10, 2026-Q3 or 2026.", json_schema_extra={"pattern": PERIOD_FORM}),
]
PeriodInPath = Annotated[str, Path(max_length=10, json_schema_extra={"pattern": PERIOD_FORM})]
