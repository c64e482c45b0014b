"""The trustee's application: built from its settings, never found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from fastapi import FastAPI
from sqlalchemy import text
from starlette.requests import Request

from coupole.errors import CoupoleError
from coupole.trustee import api
from coupole.trustee.api import Trustee
from coupole.trustee.settings import PURPOSES, TrusteeSettings
from coupole.trustee.store import open_store
from coupole.web import apps
from coupole.wire.keys import KeyRing

API_VERSION = "1"

OPEN_OPERATIONS = frozenset({"read_roster", "read_roster_version", "read_batches", "read_keys"})
"""Operations anybody may call: all there are."""


class TrusteeExists(CoupoleError):
    """There is a trustee in this place already; it was left alone."""


def create_trustee(settings: TrusteeSettings) -> None:
    """A new trustee: its keys, its settings, an empty roster. Raises ``TrusteeExists``."""
    if settings.ring.exists() or settings.file.exists():
        raise TrusteeExists()
    KeyRing.create(PURPOSES).save(settings.ring)
    settings.save()
    open_store(settings.database).close()


@contextmanager
def open_trustee(settings: TrusteeSettings) -> Iterator[Trustee]:
    """The trustee of these settings, open until the end of the block."""
    ring = KeyRing.load(settings.ring)
    store = open_store(settings.database)
    try:
        yield Trustee(settings.name, ring, store)
    finally:
        store.close()


def create_app(settings: TrusteeSettings) -> FastAPI:
    """The application; its database and keys are opened when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_trustee(settings) as trustee:
            app.state.trustee = trustee
            yield

    app = apps.create(
        "Coupole trustee",
        version=API_VERSION,
        issuer=settings.issuer,
        description="A second, independent organisation: whom it admitted, and what it let be summed.",
        lifespan=lifespan,
        status=api.STATUS,
    )
    app.include_router(api.router)
    apps.add_signs_of_life(app, ready)
    return app


def ready(request: Request) -> None:
    """Able to work: the database answers."""
    with request.app.state.trustee.store.reading() as session:
        session.execute(text("SELECT version FROM roster LIMIT 1"))
