"""A workshop in which every text that people can type is an attack, and every page of it as every role reaches it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.testclient import TestClient

from coupole.node.records import local, pathways
from coupole.node.reminders import calendar
from coupole.node.staff import openings
from coupole.node.staff.accounts import Staff
from coupole.node.store import Store
from coupole.node.store.changes import Change
from coupole.node.ui.desk import PageRoute
from coupole.node.ui.sheets.exports import OFFERED
from coupole.standard import validation
from coupole.standard.entities import ENTITIES
from tests.browser import addresses
from tests.calling import RunningNode
from tests.desk import account, browser_of
from tests.factories import SHARED, Document, action, coordination_meeting, dossier, id_of
from tests.stores import change, entity_of, keep

MARK = "zqx"
"""Stands in every hostile text: a page that shows one is known by it."""
SHORT = '=zqx"><b a>{{7*7}}'
LONG = "=zqx\"'><script>zqx</script><img src=x onerror=zqx>{{7*7}}${7*7}#panic()[zqx](javascript:zqx)"
HOSTILE = (LONG + "\r\nBEGIN:VEVENT\r\n@zqx\r\n</textarea></title><script>zqx()</script>", LONG, SHORT, '"><zqx x=1>')
"""From the longest to what fits a postcode."""
CELL = "=cmd|' /C calc'!A0 zqx"
MINE = id_of("actor")
FILE = id_of("accompaniment")
WANTED: dict[str, Document] = {
    "organisation": {"alternate_names": {"fr": "?"}},
    "status_observation": {
        "qualification_gained": {"isced": "ED3", "credential": "?"},
        "evidence": [{"kind": "?", "held_on": "2025-02-01"}],
    },
    "action": {"qualification": {"isced": "ED3", "credential": "?"}},
    "coordination_meeting": {"topics": ["?"]},
}
"""Parts of documents that hold a text and that the usual ones leave out."""


def texts(schema: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where a document of that schema holds a text in somebody's own words; ``*``: each entry of a list, each name."""
    for branch in schema.get("anyOf", ()):
        yield from texts(branch, place)
    words = str(schema.get("pattern", "^[^")).startswith("^[^")
    if schema.get("type") == "string" and words and not schema.keys() & {"enum", "const", "format"}:
        yield place
    inner = {**schema.get("properties", {}), **dict.fromkeys(("*",) if "items" in schema else (), schema.get("items"))}
    for name, part in inner.items():
        yield from texts(part, (*place, name))
    for part in schema.get("patternProperties", {}).values():
        yield from texts(part, (*place, "*"))


def put(value: Any, way: Sequence[str], text: str) -> None:
    """Write the text wherever that way leads."""
    name, *rest = way
    if name == "*":
        for key in range(len(value)) if isinstance(value, list) else list(value):
            _put(value, key, rest, text)
    elif rest and name in value:
        _put(value, name, rest, text)
    elif not rest:
        value[name] = text


def _put(value: Any, key: Any, rest: Sequence[str], text: str) -> None:
    if rest:
        put(value[key], rest, text)
    else:
        value[key] = text


def hostile(document: Document) -> Document:
    """The document with an attack in each of its texts, the longest that the standard takes there."""
    entity = entity_of(document)
    made = {**deepcopy(document), **deepcopy(WANTED.get(entity, {}))}
    for way in texts(ENTITIES[entity].schema):
        for text in HOSTILE:
            tried = deepcopy(made)
            put(tried, way, text)
            if validation.accepts(entity, tried):
                made = tried
                break
    return made


