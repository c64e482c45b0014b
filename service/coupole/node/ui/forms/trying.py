"""Tries to save what was typed; what cannot be saved is kept, and the page says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlmodel import Session

from coupole.errors import CoupoleError, Finding
from coupole.node.store.changes import Written
from coupole.node.ui.forms import drafting
from coupole.node.ui.forms.drafting import Draft
from coupole.node.ui.forms.reading import Read, findings
from coupole.node.ui.forms.saving import Conflict, Saved
from coupole.node.ui.forms.subject import Subject

Save = Callable[[Session, Read], Saved | Conflict]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of what was typed: ``saved``; or kept, because of findings, of a refusal or of others' changes."""

    typed: Read
    saved: Written | None = None
    findings: tuple[Finding, ...] = ()
    refused: CoupoleError | None = None
    conflict: Conflict | None = None
    alone: bool = False
    """Whether it was one field, sent by itself while the person types on."""
    waits: bool = False
    """Whether other fields of the form are kept and not saved yet."""


def attempt(subject: Subject, typed: Read, save: Save, *, alone: bool) -> Outcome:
    """Save what was typed, or keep it. ``alone``: it is one field of a form, sent by itself.

    What waits of other fields of that form may have waited for this one: they are tried together first.
    """
    store = subject.visit.node.store
    with store.reading() as session:
        before = drafting.kept(subject, session)
    outcome = Outcome(typed, findings=() if typed.redraw else typed.findings)
    for one in _together(typed, before) if alone else [typed]:
        if one.findings or one.redraw:
            continue
        outcome = _saved(subject, one, save, before if alone else None)
        if outcome.saved:
            break
    if outcome.saved is None:
        keep(subject, typed, before)
    return replace(outcome, alone=alone)


def keep(subject: Subject, typed: Read, before: Draft | None = None) -> None:
    """Keep what was typed, with what is kept of other fields of that form."""
    with subject.visit.node.store.writing() as session:
        before = before or drafting.kept(subject, session)
        drafting.keep(subject, session, drafting.draft_of(typed, before))


def _saved(subject: Subject, typed: Read, save: Save, before: Draft | None) -> Outcome:
    try:
        with subject.visit.node.store.writing() as session:
            made = save(session, typed)
            if isinstance(made, Conflict):
                return Outcome(typed, conflict=made)
            rest = (before or Draft({}, {})).without(typed.asked)
            drafting.keep(subject, session, rest)
            return Outcome(typed, made.written, waits=bool(rest.typed))
    except CoupoleError as error:
        return Outcome(typed, findings=error.findings, refused=error)


def _together(typed: Read, before: Draft | None) -> list[Read]:
    rest = (before or Draft({}, {})).without(typed.asked)
    if not rest.typed:
        return [typed]
    document = rest.on(typed.document)
    asked = (*rest.typed, *typed.asked)
    bases = {**rest.bases, **typed.bases}
    found = findings(typed.entity, document)
    return [replace(typed, document=document, asked=asked, bases=bases, findings=found), typed]
