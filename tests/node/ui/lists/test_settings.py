"""An admin decides what is decided on a page; nobody else does."""

from __future__ import annotations

import pytest

from coupole.node.store.choices import choices
from tests.calling import RunningNode
from tests.desk import signed_in
from tests.node.ui.lists.workshop import told


def years(node: RunningNode) -> int:
    with node.node.store.reading() as session:
        return choices(session).retention_years


def test_an_admin_decides_how_long_files_are_kept(node: RunningNode) -> None:
    admin = signed_in(node, "admin")
    assert 'value="5"' in admin.get("/settings").text
    answer = admin.post("/settings", data={"retention_years": "10"})
    assert answer.headers["location"] == "/settings?notice=saved"
    assert years(node) == 10
    assert admin.post("/settings", data={"retention_years": "10"}).headers["location"] == "/settings?notice=nothing"


@pytest.mark.parametrize("typed", ["", "0", "99", "ten", "5.5", "-3", "٥", "1" * 500])
def test_what_is_no_number_of_years_stays_in_its_field(node: RunningNode, typed: str) -> None:
    answer = signed_in(node, "admin").post("/settings", data={"retention_years": typed})
    assert answer.status_code == 422
    assert "Type a whole number of years" in answer.text
    assert f'value="{typed[:20]}"' in answer.text
    assert years(node) == 5


def test_what_stands_in_the_settings_file_is_shown(node: RunningNode) -> None:
    words = told(signed_in(node, "admin").get("/settings"))
    for shown in ("Atelier Nord", "English", "BE", "http://127.0.0.1:8100"):
        assert shown in words


@pytest.mark.parametrize("role", ["officer", "coach", "reader", "auditor"])
def test_nobody_else_decides(node: RunningNode, role: str) -> None:
    other = signed_in(node, role)
    assert other.get("/settings").status_code == 403
    assert other.post("/settings", data={"retention_years": "1"}).status_code == 403
    assert years(node) == 5
