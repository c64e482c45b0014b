"""A register from before is brought in as it is, and what the rules think of it is told afterwards."""

from __future__ import annotations

from coupole.node.records.importing import write_all
from coupole.node.records.looking_over import look_over
from coupole.node.records.reading import document_rows
from coupole.node.store import Store
from coupole.standard.reading import canonical
from tests.calling import RunningNode
from tests.factories import SHARED, accompaniment, dossier, id_of
from tests.node.records.filed import FILE_ID, stored
from tests.node.records.method import TODAY
from tests.stores import with_files

GAP = [
    {"phase": "planned", "from": "2025-01-10", "to": "2025-01-20"},
    {"phase": "insertion_coop", "from": "2025-02-01"},
]


def test_an_old_file_with_a_gap_is_imported_and_its_gap_is_told(store: Store) -> None:
    untidy = accompaniment(1, phase_history=GAP)
    lines = [canonical(untidy if one["id"] == untidy["id"] else one) for one in (*SHARED, *dossier(1))]
    with store.writing() as session:
        verdicts = list(write_all(session, document_rows(lines, 1_000_000), store, store.context("anna")))
    assert {verdict.outcome for verdict in verdicts} == {"created"}
    with store.reading() as session:
        ((file, findings),) = look_over(session, store, TODAY)
    assert file == id_of("accompaniment")
    gap = next(one for one in findings if one.code == "phase_history_gap")
    assert (gap.blocking, gap.pointer, gap.params["record"]) == (True, "/phase_history/1/from", file)


def test_files_are_looked_over_one_page_after_another(node: RunningNode) -> None:
    with_files(node.node.store, 1, 2, 3)
    first = node.call("GET", "/api/v1/findings", params={"limit": 2}).json()
    rest = node.call("GET", "/api/v1/findings", params={"limit": 2, "after": first["next"]}).json()
    seen = [one["accompaniment"] for one in (*first["items"], *rest["items"])]
    assert seen == sorted(id_of("accompaniment", number) for number in (1, 2, 3))
    assert rest["next"] is None


def test_a_file_without_anything_to_look_at_has_nothing_told(node: RunningNode) -> None:
    stored(node.node.store, "concluded")
    (one,) = node.call("GET", "/api/v1/findings").json()["items"]
    assert one["accompaniment"] == FILE_ID
    assert [finding for finding in one["findings"] if finding["blocking"]] == []
