"""What was published otherwise before: both figures, since when, and why.

A publication that replaces another says itself what it changes. Why follows from whose releases are in it: members that
had not answered, others that are out of the totals, and releases that members made anew, each of which names its cause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

Place = tuple[str, str, str, str]
"""Indicator, dimension, code, part."""
Document = Mapping[str, Any]

MEMBERS = ("members_late", "members_new", "members_out")
"""Causes that follow from who is in a figure; the others are those that releases name."""


class Revision(NamedTuple):
    """A publication that changed figures: its number, its moment, and why, by code, of how many members."""

    revision: int
    since: str
    causes: Mapping[str, int]


class Change(NamedTuple):
    """One change of a figure. ``before``: what was published until then, none where nothing was.

    ``revision`` and ``since``: the publication that changed it, and its moment. ``causes``: by code, of how many
    members.
    """

    revision: int
    since: str
    before: int | None
    causes: Mapping[str, int]


def correction(before: Document, after: Document, revised: Mapping[str, set[str]]) -> dict[str, Any]:
    """What the publication ``after`` changes of the one it replaces.

    ``revised``: of each member the causes of the releases that it made since.
    """
    moved = _moved(before, after, revised)
    then, now = _figures(before), _figures(after)
    changed = [place for place in {**then, **now} if then.get(place) != now.get(place)]
    nodes = {one["id"]: set(one["nodes"]) for one in after["indicators"]}
    for one in before["indicators"]:
        nodes[one["id"]] |= set(one["nodes"])
    return {
        "revision": after["revision"],
        "made_at": after["made_at"],
        "causes": {
            name: dict(sorted(Counter(cause for node in nodes[name] for cause in moved.get(node, ())).items()))
            for name in sorted({place[0] for place in changed})
        },
        "figures": [_figure(place, then.get(place)) for place in sorted(changed)],
    }


def _moved(before: Document, after: Document, revised: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Of each member why its part in the figures may be another."""
    found = {node: {"members_out"} for node in set(before["members"]) - set(after["members"])}
    for node in after["releases"]:
        if node not in before["members"]:
            found[node] = {"members_new"}
        elif node not in before["releases"]:
            found[node] = {"members_late"}
        elif node in revised:
            found[node] = revised[node]
    return found


def _figures(document: Document) -> dict[Place, int]:
    return {
        (one["id"], dimension, code, part): value
        for one in document["indicators"]
        for dimension, code, part, value, *_noise in one["figures"]
    }


def _figure(place: Place, value: int | None) -> list[Any]:
    """No null in a signed document: a figure that was not there has no value."""
    return [*place] if value is None else [*place, value]


def changes(document: Document) -> dict[Place, list[Change]]:
    """Every figure of a publication that was published otherwise before, with its changes from the first on."""
    found: dict[Place, list[Change]] = {}
    for one in document.get("corrections", ()):
        for indicator, dimension, code, part, *value in one["figures"]:
            change = Change(one["revision"], one["made_at"], value[0] if value else None, one["causes"][indicator])
            found.setdefault((indicator, dimension, code, part), []).append(change)
    return found


def revisions(document: Document, indicator: str | None = None) -> list[Revision]:
    """The publications that changed figures of an indicator, of any when none is named; the first one first."""
    found = []
    for one in document.get("corrections", ()):
        named = [causes for name, causes in one["causes"].items() if indicator in (None, name)]
        # A member is behind many indicators: of all together there are as many as behind the one that has most.
        most = {code: max(causes.get(code, 0) for causes in named) for code in sorted({*chain(*named)})}
        if named:
            found.append(Revision(one["revision"], one["made_at"], most))
    return found


def steps(document: Document) -> dict[Place, list[tuple[Change, int | None]]]:
    """The same, each change with what was published then."""
    now = _figures(document)
    return {
        place: list(zip(found, [*(one.before for one in found[1:]), now.get(place)], strict=True))
        for place, found in sorted(changes(document).items())
    }


def causes(found: Sequence[Change]) -> dict[str, int]:
    """The causes of several changes together."""
    return dict(sorted(sum((Counter(one.causes) for one in found), Counter()).items()))
