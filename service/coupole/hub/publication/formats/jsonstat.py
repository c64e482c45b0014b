"""A dataset as JSON-stat 2.0, the form that Eurostat's own programs read.

Of one-way tables there are three dimensions: the period, the breakdown (the total and every one-way breakdown, or one
of them under its own name), the measure. Of a fine table each of its dimensions is one. What JSON-stat has no place for
stands in ``extension``, list by list in the order of ``value``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from coupole.hub.publication.cubes import Cube, Figure
from coupole.hub.publication.datasets import TOTAL
from coupole.hub.publication.formats.rows import one_way
from coupole.hub.publication.formats.words import KINDS
from coupole.hub.publication.words import WORDS, word
from coupole.standard.catalogue import Texts
from coupole.standard.codes import code_list
from coupole.standard.reading import canonical


def write(cube: Cube, language: str) -> bytes:
    """The document as bytes."""
    return canonical(document(cube, language))


def document(cube: Cube, language: str) -> dict[str, Any]:
    """The document."""
    dimensions = {
        "TIME_PERIOD": _dimension(word("period", language), {period: period for period in cube.periods}),
        **(_breakdown(cube, language) if cube.one_way else _crossed(cube, language)),
        "MEASURE": _dimension(cube.measures.title[language], _said(cube.measures.labels, language)),
    }
    seen = [figure for _period, _row, _measure, figure in cube.placed()]
    return {
        "version": "2.0",
        "class": "dataset",
        "label": cube.title[language],
        "source": cube.publisher.name,
        "updated": cube.updated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "note": [note[language] for note in cube.notes],
        "id": list(dimensions),
        "size": [len(dimension["category"]["index"]) for dimension in dimensions.values()],
        "role": {"time": ["TIME_PERIOD"], "metric": ["MEASURE"]},
        "dimension": dimensions,
        "value": [one.value for one in seen],
        "status": [one.status for one in seen],
        "extension": _extension(cube, seen, language),
    }


def _extension(cube: Cube, seen: list[Figure], language: str) -> dict[str, Any]:
    """What JSON-stat has no place for: whose figures these are, how far each may be trusted, what it was at first."""
    statuses = code_list("obs_status")
    return {
        "dataset": cube.id,
        "indicator": cube.indicator.id,
        "catalogue": {"id": cube.catalogue, "version": cube.version},
        "unit": cube.indicator.unit,
        "status": {code: statuses.labels(code, language) for code in sorted({one.status for one in seen})},
        "kind": [one.kind for one in seen],
        "kinds": {kind: KINDS[kind][language] for kind in sorted({one.kind for one in seen})},
        "members_in": [one.shown for one in seen],
        "members_expected": [one.expected for one in seen],
        "members_hiding": [one.hidden for one in seen],
        "noise_bound": [one.bound for one in seen],
        "noise_variance": [one.variance for one in seen],
        "settled_from": {period: one.settled_from for period, _row, _measure, one in cube.placed() if one.settled_from},
        "first_published": [
            {"place": place, "value": one.first.value, "since": one.first.since, "causes": dict(one.first.causes)}
            for place, one in enumerate(seen)
            if one.first
        ],
        "nodes": {
            period: [{"id": node, "name": cube.names.get(node, node)} for node in nodes]
            for period, nodes in cube.nodes.items()
        },
    }


def _dimension(label: str, categories: dict[str, str]) -> dict[str, Any]:
    return {"label": label, "category": {"index": list(categories), "label": categories}}


def _said(labels: Mapping[str, Texts], language: str) -> dict[str, str]:
    return {code: label[language] for code, label in labels.items()}


def _crossed(cube: Cube, language: str) -> dict[str, Any]:
    return {one.name.upper(): _dimension(one.title[language], _said(one.labels, language)) for one in cube.axes}


def _breakdown(cube: Cube, language: str) -> dict[str, Any]:
    """The total and its breakdowns. Codes stand alone under one breakdown, else with its name: ``sex:female``."""
    if cube.by is not None:
        return {cube.by.name.upper(): _dimension(cube.by.title[language], _said(cube.by.labels, language))}
    labels = {}
    for row in cube.rows:
        alone = cube.alone(row)
        name, code, label = one_way(alone, language)
        labels[TOTAL if alone is None else f"{name}:{code}"] = (
            label if alone is None else f"{alone[0].title[language]}: {label}"
        )
    return {"BREAKDOWN": _dimension(WORDS["breakdown"][language], labels)}
