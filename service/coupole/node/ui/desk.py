"""What every page for staff stands on: who is there, what they may do, how a page is answered.

A group of pages is a package of this room with ``add(desk)``, which registers its addresses; templates and their
``nl.po``, ``fr.po``, ``it.po`` lie in the same folder. A handler is a plain function: it gets a ``Visit`` (and the form
that was sent) and gives a page or the address to go on to. It runs in a thread, so it may read and write at ease.

    def show(visit: Visit) -> Response:
        with visit.node.store.reading() as session:
            return visit.page("files/meeting.html", file=visit.open_file(session, visit.path("id")))

    def add(desk: Desk) -> None:
        desk.says({"minutes_kept": marked("The minutes are kept.")})
        desk.refuses({MeetingOver: 409})
        desk.get("/files/{id}/meeting", show, needs=Right("read", "team_meeting"))

What a handler raises becomes a page as well: a ``CoupoleError`` with its words, anything else with an apology.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from coupole.errors import CoupoleError
from coupole.node.api.node import Node, node_of
from coupole.node.staff import access, accounts, log, openings, sessions
from coupole.node.staff.access import AccessRefused, Relation
from coupole.node.staff.accounts import Staff
from coupole.node.staff.sessions import Limits, Signed
from coupole.node.store import queries
from coupole.node.store.changes import Context, RecordNotFound, StoredDossier, Written
from coupole.node.ui import opened, refusals
from coupole.node.ui.arriving import check_origin, cookie_name, here, local_path, read_form
from coupole.node.ui.notices import NOTICES, address, notice_of
from coupole.node.ui.opened import Admitted
from coupole.node.ui.refusals import NUMBERS, ReasonNeeded
from coupole.web import problems
from coupole.web.errors import PathUnknown
from coupole.web.languages import LANGUAGES, Language, chosen_language, page_language
from coupole.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Right:
    """What a page asks of whoever opens it: an action on a kind of thing, as the list of rights has them."""

    action: str
    entity: str


SIGNED_IN = Right("manage", "account")
"""What everybody who is signed in may do: their own account, the list of pages."""


@dataclass(frozen=True, slots=True)
class Guest:
    """One request, of anybody."""

    request: Request
    node: Node
    desk: Desk
    language: Language
    now: datetime

    @property
    def pages(self) -> Pages:
        """What pages are made with."""
        return self.desk.pages

    @property
    def today(self) -> date:
        """The day it is at the workshop, whose machine this is."""
        return self.now.astimezone().date()

    def path(self, name: str) -> str:
        """A part of the address, such as the ``{id}`` of ``/files/{id}``."""
        return str(self.request.path_params[name])

    def asked(self, name: str, otherwise: str = "") -> str:
        """A parameter of the address."""
        return self.request.query_params.get(name, otherwise)

    def gettext(self, text: str, **values: object) -> str:
        """The text in the reader's language, with ``values`` in their ``%(name)s`` places."""
        return self.pages.translated(self.language, text) % values

    def ngettext(self, one: str, more: str, number: int, **values: object) -> str:
        """The text for that number of things, which ``%(num)s`` shows."""
        return self.pages.translated_number(self.language, one, more, number) % {"num": number, **values}

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page in the reader's language. Every template knows ``visit``, ``staff``, ``notice`` and ``here``."""
        shown: dict[str, Any] = {"visit": self, "staff": None, "here": here(self.request)}
        shown["notice"] = notice_of(self.request, self.desk.notices)
        return self.pages.answer(self.request, template, status, language=self.language, **(shown | values))

    def number_of(self, error: CoupoleError) -> int:
        """The HTTP number of what a page refuses."""
        return problems.status_of(error, self.desk.numbers)

    def note_refusal(self) -> None:
        """Write down that a role did not allow something; nothing is known of somebody who is not signed in."""

    def see_other(self, path: str, notice: str | None = None, undo: Sequence[Written] = ()) -> Response:
        """Go on to ``path``, which says ``notice`` (a code of the desk's) and can take back the writes in ``undo``."""
        return RedirectResponse(address(local_path(path), notice, undo, self.desk.notices), 303)


