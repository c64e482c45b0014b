"""A workshop with two coaches: files 1 and 2 are the first one's, file 3 the other's."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx2
from starlette.testclient import TestClient

from tests import factories
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.factories import id_of
from tests.stores import keep

PEOPLE = {1: ("Peeters", "Zoë"), 2: ("D’Angelo", "Maria Grazia"), 3: ("Keïta", "Ousmane")}
MINE, COLLEAGUE = id_of("actor", 1), id_of("actor", 2)
GUIDE = id_of("actor", 4)


def filled(node: RunningNode) -> RunningNode:
    """The node with organisations, staff, and three files."""
    coaches = [factories.actor(number, display_name=name) for number, name in ((1, "Lien Claes"), (2, "Bart Hoste"))]
    officer = factories.actor(3, display_name="Tine Baert", roles=["coop_insertion_officer"])
    guide = factories.actor(4, display_name="Wim Cools", roles=["host_operator"])
    keep(node.node.store, [*factories.SHARED[:2], *coaches, officer, guide, factories.agreement(1)])
    for number in PEOPLE:
        keep(node.node.store, file(number))
    return node


def file(number: int, **overrides: Any) -> list[dict[str, Any]]:
    """Everything of one person; ``overrides`` of the accompaniment."""
    family, given = PEOPLE.get(number, (f"Famille{number}", f"Prénom{number}"))
    responsible = COLLEAGUE if number == 3 else MINE
    made = factories.dossier(number)
    changes: dict[str, dict[str, Any]] = {
        "participant": {"family_name": family, "given_name": given},
        "accompaniment": {"responsible": responsible, **overrides},
        "team": {"members": [{"actor": responsible, "role": "project_responsible", "from": "2025-01-10"}]},
    }
    return [
        document | changes.get(document["id"].split(":")[1], {}) for document in made if "closure" not in document["id"]
    ]


def coach(node: RunningNode, **about: Any) -> TestClient:
    """The first coach's browser."""
    return signed_in(node, "coach", actor=MINE, name="Lien Claes", **about)


def told(answer: httpx2.Response) -> str:
    """The words of a page, without its tags."""
    assert answer.status_code == 200, answer.text
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def rows(answer: httpx2.Response) -> list[str]:
    """What stands in the first column of a list, row by row."""
    assert answer.status_code == 200, answer.text
    return [
        " ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split())
        for one in re.findall(r'<th scope="row"[^>]*>(.*?)</th>', answer.text, re.S)
    ]
