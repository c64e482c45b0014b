"""Where an accompaniment stands in the method, where it may go, and what is due: what pages show, for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from coupole.errors import CoupoleError, Finding
from coupole.node.api import describing, moving
from coupole.node.api.describing import Status
from coupole.node.api.method_forms import (
    DueItem,
    DueList,
    FileFindings,
    FindingItem,
    Findings,
    FindingsPage,
    LocalFields,
    Offer,
    Offers,
    Pathways,
    PlanOnDay,
    Proposal,
    Step,
    Steps,
)
from coupole.node.api.moving import FileId
from coupole.node.api.node import Node, Reading, ThisNode, etag, of_entity
from coupole.node.api.scopes import GUARD
from coupole.node.records import due, history, local, moves, pathways, rules, steps
from coupole.node.records.changing import pointed, today_of
from coupole.node.records.looking_over import look_over
from coupole.node.records.project import accompaniment
from coupole.node.store import queries
from coupole.node.store.changes import RecordNotFound, StoredDossier
from coupole.node.store.local_fields import namespace
from coupole.web.errors import RequestInvalid
from coupole.web.languages import language_of
from coupole.web.problems import item, problems_of

Day = Annotated[date | None, Query(description="As of this day; today when not said.")]


def add(router: APIRouter, status: Status) -> None:
    """All routes of the method."""
    reads = GUARD.requires("records:read")
    file = "/accompaniments/{id}"

    def route(path: str, handler: Callable[..., Any], model: Any, *kinds: type[CoupoleError]) -> None:
        answers = {"response_model": model, "responses": problems_of(*kinds, status=status)}
        describing.add_named(router, "GET", path, handler, reads, "method", **answers)

    route(f"{file}/steps", read_steps, Steps, RecordNotFound)
    route(f"{file}/findings", read_findings, Findings, RecordNotFound)
    route(f"{file}/due", read_due, DueList, RecordNotFound)
    route(f"{file}/moves", read_moves, Offers, RecordNotFound)
    route(f"{file}/proposal", read_proposal, Proposal, RecordNotFound, pathways.PathwayUnknown, RequestInvalid)
    route("/findings", list_findings, FindingsPage, RequestInvalid)
    route(f"{file}/plan", read_plan_on, PlanOnDay, RecordNotFound, RequestInvalid)
    route("/due", list_due, DueList, RequestInvalid)
    route("/pathways", list_pathways, Pathways)
    route("/local_fields", list_local_fields, LocalFields)
    moving.add(router, status)


def read_steps(request: Request, file: FileId, session: Reading, node: ThisNode) -> Steps:
    """The nine steps of one accompaniment: done, due, missing or not yet."""
    dossier = _dossier(session, node, file)
    found = steps.steps(dossier, _today(node))
    return Steps(
        items=[
            Step(
                number=step.number,
                state=step.state,
                settled_by=step.settled_by,
                findings=_items(request, dossier, step.findings),
            )
            for step in found
        ]
    )


def read_findings(request: Request, file: FileId, session: Reading, node: ThisNode) -> Findings:
    """What the rules of the method find in one accompaniment."""
    dossier = _dossier(session, node, file)
    return Findings(items=_items(request, dossier, rules.findings(dossier, _today(node))))


After = Annotated[str | None, Query(max_length=100, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200)]


def list_findings(
    request: Request, session: Reading, node: ThisNode, after: After = None, limit: Limit = 50
) -> FindingsPage:
    """What the rules find in every file: what to look at after a register was brought in."""
    found = list(look_over(session, node.store, _today(node), after=after, limit=limit))
    language = language_of(request)
    items = [FileFindings(accompaniment=file, findings=_told(those, language)) for file, those in found]
    return FindingsPage(items=items, next=found[-1][0] if len(found) == limit else None)


def read_due(file: FileId, session: Reading, node: ThisNode) -> DueList:
    """What is due for one accompaniment, today or soon."""
    return _due_list(due.due(_dossier(session, node, file), _today(node)))


Responsible = Annotated[str | None, Query(max_length=100, description="Only files of this actor.")]


def list_due(session: Reading, node: ThisNode, responsible: Responsible = None) -> DueList:
    """What is due in all files, today or soon."""
    return _due_list(due.due_list(session, node.store, _today(node), responsible=responsible))


def read_moves(request: Request, response: Response, file: FileId, session: Reading, node: ThisNode) -> Offers:
    """Where one accompaniment may go from here, and what stands between."""
    dossier = _dossier(session, node, file)
    response.headers["etag"] = etag(accompaniment(dossier)["revision"])
    offers = [
        Offer(phase=one.phase, open=one.is_open, asks=list(one.asks), findings=_items(request, dossier, one.findings))
        for one in moves.offers(dossier, _today(node))
    ]
    return Offers(phase=accompaniment(dossier)["phase"], items=offers)


def read_plan_on(file: FileId, session: Reading, node: ThisNode, on: Day = None) -> PlanOnDay:
    """The plan of one accompaniment as it held on a day."""
    dossier = _dossier(session, node, file)
    found = history.plan_as_of(session, node.store, dossier, on or _today(node))
    return (
        PlanOnDay(plan=found.plan, objectives=list(found.objectives)) if found else PlanOnDay(plan=None, objectives=[])
    )


def list_pathways(session: Reading) -> Pathways:
    """The pathway templates: what may be proposed to begin with."""
    return Pathways(items=[*local.own_pathways(session), *pathways.templates()])


def list_local_fields(session: Reading, node: ThisNode) -> LocalFields:
    """The fields of this workshop's own."""
    found = [{**one.spec, "hidden": one.hidden} for one in local.defined(session)]
    return LocalFields(namespace=namespace(node.node_id), items=found)


PathwayName = Annotated[str, Query(max_length=60, description="Name of the template.")]


def read_proposal(
    request: Request, file: FileId, pathway: PathwayName, session: Reading, node: ThisNode, on: Day = None
) -> Proposal:
    """What a pathway proposes for one accompaniment: objectives and a plan, in the reader's language."""
    _dossier(session, node, file)
    template = pathways.template(pathway, local.own_pathways(session))
    made = pathways.proposed(template, file, language_of(request), on or _today(node))
    return Proposal(objectives=made.objectives, plan=made.plan)


def _dossier(session: Session, node: Node, file: str) -> StoredDossier:
    return queries.dossier(session, node.store.vault, of_entity("accompaniment", file))


def _today(node: Node) -> date:
    return today_of(node.store.context(""))


def _items(request: Request, dossier: StoredDossier, findings: Iterable[Finding]) -> list[FindingItem]:
    return _told(pointed(dossier, findings), language_of(request))


def _told(findings: Iterable[Finding], language: str) -> list[FindingItem]:
    return [FindingItem(**item(finding, language), blocking=finding.blocking) for finding in findings]


def _due_list(found: Iterable[due.Due]) -> DueList:
    names = DueItem.model_fields
    return DueList(items=[DueItem(**{name: getattr(one, name) for name in names}) for one in found])
