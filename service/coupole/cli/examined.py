"""How what an examination found is shown: a sentence and what to do, each; the exit code is that of the worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from coupole.cli.opened import PARTLY, answer

if TYPE_CHECKING:
    from coupole.standard.sentences import Sign

SHAPES = {"right": "●", "look": "▲", "wrong": "■"}
WRONG = 6
"""Exit code when a party does not answer as it should: nothing can be pulled there."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A sign in words."""

    level: str
    code: str
    title: str
    remedy: str


def show(signs: Sequence[Sign], language: str, *, as_json: bool) -> None:
    """Say what was found; ends with 0 when all is right, 3 when something is to be looked at, 6 when it is wrong."""
    from dataclasses import asdict

    from coupole.standard.sentences import sentence

    found = [Shown(one.level, one.code, *sentence(one.code, language, one.params)) for one in signs]
    ready = all(one.level != "wrong" for one in found)
    if as_json:
        answer({"ready": ready, "signs": [asdict(one) for one in found]})
    for one in [] if as_json else found:
        typer.echo(f"{SHAPES[one.level]} {one.title}" + ("" if one.level == "right" else f" {one.remedy}"))
    if not ready:
        raise typer.Exit(WRONG)
    if any(one.level == "look" for one in found):
        raise typer.Exit(PARTLY)
