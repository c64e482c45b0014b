"""The catalogue of indicators: read, checked against the schema, compiled once.

A catalogue is data (``schema/v1/catalogue/<id>-<version>.json``). What it names (records, fields, lists, dimensions)
must be in the standard; a catalogue that names anything else is refused as a whole, with a finding for each place.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from coupole.errors import CoupoleError
from coupole.standard import LANGUAGES, resource
from coupole.standard.calendar import Period, add_duration
from coupole.standard.codes import code_list, code_list_names
from coupole.standard.entities import ENTITIES
from coupole.standard.expressions import Compiler, Place, Value, Watched
from coupole.standard.measures import GROUPS, Band, Emit, emitting, parts_of
from coupole.standard.reading import canonical, parse
from coupole.standard.validation import check_against
from coupole.standard.views import LEAF, shape_of

Texts = Mapping[str, str]
Given = Mapping[str, Any]

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
VERSION = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}")

PEOPLE, ORGANISATION = "people", "organisation"

BY_OPERATION = ("$programme", "$operation")
"""An accompaniment whose condition names one of these is read once for each of its operations."""


class CatalogueInvalid(CoupoleError):
    """The catalogue names something the standard does not have."""


class CatalogueUnknown(CoupoleError):
    """This program has no catalogue of that name and version."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """What an indicator is shown by. ``codes``: in their order, the unknown one last; none = whatever occurs.

    ``list``: the code list that has their words, if there is one, else ``labels``. ``several``: a record counts in
    each of its codes, which then add up to more than the total. ``own``: decided by each record; otherwise by the
    dossier, and the same for all of its records. ``outcome_of_people``: it says what became of people;
    ``target_of_people``: why they are accompanied.
    """

    name: str
    title: Texts
    codes: tuple[str, ...] | None
    unknown: str = "unknown"
    list: str | None = None
    labels: Mapping[str, Texts] = field(default_factory=dict)
    several: bool = False
    own: bool = False
    outcome_of_people: bool = False
    target_of_people: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts of an indicator come from: rows of ``view``, dated by ``start`` and ``end`` as ``kind`` says.

    kind ``flow``: ``start`` is its day; ``stock_end``, ``overlap``: ``start`` and ``end`` are from and to; ``slots``:
    ``start`` says whether a month is due. ``own``: what decides the code of each own dimension. ``watched``: the dates
    on which ``emit`` or ``own`` may change while time goes by; ``moving``: whether they do at all. ``anchor``: the same
    for all sources of a view that are dated alike.
    """

    view: str
    kind: str
    anchor: str
    start: Value
    end: Value
    where: Value | None
    emit: Emit
    own: tuple[Value, ...]
    watched: tuple[Watched, ...]
    moving: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. ``parts`` can be added up over members; a rate or mean is what the hub makes of them.

    ``bands``: what each ``band_n`` holds, from (included) to (not included). ``settled_after``: how long after the end
    of a period its figures may still come in. ``about``: for each part ``people``, or ``organisation`` when nobody
    stands behind its figures; ``counted`` says in words what does. ``outcome_of_people``: its figures say what became
    of people. ``owed_by_law``: it counts people who want to be in no figure, too.
    """

    id: str
    title: Texts
    definition: Texts
    unit: str
    record: str
    parts: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    sources: tuple[Source, ...]
    bands: tuple[Band, ...]
    distinct: str | None
    settled_after: str | None
    until_reentry: bool
    about: tuple[str, ...]
    counted: Texts | None
    outcome_of_people: bool
    owed_by_law: bool
    response: str | None

    @property
    def own(self) -> tuple[Dimension, ...]:
        """The dimensions each record decides."""
        return tuple(dimension for dimension in self.dimensions if dimension.own)

    def dimension(self, name: str) -> Dimension:
        """The dimension of that name. Raises ``KeyError``."""
        return {dimension.name: dimension for dimension in self.dimensions}[name]

    def settled_on(self, period: Period) -> date:
        """The last day on which what decides its figures of a period may still happen."""
        return add_duration(period.last, self.settled_after) if self.settled_after else period.last

    def settled_from(self, period: Period) -> date:
        """The first day on which its figures of a period may be released."""
        return self.settled_on(period) + timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """A list of indicators, compiled. ``fingerprint`` (32 bits) changes with every change of its content.

    ``dimensions``: those a dossier decides, by name. ``definitions``: compiled, and what decides those dimensions under
    ``dimension.<name>``. ``currency``: that of all money figures.
    """

    id: str
    version: str
    standard: str
    title: Texts
    currency: str
    fingerprint: int
    indicators: tuple[Indicator, ...]
    dimensions: Mapping[str, Dimension]
    definitions: Mapping[str, Value]

    def indicator(self, name: str) -> Indicator:
        """The indicator of that id. Raises ``KeyError``."""
        return {indicator.id: indicator for indicator in self.indicators}[name]


@cache
def load(name: str, version: str) -> Catalogue:
    """The catalogue of that name and version. Raises ``CatalogueUnknown``, ``CatalogueInvalid``."""
    path = resource("v1", "catalogue", f"{name}-{version}.json")
    if not (NAME.fullmatch(name) and VERSION.fullmatch(version) and path.is_file()):
        raise CatalogueUnknown()
    return read(parse(path.read_bytes(), max_bytes=path.stat().st_size))


def read(document: Any) -> Catalogue:
    """Compile a catalogue document. Raises ``DocumentInvalid`` (its grammar), ``CatalogueInvalid`` (what it names)."""
    check_against("catalogue", document)
    compiler = Compiler()
    definitions = _definitions(compiler, document)
    dimensions = {name: _dimension(compiler, name, given) for name, given in document["dimensions"].items()}
    indicators = tuple(
        _indicator(compiler, dimensions, given, f"/indicators/{place}")
        for place, given in enumerate(document["indicators"])
    )
    ids = [indicator.id for indicator in indicators]
    for place, name in enumerate(ids):
        if name in ids[:place]:
            compiler.refuse("indicator_repeated", f"/indicators/{place}/id", name=name)
    ratios = {indicator.id for indicator in indicators if indicator.parts == ("num", "den")}
    for place, indicator in enumerate(indicators):
        if indicator.response not in {None, *ratios}:
            compiler.refuse("response_unknown", f"/indicators/{place}/response", name=indicator.response or "")
    if compiler.findings:
        raise CatalogueInvalid(findings=compiler.findings)
    return Catalogue(
        document["id"],
        document["version"],
        document["standard"],
        document["title"],
        document["currency"],
        int.from_bytes(hashlib.sha256(canonical(document)).digest()[:4]),
        indicators,
        MappingProxyType({name: one for name, one in dimensions.items() if not one.own}),
        MappingProxyType(definitions),
    )


def _definitions(compiler: Compiler, document: Given) -> dict[str, Value]:
    root = Place(shape_of("accompaniment") or LEAF, "accompaniment")
    compiled: dict[str, Value] = {}
    for name, expression in document.get("definitions", {}).items():
        compiled[name] = compiler.compile(expression, root, f"/definitions/{name}")
        compiler.definitions.add(name)  # only now: a definition may use those before it
    for name, given in document["dimensions"].items():
        if "of" in given:
            compiled[f"dimension.{name}"] = compiler.compile(given["of"], root, f"/dimensions/{name}/of")
    return compiled


def _dimension(compiler: Compiler, name: str, given: Given) -> Dimension:
    unknown = given.get("unknown", "unknown")
    codes, listed, labels = _codes(compiler, given["codes"], f"/dimensions/{name}/codes")
    if codes is not None:
        codes = (*(code for code in codes if code != unknown), unknown)
    return Dimension(
        name,
        given["title"],
        codes,
        unknown,
        listed,
        labels,
        several=given.get("several", False),
        own="of" not in given,
        outcome_of_people=given.get("outcome_of_people", False),
        target_of_people=given.get("target_of_people", False),
    )


def _codes(
    compiler: Compiler, given: Any, pointer: str
) -> tuple[tuple[str, ...] | None, str | None, Mapping[str, Texts]]:
    """The codes (none = open), the list that has their words, and words given in the catalogue itself."""
    if given == "open":
        return None, None, {}
    if "items" in given:
        labels = {item["id"]: item["labels"] for item in given["items"]}
        return tuple(labels), None, labels
    ((kind, name),) = given.items()
    if name not in code_list_names():
        compiler.refuse("code_list_unknown", pointer, name=name)
        return (), None, {}
    codes = code_list(name)
    if kind == "pairs":
        pairs = {f"{one}_{other}": (one, other) for one in codes.ids for other in codes.ids}
        words = {
            code: {language: " → ".join(codes.labels(one, language) for one in pair) for language in LANGUAGES}
            for code, pair in pairs.items()
        }
        return tuple(pairs), None, words
    return None if codes.open else codes.ids, name, {}


def _indicator(compiler: Compiler, dimensions: Mapping[str, Dimension], given: Given, pointer: str) -> Indicator:
    listed = given.get("sources") or [given]
    shown = [_shown(compiler, dimensions, by, pointer) for by in given["by"]]
    parts = tuple(given.get("parts") or parts_of(given["measure"]))
    sources = []
    for place, source in enumerate(listed):
        at = f"{pointer}/sources/{place}" if "sources" in given else pointer
        by = source.get("by", given["by"])
        if [_name(one) for one in by] != [_name(one) for one in given["by"]]:
            compiler.refuse("dimensions_differ", f"{at}/by")
        sources.append(_source(compiler, source, by, parts, at))
    measure = listed[0]["measure"]
    _check_dimensions(compiler, shown, measure, f"{pointer}/by")
    if len(parts) > 1 and "outcome_of_people" not in given and any(one.target_of_people for one in shown):
        compiler.refuse("outcome_undeclared", pointer)
    return Indicator(
        id=given["id"],
        title=given["title"],
        definition=given["definition"],
        unit=given["unit"],
        record=sources[0].view,
        parts=parts,
        dimensions=tuple(shown),
        sources=tuple(sources),
        bands=tuple((low, high) for low, high in measure.get("bands", ())),
        distinct=GROUPS if measure["kind"] == GROUPS else measure.get("distinct"),
        settled_after=given.get("settled_after"),
        until_reentry=given.get("until_reentry", False),
        about=_about(compiler, given, parts, pointer),
        counted=given.get("counted"),
        outcome_of_people=given.get("outcome_of_people", False),
        owed_by_law=given.get("owed_by_law", False),
        response=given.get("response"),
    )


def _about(compiler: Compiler, given: Given, parts: tuple[str, ...], pointer: str) -> tuple[str, ...]:
    """What each part is about: people wherever any of its sources is about people."""
    said: dict[str, set[str]] = {}
    for source in given.get("sources") or [given]:
        about, measure = source.get("about", given.get("about", PEOPLE)), source["measure"]
        for part in [measure["part"]] if measure["kind"] == "part" else parts:
            said.setdefault(part, set()).add(about)
        if about != PEOPLE and _in_a_file(source["record"]):
            compiler.refuse("about_people_only", pointer, name=source["record"])
    return tuple(ORGANISATION if said.get(part) == {ORGANISATION} else PEOPLE for part in parts)


def _in_a_file(view: str) -> bool:
    """Whether every record of a view belongs to a person."""
    entity = ENTITIES.get(view.partition(".")[0])
    if entity is None or entity.name == "participant":  # every flat view is of a person's file
        return True
    return any({"accompaniment", "participant"} & set(one.targets) for one in entity.fields.values() if one.required)


def _check_dimensions(compiler: Compiler, shown: list[Dimension], measure: Given, pointer: str) -> None:
    """A record keeps the codes of its own dimensions as one number, which at most one dimension may let grow."""
    if sum(1 for one in shown if one.own and (one.codes is None or one.several)) > 1:
        compiler.refuse("dimensions_open_twice", pointer)
    if any(one.own and one.several and one.codes is None for one in shown):
        compiler.refuse("dimension_several_open", pointer)
    if measure["kind"] == GROUPS and shown:
        compiler.refuse("groups_have_no_dimensions", pointer)


def _name(by: Any) -> str:
    return str(by if isinstance(by, str) else by["as"])


def _shown(compiler: Compiler, dimensions: Mapping[str, Dimension], by: Any, pointer: str) -> Dimension:
    known = dimensions.get(_name(by))
    if known is None or (isinstance(by, str) and known.own):
        compiler.refuse("dimension_unknown", f"{pointer}/by", name=_name(by))
        return Dimension(_name(by), {}, ())
    return known if isinstance(by, str) else replace(known, own=True)


def _source(compiler: Compiler, given: Given, by: list[Any], parts: tuple[str, ...], pointer: str) -> Source:
    period, measure, own = given["period"], given["measure"], [one["of"] for one in by if not isinstance(one, str)]
    view = given["record"]
    if view == "accompaniment" and _mentions([given.get("where"), measure, own], BY_OPERATION):
        view = "programme"
    shape = compiler.shape(view, f"{pointer}/record")
    still = Place(shape, view)
    slots = period["kind"] == "slots"
    moving = slots or (period["kind"] == "stock_end" and _mentions([measure, own], ("$day",)))
    place = replace(still, moment="slot" if slots else "day", watched=[]) if moving else still
    start, end = {"slots": ("due", ""), "flow": ("on", "")}.get(period["kind"], ("from", "to"))
    if measure["kind"] == GROUPS:
        own = [measure["by"]]
    return Source(
        view=view,
        kind=period["kind"],
        anchor=canonical(period).decode(),
        start=compiler.compile(period[start], place if slots else still, f"{pointer}/period/{start}"),
        end=compiler.compile(period.get(end), still, f"{pointer}/period/{end}"),
        where=compiler.compile(given["where"], still, f"{pointer}/where") if "where" in given else None,
        emit=emitting(compiler, measure, parts, place, f"{pointer}/measure"),
        own=tuple(compiler.compile(one, place, f"{pointer}/by") for one in own),
        watched=tuple(dict.fromkeys(place.watched)),
        moving=moving,
    )


def _mentions(part: Any, names: tuple[str, ...]) -> bool:
    """Whether an expression names one of these anywhere."""
    if isinstance(part, dict):
        return any(_mentions(inner, names) for inner in part.values())
    if isinstance(part, list):
        return any(_mentions(inner, names) for inner in part)
    return part in names
