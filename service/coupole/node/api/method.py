"""Where an accompaniment stands in the method, where it may go, and what is due: what pages show, for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from coupole.errors import Finding
from coupole.node.api import describing
from coupole.node.api.describing import Status
from coupole.node.api.node import (
    PreconditionMissing,
    Reading,
    ThisNode,
    Writing,
    etag,
    expected_revision,
    json_bytes,
    node_of,
)
from coupole.node.records import bin as bin_
from coupole.node.records import due, history, local, moves, pathways, rules, steps
from coupole.node.records.changing import MethodRefused, TransitionRefused, pointed, today_of
from coupole.node.records.project import accompaniment
from coupole.node.store import queries
from coupole.node.store.changes import (
    RecordNotFound,
    ReferenceMissing,
    RevisionConflict,
    StoredDossier,
)
from coupole.node.store.local_fields import namespace
from coupole.standard.codes import code_list
from coupole.standard.validation import DocumentInvalid
from coupole.web.bodies import json_body, refuse_unknown_query
from coupole.web.errors import BodyTypeUnknown, RequestInvalid
from coupole.web.languages import language_of
from coupole.web.oauth import Caller, OAuth
from coupole.web.openapi import ProblemItem
from coupole.web.problems import item, problems_of

FileId = Annotated[str, Path(alias="id", max_length=100)]
Day = Annotated[date | None, Query(description="As of this day; today when not said.")]
Expected = Annotated[int, Depends(expected_revision)]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Phase = Annotated[str, Field(pattern=f"^({'|'.join(code_list('phase').ids)})$")]
Identifier = Annotated[str, Field(max_length=100)]


class Told(BaseModel):
    """An answer or a question whose fields explain themselves."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class FindingItem(ProblemItem):
    """One thing somebody should look at."""

    blocking: bool
    """Whether it stands in the way; all else is a warning."""


class Findings(Told):
    """What the rules of the method find, in their order."""

    items: list[FindingItem]


class Step(Told):
    """One of the nine steps."""

    number: int
    state: Literal["done", "due", "missing", "not_yet"]
    settled_by: str
    """Kind of document that settles it; empty when it is done."""
    findings: list[FindingItem]
    """Why it is not done, what matters most first."""


class Steps(Told):
    """The nine steps in their order."""

    items: list[Step]


class Offer(Told):
    """A phase the file may go to."""

    phase: str
    open: bool
    """Whether it may go there today, with what is asked."""
    asks: list[str]
    """What is to be told with the move: ``closure``, ``placement``, ``reason``."""
    findings: list[FindingItem]
    """What else stands between."""


class Offers(Told):
    """Where the file stands and where it may go."""

    phase: str
    items: list[Offer]


class Move(Told):
    """A change of phase."""

    phase: Phase
    on: date
    """Day of the change: not before the present phase, not still to come."""
    decided_in: Identifier | None = None
    """The meeting or evaluation that decided it."""
    reason: Text | None = None
    """Why: needed for a suspension and for a lost job (there a code of ``exit_reason`` says most)."""
    closure: dict[str, Any] | None = None
    """How it ends: the closure without accompaniment; ``closed_on`` is the day of the change when not said."""
    placement: dict[str, Any] | None = None
    """Where the person works from now on: the placement without accompaniment; it begins on the day of the change."""


class Correction(Told):
    """Back to an earlier phase: what came after was entered by mistake."""

    phase: Phase
    reason: Text
    """Kept in the journal, under the person's key."""


class WrittenItem(Told):
    """One document that changed with it."""

    entity: str
    id: str
    revision: int
    kind: Literal["created", "replaced", "deleted", "unchanged"]


class WrittenList(Told):
    """Everything that changed, the accompaniment first."""

    items: list[WrittenItem]


class DueItem(Told):
    """One thing to do for one person."""

    kind: due.Kind
    accompaniment: str
    participant: str
    responsible: str
    record: str | None
    """What it is written in already; none when that is still to be made."""
    due_on: date
    late_days: int
    """Days since; negative while it is still to come."""
    settled_by: str
    """Kind of document that settles it."""
    month: int | None
    """Of a follow-up: how many months after."""


class DueList(Told):
    """What is due, the most overdue first."""

    items: list[DueItem]


