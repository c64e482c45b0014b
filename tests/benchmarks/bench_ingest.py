"""Taking in: 20,000 documents by one call of the API, and a table of people by a mapping, rehearsed and written.

The floor reads the same lines with orjson, validates with jsonschema-rs and stores line and a packed fact with bare
sqlite3 in one transaction: no encryption, no hash chain, no verdicts. CPU time, in turn, medians.
"""

from __future__ import annotations

import csv
import sqlite3
import statistics
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from starlette.testclient import TestClient

from coupole.node.app import create_app
from coupole.node.opening import create_node, open_node
from coupole.node.records.importing import Kept, Source, hash_of, plan, write_in_pieces
from coupole.node.records.mapping import Mapper
from coupole.node.records.reading import table_rows
from coupole.node.settings import NodeSettings
from coupole.node.store.queries import counts
from coupole.standard.reading import canonical
from coupole.standard.validation import accepts
from tests.calling import RunningNode
from tests.factories import SHARED, dossier

DOCUMENTS = 20_000
PEOPLE = 2_500
ROUNDS = 5
NDJSON = {"content-type": "application/x-ndjson"}
FACT = struct.Struct("<HHHIHH")


def run() -> list[dict[str, Any]]:
    """One line for each job: name, ours and floor in seconds of CPU, ratio; wall beside."""
    return [by_api(), by_mapping()]


def by_api() -> dict[str, Any]:
    """Area 1: one POST, a verdict for each line, journal and records in one transaction, facts deferred."""
    lines = [canonical(document) for document in documents()]
    body = b"\n".join(lines)

    def ours() -> float:
        with fresh_node() as settings:
            app = create_app(settings)
            with TestClient(app, base_url=settings.issuer) as client:
                node = RunningNode(app, settings, client)
                node.call("GET", "/api/v1/plans")  # the token is not what is measured
                started = time.process_time()
                answer = node.call("POST", "/api/v1/import", content=body, headers=NDJSON)
                spent = time.process_time() - started
                assert answer.content.count(b'"outcome":"created","documents"') == len(lines), answer.text[:500]
        return spent

    return compared(f"import {len(lines)} documents by the API", ours, lambda: floor(lines, len(lines)))


def by_mapping() -> dict[str, Any]:
    """Area 1b: what every row would do, then doing it; per document made."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "people.csv"
        write_table(table)
        made = [canonical(document) for document in mapped(table)]

        def ours() -> float:
            with fresh_node() as settings, open_node(settings) as node:
                started = time.process_time()
                kept = Kept()
                with node.store.reading() as session:
                    planned = list(plan(session, rows(table), node.store, node.store.context("bench"), kept))
                done = list(write_in_pieces(node.store, rows(table), Source(hash_of(table)), "bench", kept=kept))
                spent = time.process_time() - started
                assert [verdict.outcome for verdict in planned] == [verdict.outcome for verdict in done]
                with node.store.reading() as session:
                    assert sum(counts(session).values()) == len(made)
            return spent

        name = f"import {PEOPLE} rows by a mapping, {len(made)} documents, dry run included"
        return compared(name, ours, lambda: floor(made, len(made)))


def floor(lines: list[bytes], expected: int) -> float:
    """Parse, validate, store the line and one packed fact."""
    with tempfile.TemporaryDirectory() as folder:
        file = sqlite3.connect(Path(folder) / "floor.sqlite", isolation_level=None)
        file.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        file.execute("CREATE TABLE document (id TEXT PRIMARY KEY, body BLOB)")
        file.execute("CREATE TABLE fact (id TEXT PRIMARY KEY, body BLOB)")
        started = time.process_time()
        file.execute("BEGIN IMMEDIATE")
        for line in lines:
            document = orjson.loads(line)
            record = document["id"]
            assert accepts(record.split(":")[1], document)
            file.execute("INSERT INTO document VALUES (?, ?)", (record, line))
            file.execute("INSERT INTO fact VALUES (?, ?)", (record, FACT.pack(1, 2, 3, 4, 5, 6)))
        file.execute("COMMIT")
        spent = time.process_time() - started
        assert file.execute("SELECT count(*) FROM document").fetchone()[0] == expected
        file.close()
    return spent


def compared(name: str, ours: Any, least: Any) -> dict[str, Any]:
    """Ours and the floor in turn; medians, and the median of the ratios of each turn."""
    ours(), least()  # what is imported and compiled once is not measured
    spent = [(ours(), least()) for _ in range(ROUNDS)]
    mine, under = (statistics.median(one) for one in zip(*spent, strict=True))
    return {"name": name, "ours": mine, "floor": under, "ratio": statistics.median(a / b for a, b in spent)}


def documents() -> Iterator[dict[str, Any]]:
    """Whole files of people, owners first, as an export gives them."""
    left = DOCUMENTS - len(SHARED)
    yield from SHARED
    number = 0
    while left > 0:
        number += 1
        file = dossier(number)[:left]
        left -= len(file)
        yield from file


@contextmanager
def fresh_node() -> Iterator[NodeSettings]:
    """An empty node."""
    with tempfile.TemporaryDirectory() as folder:
        values = {
            "directory": Path(folder) / "north",
            "name": "Atelier Nord",
            "node_id": "north",
            "issuer": "http://127.0.0.1:8100",
        }
        settings = NodeSettings.checked(values)
        create_node(settings)
        yield settings


def write_table(path: Path) -> None:
    """A workshop's own table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(("nr", "naam", "geboren", "sekse", "begin", "werk"))
        for number in range(1, PEOPLE + 1):
            day, month = number % 28 + 1, number % 12 + 1
            sex = "mv"[number % 2]
            table.writerow((number, f"N{number}", f"{day:02}/{month:02}/1980", sex, f"{day:02}/{month:02}/2025", "1"))


