"""``coupole …``: the commands of node, hub and trustee, and the demo. A part is loaded when it is asked for.

What is refused is said as a sentence with its remedy, in the language of ``LC_ALL``, ``LC_MESSAGES`` or ``LANG``.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | a fault of ours: the message is for whoever maintains Coupole |
| 2 | the command was not understood |
| 3 | refused, in whole or in part: what was given or asked does not hold |
| 4 | there is no such thing: node, record, release, member, file |
| 5 | it stands in the way: exists already, changed meanwhile, in use by another process |
| 6 | another party did not answer, or not as it should |
| 130 | stopped by Ctrl-C |
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from coupole.errors import CoupoleError

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS: Mapping[str, str] = {
    "node": "One member's service: its records, its tokens, its releases.",
    "hub": "The umbrella's service: members, collection, publication.",
    "trustee": "The second organisation's service, which lets only sums through.",
    "doctor": "What is right with a node or a hub, and what to do.",
    "audit": "What an auditor checks of sealed totals, with the files that members and umbrella hand over.",
    "export": "Everything a party holds of a federation, for whoever wants to attack it.",
    "demo": "A hub and five members on this machine, with invented people.",
}
"""Name of a part, which is a module beside this one holding ``app``; and what it is."""

REFUSED, NOT_FOUND, IN_THE_WAY, OTHER_PARTY = 3, 4, 5, 6
_CODES = {
    NOT_FOUND: """
        catalogue_unknown client_not_found collection_unknown dataset_empty hub_settings_missing
        indicator_not_found indicator_unknown key_not_found key_ring_missing member_unknown period_not_collected
        profile_unknown publication_unknown record_not_found release_not_found report_not_counted
        roster_member_unknown roster_unknown schema_unknown settings_missing slot_not_released slot_not_summed
        tabulation_not_here tabulation_not_proposed trustee_settings_missing
        directory_missing federation_missing
    """,
    IN_THE_WAY: """
        backup_exists demo_directory_taken demo_port_taken hub_exists member_address_taken node_exists
        record_exists record_in_use revision_conflict revision_older roster_member_present tabulation_older
        trustee_exists
        federation_joined member_already member_key_taken program_name_taken
    """,
    OTHER_PARTY: """
        certificate_unexpected node_access_refused node_address_invalid node_answer_invalid node_busy
        node_certificate_invalid
        node_clock_differs node_conflict node_disconnected node_error node_failed node_identity_wrong
        node_input_refused node_not_found node_redirected node_refused node_timeout node_token_downgraded
        node_too_large node_unreachable trustee_refused trustee_silent
        hub_refuses hub_unreachable node_address_inside self_pull_failed visit_failed
    """,
}
EXIT_CODES: Mapping[str, int] = {code: number for number, codes in _CODES.items() for code in codes.split()}
"""Code of an error -> exit code, where it is not ``REFUSED``."""

LANGUAGES = ("en", "nl", "fr", "it")
SHOWN = 20
"""Findings that a person can take in at once; the rest are counted."""


class _Parts(TyperGroup):
    """The parts by name, each imported only when it is run."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(PARTS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in self.commands or cmd_name not in PARTS:
            return self.commands.get(cmd_name)
        return typer.main.get_command(import_module(f"coupole.cli.{cmd_name}").app)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        # The list needs names and sentences only.
        self.commands = {name: TyperCommand(name, help=what) for name, what in PARTS.items()}
        super().format_help(ctx, formatter)


# A traceback with local variables could show what a record holds.
app = typer.Typer(cls=_Parts, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def _version(asked: bool) -> None:
    if asked:
        from coupole.standard import VERSION

        typer.echo(f"coupole {metadata.version('coupole')}, standard {VERSION}")
        raise typer.Exit()


Version = Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")]


@app.callback()
def coupole(version: Version = False) -> None:
    """One common method and honest figures for federations of social workshops."""


def main() -> None:
    """Run the command of this process and end it with one of the exit codes above."""
    try:
        app(prog_name="coupole")
    except CoupoleError as error:
        typer.echo("\n".join(_told(error, language())), err=True)
        sys.exit(EXIT_CODES.get(error.code, REFUSED))


def _told(error: CoupoleError, language: str) -> Iterator[str]:
    from coupole.standard.sentences import sentence

    title, remedy = sentence(error.code, language, error.params)
    yield f"{title} ({error.pointer})" if error.pointer else title
    for finding in error.findings[:SHOWN]:
        what, how = sentence(finding.code, language, finding.params)
        yield f"  {finding.pointer or '/'}: {what} {how}"
    if (left := len(error.findings) - SHOWN) > 0:
        yield f"  … +{left}"
    yield remedy


def language() -> str:
    """The first language of the environment's that we speak; else English."""
    said = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next((value[:2] for value in said if value[:2] in LANGUAGES), "en")
