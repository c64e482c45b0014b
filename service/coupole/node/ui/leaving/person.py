"""What leaves of one person: which fields never do, which only with their consent, which only inside totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select
from starlette.responses import Response

from coupole.node.records.register import spoken_name
from coupole.node.statistics.personal import CountedIn, counted_in
from coupole.node.store.changes import RecordNotFound, StoredDossier
from coupole.node.store.tables import Record
from coupole.node.ui.desk import Visit
from coupole.node.ui.leaving import log, periods
from coupole.standard import words
from coupole.standard.catalogue import Catalogue
from coupole.standard.consents import STATISTICS, consent, left_out
from coupole.standard.entities import ENTITIES, ENVELOPE, Field

CLASSES = ("L", "X", "S")
OWNERS = {"participant", "accompaniment"}


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one kind of record that were filled in, those of a special category apart."""

    entity: str
    labels: tuple[str, ...]
    special: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure the person is part of, and under which codes."""

    id: str
    title: str
    codes: tuple[str, ...]


def show(visit: Visit) -> Response:
    """The page of one person. Raises as ``visit.open_file`` does."""
    person = visit.path("id")
    period = periods.chosen(visit.asked("period"), visit.today)
    visit.node.store.refresh_facts()
    with visit.node.store.reading() as session:
        files = [visit.open_file(session, file) for file in _files(session, person)]
        if not files:
            raise RecordNotFound()
        whole = all(_whole(visit, session, file) for file in files)
        counted = counted_in(session, visit.node.store.vault, visit.node.catalogue, period, person) if whole else None
        choices = periods.choices(session, period, visit.today)
    participant = files[0].documents["participant"][0]
    return visit.page(
        "leaving/person.html",
        person=spoken_name(participant),
        id=person,
        period=period,
        choices=choices,
        fields={letter: fields_of(files, letter, visit.language) for letter in CLASSES},
        exchange=consent(participant, "exchange"),
        unwilling=consent(participant, STATISTICS) if left_out(participant) else None,
        readers=log.admitted(visit, log.FILES),
        counted=None if counted is None else [_figure(visit.node.catalogue, one, visit.language) for one in counted],
    )


def _whole(visit: Visit, session: Session, file: StoredDossier) -> bool:
    """Whether the visitor may read what is special: that somebody counts in a figure tells it as well."""
    relation = visit.relation(session, file)
    return visit.may("read", "status_observation", relation, "target_groups")


def fields_of(files: Iterable[StoredDossier], letter: str, language: str) -> list[Fields]:
    """The fields of a class that were filled in anywhere in these files, by kind of record."""
    filled: dict[str, dict[str, Field]] = {}
    for file in files:
        for entity, documents in file.documents.items():
            for document in documents:
                filled.setdefault(entity, {}).update(_filled(ENTITIES[entity].fields, document, letter))
    found = []
    for entity in (name for name in ENTITIES if filled.get(name)):
        fields = filled[entity].values()
        plain = tuple(dict.fromkeys(one.label(language) for one in fields if not one.special))
        special = tuple(dict.fromkeys(one.label(language) for one in fields if one.special))
        found.append(Fields(ENTITIES[entity].labels.get(language, entity), plain, special))
    return found


def _filled(fields: Mapping[str, Field], document: Mapping[str, Any], letter: str) -> Iterator[tuple[str, Field]]:
    for name, value in document.items():
        known = fields.get(name)
        if known is None or value in (None, [], {}) or (name in ENVELOPE and name != "extensions"):
            continue
        if set(known.targets) & OWNERS:  # whose record it is, which is no fact of its own
            continue
        if known.data_class == letter:
            yield name, known
        elif letter == "L":  # what never leaves stands inside others as well: a credential, evidence
            for row in value if isinstance(value, list) else [value]:
                if isinstance(row, dict):
                    yield from _filled(known.fields, row, letter)


def _figure(catalogue: Catalogue, one: CountedIn, language: str) -> Figure:
    indicator = catalogue.indicator(one.indicator)
    dimensions = {dimension.name: dimension for dimension in indicator.dimensions}
    said = []
    for name, codes in one.codes:
        dimension = dimensions.get(name)
        known = [words.code_word(dimension, code, language) for code in codes if ":" not in code]
        if dimension and known:
            said.append(f"{words.dimension_word(dimension, language)}: {', '.join(known)}")
    return Figure(indicator.id, indicator.title[language], tuple(said))


def _files(session: Session, person: str) -> list[str]:
    query = select(Record.id).where(Record.participant == person, Record.entity == "accompaniment")
    return list(session.exec(query.order_by(Record.id)))
