"""The copy a person is given: everything recorded on them, who changed and opened it, what of it left the workshop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from coupole.node.records.person import PersonFile
from coupole.node.records.register import spoken_name
from coupole.node.store.changes import Document
from coupole.node.ui.printing.changes import history
from coupole.node.ui.printing.drawing import filled, row, table, words
from coupole.node.ui.printing.naming import DAYS, called, learn
from coupole.node.ui.printing.paper import Paper, Row, Section, Table
from coupole.node.ui.printing.pen import BETWEEN, Pen
from coupole.standard.entities import NAMES
from coupole.standard.reading import parse

OWNERS = ("participant", "accompaniment", "referral")
AS_LIST = ("contribution", "action", "follow_up")
"""Short records there are many of: a line of a list for each."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody looked into the file. ``reason``: why, when it was not one of theirs."""

    at: datetime
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Left:
    """Something that held this person's data, or totals they count in, and to whom it went."""

    at: datetime
    to: str
    what: str


@dataclass(frozen=True, slots=True)
class Traces:
    """What the workshop's logs say of a person's file. ``writers``: what accounts and programs are called."""

    writers: Mapping[str, str]
    opened: Sequence[Opened]
    left: Sequence[Left]
    readers: Sequence[str]
    """Programs that may ask for whole records, by the name people know."""


def person_paper(pen: Pen, file: PersonFile, traces: Traces, house: str, today: date) -> Paper:
    """Everything about one person on paper. The names of other participants are replaced, and counted."""
    pen.said = partial(file.others.without, instead=pen.gettext("[another person]"))
    former = [parse(version.text) for version in file.versions if version.text]
    every = [one for found in file.documents.values() for one in found]
    learn(pen, [*former, *file.outside.values(), *file.agreements, *file.meetings, *every])
    sections = filled(_sections(pen, file, traces))
    return Paper(
        language=pen.language,
        house=house,
        title=pen.gettext("Everything we keep about you"),
        subject=spoken_name(file.participant),
        head=_about(pen, house),
        sections=sections,
        boxes=(),
        sources=(),
        mark=None,
        words=words(pen, today),
        hidden=file.others.hidden,
    )


def _about(pen: Pen, house: str) -> tuple[Row, ...]:
    return row(
        pen.gettext("What this is"),
        pen.gettext("A copy of all that %(house)s recorded about you, for you to keep.", house=house),
        pen.gettext("Names of other people who are accompanied here are left out: they read [another person]."),
    )


def _sections(pen: Pen, file: PersonFile, traces: Traces) -> Iterator[Section]:
    yield Section(pen.gettext("You"), pen.rest("participant", file.participant))
    for accompaniment in file.accompaniments:
        yield Section(called(pen, accompaniment), pen.rest("accompaniment", accompaniment, "participant"))
        hanging = {name: _of(found, accompaniment["id"]) for name, found in file.documents.items()}
        hanging["referral"] = _of_id(file.documents.get("referral", []), accompaniment.get("referral"))
        for entity in NAMES:
            yield from _records(pen, entity, hanging.get(entity, []))
    used = {one.get("referral") for one in file.accompaniments}
    loose = [one for one in file.documents.get("referral", []) if one["id"] not in used]
    yield from _records(pen, "referral", loose, level=2)
    yield from _records(pen, "agreement", list(file.agreements), level=2, mine=file)
    yield from _records(pen, "coordination_meeting", list(file.meetings), level=2)
    yield from _logs(pen, file, traces)


def _records(
    pen: Pen, entity: str, documents: Sequence[Document], *, level: int = 3, mine: PersonFile | None = None
) -> Iterator[Section]:
    """The records of one kind, the earliest first: one under the other, or short ones as a list."""
    ordered = sorted(documents, key=lambda one: (str(one.get(DAYS.get(entity, "planned_on")) or ""), one["id"]))
    if entity in AS_LIST:
        yield Section(pen.entity(entity), tables=_list(pen, entity, ordered), level=level)
        return
    for document in ordered:
        title = called(pen, document)
        kind = pen.entity(entity)
        shown = _own(document, mine) if mine else document
        heading = title if title.startswith(kind) else pen.labelled(kind, title)
        yield Section(heading, pen.rest(entity, shown, *OWNERS[:2]), level=level)


def _list(pen: Pen, entity: str, documents: Sequence[Document]) -> tuple[Table, ...]:
    rows = []
    for document in documents:
        day = DAYS[entity]
        rows_of = pen.rest(entity, document, "accompaniment", day)
        rest = [pen.labelled(one.label, "; ".join(one.lines)) for one in rows_of]
        rows.append((pen.value(entity, document, day), BETWEEN.join(rest)))
    return table("", (pen.label(entity, DAYS[entity]), pen.gettext("What is recorded")), rows)


def _own(agreement: Document, file: PersonFile) -> Document:
    """An agreement as far as it is about this person: whom else it covers is not theirs to read."""
    mine = {one["id"] for one in file.accompaniments}
    covers = agreement["covers"]
    own = [one for one in covers.get("accompaniments") or () if one in mine]
    kept = {name: value for name, value in covers.items() if name != "accompaniments"}
    return {**agreement, "covers": {**kept, **({"accompaniments": own} if own else {})}}


def _logs(pen: Pen, file: PersonFile, traces: Traces) -> Iterator[Section]:
    columns = (pen.gettext("When"), pen.gettext("Who"), pen.gettext("Document"), pen.gettext("What changed"))
    lines = history(pen, file.versions, traces.writers)
    yield Section(pen.gettext("Who wrote and changed it"), tables=table("", columns, lines))
    opened = [(pen.moment(one.at), one.who, pen.said(one.reason)) for one in traces.opened]
    columns_opened = (pen.gettext("When"), pen.gettext("Who"), pen.gettext("Why"))
    nobody = () if opened else (pen.gettext("Nobody has opened your file so far."),)
    yield Section(pen.gettext("Who opened your file"), tables=table("", columns_opened, opened), notes=nobody)
    yield Section(
        pen.gettext("What left the workshop"), tables=_left(pen, traces), notes=tuple(_who_reads(pen, traces))
    )
    yield Section(pen.gettext("Your rights"), notes=tuple(_rights(pen)))


def _left(pen: Pen, traces: Traces) -> tuple[Table, ...]:
    columns = (pen.gettext("When"), pen.gettext("To whom"), pen.gettext("What"))
    return table("", columns, [(pen.moment(one.at), one.to, one.what) for one in traces.left])


def _who_reads(pen: Pen, traces: Traces) -> Iterator[str]:
    if not traces.left:
        yield pen.gettext("Nothing about you has left the workshop so far.")
    if traces.readers:
        names = ", ".join(traces.readers)
        yield pen.gettext("Programs that may read the files of this workshop: %(names)s.", names=names)


def _rights(pen: Pen) -> Iterator[str]:
    yield pen.gettext(
        "You may ask us to correct what is wrong, to add what is missing, or to erase what we no longer need."
    )
    yield pen.gettext("You may take this copy to another service: we also give it as a file that other programs read.")
    yield pen.gettext("You may complain to the data protection authority of your country.")


def _of(documents: Sequence[Document], accompaniment: str) -> list[Document]:
    return [one for one in documents if one.get("accompaniment") == accompaniment]


def _of_id(documents: Sequence[Document], record: str | None) -> list[Document]:
    return [one for one in documents if one["id"] == record]
