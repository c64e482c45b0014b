"""Puts every route of the node together; what is open to everybody is one short list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.responses import Response
from starlette.routing import BaseRoute

from coupole.errors import CoupoleError
from coupole.node.api import describing, feed, identity, method, records, releases, sealing, transfer
from coupole.node.api.node import PreconditionMissing
from coupole.node.api.scopes import GUARD
from coupole.node.records import bin as bin_
from coupole.node.records import changing, handing_over, local, moves, pathways
from coupole.node.statistics import accepting, certifying, comparing, ledger, releasing, reporting
from coupole.node.statistics.counting import FactsStale
from coupole.node.statistics.sealing import TabulationUnfit
from coupole.node.store import changes
from coupole.node.store.queries import FilterUnknown
from coupole.node.store.vault import PersonErased, RecordUnreadable, VaultKeyMissing
from coupole.standard.calendar import PeriodInvalid
from coupole.standard.catalogue import CatalogueUnknown
from coupole.web import apps
from coupole.web.errors import BodyTypeUnknown, RequestInvalid
from coupole.web.oauth import OAuth
from coupole.web.problems import problems_of
from coupole.wire.certificates import CertificateChainBroken, CertificateInvalid, KeyListInvalid, SealingKeyMissing
from coupole.wire.documents import DocumentNotCanonical, SignatureInvalid, SignerUnknown
from coupole.wire.reports import MEDIA_TYPE
from coupole.wire.slots import SlotInvalid
from coupole.wire.tabulations import TabulationInvalid

STATUS: Mapping[type[CoupoleError], int] = {
    changes.RecordNotFound: 404,
    changes.RecordExists: 409,
    changes.RecordInUse: 409,
    changes.RevisionConflict: 412,
    changes.ReferenceMissing: 422,
    changes.OwnerChanged: 422,
    changing.TransitionRefused: 409,
    changing.MethodRefused: 422,
    handing_over.HandOverRefused: 403,
    moves.CorrectionReasonMissing: 422,
    bin_.NothingToRestore: 404,
    local.LocalFieldUnknown: 404,
    local.LocalFieldFixed: 409,
    local.LocalFieldsTooMany: 409,
    local.OwnPathwayUnknown: 404,
    pathways.PathwayUnknown: 404,
    PersonErased: 410,
    PreconditionMissing: 428,
    FilterUnknown: 422,
    RecordUnreadable: 500,
    VaultKeyMissing: 500,
    CatalogueUnknown: 404,
    releasing.ReleaseNotFound: 404,
    releasing.PeriodNotClosed: 409,
    FactsStale: 503,
    accepting.TabulationNotProposed: 404,
    accepting.TabulationRenamed: 422,
    accepting.TabulationsTooMany: 409,
    accepting.HubNotPinned: 403,
    reporting.TabulationNotAccepted: 409,
    reporting.SlotNotNext: 409,
    reporting.SlotNotOver: 409,
    reporting.ReportKindWrong: 409,
    reporting.OpeningDone: 409,
    reporting.ClosingNotDecided: 409,
    reporting.ClosingDue: 409,
    reporting.LastReportMissing: 409,
    reporting.SealingKeyListMissing: 422,
    ledger.LedgerUnreadable: 422,
    comparing.PublicationUnreadable: 422,
    certifying.CertificatesMissing: 409,
    CertificateChainBroken: 409,
    CertificateInvalid: 422,
    KeyListInvalid: 422,
    SealingKeyMissing: 409,
    SlotInvalid: 422,
    TabulationInvalid: 422,
    TabulationUnfit: 422,
    DocumentNotCanonical: 422,
    SignatureInvalid: 403,
    SignerUnknown: 403,
}
"""The numbers of what a node refuses."""

PROPOSAL_REFUSALS = (accepting.TabulationRenamed, accepting.TabulationsTooMany, accepting.HubNotPinned)
CHAIN_REFUSALS = (
    *(certifying.CertificatesMissing, CertificateChainBroken, CertificateInvalid),
    *(reporting.LastReportMissing, ledger.LedgerUnreadable),
)
PUBLICATION_REFUSALS = (
    *(accepting.TabulationNotProposed, accepting.HubNotPinned, reporting.TabulationNotAccepted),
    *CHAIN_REFUSALS,
    comparing.PublicationUnreadable,
)
REPORT_REFUSALS = (
    *(accepting.TabulationNotProposed, accepting.HubNotPinned, reporting.TabulationNotAccepted),
    *(SlotInvalid, reporting.SlotNotNext, reporting.SlotNotOver, reporting.ReportKindWrong),
    *CHAIN_REFUSALS,
    *(reporting.OpeningDone, reporting.ClosingNotDecided, reporting.ClosingDue),
    *(reporting.SealingKeyListMissing, SealingKeyMissing, KeyListInvalid),
    FactsStale,
)

OPEN_OPERATIONS = frozenset(
    {
        "read_descriptor",
        "issue_token",
        "revoke_token",
        "introspect_token",
        "read_token_keys",
        "read_server_metadata",
        "read_resource_metadata",
    }
)
"""Operations without a scope: who the node is, and what one needs to ask for a token or must prove with a key."""


def add_routes(app: FastAPI, oauth: OAuth) -> None:
    """Every route of a node but its pages."""
    app.state.oauth = oauth
    records.add_reads(app, STATUS)  # first: routes are tried in order, and these are asked for most
    app.router.routes.extend(_decorated())
    app.include_router(oauth.router)
    apps.add_signs_of_life(app, identity.ready)
    app.add_route("/.well-known/coupole", identity.read_descriptor, ["GET"], include_in_schema=False)
    signed = describing.answered("The descriptor; its signature stands in `Coupole-Signature`.", {"type": "object"})
    about = ("read_descriptor", "Who this node is, signed by itself.", "node", list[dict[str, list[str]]]())
    apps.operation(app, "/.well-known/coupole", "get", describing.described(*about, responses={"200": signed}))
    _with_schemas(app)


@cache
def _decorated() -> Sequence[BaseRoute]:
    """The routes that FastAPI describes: made once, it takes a tenth of a second to look through their signatures."""
    router = APIRouter(prefix=records.ROOT, generate_unique_id_function=apps.operation_id)
    records.add_writes(router, STATUS)
    method.add(router, STATUS)
    _add_feed(router)
    _add_transfer(router)
    _add_releases(router)
    _add_sealing(router)
    return tuple(router.routes)


def _refusals(*kinds: type[CoupoleError]) -> dict[int | str, dict[str, Any]]:
    return problems_of(*kinds, status=STATUS)


def _add_feed(router: APIRouter) -> None:
    told = describing.answered("Changes, and the number to go on from.", describing.ref("Changes"))
    answers = {200: told, **_refusals(RequestInvalid)}
    guard = GUARD.requires("changes:read")
    describing.add_named(
        router, "GET", "/changes", feed.list_changes, guard, "changes", response_class=Response, responses=answers
    )


def _add_transfer(router: APIRouter) -> None:
    lines = describing.answered("One verdict a line.", describing.VERDICT, media=transfer.NDJSON)
    body = {"required": True, "content": {transfer.NDJSON: {"schema": {"type": "string"}}}}
    guard = GUARD.requires("records:write")
    rest: dict[str, Any] = {"response_class": Response, "responses": {200: lines, **_refusals(BodyTypeUnknown)}}
    handler = transfer.import_route(guard)
    describing.add_named(
        router, "POST", "/import", handler, guard, "transfer", openapi_extra={"requestBody": body}, **rest
    )
    documents = describing.answered("One document a line.", {"type": "string"}, media=transfer.NDJSON)
    guard = GUARD.requires("records:read")
    rest = {"response_class": Response, "responses": {200: documents}}
    describing.add_named(router, "GET", "/export", transfer.export_route(guard), guard, "transfer", **rest)


def _add_releases(router: APIRouter) -> None:
    reads = GUARD.requires("releases:read")
    describing.add_named(
        router, "GET", "/releases", releases.list_releases, reads, "releases", response_model=releases.ReleaseList
    )
    signed = describing.answered("The release; its signature stands in `Coupole-Signature`.", {"type": "object"})
    known = {"description": "You have this revision."}
    refused = _refusals(PeriodInvalid, CatalogueUnknown, releasing.ReleaseNotFound, releasing.PeriodNotClosed)
    rest: dict[str, Any] = {"response_class": Response, "responses": {200: signed, 304: known, **refused}}
    path = "/releases/{catalogue}/{version}/{period}"
    describing.add_named(router, "GET", path, releases.release_route(reads), reads, "releases", **rest)
    guard = GUARD.requires("egress:read")
    describing.add_named(
        router, "GET", "/egress", releases.list_egress, guard, "releases", response_model=releases.EgressList
    )


def _add_sealing(router: APIRouter) -> None:
    reads = GUARD.requires("releases:read")
    listed: dict[str, Any] = {"response_model": sealing.TabulationList}
    describing.add_named(router, "GET", "/tabulations", sealing.list_route(reads), reads, "sealed totals", **listed)
    signed = (SignatureInvalid, SignerUnknown, DocumentNotCanonical)
    refused = _refusals(*signed, TabulationInvalid, TabulationUnfit, *PROPOSAL_REFUSALS)
    rest: dict[str, Any] = {"response_model": sealing.TabulationState, "responses": refused}
    handler = sealing.propose_route(reads)
    describing.add_named(router, "PUT", "/tabulations/{tabulation}", handler, reads, "sealed totals", **rest)
    brought: dict[str, Any] = {"status_code": 204, "responses": _refusals(*signed, *PUBLICATION_REFUSALS)}
    path = "/tabulations/{tabulation}/published/{slot}"
    describing.add_named(router, "PUT", path, sealing.publication_route(reads), reads, "sealed totals", **brought)
    binary = {"type": "string", "format": "binary"}
    report = describing.answered("The report, packed.", binary, media=MEDIA_TYPE)
    refused = _refusals(*signed, *REPORT_REFUSALS)
    rest = {"response_class": Response, "responses": {200: report, **refused}}
    describing.add_named(router, "POST", "/reports", sealing.report_route(reads), reads, "sealed totals", **rest)


def _with_schemas(app: FastAPI) -> None:
    describe = app.openapi

    def described() -> dict[str, Any]:
        made = describe()
        made.setdefault("components", {}).setdefault("schemas", {}).update(describing.schemas())
        return made

    app.openapi = described  # type: ignore[method-assign]  # the way FastAPI documents to change the document
