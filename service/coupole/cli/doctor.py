"""`coupole doctor`: what is right with the node or hub in a directory, and what to do; both really ask."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coupole.cli.opened import AsJson

app = typer.Typer(help="What is right with a node or a hub, and what to do.")


@app.command()
def doctor(
    directory: Annotated[Path, typer.Argument(help="The directory of a node or of a hub.")], as_json: AsJson = False
) -> None:
    """Say what is right and what to do: a node is asked as its hub would, a hub asks its members; they must run.

    Ends with 0 when all is right, 3 when something is to be looked at, 6 when somebody cannot be asked.
    """
    from coupole.web.settings import FILE

    file = directory / FILE
    if file.is_file() and "node_id" not in file.read_text(encoding="utf-8"):
        from coupole.cli.hub_members import doctor as of_hub

        return of_hub(directory, as_json)
    from coupole.cli.node_federation import doctor as of_node

    return of_node(directory, as_json)
