"""Looking changes nothing: whatever page somebody asks for, only who looked, and what was taken away, is written."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from coupole.node.staff.accounts import ROLES
from coupole.node.store.tables import NodeTable
from tests.browser.addresses import NO_PAGES
from tests.node.ui.abuse.house import House

pytestmark = pytest.mark.processes

WHO_LOOKED = {"staff_session", "opening", "file_visit", "staff_event", "log_end"}
TAKEN = {"egress", "calendar_feed"}
"""What a file that is taken away, and a calendar that is read, leave behind."""
Rows = dict[str, list[tuple[object, ...]]]


def everything(house: House) -> Rows:
    """Every row of every table."""
    with house.store.looking() as connection:
        tables = NodeTable.metadata.tables.items()
        return {name: [tuple(row) for row in connection.execute(select(table))] for name, table in tables}


def changed(before: Rows, after: Rows) -> set[str]:
    """The tables that are not as they were."""
    return {name for name in after if sorted(map(repr, before[name])) != sorted(map(repr, after[name]))}


@pytest.mark.parametrize("role", ROLES)
def test_whoever_looks_at_every_page_changes_nothing(house: House, role: str) -> None:
    there, addresses = house.browser(role), house.addresses("GET")
    is_page = {address: not address.endswith(NO_PAGES) for address in addresses}
    before = everything(house)
    for address in addresses:
        if is_page[address]:
            assert there.get(address).status_code < 500, address
    looked = everything(house)
    assert changed(before, looked) <= WHO_LOOKED
    for address in addresses:
        if not is_page[address]:
            assert there.get(address).status_code < 500, address
    assert changed(looked, everything(house)) <= WHO_LOOKED | TAKEN


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_no_other_method_does_anything(house: House, method: str) -> None:
    there, addresses = house.window("admin"), {*house.doors("GET"), *house.doors("POST")}
    before = everything(house)
    for address in addresses:
        answer = there.request(method, address)
        assert answer.status_code < 500 if method == "HEAD" else answer.status_code in (404, 405), address
    assert changed(before, everything(house)) <= WHO_LOOKED | TAKEN