class Pathways(Told):
    """Pathway templates, the workshop's own first."""

    items: list[dict[str, Any]]


class LocalFields(Told):
    """Fields of the workshop's own, hidden ones included."""

    namespace: str
    """Where their values stand under ``extensions``."""
    items: list[dict[str, Any]]
    """Each in the form of ``schema/v1/local/field.schema.json``, and whether it is hidden."""


class DeletedItem(Told):
    """One document that was deleted in the last thirty days."""

    entity: str
    id: str
    at: str
    actor: str
    until: date
    """The last day it can be restored."""
    document: dict[str, Any]
    """As it was."""


class DeletedList(Told):
    """What was deleted in the last thirty days and is not back, the last first."""

    items: list[DeletedItem]


class Restoration(Told):
    """Documents to bring back, all or none."""

    records: Annotated[list[Identifier], Field(min_length=1, max_length=200)]


class PlanOnDay(Told):
    """The plan that held on a day."""

    plan: dict[str, Any] | None
    """None when there was no plan yet."""
    objectives: list[dict[str, Any]]
    """As they stood on that day, those the team added by then included."""


class Proposal(Told):
    """Contents to begin with, all of them to be changed with the person; nothing of it is written."""

    objectives: list[dict[str, Any]]
    plan: dict[str, Any]


def add(app: FastAPI, oauth: OAuth, root: str, status: Status) -> None:
    """All routes of the method."""
    router = APIRouter(prefix=root)
    reads, writes, corrects = (oauth.requires(f"records:{verb}") for verb in ("read", "write", "correct"))
    file, known = "/accompaniments/{id}", (RecordNotFound,)
    refused = (TransitionRefused, MethodRefused, RecordNotFound, RevisionConflict, PreconditionMissing)
    wrong = (BodyTypeUnknown, RequestInvalid)
    written = (*refused, *wrong, DocumentInvalid, ReferenceMissing)

    def route(
        method: str, path: str, handler: Callable[..., Any], model: Any, guard: Any, kinds: Any, **rest: Any
    ) -> None:
        router.add_api_route(
            path,
            handler,
            methods=[method],
            name=handler.__name__,
            summary=(handler.__doc__ or "").partition("\n")[0],
            tags=["method"],
            dependencies=[guard, Depends(refuse_unknown_query)],
            response_model=model,
            responses=problems_of(*kinds, status=status),
            **rest,
        )

    route("GET", f"{file}/steps", read_steps, Steps, reads, known)
    route("GET", f"{file}/findings", read_findings, Findings, reads, known)
    route("GET", f"{file}/due", read_due, DueList, reads, known)
    route("GET", f"{file}/moves", read_moves, Offers, reads, known)
    route("GET", f"{file}/proposal", read_proposal, Proposal, reads, (*known, pathways.PathwayUnknown, RequestInvalid))
    route("GET", f"{file}/plan", read_plan_on, PlanOnDay, reads, (*known, RequestInvalid))
    route("GET", "/due", list_due, DueList, reads, (RequestInvalid,))
    route("GET", "/pathways", list_pathways, Pathways, reads, ())
    route("GET", "/local_fields", list_local_fields, LocalFields, reads, ())
    route("GET", "/deleted", list_deleted, DeletedList, reads, ())
    route("POST", f"{file}/moves", move_route(writes), WrittenList, writes, written, openapi_extra=_asks(Move))
    rest = _asks(Correction)
    route("POST", f"{file}/corrections", correction_route(corrects), WrittenList, corrects, written, openapi_extra=rest)
    again = (bin_.NothingToRestore, ReferenceMissing, DocumentInvalid, *wrong)
    rest = _asks(Restoration, if_match=False)
    route("POST", "/restorations", restoration_route(writes), WrittenList, writes, again, openapi_extra=rest)
    app.include_router(router)


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


def list_deleted(session: Reading, node: ThisNode) -> DeletedList:
    """What was deleted in the last thirty days and can be restored."""
    found = bin_.deleted(session, node.store, node.store.context("").now)
    return DeletedList(
        items=[
            DeletedItem(
                entity=one.entity,
                id=one.id,
                at=one.at.isoformat(),
                actor=one.actor,
                until=one.until,
                document=one.document,
            )
            for one in found
        ]
    )


