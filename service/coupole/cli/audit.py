"""`coupole audit FILE`: what an auditor checks on a machine of its own, with the file that was handed over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coupole.cli.opened import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coupole.wire.auditing import Opened

app = typer.Typer(add_completion=False)


@app.command()
def audit(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="What `coupole node sealed --open` or `coupole hub audit` wrote."
        ),
    ],
) -> None:
    """Check what a member or an umbrella shows of sealed totals against what was signed."""
    from coupole.wire.auditing import Opened, check
    from coupole.wire.descriptor import fingerprint

    found = check(file.read_bytes())
    document, certificate = found.tabulation, found.certificate
    for party in (document["hub"], *document["trustees"]):
        say(f"{party['name']}: {fingerprint(party['key'])}  (compare it with the one on paper)")
    said = f"{certificate['slot']}, certificate {certificate['number']} of {certificate['trustee']}"
    if isinstance(found, Opened):
        typer.echo(f"{said}: this is what {found.node} sealed, and it was counted.")
        typer.echo("\n".join(_changes(found)) or "Nothing had changed.")
    else:
        for group, reports in found.groups.items():
            typer.echo(f"{said}: the key sums of {group} are those of its {reports} reports.")


def _changes(found: Opened) -> Iterator[str]:
    """Every cell that changed, for whoever stands beside the records."""
    from coupole.wire.tabulations import cells, shape

    for placed in shape(found.tabulation).tables:
        for place, levels in enumerate(cells(placed), placed.first):
            if change := int(found.counts[place]):
                yield f"{placed.table['id']}  {' · '.join(levels)}  {change:+}"
