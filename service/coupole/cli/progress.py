"""How far long work has come: a bar where somebody watches, one plain line where nobody does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def counted(title: str, total: int | None) -> Iterator[Callable[[int, int | None], None]]:
    """A function to call with what is done and, if it is known by then, with how much there is."""
    if not sys.stderr.isatty():
        done = 0

        def note(now: int, _total: int | None = None) -> None:
            nonlocal done
            done = now

        yield note
        sys.stderr.write(f"{title}: {done}\n")
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=total)

        def show(now: int, known: int | None = None) -> None:
            bar.update(task, completed=now, total=known or total)

        yield show
