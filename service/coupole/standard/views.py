"""What an expression of the catalogue can read: the documents of a dossier as rows, and the shape of each kind of row.

A *view* is a named list of rows: every entity is one (``placement``), so is every list inside an entity
(``plan.signed_by``), and a few are made from several documents:

    phase_interval     accompaniment.phase_history
    status             status_observation
    programme          the accompaniment once for each of its operations, with ``programme`` and ``operation``
    entry_barrier      barriers of the last observation of that stage; exit_barrier likewise
    rated_competence   competences rated at least twice in evaluations that were held: ``first``, ``last``, ``gain``

Shapes come from the schema alone, so that an expression that names a field nobody can fill is refused when the
catalogue is read, not silently counted as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES

Row = Mapping[str, Any]
EMPTY: Row = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a value: the fields of an object, the items of a list, the entity a reference points to."""

    fields: Mapping[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    target: str | None = None
    date: bool = False


LEAF = Shape()
HIRE: Mapping[str, Any] = {"and": [{"eq": ["$hire", True]}, {"eq": ["$from", "$^.hired_on"]}]}
ANY_HIRE: Mapping[str, Any] = {"eq": ["$hire", True]}


def _contract(where: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"last": {"of": "placement", "where": where, "order": "from", "get": "$contract_type"}}


DERIVED: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "accompaniment": {
            "hire_contract": {
                "case": {
                    "when": [[{"any": {"of": "placement", "where": HIRE}}, _contract(HIRE)]],
                    "else": _contract(ANY_HIRE),
                }
            }
        }
    }
)
"""Fields that are no fields of the document but follow from others: entity -> name -> expression."""

OWNERS = ("participant", "accompaniment", "organisation")
"""Whose fields any row of a dossier may read: its person, its file, or the organisation it is about."""


class Scene:
    """One dossier laid out for counting. Reading it costs nothing until an expression asks."""

    __slots__ = (
        "_found",
        "_rows",
        "day",
        "definitions",
        "documents",
        "end",
        "known",
        "outside",
        "owners",
        "root",
        "start",
    )

    def __init__(
        self,
        root: str,
        documents: Mapping[str, Sequence[Row]],
        outside: Mapping[str, Row],
        definitions: Mapping[str, Callable[[Row, Row, Scene], Any]],
    ) -> None:
        self.documents = documents
        self.outside = outside
        self.definitions = definitions
        self.owners = {name: (documents.get(name) or (EMPTY,))[0] for name in OWNERS}
        self.root = (documents.get(root) or (EMPTY,))[0]
        self.day = self.start = self.end = ""
        self._rows: dict[str, Sequence[Row]] = {}
        self.known: dict[str, Any] = {}
        self._found: dict[str, Row] | None = None

    def rows(self, view: str) -> Sequence[Row]:
        """The rows of a view."""
        found = self._rows.get(view)
        if found is None:
            made = MADE.get(view)
            found = self._rows[view] = made(self) if made else _listed(self, view)
        return found

    def find(self, record: str | None) -> Row:
        """The document of that id, in the dossier or outside it; empty when it is not known here."""
        if record is None:
            return EMPTY
        if record in self.outside:
            return self.outside[record]
        if self._found is None:
            self._found = {row["id"]: row for rows in self.documents.values() for row in rows}
        return self._found.get(record, EMPTY)

    def named(self, name: str) -> Any:
        """A definition of the catalogue, worked out once for each dossier."""
        if name not in self.known:
            self.known[name] = self.definitions[name](self.root, EMPTY, self)
        return self.known[name]


def shape_of(view: str) -> Shape | None:
    """The shape of one row of a view; none when there is no such view."""
    if view in SHAPES:
        return SHAPES[view]()
    entity, _, name = view.partition(".")
    if not name:
        return _entity(entity) if entity in ENTITIES else None
    outer = shape_of(entity)
    listed = outer.fields.get(name) if outer else None
    return listed.item if listed else None


@cache
def _entity(name: str) -> Shape:
    return _read(ENTITIES[name].schema)


def _read(schema: Mapping[str, Any]) -> Shape:
    """The shape a schema gives to a value; of alternatives (a value or null) the first counts."""
    chosen = {**schema, **schema.get("anyOf", ({},))[0]}
    target = schema.get("x-target")
    listed = chosen.get("items")
    return Shape(
        {name: _read(inner) for name, inner in chosen.get("properties", {}).items()},
        None if listed is None else _read(listed),
        target if isinstance(target, str) and listed is None else None,
        chosen.get("format") == "date",
    )


def _listed(scene: Scene, view: str) -> Sequence[Row]:
    entity, _, name = view.partition(".")
    if not name:
        return scene.documents.get(entity, ())
    return [item for row in scene.rows(entity) for item in row.get(name) or ()]


def _programmes(scene: Scene) -> Sequence[Row]:
    rows: dict[tuple[str, str], Row] = {}
    file = scene.owners["accompaniment"]
    for one in file.get("programmes") or ():
        rows[one["programme"], one["operation"]] = {**file, **one}
    return list(rows.values())


def last_row(rows: Iterable[Row], order: str) -> Row:
    """The row with the greatest ``order``, an unknown one being the least; ties go to the greater id."""
    return max(rows, key=lambda row: (row.get(order) or "", row.get("id", "")), default=EMPTY)


def _barriers(stage: str) -> Callable[[Scene], Sequence[Row]]:
    def rows(scene: Scene) -> Sequence[Row]:
        observed = [row for row in scene.rows("status") if row.get("stage") == stage]
        return last_row(observed, "observed_on").get("barriers") or ()

    return rows


@cache
def _ranks() -> Mapping[str, int | None]:
    scale = code_list("evaluation_scale")
    return {code: scale.attribute(code, "rank") for code in scale.ids}


def _rated(scene: Scene) -> Sequence[Row]:
    rank = _ranks()
    levels: dict[str, list[int]] = {}
    held = [row for row in scene.rows("evaluation") if row.get("held_on")]
    for evaluation in sorted(held, key=lambda row: (row["held_on"], row["id"])):
        for rating in evaluation.get("ratings") or ():
            level = rank.get(rating.get("level"))
            if level is not None and rating.get("competence"):
                levels.setdefault(rating["competence"], []).append(level)
    return [
        {"competence": competence, "first": given[0], "last": given[-1], "gain": given[-1] - given[0]}
        for competence, given in levels.items()
        if len(given) > 1
    ]


MADE: Mapping[str, Callable[[Scene], Sequence[Row]]] = MappingProxyType(
    {
        "phase_interval": lambda scene: scene.rows("accompaniment.phase_history"),
        "status": lambda scene: scene.documents.get("status_observation", ()),
        "programme": _programmes,
        "entry_barrier": _barriers("entry"),
        "exit_barrier": _barriers("exit"),
        "rated_competence": _rated,
    }
)


def _inside(view: str) -> Callable[[], Shape]:
    return lambda: shape_of(view) or LEAF


def _programme_shape() -> Shape:
    return Shape({**_entity("accompaniment").fields, **_inside("accompaniment.programmes")().fields})


SHAPES: Mapping[str, Callable[[], Shape]] = MappingProxyType(
    {
        "phase_interval": _inside("accompaniment.phase_history"),
        "status": _inside("status_observation"),
        "programme": _programme_shape,
        "entry_barrier": _inside("status_observation.barriers"),
        "exit_barrier": _inside("status_observation.barriers"),
        "rated_competence": lambda: Shape(dict.fromkeys(("competence", "first", "last", "gain"), LEAF)),
    }
)
