from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coupole.node.records import importing
from coupole.node.records.exporting import document_lines
from coupole.node.records.importing import Source, Verdict, count, hash_of, plan, unfinished, write_in_pieces
from coupole.node.records.mapping import ColumnMissing, Mapper
from coupole.node.records.reading import Row, TableEmpty, TableUnreadable, document_rows, table_rows
from coupole.node.records.templates import MappingInvalid, ParameterMissing
from coupole.node.store import Store
from coupole.node.store.queries import counts, page
from coupole.node.store.tables import ImportRun
from coupole.standard.reading import canonical
from coupole.standard.validation import DocumentInvalid
from tests.factories import SHARED, dossier, participant
from tests.stores import with_files

MAPPING: dict[str, Any] = {
    "mapping": 1,
    "name": "people",
    "delimiter": ";",
    "key": ["nr"],
    "once": [
        {
            "entity": "organisation",
            "as": "workshop",
            "document": {
                "name": "Atelier",
                "types": ["social_workshop"],
                "identifiers": [{"scheme": "0208", "value": {"$parameter": "number"}}],
                "country": "BE",
            },
        }
    ],
    "documents": [
        {
            "entity": "participant",
            "as": "person",
            "document": {
                "local_id": {"$column": "nr"},
                "family_name": {"$column": "naam"},
                "birth_date": {"$column": "geboren", "$date": "%d/%m/%Y"},
                "sex": {"$column": "sekse", "$codes": {"m": "M", "v": "F"}},
                "citizenships": ["BE"],
                "residence": {"country": "BE", "nuts3": "BE211"},
                "consents": [{"purpose": "accompaniment", "granted_on": "2025-01-01"}],
            },
        },
        {
            "entity": "referral",
            "as": "referral",
            "when": {"$not": {"$empty": {"$column": "verwezen"}}},
            "document": {
                "participant": {"$id": "person"},
                "source_type": "social_service",
                "source_organisation": {"$id": "workshop"},
                "referred_on": {"$column": "verwezen", "$date": "%d/%m/%Y"},
                "decision": "waiting",
            },
        },
    ],
}

TABLE = """nr;naam;geboren;sekse;verwezen
1;Maes;01/02/1990;m;05/01/2025
2;Dûpont;03/04/1985;v;
3;Peeters;31/02/1970;m;
4;Wouters;05/06/1970;z;
5;;07/08/1970;v;05/01/1825
"""


def table(tmp_path: Path, text: str = TABLE, encoding: str = "utf-8") -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode(encoding))
    return path


def mapper(**changes: Any) -> Mapper:
    return Mapper({**MAPPING, **changes}, "north", {"number": "0400000000"})


def planned(store: Store, path: Path, how: Mapper | None = None) -> list[Verdict]:
    with store.reading() as session:
        return list(plan(session, table_rows(how or mapper(), path), store, store.context("anna")))


def written(store: Store, path: Path, how: Mapper | None = None) -> list[Verdict]:
    return list(write_in_pieces(store, table_rows(how or mapper(), path), Source(hash_of(path), "mapping"), "anna"))


def outcomes(verdicts: list[Verdict]) -> list[tuple[int, str]]:
    return [(verdict.row, verdict.outcome) for verdict in verdicts]


def test_a_plan_says_of_every_row_what_would_become_of_it_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    found = planned(store, table(tmp_path))
    expected = ["created", "created", "created", "refused", "refused", "refused"]
    assert outcomes(found) == list(zip((0, 2, 3, 4, 5, 6), expected, strict=True))
    reasons = [verdict.explained("en")["errors"][0] for verdict in found[3:]]
    assert [(reason["code"], reason["column"]) for reason in reasons] == [
        ("cell_not_a_date", "geboren"),
        ("cell_not_in_codes", "sekse"),
        (reasons[2]["code"], "verwezen"),
    ]
    with store.reading() as session:
        assert counts(session) == {}


def test_a_row_is_written_whole_or_not_at_all(store: Store, tmp_path: Path) -> None:
    planned_first = planned(store, table(tmp_path))
    done = written(store, table(tmp_path))
    assert outcomes(done) == outcomes(planned_first)
    with store.reading() as session:
        assert counts(session) == {"organisation": 1, "participant": 2, "referral": 1}
        names = {stored.document.get("family_name") for stored in page(session, store.vault, "participant")}
    assert names == {"Maes", "Dûpont"}


