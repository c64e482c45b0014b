"""What the commands of a hub share: how it is opened, and how a table is shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from coupole.hub.settings import HubSettings
    from coupole.hub.store import Hub
    from coupole.wire.keys import KeyRing

WIDE = 1000
"""Columns of a table that nobody watches: a row stays one line, for whatever reads it."""

Directory = Annotated[Path, typer.Argument(help="The hub directory.")]
PeriodArgument = Annotated[str, typer.Argument(help="2026-10, 2026-Q3 or 2026.")]


@contextmanager
def opened(directory: Path) -> Iterator[tuple[Hub, KeyRing, HubSettings]]:
    """The hub in that directory, its keys and its settings."""
    from coupole.hub.app import open_hub
    from coupole.hub.settings import HubSettings

    settings = HubSettings.load(directory)
    with open_hub(settings) as (hub, ring):
        yield hub, ring, settings


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on standard output. Cells are plain text: some of it was written by strangers."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(*heads, box=None, pad_edge=False)
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    watched = sys.stdout.isatty()
    Console(width=None if watched else WIDE).print(made)
