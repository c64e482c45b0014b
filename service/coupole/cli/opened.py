"""What the commands of a node share: how it is opened, who acts, where words and answers go."""

from __future__ import annotations

import getpass
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from coupole.node.opening import OpenNode

PARTLY = 3
"""Exit code of work that was done in part."""

Directory = Annotated[Path, typer.Argument(help="The node directory.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing.")]


@contextmanager
def opened(directory: Path) -> Iterator[OpenNode]:
    """The node in that directory."""
    from coupole.cli.logs import log_plainly
    from coupole.node.opening import open_node
    from coupole.node.settings import NodeSettings

    log_plainly(logging.WARNING)  # a command says itself what it did
    with open_node(NodeSettings.load(directory)) as node:
        yield node


def say(text: str) -> None:
    """A remark, on standard error."""
    typer.echo(text, err=True)


def answer(values: Any) -> None:
    """The answer in JSON, on standard output."""
    typer.echo(json.dumps(values, ensure_ascii=False, indent=1, default=str))


def actor() -> str:
    """Who types the command: the name of the account, for the journal."""
    try:
        return f"command:{getpass.getuser()}"
    except (OSError, KeyError):  # an account without a name, as in some containers
        return "command"