@dataclass(frozen=True, slots=True)
class Visit(Guest):
    """One request of a signed-in person."""

    signed: Signed
    """The session it is part of."""

    @property
    def staff(self) -> Staff:
        """Who it is."""
        return self.signed.staff

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page in the reader's language, with the name of who is signed in."""
        return Guest.page(self, template, status, **({"staff": self.staff} | values))

    def note_refusal(self) -> None:
        """Write down that their role did not allow something."""
        with self.node.store.writing() as session:
            log.note(session, "access_refused", staff=self.staff.id, now=self.now)

    def context(self, reason: str | None = None) -> Context:
        """Who writes: this person, at this moment, through the pages."""
        context = self.node.store.context(self.staff.id, reason=reason, now=self.now)
        return replace(context, professional=self.staff.actor, assigns=self.may("run", "assignment"))

    def who(self, session: Session, writers: Collection[str]) -> dict[str, str]:
        """What colleagues and programs are called, by identifier; an identifier nobody knows stands for itself."""
        programs = {one.id: one.name for one in self.node.store.tokens().clients()}
        known = programs | accounts.names(session, writers)
        return {one: known.get(one, one) for one in writers}

    def may(self, action: str, entity: str, relation: str = "", field: str | None = None) -> bool:
        """Whether this person may do so: with a file of that ``relation`` to them, or with any."""
        if relation:
            return access.may(self.staff.role, action, entity, relation, field)
        return access.anywhere(self.staff.role, action, entity)

    def require(self, action: str, entity: str, relation: str = "") -> None:
        """Raise ``AccessRefused`` unless this person may do so."""
        if not self.may(action, entity, relation):
            raise AccessRefused()

    def relation(self, session: Session, dossier: StoredDossier) -> Relation:
        """What they have to do with a file; ``reason`` when it is not theirs and they said why they open it."""
        found = access.relation(self.staff, dossier, self.today)
        told = found == "none" and openings.opened(session, self.staff, dossier.id, self.now)
        return "reason" if told else found

    def open_file(self, session: Session, accompaniment: str) -> StoredDossier:
        """Everything known of one accompaniment that this person may read; that they looked is written down.

        Raises what ``dossier`` and ``admit`` raise.
        """
        return self.admit(session, self.dossier(session, accompaniment)).shown

    def dossier(self, session: Session, accompaniment: str) -> StoredDossier:
        """Everything known of one accompaniment, for ``admit``.

        Raises ``AccessRefused`` for whoever has nothing to do with files, ``RecordNotFound``, ``PersonErased``.
        """
        self.require("find", "accompaniment")
        found = queries.dossier(session, self.node.store.vault, accompaniment)
        if found.root != "accompaniment":
            raise RecordNotFound()
        return found

    def admit(self, session: Session, dossier: StoredDossier) -> Admitted:
        """A file that was read already, opened for this person; that they looked is written down.

        Raises ``ReasonNeeded`` when it is not one of theirs and they have not said why they open it, ``AccessRefused``.
        """
        relation = self.relation(session, dossier)
        if not self.may("read", "accompaniment", relation):
            raise ReasonNeeded(dossier.id) if self.may("open", "accompaniment", relation) else AccessRefused()
        self._note_opening(session, dossier, relation)
        return Admitted(dossier, opened.readable(self.staff.role, dossier, relation), relation)

    def _note_opening(self, session: Session, dossier: StoredDossier, relation: Relation) -> None:
        if not openings.noted(session, self.staff, dossier.id, self.now):
            participant = dossier.documents["accompaniment"][0]["participant"]
            with self.node.store.writing() as other:
                openings.note_opening(other, self.staff, dossier.id, participant, relation, self.now)


GuestHandler = Callable[[Guest], Response]
GuestFormHandler = Callable[[Guest, FormData], Response]
Handler = Callable[[Visit], Response]
FormHandler = Callable[[Visit, FormData], Response]


