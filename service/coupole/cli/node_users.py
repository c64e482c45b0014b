"""`coupole node user …`: people who may sign in, from the machine itself: also when no administrator can any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from coupole.cli.opened import AsJson, Directory, actor, answer, opened, say

if TYPE_CHECKING:
    from sqlmodel import Session

    from coupole.node.staff.accounts import Staff
    from coupole.node.staff.codes import Made

users = typer.Typer(no_args_is_help=True, help="People who may sign in at this node.")

Login = Annotated[str, typer.Argument(help="The name they sign in with.")]


@users.command("add")
def add_user(
    directory: Directory,
    login: Login,
    name: Annotated[str, typer.Option(help="What colleagues call them.")],
    role: Annotated[str, typer.Option(help="admin, officer, coach, reader or auditor.")] = "coach",
    language: Annotated[str | None, typer.Option(help="en, nl, fr or it; the node's own if not said.")] = None,
    email: Annotated[str | None, typer.Option(help="Where the weekly letter goes.")] = None,
    professional: Annotated[str | None, typer.Option(help="Their document among the professionals.")] = None,
) -> None:
    """Make an account and show the code its owner begins with."""
    from datetime import UTC, datetime

    from coupole.node.staff import accounts, codes

    with opened(directory) as node, node.store.writing() as session:
        staff = accounts.create(
            session,
            login=login,
            name=name,
            role=role,
            language=language or node.settings.language,
            actor=professional,
            email=email,
            by=actor(),
        )
        made = codes.make(session, staff.id, "invitation", by=actor(), now=datetime.now(UTC))
        address = f"{node.settings.issuer}/set-up"
    _show(made, address)


@users.command("list")
def list_users(directory: Directory, as_json: AsJson = False) -> None:
    """Show who may sign in."""
    from coupole.node.staff import accounts

    with opened(directory) as node, node.store.reading() as session:
        found = [
            {"login": one.login, "name": one.name, "role": one.role, "disabled": one.disabled}
            for one in accounts.everybody(session)
        ]
    if as_json:
        answer(found)
        return
    for one in found:
        typer.echo(f"{one['login']}  {one['name']}  {one['role']}{'  (disabled)' if one['disabled'] else ''}")


@users.command("disable")
def disable_user(directory: Directory, login: Login) -> None:
    """Let somebody in no more, from this moment on, wherever they are signed in."""
    from coupole.node.staff import accounts

    with opened(directory) as node, node.store.writing() as session:
        accounts.disable(session, _staff(session, login).id, by=actor())
    say(f"{login} is not let in any more.")


@users.command("enable")
def enable_user(directory: Directory, login: Login) -> None:
    """Let somebody in again, the way they came in before."""
    from coupole.node.staff import accounts

    with opened(directory) as node, node.store.writing() as session:
        accounts.enable(session, _staff(session, login).id, by=actor())
    say(f"{login} is let in again.")


@users.command("reset")
def reset_user(
    directory: Directory,
    login: Login,
    password: Annotated[
        bool, typer.Option("--password", help="Only the password; the app is still asked for.")
    ] = False,
) -> None:
    """Show a code by which somebody who lost password, telephone or passkeys chooses new ones."""
    from datetime import UTC, datetime

    from coupole.node.staff import codes

    with opened(directory) as node, node.store.writing() as session:
        staff = _staff(session, login)
        what: codes.Purpose = "password" if password else "everything"
        made = codes.make(session, staff.id, what, by=actor(), now=datetime.now(UTC))
        address = f"{node.settings.issuer}/set-up"
    _show(made, address)


def _staff(session: Session, login: str) -> Staff:
    from coupole.node.staff.accounts import StaffNotFound, by_login

    found = by_login(session, login)
    if found is None:
        raise StaffNotFound()
    return found


def _show(made: Made, address: str) -> None:
    say(f"To be typed at {address} until {made.expires_at:%Y-%m-%d %H:%M} UTC; it is not shown again:")
    typer.echo(made.code)
