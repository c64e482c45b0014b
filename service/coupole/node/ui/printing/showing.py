"""Answers with a paper: as a page that prints itself cleanly, and as a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session
from starlette.datastructures import URL
from starlette.responses import Response

from coupole.node.records import local
from coupole.node.store.local_fields import namespace
from coupole.node.ui.desk import Visit
from coupole.node.ui.printing import foot, pdf
from coupole.node.ui.printing.paper import Paper
from coupole.node.ui.printing.pen import BETWEEN, Pen
from coupole.standard.entities import Field
from coupole.web.languages import LANGUAGES, NAMES, Language


@dataclass(frozen=True, slots=True)
class Choice:
    """A language the paper can be printed in."""

    code: Language
    name: str
    address: str
    current: bool


def paper_language(asked: str, otherwise: Language) -> Language:
    """The language that was asked for, if it is one of ours."""
    return next((language for language in LANGUAGES if language == asked), otherwise)


def pen_of(visit: Visit, language: Language, session: Session | None = None) -> Pen:
    """A pen in that language, with the words of the pages; with a session it knows the workshop's own fields."""
    pen = Pen(language, visit.pages.translations[language], space=namespace(visit.node.node_id))
    if session is not None:
        own: dict[str, dict[str, Field]] = {}
        for one in local.defined(session):
            own.setdefault(one.spec["entity"], {})[one.spec["name"]] = one.field
        pen.own = own
    return pen


def as_page(visit: Visit, paper: Paper, **beside: Any) -> Response:
    """The paper in a page. ``beside``: what only the screen shows, ``back`` and ``copy``."""
    name = foot.name(paper.mark)
    shown: dict[str, Any] = {
        "paper": paper,
        "choices": [_choice(visit, paper, language) for language in LANGUAGES],
        "foot": _foot(visit, paper),
        "foot_css": f"/print/feet/{paper.language}/{name}.css",
        "pdf": f"{visit.request.url.path}.pdf?in={paper.language}" if pdf.available() else None,
        "back": None,
        "copy": None,
    }
    return visit.page("printing/paper.html", **(shown | beside))


def as_pdf(visit: Visit, paper: Paper) -> Response:
    """The paper as a PDF; its file name says which edition of what, and nobody's name. Raises ``PdfNotInstalled``."""
    made = pdf.pdf(paper, _foot(visit, paper))
    name = foot.name(paper.mark) if paper.mark else "copy"
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(made, headers=headers, media_type="application/pdf")


def _foot(visit: Visit, paper: Paper) -> str:
    said = (foot.foot(pen_of(visit, paper.language), paper.mark), paper.words.foot)
    return BETWEEN.join(text for text in said if text)


def _choice(visit: Visit, paper: Paper, language: Language) -> Choice:
    address = URL(str(visit.request.url)).include_query_params(**{"in": language})
    return Choice(language, NAMES[language], f"?{address.query}", language == paper.language)