class PageRoute(Route):
    """An address of the pages. ``needs``: the right it asks for; none when it is for anybody."""

    def __init__(self, path: str, answer: Callable[..., Any], method: str, needs: Right | None) -> None:
        super().__init__(path, answer, methods=[method], include_in_schema=False)
        self.needs = needs


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a group of pages registers. ``now``: the clock."""

    app: FastAPI
    pages: Pages
    issuer: str
    about: Callable[[Request], Response]
    """What ``/`` answers a program."""
    limits: Limits = field(default_factory=Limits)
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    notices: dict[str, str] = field(default_factory=lambda: dict(NOTICES))
    """What pages say once after something was done, by its code."""
    numbers: dict[type[CoupoleError], int] = field(default_factory=lambda: dict(NUMBERS))
    """The HTTP numbers of what pages refuse."""

    def says(self, notices: Mapping[str, str]) -> None:
        """What the pages of a group say after something was done. Raises ``ValueError`` for a code that is taken."""
        if taken := self.notices.keys() & notices.keys():
            raise ValueError(f"two notices {taken}")
        self.notices.update(notices)

    def refuses(self, numbers: Mapping[type[CoupoleError], int]) -> None:
        """The numbers of what the pages of a group refuse."""
        self.numbers.update(numbers)

    def get(self, path: str, handler: Handler, *, needs: Right) -> None:
        """A page for whoever is signed in and has that right."""

        def answer(request: Request) -> Response:
            if path == "/" and "text/html" not in request.headers.get("accept", ""):
                return self.about(request)
            return self._guarded(request, None, lambda visit: handler(visit), needs)

        self._add(PageRoute(path, answer, "GET", needs))

    def post(self, path: str, handler: FormHandler, *, needs: Right, files: bool = False) -> None:
        """What a form does, for whoever is signed in and has that right. ``files``: whether it may bring any."""

        async def answer(request: Request) -> Response:
            return await self._posted(
                request, lambda form: self._guarded(request, form, lambda visit: handler(visit, form), needs), files
            )

        self._add(PageRoute(path, answer, "POST", needs))

    def open_get(self, path: str, handler: GuestHandler) -> None:
        """A page for anybody: signing in, and what comes before it."""

        def answer(request: Request) -> Response:
            guest = self.guest(request)
            return refusals.answered(guest, lambda: handler(guest))

        self._add(PageRoute(path, answer, "GET", None))

    def open_post(self, path: str, handler: GuestFormHandler) -> None:
        """What a form does, for anybody."""

        async def answer(request: Request) -> Response:
            return await self._posted(request, lambda form: handler(self.guest(request), form))

        self._add(PageRoute(path, answer, "POST", None))

    def guest(self, request: Request, staff: Staff | None = None) -> Guest:
        """The request as a handler gets it."""
        own = next((known for known in LANGUAGES if staff and known == staff.language), None)
        language = chosen_language(request) or own or page_language(request, self.pages.language)
        return Guest(request, node_of(request), self, language, self.now())

    def visit(self, request: Request) -> Visit | None:
        """The request as one of a signed-in person; none when nobody is."""
        token = request.cookies.get(cookie_name(self.issuer), "")
        signed = sessions.current(node_of(request).store, token, self.now(), self.limits) if token else None
        if signed is None:
            return None
        guest = self.guest(request, signed.staff)
        return Visit(guest.request, guest.node, self, guest.language, guest.now, signed)

    def unknown(self, request: Request) -> Response:
        """The page that says that there is none at this address."""
        return refusals.page(self.visit(request) or self.guest(request), PathUnknown())

    def _add(self, route: PageRoute) -> None:
        pages = {(one.path, *sorted(one.methods or ())) for one in self.app.routes if isinstance(one, PageRoute)}
        if (route.path, *sorted(route.methods or ())) in pages:
            raise ValueError(f"two pages at {route.path}")
        self.app.router.routes.append(route)

    async def _posted(self, request: Request, handle: Callable[[FormData], Response], files: bool = False) -> Response:
        """The form of a request of our own pages, handled in a thread."""
        try:
            check_origin(request, self.issuer)
            form = await read_form(request, files=files)
        except CoupoleError as error:
            return await run_in_threadpool(refusals.page, self.guest(request), error)
        try:
            return await run_in_threadpool(refusals.answered, self.guest(request), lambda: handle(form))
        finally:
            await form.close()

    def _guarded(
        self, request: Request, form: FormData | None, handle: Callable[[Visit], Response], needs: Right
    ) -> Response:
        visit = self.visit(request)
        if visit is None:
            return refusals.signed_out(self.guest(request), form)

        def allowed() -> Response:
            visit.require(needs.action, needs.entity)
            return handle(visit)

        return refusals.answered(visit, allowed, form)
