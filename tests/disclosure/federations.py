"""Invented federations as arrays: specialised members, people who come and go over two years, tables of them.

Nothing here is a record; a person is one entry in each array. Members have from 22 to 291 people at a time, half of
them fewer than 72, mostly of two or three target groups, as workshops do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from coupole.disclosure.telescoping import noise
from tests.margins import with_margins

MONTHS = 24
SIZES = {"target": 6, "sex": 3, "age": 5, "outcome": 5}
NEVER = 10_000


class People(NamedTuple):
    """``member``: of each person. ``entry`` and ``exit``: months, ``NEVER`` for who is still there."""

    member: np.ndarray
    entry: np.ndarray
    exit: np.ndarray
    of: Mapping[str, np.ndarray]
    """Of each variable the level of each person."""

    def at(self, chosen: np.ndarray) -> People:
        """Some of them."""
        return People(
            self.member[chosen],
            self.entry[chosen],
            self.exit[chosen],
            {name: levels[chosen] for name, levels in self.of.items()},
        )

    def present(self, month: int) -> np.ndarray:
        """Who is there at the end of a month."""
        return (self.entry <= month) & (self.exit > month)


def people(members: int, seed: int = 1, months: int = MONTHS, smaller: int = 1) -> People:
    """A federation. ``smaller``: by how much its members are smaller than members are."""
    rng = np.random.default_rng(seed)
    sizes = np.clip(np.exp(rng.normal(np.log(72), 0.65, members)), 22, 291) / smaller
    stay = 14
    counts = rng.poisson(sizes * (months + 3 * stay) / stay)
    member = np.repeat(np.arange(members), counts)
    total = len(member)
    entry = rng.integers(-3 * stay, months, total)
    leaves = entry + rng.geometric(1 / stay, total)
    of = {name: np.zeros(total, np.int64) for name in SIZES}
    common = {"sex": (0.44, 0.54, 0.02), "age": (0.2, 0.3, 0.25, 0.2, 0.05), "outcome": (0.3, 0.15, 0.2, 0.3, 0.05)}
    for one in range(members):
        mine = np.flatnonzero(member == one)
        of["target"][mine] = rng.choice(SIZES["target"], len(mine), p=rng.dirichlet(np.full(SIZES["target"], 0.4)))
        for name, shares in common.items():
            of[name][mine] = rng.choice(SIZES[name], len(mine), p=rng.dirichlet(np.array(shares) * 12 + 0.05))
    return People(member, entry, np.where(leaves < months, leaves, NEVER), of)


def count(someone: People, by: Sequence[str], chosen: np.ndarray) -> np.ndarray:
    """How many of the chosen are in each cell, margins included; shape: levels of each variable and one more."""
    return with_margins(counted(someone, by, chosen, np.ones(len(someone.member), np.int64)))


def counted(someone: People, by: Sequence[str], chosen: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The sum of weights in each single cell."""
    shape = tuple(SIZES[name] for name in by)
    place = np.zeros(len(someone.member), np.int64)
    for name, size in zip(by, shape, strict=True):
        place = place * size + someone.of[name]
    found = np.bincount(place[chosen], weight[chosen], int(np.prod(shape, dtype=np.int64)))
    return found.astype(np.int64).reshape(shape)


def key_sums(someone: People, by: Sequence[str], chosen: np.ndarray, table: int) -> np.ndarray:
    """The sum of person keys of each cell, margins too; each person has another key in each cell."""
    numbers = np.arange(len(someone.member))
    shape = tuple(SIZES[name] + 1 for name in by)
    found = np.zeros(shape, np.int64)
    for starred in np.ndindex((2,) * len(by)):
        places = [
            np.full(len(numbers), size - 1) if star else someone.of[name]
            for star, name, size in zip(starred, by, shape, strict=True)
        ]
        place = np.ravel_multi_index(places, shape) if by else np.zeros(len(numbers), np.int64)
        keys = mixed(numbers, place, table) % 255 + 1
        found += np.bincount(place[chosen], keys[chosen], found.size).astype(np.int64).reshape(shape)
    return (found % 256).astype(np.uint8)


def mixed(one: np.ndarray, other: np.ndarray, third: int) -> np.ndarray:
    """A number that looks random, of three: what a keyed function gives a member."""
    found = one.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + other.astype(np.uint64)
    found += np.uint64(third * 0xD1B54A32D192ED03 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        found = (found ^ (found >> np.uint64(shift))) * np.uint64(factor)
    return (found ^ (found >> np.uint64(31))).astype(np.uint64)


def telescoped(someone: People, by: Sequence[str], chosen: np.ndarray, table: int) -> np.ndarray:
    """The running total of these people as a hub has it: exact, and the noise of a trustee."""
    exact = count(someone, by, chosen)
    keys = key_sums(someone, by, chosen, table)
    cells = table * 1000 + np.arange(keys.size)
    return exact + noise(b"t" * 32, "people", "all", cells, keys.ravel()).reshape(exact.shape)


def text(
    owner: str, population: str, period: int, by: Sequence[str], kind: str, values: np.ndarray, **more: Any
) -> dict[str, Any]:
    """One table of a document; ``more``: its noise, and which figures are hidden."""
    hidden = more.pop("hidden", np.zeros(values.shape, bool))
    cells = [
        [[level(name, place, SIZES[name]) for name, place in zip(by, at, strict=True)], shown(value, hidden[at])]
        for at, value in np.ndenumerate(values)
    ]
    return {
        "id": f"{owner} {population} {period} {' '.join(by)}",
        "owner": owner,
        "population": population,
        "period": period,
        "vars": list(by),
        "kind": kind,
        "noise": more.pop("noise", {"kind": "exact"}),
        "cells": cells,
        **more,
    }


def level(name: str, place: int, size: int) -> str:
    """What a level is called; the one behind the last is all of them."""
    return "*" if place == size else f"{name}{place}"


def shown(value: Any, hidden: Any) -> int | None:
    """The number in a cell."""
    return None if hidden else int(value)


def document(tables: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """What somebody holds."""
    levels = {name: [level(name, place, size) for place in range(size)] for name, size in SIZES.items()}
    whole = {"format": "coupole-release/1", "k": 5, "m": 5, "levels": levels, "tables": tables}
    return whole | {"sums": [], "flows": [], "batches": [], "outcome_vars": ["outcome"]} | more