def fill(node: RunningNode) -> None:
    """Two files, one of them closed, what they refer to, what the workshop added, a spreadsheet that waits."""
    store = node.node.store
    open_file = [one for one in dossier(1) if entity_of(one) != "closure"]
    documents = [*SHARED, *open_file, *dossier(2), coordination_meeting(1)]
    keep(store, [hostile(one) for one in documents])
    keep(store, [hostile(action(9, accompaniment=FILE))])
    change(store, Change("action", None, id_of("action", 9), 1))
    own_things(store)
    reader = account(node, "officer", login="officer.first", name=LONG)
    with store.writing() as session:
        openings.open_with_reason(session, store.vault, reader, FILE, LONG, datetime.now(UTC))
    admin = browser_of(node, account(node, "admin", login="admin.first", name=LONG))
    table = f'Familienaam;Voornaam;Geboortedatum;{CELL}\n"{CELL}";"{LONG.replace(chr(34), "")}";31/02/1990;"{CELL}"\n'
    brought = admin.post("/sheets", files={"file": (f"{LONG}.csv", table.encode(), "text/csv")})
    assert brought.status_code == 303, brought.text
    columns = {"do": "rows", "fixed.participant.consents.granted_on": "2025-01-01"}
    assert admin.post(brought.headers["location"], data=columns).status_code in (200, 303)
    store.refresh_facts()


def own_things(store: Store) -> None:
    """A field of each kind of text and a pathway of the workshop's own."""
    labels = {"en": SHORT, "nl": SHORT}
    choices = [{"code": "bus", "labels": {"nl": SHORT}}, {"code": "bike", "labels": {"en": CELL}}]
    field = {"entity": "participant", "name": "comes_to_work", "kind": "choice", "labels": labels, "choices": choices}
    garden = {**pathways.template("disability"), "id": "our_garden", "labels": labels}
    with store.writing() as session:
        context = store.context("admin")
        local.define(session, field, context)
        local.define(session, {"entity": "participant", "name": "told", "kind": "text", "labels": labels}, context)
        local.save_pathway(session, garden, context)


@dataclass
class House:
    """The workshop, running. ``people``: a colleague of each role; a coach's is the file that is open."""

    node: RunningNode
    people: dict[str, Staff] = field(default_factory=dict)
    windows: dict[str, TestClient] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.node.node.store

    def colleague(self, role: str) -> Staff:
        """The one colleague of that role."""
        if role not in self.people:
            self.people[role] = account(self.node, role, actor=MINE if role == "coach" else None)
        return self.people[role]

    def browser(self, role: str) -> TestClient:
        """A browser in which the colleague of that role has just signed in."""
        return browser_of(self.node, self.colleague(role))

    def window(self, role: str) -> TestClient:
        """The browser of that colleague that was opened first."""
        if role not in self.windows:
            self.windows[role] = self.browser(role)
        return self.windows[role]

    def routes(self, method: str) -> list[PageRoute]:
        """Every address of pages that is asked with that method, as the application itself has them."""
        return [one for one in self.node.app.routes if isinstance(one, PageRoute) and method in (one.methods or ())]

    def addresses(self, method: str) -> list[str]:
        """Real addresses of every route of that method; each list and each kind of record in turn."""
        return list(dict.fromkeys(one for route in self.routes(method) for one in self._filled(route)))

    def doors(self, method: str) -> list[str]:
        """One real address of every route of that method."""
        return [self._filled(route)[0] for route in self.routes(method)]

    def _filled(self, route: PageRoute) -> list[str]:
        path = route.path
        if path.startswith("/export/"):
            return [path.replace("{list}", one) for one in OFFERED]
        if path.startswith("/records/new/"):
            return [path.replace("{entity}", one) + f"?accompaniment={FILE}" for one in ENTITIES]
        if path == "/records/{id}":
            return [path.replace("{id}", id_of(one, 1 + (one == "closure"))) for one in ENTITIES]
        if path.startswith("/calendar/"):
            with self.store.writing() as session:
                return [path.replace("{secret}", calendar.make_feed(session, self._first(), datetime.now(UTC)))]
        if path.startswith("/print/feet/"):
            return ["/print/feet/nl/none.css", "/print/feet/nl/plan-1-1-0123456789ab.css"]
        for start, entity in addresses.OWNER.items():
            if path.startswith(start) and "{id}" in path:
                numbers = (1,) if entity == "coordination_meeting" else (1, 2)
                return [path.replace("{id}", id_of(entity, number)) for number in numbers]
        return [addresses.address(route, self.store)]

    def _first(self) -> str:
        return self.colleague("officer").id
