"""`coupole node release`: what leaves the workshop for a period, looked at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from coupole.cli.opened import AsJson, Directory, actor, answer, opened
from coupole.cli.progress import counted

if TYPE_CHECKING:
    from coupole.node.opening import OpenNode
    from coupole.node.statistics.releasing import Preview
    from coupole.standard.calendar import Period

PeriodName = Annotated[str, typer.Argument(help="2026, 2026-Q3 or 2026-10.", metavar="PERIOD")]
Indicators = Annotated[list[str] | None, typer.Option(help="Keep this indicator at the workshop.")]
Allowed = Annotated[list[str] | None, typer.Option(help="Let this indicator leave again.")]

Spoken = Annotated[
    Literal["en", "nl", "fr", "it"] | None, typer.Option(help="Language of the preview, if not that of the node.")
]


def release(
    directory: Directory,
    period: PeriodName,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would leave beside what is so.")] = False,
    withhold: Indicators = None,
    allow: Allowed = None,
    language: Spoken = None,
    as_json: AsJson = False,
) -> None:
    """Make the release of a period that is over: counted, protected, signed; or look at it first."""
    from coupole.node.statistics import releasing
    from coupole.standard.calendar import parse_period

    wanted = parse_period(period)
    with opened(directory) as node:
        with node.store.writing() as session:
            for indicator in withhold or ():
                releasing.withhold(session, node.catalogue, indicator, actor())
            for indicator in allow or ():
                releasing.allow(session, node.catalogue, indicator)
        with counted("Counting files", None) as advance:
            node.store.refresh_facts(advance)
        if preview:
            _preview(node, wanted, language=language, as_json=as_json)
        else:
            _freeze(node, wanted, as_json=as_json)


def _freeze(node: OpenNode, period: Period, *, as_json: bool) -> None:
    from coupole.node.statistics import releasing

    made = releasing.freeze(node.store, node.ring, node.settings, node.catalogue, period, actor())
    plain = {"period": made.period, "revision": made.revision, "cause": made.cause, "bytes": len(made.raw)}
    if as_json:
        answer({**plain, "frozen_at": made.frozen_at, "signature": made.signature})
    else:
        typer.echo(f"Release of {made.period}, revision {made.revision} ({made.cause}), {len(made.raw)} bytes.")


def _preview(node: OpenNode, period: Period, *, language: str | None, as_json: bool) -> None:
    from coupole.cli.previewing import show
    from coupole.node.statistics import releasing

    seen = releasing.preview(node.store, node.ring, node.settings, node.catalogue, period)
    if as_json:
        answer(_plain(seen))
        return
    show(node, seen, period, language or node.settings.language)


def _plain(seen: Preview) -> dict[str, Any]:
    names = ("indicator", "dimension", "code", "part", "exact", "shown", "state", "bound")
    figures = [{name: getattr(figure, name) for name in names} for figure in seen.figures]
    return {"headcount": seen.headcount, "figures": figures, "release": seen.release}
