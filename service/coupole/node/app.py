"""A node's application: built from settings, never found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from coupole import database
from coupole.errors import Finding
from coupole.node.api.introducing import software_version
from coupole.node.api.node import Node
from coupole.node.api.routing import STATUS, add_routes
from coupole.node.api.scopes import HELD, SCOPES
from coupole.node.api.sealing import REQUEST_BYTES
from coupole.node.chores import Chores
from coupole.node.federation.speaking import Way
from coupole.node.opening import CATALOGUE, load_ring, mail_server, open_records
from coupole.node.settings import NodeSettings, SettingsInvalid
from coupole.node.staff.provider import Provider
from coupole.node.staff.sessions import Limits
from coupole.node.store import Store
from coupole.node.store.tokens import NodeTokens
from coupole.node.ui import add_pages
from coupole.node.ui.sheets import MAX_UPLOAD
from coupole.node.ui.signing_in.elsewhere import BACK
from coupole.standard.catalogue import Catalogue, load
from coupole.web import apps
from coupole.web.oauth import create_oauth
from coupole.wire.keys import KeyRing

API_VERSION = "1"
DESCRIPTION = """One member of a federation of social workshops: every record of its participants, kept by itself.

Documents follow the Coupole standard. A list goes on at `next`; a change names the revision it was read in
(`If-Match`); what is refused is a problem (RFC 9457) in the language of `Accept-Language`."""


def create_app(settings: NodeSettings, ring: KeyRing | None = None) -> FastAPI:
    """The application of one node; its records are opened when it starts and closed when it stops.

    ``ring``: the node's keys, when they are not to be read from the key directory.
    """
    keys = ring or load_ring(settings)
    engine = database.engine(settings.database)
    tokens = NodeTokens(engine)
    mail = mail_server(settings)
    oauth = create_oauth(settings.issuer, keys, tokens, SCOPES, settings.token_seconds, held=HELD)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        catalogue = load(*CATALOGUE)
        store = await run_in_threadpool(open_records, settings, keys, catalogue, engine)
        app.state.node = _node(settings, keys, store, catalogue)
        chores = asyncio.create_task(Chores(app.state.node, pages, mail).keep_going())
        try:
            yield
        finally:
            chores.cancel()
            await asyncio.wait([chores])
            await run_in_threadpool(store.close)

    app = apps.create(
        f"Coupole node: {settings.name}",
        version=API_VERSION,
        issuer=settings.issuer,
        description=DESCRIPTION,
        lifespan=lifespan,
        status=STATUS,
        max_bytes=settings.max_document_bytes,
        larger={
            "/api/v1/import": settings.max_import_bytes,
            "/api/v1/reports": REQUEST_BYTES,
            "/sheets": MAX_UPLOAD,
        },
    )
    add_routes(app, oauth)
    limits = Limits(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))
    pages = add_pages(app, name=settings.name, issuer=settings.issuer, language=settings.language, limits=limits)
    return app


def _node(settings: NodeSettings, keys: KeyRing, store: Store, catalogue: Catalogue) -> Node:
    """What every request knows of this node. Raises ``SettingsInvalid``."""
    return Node(
        node_id=settings.node_id,
        name=settings.name,
        issuer=settings.issuer,
        country=settings.country,
        language=settings.language,
        version=software_version(),
        store=store,
        ring=keys,
        catalogue=catalogue,
        release_on_pull=settings.release_on_pull,
        max_document_bytes=settings.max_document_bytes,
        sends_mail=mail_server(settings) is not None,
        provider=_provider(settings),
        way=Way(settings.reachable),
    )


def _provider(settings: NodeSettings) -> Provider | None:
    """Where staff have accounts elsewhere; none when the operator named no place. Raises ``SettingsInvalid``."""
    if not settings.oidc_issuer:
        return None
    secret = settings.key_directory / "oidc-secret"
    if not settings.oidc_client_id or not secret.is_file():
        raise SettingsInvalid(findings=[Finding("setting_invalid", "/oidc_client_id", "missing")])
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=secret.read_text(encoding="utf-8").strip(),
        back=settings.issuer + BACK,
        name=settings.oidc_name or str(urlsplit(settings.oidc_issuer).hostname),
    )
