"""`coupole node import` and `coupole node export`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coupole.cli.opened import PARTLY, AsJson, Directory, Yes, actor, answer, opened, say
from coupole.cli.progress import counted

if TYPE_CHECKING:
    from coupole.node.opening import OpenNode
    from coupole.node.records.importing import Kept, Source, Verdict
    from coupole.node.records.mapping import Mapper
    from coupole.node.records.reading import Row

SHOWN = 40
"""Refused rows listed at a terminal; ``--json`` lists all."""


def import_file(
    directory: Directory,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Lines of documents, or a table (CSV, XLSX).")
    ],
    mapping: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="What the columns mean.")] = None,
    values: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE the mapping asks for.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and stop.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Take in a file: first what every row would do, then, once you agree, doing it. May be stopped and run again."""
    from coupole.node.records.importing import Kept

    with opened(directory) as node:
        mapper, source = _mapper(node, file, mapping, values or [])
        shown: list[dict[str, Any]] | None = [] if as_json else None
        kept = Kept()
        tally = _rehearse(node, file, mapper, shown, kept)
        if not dry_run:
            if not (yes or as_json):
                typer.confirm("Write this?", abort=True, err=True)
            tally = _write(node, file, mapper, source, tally["rows"], kept)
            with counted("Counting files", None) as advance:
                node.store.refresh_facts(advance)
    _conclude(tally, shown, dry_run=dry_run)
    if tally["refused"]:
        raise typer.Exit(PARTLY)


def _mapper(node: OpenNode, file: Path, mapping: Path | None, values: list[str]) -> tuple[Mapper | None, Source]:
    import hashlib

    from coupole.node.records.importing import Source, hash_of
    from coupole.node.records.mapping import Mapper
    from coupole.standard.reading import canonical, parse

    if mapping is None:
        return None, Source(hash_of(file))
    document = parse(mapping.read_bytes())
    parameters = dict(value.split("=", 1) for value in values if "=" in value)
    if len(parameters) < len(values):
        raise typer.BadParameter("give NAME=VALUE", param_hint="--set")
    known = hashlib.sha256(canonical({"mapping": document, "parameters": parameters})).hexdigest()
    return Mapper(document, node.settings.node_id, parameters), Source(hash_of(file), known)


def _rows(stack: ExitStack, file: Path, mapper: Mapper | None) -> Iterator[Row]:
    from coupole.node.records.reading import document_rows, table_rows
    from coupole.node.sheets.files import is_xlsx, xlsx_rows

    if mapper is not None:
        return xlsx_rows(mapper, file) if is_xlsx(file) else table_rows(mapper, file)
    return document_rows(stack.enter_context(file.open("rb")))


def _rehearse(
    node: OpenNode, file: Path, mapper: Mapper | None, shown: list[dict[str, Any]] | None, kept: Kept
) -> Counter[str]:
    """Show what every row would do; how many rows there are, and documents by outcome."""
    from coupole.node.records.importing import plan

    context = node.store.context(actor())
    with ExitStack() as stack:
        session = stack.enter_context(node.store.reading())
        advance = stack.enter_context(counted("Reading rows", None))
        verdicts = plan(session, _rows(stack, file, mapper), node.store, context, kept)
        return _tallied(verdicts, advance, node.settings.language, shown)


def _tallied(
    verdicts: Iterator[Verdict], advance: Any, language: str, shown: list[dict[str, Any]] | None
) -> Counter[str]:
    """Count verdicts; say of those refused why, or put all of them into ``shown``."""
    from coupole.node.records.importing import count

    tally: Counter[str] = Counter(rows=0)
    for verdict in verdicts:
        tally += count([verdict])
        tally["rows"] += 1
        advance(tally["rows"], None)
        if shown is not None:
            shown.append(verdict.explained(language))
        elif verdict.outcome == "refused" and tally["refused"] <= SHOWN:
            _show(verdict, language)
        elif verdict.outcome == "refused" and tally["refused"] == SHOWN + 1:
            say("More rows are refused; --json lists them all.")
    return tally


def _show(verdict: Verdict, language: str) -> None:
    for error in verdict.explained(language)["errors"]:
        place = error.get("column") or error["pointer"]
        say(f"Row {verdict.row}{f', {place}' if place else ''}: {error['detail']} {error['remedy']}")


def _write(node: OpenNode, file: Path, mapper: Mapper | None, source: Source, total: int, kept: Kept) -> Counter[str]:
    from coupole.node.records.importing import count, unfinished, write_in_pieces

    with node.store.reading() as session:
        before = unfinished(session, source)
    done = before.rows_done if before else 0
    if done:
        say(f"An earlier import of this file stopped after {done} rows; it goes on there.")
    tally: Counter[str] = Counter(rows=done)
    with ExitStack() as stack:
        advance = stack.enter_context(counted("Writing rows", total))
        rows = _rows(stack, file, mapper)
        for verdict in write_in_pieces(node.store, rows, source, actor(), kept=kept):
            tally += count([verdict])
            tally["rows"] += 1
            advance(tally["rows"], total)
    return tally


def _conclude(tally: Counter[str], shown: list[dict[str, Any]] | None, *, dry_run: bool) -> None:
    figures = {name: tally[name] for name in ("rows", "created", "replaced", "unchanged", "refused")}
    if shown is not None:
        answer({**figures, "dry_run": dry_run, "verdicts": shown})
        return
    typer.echo(
        f"{figures['rows']} rows. {'Would be made' if dry_run else 'Documents made'}: {figures['created']},"
        f" replaced: {figures['replaced']}, unchanged: {figures['unchanged']}. Rows refused: {figures['refused']}."
    )
    if dry_run:
        typer.echo("Nothing was written.")


def export_records(
    directory: Directory,
    output: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every document as a line that another node imports unchanged. It holds names: treat it like the records."""
    import hashlib
    import os
    import sys

    from coupole.node.records.exporting import document_lines
    from coupole.node.store.egress import record_egress

    digest, size, lines = hashlib.sha256(), 0, 0
    with opened(directory) as node, ExitStack() as stack:
        if output:
            sink: Any = stack.enter_context(
                os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            )
        else:
            sink = sys.stdout.buffer
        with node.store.reading() as session:
            for line in document_lines(session, node.store):
                sink.write(line)
                digest.update(line)
                size, lines = size + len(line), lines + 1
        sink.flush()
        with node.store.writing() as session:
            record_egress(session, client=actor(), what="export", sha256=digest.hexdigest(), size=size)
    if as_json and output:
        answer({"documents": lines, "bytes": size, "sha256": digest.hexdigest()})
    else:
        say(f"{lines} documents, {size} bytes. Noted in the ledger of what left.")
