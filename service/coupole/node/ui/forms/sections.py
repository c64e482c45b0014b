"""A long form in parts that open one by one: which questions stand together, and which parts are open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from coupole.node.store.changes import Document
from coupole.node.ui.forms.asking import Asked, Form
from coupole.standard import validation
from coupole.web.translations import marked

OWN = "own"
"""A part of one question is called as its question is."""
PARTS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "status_observation": (
        ("", ("stage", "observed_on")),
        (marked("Work situation"), ("labour_status", "without_work_since", "without_work_band")),
        (OWN, ("job_contract",)),
        (marked("Looking for work"), ("registered_job_seeker_since", "insertion_register")),
        (OWN, ("education_level",)),
        (marked("Training and qualification"), ("in_education_or_training", "qualification_gained")),
        (OWN, ("target_groups",)),
        (marked("Income, housing and taking part"), ("income_source", "housing", "participation_ladder")),
        (marked("Health and what stands in the way"), ("disability", "barriers")),
        (OWN, ("evidence",)),
    )
}
"""The parts of long forms, in their order; the first one, without a title, is always there."""
REST = marked("Further questions")
"""What no part names: a workshop's own questions among them."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a form. ``title``: its words or the label of its only question; empty when it does not fold."""

    title: str
    fields: tuple[Asked, ...]
    open: bool


def sections(form: Form, document: Document) -> tuple[Section, ...]:
    """The form in its parts; all of it as one that does not fold, where the kind of record has none.

    Open are the parts in which something is answered, wrong, or asked for by the standard as the document stands.
    """
    known = PARTS.get(form.entity, ()) if isinstance(form.entity, str) else ()
    if not known:
        return (Section("", tuple(form.asked.values()), True),)
    wanted = {one.pointer.split("/")[1] for one in validation.findings(str(form.entity), document) if one.pointer}
    made = (_section(title, fields, wanted) for title, fields in _parts(form, known))
    return tuple(one for one in made if one.fields)


def _parts(form: Form, known: tuple[tuple[str, tuple[str, ...]], ...]) -> Iterator[tuple[str, tuple[Asked, ...]]]:
    named = {name for _, names in known for name in names}
    for title, names in known:
        fields = tuple(form.asked[name] for name in names if name in form.asked)
        yield fields[0].label if fields and title == OWN else title, fields
    yield REST, tuple(asked for name, asked in form.asked.items() if name not in named)


def _section(title: str, fields: tuple[Asked, ...], wanted: set[str]) -> Section:
    return Section(title, fields, any(_answered(one) or _wrong(one) or one.name in wanted for one in fields))


def _answered(asked: Asked) -> bool:
    """Whether there is an answer, part of one, or the reason why there is none."""
    own = asked.value or any(asked.chosen) or asked.rows or (asked.missing and asked.missing.value)
    return bool(own) or any(_answered(one) for one in asked.parts)


def _wrong(asked: Asked) -> bool:
    return bool(asked.wrong) or any(_wrong(one) for one in (*asked.parts, *asked.rows))
