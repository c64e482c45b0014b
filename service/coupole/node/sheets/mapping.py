"""Writes what was decided about a table as a mapping document: the one form every import of tables is done by.

The document may be kept in a file and given to ``coupole node import`` as well. Its name is the same for every table
that people bring here, so that the same person in two tables is the same record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from coupole.node.sheets.choices import ORDERS, PARTIAL, Choices, Missing
from coupole.node.sheets.targets import ONE_ROW, OWN, ROW_ENTITIES, TARGETS, Target
from coupole.standard.entities import ENTITIES

NAME = "people"
MADE_KEY = "#"
"""The column of numbers made from name and day of birth, for tables without numbers of their own."""

AT_WORK = ("employed_ordinary", "employed_social", "self_employed")
STARTED = ("preparation", "insertion_coop", "insertion_enterprise", "hired", "suspended", "concluded")
ENDED = ("concluded", "discontinued", "not_started")

JSON = Any


def mapping_of(choices: Choices, delimiter: str = ",") -> dict[str, JSON]:
    """The mapping document of these choices."""
    key = choices.column_of("participant.local_id") or MADE_KEY
    return {
        "mapping": 1,
        "name": NAME,
        "delimiter": delimiter,
        "key": [key],
        "documents": [_template(choices, entity, key) for entity in included(choices)],
    }


def included(choices: Choices) -> list[str]:
    """The records that a row of the table makes."""
    used = {choices.targets[path].entity for path in choices.columns.values()}
    used.add("participant")
    if used & {"status_observation", "placement"}:
        used.add("accompaniment")
    return [entity for entity in ROW_ENTITIES if entity in used]


def needed(choices: Choices) -> list[Target]:
    """Fields that the records cannot do without and for which nothing is decided yet."""
    entities = set(included(choices))
    found = [target for target in TARGETS.values() if target.entity in entities and _wanted(target)]
    return [target for target in found if not _decided(choices, target)]


def _wanted(target: Target) -> bool:
    return target.required or target.path == "status_observation.target_groups.code"


def _decided(choices: Choices, target: Target) -> bool:
    if target.path in choices.columns.values() or target.path in choices.fixed:
        return True
    if target.path == "participant.local_id":
        return True  # made from name and day of birth
    group = f"{target.entity}.{target.names[0]}"
    if target.within and target.within.nullable:
        return not any(path.startswith(group + ".") for path in choices.columns.values())
    return target.path == "status_observation.observed_on" and choices.column_of("accompaniment.opened_on") is not None


def _template(choices: Choices, entity: str, key: str) -> dict[str, JSON]:
    document = _BUILDERS[entity](choices) | _fields(choices, entity) | _own(choices, entity)
    if entity == "participant" and choices.column_of("participant.local_id") is None:
        document["local_id"] = {"$column": key}
    if entity == "referral":
        document |= _decision(choices)
    missing = _missing(choices, entity) | document.pop("missing", {})
    if missing:
        document["missing"] = _present(missing)
    document = {name: None if found is _NULL else found for name, found in document.items()}
    made = {"entity": entity, "as": entity, "document": document}
    if entity != "participant":
        made["when"] = _filled(_dependent_columns(choices, entity))
    return made


def _fields(choices: Choices, entity: str) -> dict[str, JSON]:
    made: dict[str, JSON] = {}
    for name in ENTITIES[entity].fields:
        targets = [target for target in TARGETS.values() if target.path.split(".")[:2] == [entity, name]]
        value = _grouped(choices, name, targets) if targets and targets[0].within else _single(choices, targets)
        if value is not None:
            made[name] = value
    return made


def _own(choices: Choices, entity: str) -> dict[str, JSON]:
    """Fields of the workshop's own, in its namespace; left out when their cells are empty."""
    targets = [one for one in choices.own.values() if one.entity == entity and choices.column_of(one.path)]
    if not targets:
        return {}
    values = {one.names[-1]: value(choices, one) for one in targets}
    filled = _filled(column for one in targets if (column := choices.column_of(one.path)))
    return {OWN: {"$if": filled, "$then": {targets[0].namespace: values}}}


def _single(choices: Choices, targets: list[Target]) -> JSON:
    if not targets:
        return None
    [target] = targets
    fixed = choices.fixed.get(target.path)
    if not isinstance(fixed, Missing):
        return value(choices, target)
    column = choices.column_of(target.path)
    if column is None:
        return _NULL
    return {"$if": {"$empty": {"$column": column}}, "$then": None, "$else": value(choices, target)}