def restoration_route(writes: Any) -> Callable[..., Response]:
    """The route that undoes deletions; ``writes`` is the guard that says who calls."""

    def create_restoration(
        asked: Annotated[Restoration, Depends(_read_as(Restoration))],
        session: Writing,
        node: ThisNode,
        caller: Caller = writes,
    ) -> Response:
        """Bring deleted documents back as they were."""
        return _written(bin_.restore(session, node.store, asked.records, node.context(caller)), tagged=False)

    return create_restoration


PathwayName = Annotated[str, Query(max_length=60, description="Name of the template.")]


def read_proposal(
    request: Request, file: FileId, pathway: PathwayName, session: Reading, node: ThisNode, on: Day = None
) -> Proposal:
    """What a pathway proposes for one accompaniment: objectives and a plan, in the reader's language."""
    _dossier(session, node, file)
    template = pathways.template(pathway, local.own_pathways(session))
    made = pathways.proposed(template, file, language_of(request), on or _today(node))
    return Proposal(objectives=made.objectives, plan=made.plan)


def move_route(writes: Any) -> Callable[..., Response]:
    """The route that changes a phase; ``writes`` is the guard that says who calls."""

    def create_move(
        file: FileId,
        expected: Expected,
        asked: Annotated[Move, Depends(_read_as(Move))],
        session: Writing,
        node: ThisNode,
        caller: Caller = writes,
    ) -> Response:
        """Bring an accompaniment to another phase, with everything that goes with it."""
        written = moves.move(
            session,
            node.store,
            node.context(caller),
            _own(file),
            asked.phase,
            asked.on,
            decided_in=asked.decided_in,
            reason=asked.reason,
            expect=expected,
            closing=asked.closure,
            placement=asked.placement,
        )
        return _written(written)

    return create_move


def correction_route(corrects: Any) -> Callable[..., Response]:
    """The route that hands a file back; ``corrects`` is the guard that says who calls."""

    def create_correction(
        file: FileId,
        expected: Expected,
        asked: Annotated[Correction, Depends(_read_as(Correction))],
        session: Writing,
        node: ThisNode,
        caller: Caller = corrects,
    ) -> Response:
        """Hand a file back to an earlier phase: what came after was entered by mistake."""
        context = node.store.context(caller.client, client=caller.client, reason=asked.reason)
        return _written(moves.hand_back(session, node.store, context, _own(file), asked.phase, expected))

    return create_correction


def _read_as(form: type[BaseModel]) -> Callable[[Request], Any]:
    """The body, strictly read as JSON, then as one of our questions."""

    async def read(request: Request) -> BaseModel:
        given = await json_body(request, max_bytes=node_of(request).max_document_bytes)
        try:
            return form.model_validate(given)
        except ValidationError as error:
            found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
            raise RequestValidationError(found) from None

    return read


def _asks(form: type[BaseModel], *, if_match: bool = True) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": form.model_json_schema()}}}
    return {"requestBody": body, "parameters": [describing.IF_MATCH] if if_match else []}


def _own(file: str) -> str:
    if file.split(":")[1:2] != ["accompaniment"]:
        raise RecordNotFound()
    return file


def _dossier(session: Any, node: ThisNode, file: str) -> StoredDossier:
    return queries.dossier(session, node.store.vault, _own(file))


def _today(node: ThisNode) -> date:
    return today_of(node.store.context(""))


def _items(request: Request, dossier: StoredDossier, findings: Iterable[Finding]) -> list[FindingItem]:
    language = language_of(request)
    told = pointed(dossier, findings)
    return [FindingItem(**item(finding, language), blocking=finding.blocking) for finding in told]


def _due_list(found: Iterable[due.Due]) -> DueList:
    names = DueItem.model_fields
    return DueList(items=[DueItem(**{name: getattr(one, name) for name in names}) for one in found])


def _written(written: Any, *, tagged: bool = True) -> Response:
    items = [WrittenItem(entity=one.entity, id=one.id, revision=one.revision, kind=one.kind) for one in written]
    raw = WrittenList(items=items).model_dump_json().encode()
    return json_bytes(raw, etag=etag(items[0].revision)) if tagged else json_bytes(raw)