def rows(table: Path) -> Any:
    """The table by its mapping."""
    return table_rows(Mapper(MAPPING, "north"), table)


def mapped(table: Path) -> Iterator[dict[str, Any]]:
    """The documents the table becomes, whole."""
    for row in rows(table):
        for change in row.changes:
            assert change.document is not None
            yield {"revision": 1, "updated_at": "2026-01-05T09:00:00.000Z", **change.document}


START = {"$column": "begin", "$date": "%d/%m/%Y"}
WORKSHOP = {
    "name": "Atelier",
    "types": ["social_workshop"],
    "identifiers": [{"scheme": "0208", "value": "0400000000"}],
    "country": "BE",
}
PERSON = {
    "local_id": {"$column": "nr"},
    "family_name": {"$column": "naam"},
    "birth_date": {"$column": "geboren", "$date": "%d/%m/%Y"},
    "sex": {"$column": "sekse", "$codes": {"m": "M", "v": "F"}},
    "citizenships": ["BE"],
    "residence": {"country": "BE", "nuts3": "BE211"},
    "consents": [{"purpose": "accompaniment", "granted_on": "2025-01-01"}],
}
REFERRAL = {
    "participant": {"$id": "person"},
    "source_type": "social_service",
    "source_organisation": {"$id": "workshop"},
    "referred_on": {"$shift": START, "$months": 1, "$back": True},
    "decision": "accepted",
    "decided_on": {"$shift": START, "$days": 7, "$back": True},
}
FILE = {
    "participant": {"$id": "person"},
    "agency": {"$id": "workshop"},
    "responsible": {"$id": "coach"},
    "pathway": "transition",
    "programmes": [{"programme": "regional_recognition", "operation": "RR-2025"}],
    "referral": {"$id": "referral"},
    "opened_on": START,
    "phase": "drafting",
    "phase_history": [{"phase": "drafting", "from": START}],
}
ENTRY = {
    "accompaniment": {"$id": "file"},
    "stage": "entry",
    "observed_on": START,
    "labour_status": {
        "$if": {"$equals": [{"$column": "werk"}, "1"]},
        "$then": "unemployed_registered",
        "$else": "unknown",
    },
    "without_work_band": "12_23m",
    "education_level": "ED2",
    "target_groups": [{"code": "long_unemployed", "primary": True}],
}
MAPPING: dict[str, Any] = {
    "mapping": 1,
    "name": "people",
    "delimiter": ";",
    "key": ["nr"],
    "once": [
        {"entity": "organisation", "as": "workshop", "document": WORKSHOP},
        {
            "entity": "actor",
            "as": "coach",
            "document": {
                "display_name": "Coach",
                "organisation": {"$id": "workshop"},
                "roles": ["project_responsible"],
            },
        },
    ],
    "documents": [
        {"entity": "participant", "as": "person", "document": PERSON},
        {"entity": "referral", "as": "referral", "document": REFERRAL},
        {"entity": "accompaniment", "as": "file", "document": FILE},
        {"entity": "status_observation", "as": "entry", "document": ENTRY},
    ],
}


if __name__ == "__main__":
    for line in run():
        print(f"{line['name']:70} {line['ours']:8.3f} {line['floor']:8.3f} {line['ratio']:6.2f} x")