def _grouped(choices: Choices, name: str, targets: list[Target]) -> JSON:
    """A group of fields, or the one entry of a list that a row fills; left out when its cells are empty."""
    made = {target.names[-1]: found for target in targets if (found := value(choices, target)) is not None}
    columns = [column for target in targets if (column := choices.column_of(target.path))]
    group = targets[0].within
    if group is None or not made:
        return _NULL if group is not None and group.nullable and group.required else None
    whole: JSON = [{**ONE_ROW[name], **made}] if name in ONE_ROW else made
    if not columns or (name in ONE_ROW and any(target.path in choices.fixed for target in targets)):
        return whole
    if group.nullable and group.required:
        return {"$if": _filled(columns), "$then": whole, "$else": None}
    return {"$if": _filled(columns), "$then": whole}


class _Null:
    """Stands for null, where nothing means that the field is left out."""


_NULL = _Null()


def value(choices: Choices, target: Target) -> JSON:
    """Where the field's value comes from: its column read in its way, or what holds for every row; else nothing."""
    column, fixed = choices.column_of(target.path), choices.fixed.get(target.path)
    usable = None if isinstance(fixed, Missing) else fixed
    if column is None:
        return usable
    read: dict[str, JSON] = {"$column": column, **_reading(choices, target)}
    return read if usable is None else read | {"$default": usable}


def _reading(choices: Choices, target: Target) -> dict[str, JSON]:
    if target.coded():
        return {"$codes": dict(choices.values.get(target.path, {}))}
    match target.kind:
        case "date":
            return {"$date": list(ORDERS[choices.order])}
        case "partial_date":
            forms = [form for form in ORDERS[choices.order] if "%y" not in form]
            return {"$date": [*forms, *PARTIAL], "$partial": True}
        case "number" | "integer":
            return {"$as": target.kind}
    return {}


def _missing(choices: Choices, entity: str) -> dict[str, JSON]:
    """Why values are null: for every row, or where the cell is empty."""
    made: dict[str, JSON] = {}
    for name, field in ENTITIES[entity].fields.items():
        targets = [target for target in TARGETS.values() if target.path.split(".")[:2] == [entity, name]]
        columns = [column for target in targets if (column := choices.column_of(target.path))]
        fixed = choices.fixed.get(f"{entity}.{name}")
        why = fixed.why if isinstance(fixed, Missing) else None
        if why is None and targets and targets[0].within and field.nullable and field.required:
            why = "not_known"
            if not columns and any(target.path in choices.fixed for target in targets):
                continue
        if why is not None:
            made[name] = {"$if": {"$not": _filled(columns)}, "$then": why} if columns else why
    return made


def _present(missing: Mapping[str, JSON]) -> JSON:
    """The reasons, left out as a whole in a row that needs none: an empty object is no answer."""
    if any(isinstance(why, str) for why in missing.values()):
        return dict(missing)
    conditions = [why["$if"] for why in missing.values()]
    return {"$if": _any(conditions), "$then": dict(missing)}


def _filled(columns: Iterable[str]) -> dict[str, JSON]:
    """Whether any of these columns holds something."""
    return _any([{"$not": {"$empty": {"$column": column}}} for column in columns])


def _any(conditions: list[dict[str, JSON]]) -> dict[str, JSON]:
    if len(conditions) == 1:
        return conditions[0]
    if len(conditions) <= 20:  # as many as a condition may hold
        return {"$or": conditions or [{"$equals": [0, 1]}]}
    return {"$or": [_any(conditions[start : start + 20]) for start in range(0, len(conditions), 20)]}


def _dependent_columns(choices: Choices, entity: str) -> list[str]:
    """Columns any of which makes the record needed: its own, and those of records that hang on it."""
    hanging = ("accompaniment", "status_observation", "placement") if entity == "accompaniment" else (entity,)
    return [column for column, path in choices.columns.items() if choices.targets[path].entity in hanging]


def _participant(_: Choices) -> dict[str, JSON]:
    return {}


def _referral(choices: Choices) -> dict[str, JSON]:
    return {"participant": {"$id": "participant"}}


