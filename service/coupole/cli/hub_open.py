"""`coupole hub datasets|open|close|export`: what there is to read, who may read it, and files of it.

Everybody is whoever asks the hub over the network; what is closed can be read here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coupole.cli.opened import AsJson, actor, answer, say
from coupole.cli.opened_hub import Directory, opened, table

Named = Annotated[
    list[str] | None,
    typer.Argument(help="Such as F03, for its totals and all its fine tables; or one of these: F03.sex.slot."),
]
All = Annotated[bool, typer.Option("--all", help="All there are and will be.")]
EVERYTHING = "*"


def datasets(directory: Directory, as_json: AsJson = False) -> None:
    """Show all datasets, and which of them everybody may read."""
    from coupole.hub.publication import listing, opening

    with opened(directory) as (hub, _ring, settings), hub.store.reading() as session:
        open_now = opening.opened(session)
        found = [
            {
                "id": one.id,
                "title": one.title[settings.language],
                "periods": list(one.periods),
                "open": one.id in open_now,
                "licence": open_now.licence(one.id) or "",
            }
            for one in listing.listed(session, hub.catalogue)
        ]
    if as_json:
        answer(found)
        return
    rows = [[one["id"], one["title"], "open" if one["open"] else "closed", one["licence"]] for one in found]
    table(("Dataset", "Title", "For everybody", "Licence"), [[str(cell) for cell in row] for row in rows])


def open_(
    directory: Directory,
    names: Named = None,
    everything: All = False,
    licence: Annotated[str, typer.Option(help="Address of the terms they may be used under.")] = "",
) -> None:
    """Let everybody read datasets: on the pages, in every form, in the catalogue of open data."""
    from coupole.hub.publication.opening import open_datasets

    chosen = _chosen(names, everything=everything)
    with opened(directory) as (hub, _ring, _settings), hub.store.writing() as session:
        open_datasets(session, hub.catalogue, chosen, actor=actor(), licence=licence)


def close(directory: Directory, names: Named = None, everything: All = False) -> None:
    """Keep datasets to the federation again; what somebody read before is out."""
    from coupole.hub.publication.opening import close_datasets

    chosen = _chosen(names, everything=everything)
    with opened(directory) as (hub, _ring, _settings), hub.store.writing() as session:
        close_datasets(session, hub.catalogue, chosen, actor=actor())


def _chosen(names: list[str] | None, *, everything: bool) -> list[str]:
    if bool(names) == everything:
        raise typer.BadParameter("name datasets, or say --all")
    return names or [EVERYTHING]


def export(
    directory: Directory,
    dataset: Annotated[str, typer.Argument(help="Such as F03, or F03.sex.slot.")],
    output: Annotated[Path, typer.Option(help="The file to write.")],
    form: Annotated[str, typer.Option(help="json, csv, xlsx, jsonl, parquet, csvw, sdmx_csv, sdmx_data…")] = "csv",
    period: Annotated[str | None, typer.Option(help="One period instead of all.")] = None,
    language: Annotated[str | None, typer.Option(help="en, nl, fr or it; the hub's own if not said.")] = None,
) -> None:
    """Write a dataset to a file, open or closed."""
    from coupole.hub.publication import formats, listing
    from coupole.hub.publication.cubes import Publisher
    from coupole.standard import LANGUAGES
    from coupole.standard.calendar import parse_period

    wanted = formats.named(form)
    if language not in (None, *LANGUAGES):
        raise typer.BadParameter("en, nl, fr or it", param_hint="--language")
    if period is not None:
        parse_period(period)
    with opened(directory) as (hub, _ring, settings), hub.store.reading() as session:
        publisher = Publisher(hub.name, hub.issuer)
        made = listing.cube(session, hub.catalogue, publisher, dataset, period=period)
    output.write_bytes(formats.write(wanted, made, language or settings.language))
    say(f"{made.title[settings.language]}: {output}")
