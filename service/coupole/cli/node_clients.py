"""`coupole node client …`: programs that may ask this node for something."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from coupole.cli.opened import AsJson, Directory, answer, opened, say

clients = typer.Typer(no_args_is_help=True, help="Programs that may ask this node for something.")

ClientId = Annotated[str, typer.Option("--id", help="The client's identifier.")]


@clients.command("add")
def add_client(
    directory: Directory,
    client_id: ClientId,
    name: Annotated[str, typer.Option(help="Whose program it is, as people know it.")],
    jwks: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Its public keys (JSON Web Key Set).")],
    scope: Annotated[str, typer.Option(help="What it may ask for at most, separated by spaces.")],
) -> None:
    """Register a program with its public keys; the same id again replaces what was registered."""
    from coupole.node.api.scopes import SCOPES
    from coupole.node.store.tables import Client
    from coupole.web.oauth import check_client

    keys, scopes = jwks.read_text(encoding="utf-8"), " ".join(scope.split())
    check_client(client_id, keys, scopes, SCOPES)
    with opened(directory) as node:
        moment = datetime.now(UTC)
        row = Client(id=client_id, name=name, keys=keys, scopes=scopes, enabled=True, created_at=moment)
        node.store.tokens().save_client(row)
    say(f"{client_id} may ask for: {scopes}")


@clients.command("list")
def list_clients(directory: Directory, as_json: AsJson = False) -> None:
    """Show who is registered."""
    with opened(directory) as node:
        found = [
            {"id": one.id, "name": one.name, "scope": one.scopes, "enabled": one.enabled}
            for one in node.store.tokens().clients()
        ]
    if as_json:
        answer(found)
        return
    for one in found:
        typer.echo(f"{one['id']}  {one['name']}  {one['scope']}{'' if one['enabled'] else '  (disabled)'}")


@clients.command("disable")
def disable_client(directory: Directory, client_id: ClientId) -> None:
    """Let a program in no more, from this moment on, whatever tokens it holds."""
    with opened(directory) as node:
        node.store.tokens().disable_client(client_id)
    say(f"{client_id} is not let in any more.")