def _decision(choices: Choices) -> dict[str, JSON]:
    """Of a table without decisions: who has a file was accepted, on that day at the latest; the others wait."""
    opened = choices.column_of("accompaniment.opened_on")
    if opened is None or choices.fixed.get("referral.decision") != "accepted":
        return {}
    made: dict[str, JSON] = {"decided_on": value(choices, TARGETS["accompaniment.opened_on"])}
    if choices.column_of("referral.decision") is None:
        made["decision"] = {"$if": {"$empty": {"$column": opened}}, "$then": "waiting", "$else": "accepted"}
    return made


def _accompaniment(choices: Choices) -> dict[str, JSON]:
    made: dict[str, JSON] = {
        "participant": {"$id": "participant"},
        "agreement": _NULL,
        "current_plan": _NULL,
        "phase_history": list(_phases(choices)),
    }
    missing: dict[str, JSON] = {"agreement": "not_known", "current_plan": "not_known"}
    if "referral" in included(choices):
        there = _filled(_dependent_columns(choices, "referral"))
        made["referral"] = {"$if": there, "$then": {"$id": "referral"}, "$else": None}
        missing["referral"] = {"$if": {"$not": there}, "$then": "not_known"}
    else:
        made["referral"], missing["referral"] = _NULL, "not_known"
    return made | {"missing": missing}


def _phases(choices: Choices) -> Iterator[JSON]:
    """The phases so far, as far as the days of a table tell: drawn up, started, ended."""
    phase = value(choices, TARGETS["accompaniment.phase"])
    opened, started, closed = (
        value(choices, TARGETS[f"accompaniment.{name}"]) for name in ("opened_on", "started_on", "closed_on")
    )
    has_started = _both(_among(phase, STARTED), _later(started, opened))
    has_ended = _both(_among(phase, ENDED), _later(closed, opened))
    begun = {"$if": has_started, "$then": started, "$else": opened}
    yield {"$if": has_started, "$then": {"phase": "drafting", "from": opened, "to": started}}
    under_way = {"$if": has_started, "$then": "preparation", "$else": "drafting"}
    yield {"$if": has_ended, "$then": {"phase": under_way, "from": begun, "to": closed}}
    yield {"phase": phase, "from": {"$if": has_ended, "$then": closed, "$else": begun}}


def _among(phase: JSON, phases: tuple[str, ...]) -> JSON:
    return {"$in": [phase, list(phases)]}


def _later(day: JSON, opened: JSON) -> JSON:
    """Whether the day is given and another than that of the opening."""
    if day is None:
        return {"$equals": [0, 1]}
    return {"$not": {"$or": [{"$empty": day}, {"$equals": [day, opened]}]}}


def _both(first: JSON, second: JSON) -> JSON:
    return {"$and": [first, second]}


def _entry(choices: Choices) -> dict[str, JSON]:
    """The situation at entry; what it needs besides the labour status is said to be unknown where no column tells."""
    made: dict[str, JSON] = {"accompaniment": {"$id": "accompaniment"}, "stage": "entry"}
    missing: dict[str, JSON] = {}
    if choices.column_of("status_observation.observed_on") is None:
        made["observed_on"] = value(choices, TARGETS["accompaniment.opened_on"])
    labour = value(choices, TARGETS["status_observation.labour_status"])
    if labour is None:
        made["labour_status"], missing["labour_status"] = _NULL, "not_known"
    at_work = {"$in": [labour, list(AT_WORK)]}
    unknown = {"$or": [{"$empty": labour}, {"$equals": [labour, "unknown"]}]}
    without = {
        "$and": [{"$not": at_work}, {"$not": unknown}, _none_of(choices, "without_work_since", "without_work_band")]
    }
    for name, when in (
        ("job_contract", {"$and": [at_work, _none_of(choices, "job_contract")]}),
        ("without_work_since", without),
        ("education_level", _none_of(choices, "education_level")),
    ):
        if not any(path.startswith(f"status_observation.{name}") for path in choices.columns.values()):
            made[name] = {"$if": when, "$then": None}
            missing[name] = {"$if": when, "$then": "not_known"}
    return made | {"missing": missing}


def _none_of(choices: Choices, *names: str) -> JSON:
    """Whether no column of these fields holds anything."""
    starts = tuple(f"status_observation.{name}" for name in names)
    columns = [column for column, path in choices.columns.items() if path.startswith(starts)]
    return {"$not": _filled(columns)}


def _placement(choices: Choices) -> dict[str, JSON]:
    return {"accompaniment": {"$id": "accompaniment"}}


_BUILDERS = {
    "participant": _participant,
    "referral": _referral,
    "accompaniment": _accompaniment,
    "status_observation": _entry,
    "placement": _placement,
}
