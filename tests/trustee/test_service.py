"""A trustee over HTTP: what it takes, what it answers, and that nothing else is in its room."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import time_machine
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from coupole.trustee.app import create_app
from coupole.trustee.settings import TrusteeSettings
from coupole.trustee.store import TrusteeTable, open_store
from coupole.wire import batches as wire
from coupole.wire.documents import verify
from tests.federation_network import Network
from tests.trustee.sealed_federation import NOW, Federation

Web = tuple[httpx2.AsyncClient, Federation]


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    federation = Federation(tmp_path, 6)
    app = create_app(TrusteeSettings.load(tmp_path / "t0"))
    with time_machine.travel(NOW, tick=True):
        async with Network({"trustee.test": app}) as network:
            yield httpx2.AsyncClient(transport=network, base_url="https://trustee.test"), federation
    federation.close()


def headers(signature: str, kind: str = wire.MEDIA_TYPE) -> dict[str, str]:
    return {"Content-Type": kind, "Coupole-Signature": signature}


async def test_a_batch_is_summed_over_http_and_its_certificate_is_in_the_log(web: Web) -> None:
    client, federation = web
    body, signature = federation.batch(federation.all_reports())
    answer = await client.post("/api/v1/batches", content=body, headers=headers(signature))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    made, certificate = federation.answer(answer.content)
    assert certificate["outcome"] == "released"
    again = await client.post("/api/v1/batches", content=body, headers=headers(signature))
    assert again.content == answer.content
    log = (await client.get("/api/v1/batches")).json()
    digest = log["certificates"][0]["digest"]
    found = await client.get(f"/api/v1/batches/{digest}")
    assert (found.content, found.headers["coupole-signature"]) == (made.certificate, made.signature)
    verify("certificate", found.content, found.headers["coupole-signature"], federation.trustee.ring.public_set("sign"))


async def test_every_refusal_of_a_batch_has_its_number_and_its_words(web: Web) -> None:
    client, federation = web
    found = federation.all_reports()
    body, signature = federation.batch(found)

    async def refused(sent: bytes, **given: str) -> tuple[int, str]:
        answer = await client.post("/api/v1/batches", content=sent, headers=headers(signature) | given)
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.status_code, answer.json()["code"]

    async def of(*batch: bytes | str) -> tuple[int, str]:
        sent, signed = batch
        assert isinstance(sent, bytes)
        return await refused(sent, **{"Coupole-Signature": str(signed)})

    assert await refused(body, **{"Content-Type": "application/json"}) == (415, "body_type_unknown")
    assert await refused(body, **{"Coupole-Signature": "nobody.AAAA"}) == (403, "signer_unknown")
    assert await refused(body + b" ") == (403, "signature_invalid")
    assert await refused(b"") == (400, "json_invalid")
    assert await refused(b"{}\n{}") == (422, "document_invalid")
    assert await of(*federation.batch(found, tabulation="0" * 64)) == (404, "tabulation_not_agreed")
    assert await of(*federation.batch(found, "2026-11")) == (409, "slot_open")
    assert await of(*federation.batch(found, "2026-09")) == (422, "slot_unknown")
    assert await of(*federation.batch(found, without=["node-00"])) == (409, "batch_refused")
    torn = body[: len(body) // 2]
    assert await of(torn, wire.sign_batch(torn, federation.hub)) == (422, "batch_invalid")
    unsigned = await client.post("/api/v1/batches", content=body, headers={"Content-Type": wire.MEDIA_TYPE})
    assert unsigned.status_code == 422
    assert federation.last() == wire.documents.digest(b"coupole trustee 1")


async def test_which_reports_are_refused_is_told_with_their_reasons_and_no_value(web: Web) -> None:
    client, federation = web
    found = [*federation.all_reports()[:-1], ("all", federation.report(federation.members[-1], prev="0" * 64))]
    body, signature = federation.batch(found)
    problem = (await client.post("/api/v1/batches", content=body, headers=headers(signature))).json()
    assert [(one["code"], one["pointer"]) for one in problem["errors"]] == [("report_outdated", "/node-05")]


async def test_what_is_longer_than_any_batch_is_not_read(web: Web) -> None:
    client, federation = web
    sent = headers("nobody.AAAA") | {"Content-Length": str(wire.MAX_REQUEST + 1)}
    answer = await client.post("/api/v1/batches", content=b"", headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_long")
    assert federation.last()


def test_a_database_has_the_tables_its_code_speaks_of_and_an_old_roster_is_kept(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'trustee.sqlite'}"
    old = create_engine(address)
    with old.begin() as connection:
        TrusteeTable.metadata.tables["roster"].create(connection)
        connection.execute(text("INSERT INTO roster VALUES (1, '2026-11-05', 'anna', 'd', x'7b7d', 's')"))
    old.dispose()
    for _again in range(2):
        store = open_store(address)
        with store.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, TrusteeTable.metadata) == []
            assert connection.execute(text("SELECT actor FROM roster")).scalar_one() == "anna"
        store.close()


def test_a_trustee_is_a_thousand_lines_at_most() -> None:
    """Of program: blank lines, comments and docstrings are not counted, whoever audits it reads those gladly."""
    root = Path(__file__).parents[2] / "service" / "coupole"
    files = [*sorted((root / "trustee").rglob("*.py")), root / "cli" / "trustee.py"]
    assert len(files) > 8
    assert sum(map(_lines, files)) <= 1_000


def _lines(path: Path) -> int:
    source, counted, told = path.read_text(encoding="utf-8"), set[int](), set[int]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            told |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    nothing = {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in nothing:
            counted |= set(range(token.start[0], token.end[0] + 1))
    return len(counted - told)
