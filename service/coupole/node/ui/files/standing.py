"""Where a file stands on the page: its phase, the phases that may follow and what they lack, the nine steps.

The rules read the whole file, so that nobody sees something missing that only they may not read; a finding that is
about such a field is not told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from coupole.errors import Finding
from coupole.node.records import moves, renewals, rules
from coupole.node.records.project import named, phase_history
from coupole.node.records.steps import State, Step, steps
from coupole.node.store.changes import Document
from coupole.node.ui.files.opened import OpenFile
from coupole.node.ui.files.settling import place_of, record_at, settled_at
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES
from coupole.standard.sentences import sentence


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing: what, what to do, and where. ``opens``: what the page behind the link is about."""

    code: str
    title: str
    remedy: str
    href: str
    opens: str
    blocking: bool
    entity: str
    """The kind of record that settles it."""
    about: tuple[str, ...] = ()
    """Which objectives, where there may be several."""


@dataclass(frozen=True, slots=True)
class Following:
    """A phase the file may go to. ``kind``: open, paused or final; ``asks``: what is told with the change itself;
    ``lacks``: what else stands between."""

    phase: str
    name: str
    kind: str
    href: str
    asks: tuple[str, ...]
    lacks: tuple[Lack, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing holds it back."""
        return not any(lack.blocking for lack in self.lacks)


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One of the nine steps as the page shows it; ``lack``: the reason, none when it is done."""

    number: int
    state: State
    lack: Lack | None


@dataclass(frozen=True, slots=True)
class Present:
    """The phase of today and since when."""

    phase: str
    name: str
    since: date
    final: bool


@dataclass(frozen=True, slots=True)
class Renewal:
    """The plan that is to be signed again: which version the person signed, and what changed since."""

    version: int
    signed_on: date
    since: date
    changes: tuple[tuple[str, str, str, date], ...]
    """How each objective changed (revised, dropped or added), what it was, what it is, and since when."""


def lacks(file: OpenFile, findings: Iterable[Finding]) -> tuple[Lack, ...]:
    """What was found, each sentence once with all it is about; what this person may not read is not told."""
    said: dict[tuple[str, str, bool], Lack] = {}
    for finding in findings:
        if not _may_know(file, finding):
            continue
        one = _lack(file, finding)
        key = (one.title, one.href, one.blocking)
        about = (*said[key].about, *one.about) if key in said else one.about
        said[key] = replace(said.get(key, one), about=tuple(dict.fromkeys(about)))
    return tuple(said.values())


def present(file: OpenFile) -> Present:
    """Where the file stands."""
    last = phase_history(file.dossier)[-1]
    codes = code_list("phase")
    final = codes.attribute(last.phase, "kind") == "final"
    return Present(last.phase, codes.labels(last.phase, file.visit.language), last.start, final)


def following(file: OpenFile) -> list[Following]:
    """The phases that follow the present one in the method: what each asks for, and what else it lacks today."""
    codes = code_list("phase")
    return [
        Following(
            offer.phase,
            codes.labels(offer.phase, file.visit.language),
            str(codes.attribute(offer.phase, "kind")),
            file.path(f"move?phase={offer.phase}"),
            offer.asks,
            lacks(file, offer.findings),
        )
        for offer in moves.offers(file.whole, file.visit.today)
    ]


def nine_steps(file: OpenFile) -> list[ShownStep]:
    """The nine steps with their reasons."""
    return [_shown(file, step) for step in steps(file.whole, file.visit.today)]


def warnings(file: OpenFile) -> tuple[Lack, ...]:
    """What the rules find in the file, each sentence once; that a plan is to be signed again stands by itself."""
    found = rules.findings(file.whole, file.visit.today)
    return lacks(file, (one for one in found if one.code != renewals.CODE))


def renewal(file: OpenFile, day: date) -> Renewal | None:
    """The plan that is to be signed again, in words."""
    old = renewals.overtaken(file.dossier, day)
    if old is None:
        return None

    def name(document: Document | None) -> str:
        return file.names.objective(document) if document else ""

    changes = tuple((one.kind, name(one.before), name(one.after), one.on) for one in old.turned)
    return Renewal(old.version, old.signed_on, old.since, changes)


def _may_know(file: OpenFile, finding: Finding) -> bool:
    entity, field = place_of(finding)
    return entity not in ENTITIES or file.may("read", entity, field or None)


def _lack(file: OpenFile, finding: Finding) -> Lack:
    """What was found, in words, with the page that settles it."""
    language = file.visit.language
    said = sentence(finding.code, language, finding.params)
    entity = str(finding.params.get("settled_by", "accompaniment"))
    labels = ENTITIES[entity].labels if entity in ENTITIES else {"en": ""}
    opens = labels.get(language, labels["en"])
    href = settled_at(finding, file.whole)
    return Lack(finding.code, said.title, said.remedy, href, opens, finding.blocking, entity, _about(file, finding))


def _about(file: OpenFile, finding: Finding) -> tuple[str, ...]:
    placed = named(file.dossier, record_at(finding, file.whole))
    if placed is None or ":objective:" not in placed.document["id"]:
        return ()
    return (file.names.objective(placed.document),)


def _shown(file: OpenFile, step: Step) -> ShownStep:
    return ShownStep(step.number, step.state, next(iter(lacks(file, step.findings)), None))
