"""A dataset as JSON-stat 2.0, the form that Eurostat's own programs read.

Three dimensions: the period, the breakdown (the total and every one-way breakdown, or one of them under its own name),
the measure. What JSON-stat has no place for stands in ``extension``, list by list in the order of ``value``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from coupole.hub.publication.datasets import TOTAL, Dataset, Observation
from coupole.hub.publication.words import word
from coupole.standard import words
from coupole.standard.codes import code_list


def as_jsonstat(dataset: Dataset, language: str, source: str, by: str | None = None) -> dict[str, Any]:
    """The document. ``by``: the breakdown that was asked for, which then gives the dimension its name."""
    name = by.upper() if by and by != TOTAL else "BREAKDOWN"
    dimensions = {
        "TIME_PERIOD": _dimension(word("period", language), {period: period for period in dataset.periods}),
        name: _breakdown(dataset, language, by),
        "MEASURE": _dimension(
            word("measure", language),
            {measure: words.measure_word(dataset.indicator, measure, language) for measure in dataset.measures},
        ),
    }
    seen = [
        dataset.observations[period, dimension, code, measure]
        for period in dataset.periods
        for dimension, code in dataset.breakdown
        for measure in dataset.measures
    ]
    return {
        "version": "2.0",
        "class": "dataset",
        "label": dataset.indicator.title[language],
        "source": source,
        "updated": dataset.updated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "note": _notes(dataset, language),
        "id": list(dimensions),
        "size": [len(dimension["category"]["index"]) for dimension in dimensions.values()],
        "role": {"time": ["TIME_PERIOD"], "metric": ["MEASURE"]},
        "dimension": dimensions,
        "value": [one.value for one in seen],
        "status": [one.status for one in seen],
        "extension": _extension(dataset, seen, language),
    }


def _extension(dataset: Dataset, seen: Sequence[Observation], language: str) -> dict[str, Any]:
    """What JSON-stat has no place for: whose figures these are, how far each may be trusted, what it was at first."""
    statuses = code_list("obs_status")
    return {
        "indicator": dataset.indicator.id,
        "catalogue": {"id": dataset.catalogue, "version": dataset.version},
        "unit": dataset.indicator.unit,
        "status": {code: statuses.labels(code, language) for code in sorted({one.status for one in seen})},
        "members_in": [one.shown for one in seen],
        "members_expected": [one.expected for one in seen],
        "members_hiding": [one.hidden for one in seen],
        "noise_bound": [one.bound for one in seen],
        "noise_variance": [one.variance for one in seen],
        "settled_from": dataset.settled_from,
        "first_published": [
            {"place": place, "value": one.first.value, "since": one.first.since, "causes": dict(one.first.causes)}
            for place, one in enumerate(seen)
            if one.first
        ],
        "nodes": {
            period: [{"id": node, "name": dataset.names.get(node, node)} for node in nodes]
            for period, nodes in dataset.nodes.items()
        },
    }


def _notes(dataset: Dataset, language: str) -> list[str]:
    """What is counted, what to know of the noise and of what is divided, and which figures come only later."""
    indicator = dataset.indicator
    said = [indicator.definition[language], *([indicator.counted[language]] if indicator.counted else [])]
    said.append(word("noise", language))
    if len(dataset.measures) > len(indicator.parts):
        said.append(word("derived", language))
    return said + [f"{period}: {words.not_settled(day, language)}" for period, day in dataset.settled_from.items()]


def _dimension(label: str, categories: dict[str, str]) -> dict[str, Any]:
    return {"label": label, "category": {"index": list(categories), "label": categories}}


def _breakdown(dataset: Dataset, language: str, by: str | None) -> dict[str, Any]:
    """The total and its breakdowns. Codes stand alone under one breakdown, else with its name: ``sex:female``."""
    alone = by is not None
    labels = {}
    for name, code in dataset.breakdown:
        dimension = dataset.dimension(name)
        key = code if alone or dimension is None else f"{name}:{code}"
        label = words.code_word(dimension, code, language)
        labels[key] = label if alone or dimension is None else f"{words.dimension_word(dimension, language)}: {label}"
    title = words.dimension_word(dataset.dimension(by), language) if by else word("breakdown", language)
    return _dimension(title, labels)
