"""A file on the desk of a colleague: its pages read, filled in and sent as a browser would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx2
from starlette.testclient import TestClient

from coupole.node.store import Store
from coupole.node.store.changes import StoredDossier
from coupole.node.store.queries import dossier
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import id_of
from tests.forms import Sent, forms_of
from tests.node.records.filed import FILE_ID

FILE = f"/files/{FILE_ID}"
PERSON = f"/people/{id_of('participant')}"
SPACE = re.compile(r"\s+")


@dataclass
class FileDesk:
    """A colleague in front of the file of the story."""

    node: RunningNode
    browser: TestClient

    @property
    def store(self) -> Store:
        return self.node.node.store

    def page(self, page: str = "") -> str:
        """A page of the file, which must be there."""
        answer = self.browser.get(FILE + page)
        assert answer.status_code == 200, answer.text
        return answer.text

    def form(self, page: str) -> Sent:
        """What the form of a page sends when nothing is typed."""
        return the_form(self.page(page), FILE + page.partition("?")[0])

    def send(self, page: str, typed: Mapping[str, str | list[str]], form: Sent | None = None) -> httpx2.Response:
        """Send the form of a page with what was typed; ``form``: as it was opened earlier."""
        fields = self.form(page) if form is None else form
        kept = [(name, value) for name, value in fields if name not in typed]
        rows = [(name, [value] if isinstance(value, str) else value) for name, value in typed.items()]
        return post(self.browser, FILE + page, kept + [(n, one) for n, those in rows for one in those])

    def known(self) -> StoredDossier:
        """Everything known of the file."""
        with self.store.reading() as session:
            return dossier(session, self.store.vault, FILE_ID)

    def all(self, entity: str) -> list[dict[str, Any]]:
        """Every document of an entity."""
        return self.known().documents.get(entity, [])

    def last(self, entity: str) -> dict[str, Any]:
        """The document that was made last."""
        return max(self.all(entity), key=lambda document: str(document["updated_at"]))


def the_form(page: str, action: str) -> Sent:
    """What the form sends that one fills in; the other one of that address forgets it."""
    found = [one.fields for one in forms_of(page) if one.action.partition("?")[0] == action]
    return max(found, key=len)


def desk(node: RunningNode, role: str = "officer", **about: Any) -> FileDesk:
    """The file on the desk of a new colleague of that role."""
    return FileDesk(node, signed_in(node, role, **about))


def post(browser: TestClient, path: str, sent: Sent) -> httpx2.Response:
    """A form as a browser sends it."""
    data: dict[str, list[str]] = {}
    for name, value in sent:
        data.setdefault(name, []).append(value)
    return browser.post(path, data=data)


def saved(answer: httpx2.Response) -> bool:
    """Whether it was saved and led on."""
    assert answer.status_code == 303, f"{answer.status_code} {codes(answer.text)} {told(answer.text)[:600]}"
    return "notice=saved" in answer.headers["location"]


def codes(page: str) -> list[str]:
    """The stable codes of what a page found, the refusal itself first."""
    return re.findall(r'data-code="([a-z_]+)"', page)


def refusal(answer: httpx2.Response) -> tuple[int, list[str]]:
    """Number and codes of a form that was not saved: the refusal and what stands against it."""
    found = re.search(r'<div class="notice wrong" role="alert".*?</div>', answer.text, re.S)
    assert found, told(answer.text)
    return answer.status_code, codes(found[0])


def told(page: str) -> str:
    """What a page says, without its marks."""
    main = page.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return SPACE.sub(" ", unescape(re.sub(r"<[^>]+>", " ", main))).strip()
