from __future__ import annotations

from coupole.node.sheets import staging
from coupole.node.store import Store
from tests.node.sheets.staged import checked, correct, documents, outcomes, rows, state, tick, write
from tests.node.sheets.tables import as_xlsx, people, with_registers
from tests.stores import NOW


def test_the_whole_way_on_each_database(store: Store) -> None:
    ids = with_registers(store)
    table = people(12, seed=5)
    wrong = [{**table[0], "Geb. datum": "31/02/1980"}, *table[1:]]
    sheet, waiting = checked(store, as_xlsx(wrong), ids), checked(store, as_xlsx(table), ids)
    assert outcomes(store, sheet) == {"created": 11, "refused": 1}
    correct(store, sheet, 4, **{"Geb. datum": table[0]["Geb. datum"]})
    tick(store, sheet, [4, 5], [5])
    write(store, sheet)
    assert outcomes(store, sheet) == {"created": 1, "unchanged": 11}
    person = next(one for one in documents(store, "participant") if one["local_id"] == "D0002")
    assert store.erase(person["id"], store.context("anna", now=NOW))
    assert [row.number for row in rows(store, waiting)] == [4, *range(6, 16)]
    staging.throw_away(store, waiting)
    tick(store, sheet, [4], [4])
    write(store, sheet)
    assert state(store, sheet) == "done"