def test_a_second_import_changes_nothing_and_a_changed_row_is_an_update(store: Store, tmp_path: Path) -> None:
    written(store, table(tmp_path))
    assert {verdict.outcome for verdict in planned(store, table(tmp_path))} == {"unchanged", "refused"}
    changed = table(tmp_path, TABLE.replace("Maes", "Claes").replace("31/02/1970", "28/02/1970"))
    expected = [(0, "unchanged"), (2, "replaced"), (3, "unchanged"), (4, "created"), (5, "refused"), (6, "refused")]
    assert outcomes(planned(store, changed)) == expected
    done = written(store, changed)
    assert outcomes(done) == expected
    assert count(done) == {"created": 1, "replaced": 1, "unchanged": 3, "refused": 2}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_tables_of_old_and_new_spreadsheets_are_read(sqlite_store: Store, tmp_path: Path, encoding: str) -> None:
    written(sqlite_store, table(tmp_path, encoding=encoding))
    with sqlite_store.reading() as session:
        found = [stored.document.get("family_name") for stored in page(session, sqlite_store.vault, "participant")]
    assert "Dûpont" in found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", TableEmpty),
        ("nr;naam\n1;Maes\n", ColumnMissing),
        ('nr;naam;geboren;sekse;verwezen\n1;"Ma"es;01/02/1990;m;\n', TableUnreadable),
        ("nr;naam;geboren;sekse;verwezen\n1;\x81é\xff;01/02/1990;m;\n", None),
    ],
)
def test_what_is_no_table_is_refused(
    sqlite_store: Store, tmp_path: Path, text: str, kind: type[Exception] | None
) -> None:
    path = table(tmp_path, text)
    if kind is None:
        path.write_bytes(text.encode("latin-1"))
        kind = TableUnreadable
    with pytest.raises(kind):
        planned(sqlite_store, path)


def test_rows_of_another_length_and_without_a_key_are_refused_and_empty_ones_passed_over(
    sqlite_store: Store, tmp_path: Path
) -> None:
    text = TABLE.splitlines()[0] + "\n1;Maes\n;;;;\n\n;Maes;01/02/1990;m;\n1;Maes;01/02/1990;m;;;\n"
    found = planned(sqlite_store, table(tmp_path, text))
    codes = [(verdict.row, verdict.findings[0].code) for verdict in found if verdict.findings]
    assert codes == [(2, "row_length_wrong"), (3, "cell_empty"), (5, "cell_empty"), (6, "row_length_wrong")]


def test_two_rows_that_contradict_each_other_are_not_both_believed(sqlite_store: Store, tmp_path: Path) -> None:
    first = "1;Maes;01/02/1990;m;"
    text = "\n".join((TABLE.splitlines()[0], first, first, "1;Claes;01/02/1990;m;")) + "\n"
    for found in (planned(sqlite_store, table(tmp_path, text)), written(sqlite_store, table(tmp_path, text))):
        assert [verdict.outcome for verdict in found[1:]] == ["created", "unchanged", "refused"]
        assert found[-1].findings[0].code == "row_contradicts_another"


def test_a_mapping_that_does_not_fit_is_refused_before_anything_else(sqlite_store: Store, tmp_path: Path) -> None:
    twice = [MAPPING["documents"][0], MAPPING["documents"][0]]
    for changes in ({"documents": twice}, {"once": [{**MAPPING["once"][0], "entity": "person"}]}):
        with pytest.raises(MappingInvalid):
            mapper(**changes)
    with pytest.raises(DocumentInvalid):
        mapper(mapping=2)
    with pytest.raises(ParameterMissing):
        planned(sqlite_store, table(tmp_path), Mapper(MAPPING, "north"))


class PowerCut(Exception):
    pass


def test_an_import_that_was_stopped_goes_on_where_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "TOGETHER", 4)
    lines = [canonical(participant(number)) for number in range(1, 31)]
    source = Source("hash")

    def until(last: int) -> list[Row]:
        rows = list(document_rows(lines))

        def cut() -> Any:
            yield from rows[:last]
            raise PowerCut

        return cut()  # type: ignore[no-any-return]

    seen: list[Verdict] = []
    with pytest.raises(PowerCut):
        seen.extend(write_in_pieces(store, until(14), source, "anna"))
    with store.reading() as session:
        run = unfinished(session, source)
        assert run is not None
        assert (run.rows_done, run.created) == (12, 12) == (len(seen), counts(session)["participant"])
    rest = list(write_in_pieces(store, document_rows(lines), source, "anna"))
    assert [verdict.row for verdict in rest] == list(range(13, 31))
    with store.reading() as session:
        assert counts(session)["participant"] == 30
        assert unfinished(session, source) is None
        done = session.get_one(ImportRun, run.id)
    assert (done.rows_done, done.created, done.refused) == (30, 30, 0)
    again = list(write_in_pieces(store, document_rows(lines), source, "anna"))
    assert {verdict.outcome for verdict in again} == {"unchanged"}


def test_an_export_is_imported_unchanged_by_another_node(store: Store, tmp_path: Path) -> None:
    with_files(store, 1, 2)
    with store.reading() as session:
        lines = list(document_lines(session, store))
        again = list(plan(session, document_rows(lines), store, store.context("anna")))
    assert [json.loads(line)["id"] for line in lines] == [verdict.documents[0]["id"] for verdict in again]
    assert {verdict.outcome for verdict in again} == {"unchanged"}
    assert len(lines) == len(SHARED) + 2 * len(dossier(1))
