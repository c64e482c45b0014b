"""The trustee's application: built from its settings, never found."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from starlette.requests import Request

from coupole.errors import CoupoleError
from coupole.trustee import api, months, roster
from coupole.trustee.settings import PURPOSES, TrusteeSettings
from coupole.trustee.store import Trustee, newest, open_store
from coupole.web import apps
from coupole.wire.descriptor import fingerprint
from coupole.wire.keys import KeyRing

API_VERSION = "1"
DAY = 86_400.0
LOG = logging.getLogger(__name__)

OPEN_OPERATIONS = frozenset(
    {
        "read_keys",
        "read_roster",
        "read_roster_version",
        "ask_admission",
        "read_batches",
        "read_certificate",
        "sum_batch",
    }
)
"""Operations anybody may call: all there are. What changes something carries a code or a signature."""


class TrusteeExists(CoupoleError):
    """There is a trustee in this place already; it was left alone."""


def create_trustee(settings: TrusteeSettings) -> str:
    """A new trustee: its keys, its settings, an empty roster; gives its fingerprint. Raises ``TrusteeExists``."""
    if settings.ring.exists() or settings.file.exists():
        raise TrusteeExists()
    KeyRing.create(PURPOSES).save(settings.ring)
    settings.save()
    with open_trustee(settings) as trustee:
        months.keep(trustee)
        with trustee.store.writing() as session:
            roster.publish(session, trustee, [], "init", datetime.now(UTC))
        return fingerprint(trustee.ring.active("sign").public())


@contextmanager
def open_trustee(settings: TrusteeSettings) -> Iterator[Trustee]:
    """The trustee of these settings, open until the end of the block."""
    ring = KeyRing.load(settings.ring)
    store = open_store(settings.database)
    try:
        yield Trustee(settings.name, settings.quorum, ring, store, settings.key_directory)
    finally:
        store.close()


def create_app(settings: TrusteeSettings) -> FastAPI:
    """The application; its database and keys are opened when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_trustee(settings) as trustee:
            months.keep(trustee)
            app.state.trustee = trustee
            chore = asyncio.create_task(_daily(trustee))
            yield
            chore.cancel()

    app = apps.create(
        "Coupole trustee",
        version=API_VERSION,
        issuer=settings.issuer,
        description="A second, independent organisation: whom it admitted, and what it let be summed.",
        lifespan=lifespan,
        status=api.STATUS,
        larger={"/api/v1/batches": api.MAX_BATCH},
    )
    app.include_router(api.router)
    apps.add_signs_of_life(app, ready)
    return app


async def _daily(trustee: Trustee) -> None:
    while True:
        await asyncio.sleep(DAY)
        try:
            await asyncio.to_thread(months.keep, trustee)
        except Exception as error:  # the next day must come, whatever happened on this one
            LOG.error("the keys of months were not looked after: %s", type(error).__name__)


def ready(request: Request) -> None:
    """Able to work: the database answers."""
    with request.app.state.trustee.store.reading() as session:
        newest(session)
