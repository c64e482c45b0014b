"""Where a file stands on the page: its phase, the phases that may follow and what they lack, the nine steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coupole.errors import Finding
from coupole.node.records import moves, rules
from coupole.node.records.project import named, phase_history
from coupole.node.records.steps import State, Step, steps
from coupole.node.store.changes import StoredDossier
from coupole.node.ui.files.naming import Names
from coupole.node.ui.files.settling import file_path, record_at, settled_at
from coupole.standard.codes import code_list
from coupole.standard.entities import ENTITIES
from coupole.standard.sentences import sentence
from coupole.web.languages import Language


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
    about: str = ""
    """Which objective, where there may be several."""


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


def _about(finding: Finding, dossier: StoredDossier, language: Language) -> str:
    placed = named(dossier, record_at(finding, dossier))
    if placed is None or ":objective:" not in placed.document["id"]:
        return ""
    return Names(dossier, language, {}).objective(placed.document)


def lack(finding: Finding, dossier: StoredDossier, language: Language) -> Lack:
    """What was found, in words, with the page that settles it."""
    said = sentence(finding.code, language, finding.params)
    entity = str(finding.params.get("settled_by", "accompaniment"))
    labels = ENTITIES[entity].labels if entity in ENTITIES else {"en": ""}
    opens = labels.get(language, labels["en"])
    href = settled_at(finding, dossier)
    return Lack(
        finding.code, said.title, said.remedy, href, opens, finding.blocking, entity, _about(finding, dossier, language)
    )


def present(dossier: StoredDossier, language: Language) -> Present:
    """Where the file stands."""
    last = phase_history(dossier)[-1]
    codes = code_list("phase")
    final = codes.attribute(last.phase, "kind") == "final"
    return Present(last.phase, codes.labels(last.phase, language), last.start, final)


def following(dossier: StoredDossier, today: date, language: Language) -> list[Following]:
    """The phases that follow the present one in the method: what each asks for, and what else it lacks today."""
    codes = code_list("phase")
    return [
        Following(
            offer.phase,
            codes.labels(offer.phase, language),
            str(codes.attribute(offer.phase, "kind")),
            file_path(dossier, f"move?phase={offer.phase}"),
            offer.asks,
            tuple(lack(one, dossier, language) for one in offer.findings),
        )
        for offer in moves.offers(dossier, today)
    ]


def nine_steps(dossier: StoredDossier, today: date, language: Language) -> list[ShownStep]:
    """The nine steps with their reasons."""
    return [_shown(step, dossier, language) for step in steps(dossier, today)]


def warnings(dossier: StoredDossier, today: date, language: Language) -> list[Lack]:
    """What the rules find in the file, each sentence once."""
    said: dict[tuple[str, str, str], Lack] = {}
    for finding in rules.findings(dossier, today):
        one = lack(finding, dossier, language)
        said.setdefault((one.title, one.about, one.href), one)
    return list(said.values())


def _shown(step: Step, dossier: StoredDossier, language: Language) -> ShownStep:
    reason = lack(step.findings[0], dossier, language) if step.findings else None
    return ShownStep(step.number, step.state, reason)
