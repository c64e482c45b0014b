"""The hub's application: built from its settings, never found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime

from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from starlette.requests import Request

from coupole.errors import CoupoleError
from coupole.hub.api import STATUS, federation, figures, joining, later, sealed
from coupole.hub.collection.connecting import Connect, connector
from coupole.hub.collection.rounds import Desk
from coupole.hub.collection.schedule import Rhythm, by_itself
from coupole.hub.collection.visiting import Reach
from coupole.hub.members.directory import keep_good
from coupole.hub.members.introducing import signed_introduction
from coupole.hub.publication.publishing import publish
from coupole.hub.settings import PURPOSES, HubSettings
from coupole.hub.store import Hub, open_store
from coupole.hub.ui import tables
from coupole.standard import catalogue
from coupole.web import apps
from coupole.wire.keys import KeyRing, KeyRingMissing

API_VERSION = "1"

OPEN_OPERATIONS = frozenset(
    {
        "list_members",
        "list_collections",
        "read_collection",
        "read_keys",
        "list_publications",
        "read_publication",
        "list_datasets",
        "read_catalogue_ttl",
        "read_catalogue_jsonld",
        "read_dataset",
        "read_dataset_json",
        "read_dataset_csv",
        "read_dataset_xlsx",
        "read_dataset_jsonl",
        "read_dataset_parquet",
        "read_dataset_csvw",
        "read_dataset_sdmx_csv",
        "read_dataset_sdmx_data",
        "read_dataset_sdmx_structure",
        "list_tabulations",
        "read_tabulation",
        "list_certificates",
        "list_slots",
        "read_slot",
        "read_later",
        "read_tables",
        "list_corrections",
        "read_introduction",
        "read_directory",
        "ask_membership",
        "announce_descriptor",
        "leave_federation",
        "list_pulls",
    }
)
"""Operations anybody may call: all of them. What changes something is done by command, at the hub itself, or carries
an invitation or a member's signature."""


class HubExists(CoupoleError):
    """There is a hub in this place already; it was left alone."""


def create_hub(settings: HubSettings) -> None:
    """A new hub: its keys, its settings, an empty database. Raises ``HubExists``."""
    if settings.ring.exists() or settings.file.exists():
        raise HubExists()
    KeyRing.create(PURPOSES).save(settings.ring)
    settings.save()
    open_store(settings.database).close()


@contextmanager
def open_hub(settings: HubSettings) -> Iterator[tuple[Hub, KeyRing]]:
    """The hub of these settings and its keys. Raises ``KeyRingMissing``, ``KeyRingExposed``, ``CatalogueUnknown``."""
    ring = KeyRing.load(settings.ring)
    found = catalogue.load(settings.catalogue, settings.catalogue_version)
    store = open_store(settings.database)
    try:
        yield Hub(settings.name, settings.issuer, found, store, ring.public_set("sign")), ring
    finally:
        store.close()


def connecting(settings: HubSettings, ring: KeyRing) -> Connect:
    """How the hub of these settings reaches its members."""
    return connector(
        ring,
        settings.client_id,
        seconds=settings.pull_seconds,
        max_bytes=settings.max_release_bytes,
        inside=settings.reachable,
    )


def desk(settings: HubSettings, hub: Hub, ring: KeyRing) -> Desk:
    """What a collection of these settings works with."""
    return Desk(
        hub.store,
        connecting(settings, ring),
        hub.catalogue,
        lambda period: publish(hub.store, ring.active("sign"), hub.name, hub.catalogue, period),
        concurrency=settings.concurrency,
        per_host=settings.per_host,
        again_seconds=settings.ask_again_seconds,
    )


def create_app(settings: HubSettings, reach: Reach | None = None) -> FastAPI:
    """The application; its database and keys are opened when it starts. ``reach``: another way to nodes that ask."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_hub(settings) as (hub, ring), _collecting(settings, hub, ring):
            app.state.hub = hub
            app.state.reach = reach or Reach(settings.reachable)
            app.state.introduction = signed_introduction(settings, ring)
            yield

    app = apps.create(
        "Coupole hub",
        version=API_VERSION,
        issuer=settings.issuer,
        description="Published figures of a federation of social workshops, with their coverage and their noise.",
        lifespan=lifespan,
        status=STATUS,
    )
    routes = APIRouter(prefix="/api/v1")
    routes.include_router(federation.router)
    routes.include_router(figures.router)
    routes.include_router(sealed.router)
    routes.include_router(later.router)
    routes.include_router(joining.router)
    app.include_router(routes)
    app.include_router(joining.introduction)
    tables.add_to(app, settings.name, settings.issuer, settings.language)
    apps.add_signs_of_life(app, ready)
    return app


def _collecting(settings: HubSettings, hub: Hub, ring: KeyRing) -> AbstractContextManager[None]:
    """What the running service does by itself."""
    if not settings.collects_by_itself:
        return nullcontext()
    rhythm = Rhythm(
        settings.asks_every,
        after_days=settings.collects_after_days,
        hour=settings.collects_at_hour,
        again_days=settings.collects_again_days,
        grace_days=settings.grace_days,
    )

    def keep_directory() -> None:
        with suppress(KeyRingMissing), hub.store.writing() as session:  # its key may be kept elsewhere
            keep_good(session, settings, actor="hub", now=datetime.now(UTC))

    return by_itself(desk(settings, hub, ring), settings.database, rhythm, keep_directory)


def ready(request: Request) -> None:
    """Able to work: the database answers."""
    with request.app.state.hub.store.reading() as session:
        session.execute(text("SELECT id FROM member LIMIT 1"))
