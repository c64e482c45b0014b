"""Scores given over time: the last one of each objective, and the way it went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from coupole.node.records.project import day_of, each, plan_on
from coupole.node.store.changes import Document, StoredDossier

LEVELS = ("1", "2", "3", "4", "5")
"""The scale; 3 is what an ordinary workplace asks for."""


class Score(NamedTuple):
    """One score: of what (an objective or a competence), how much, when."""

    subject: str
    level: int
    day: date


@dataclass(frozen=True, slots=True)
class Course:
    """Every score of one subject, the earliest first. ``target``: the level that was agreed, none when none was."""

    subject: str
    scores: tuple[Score, ...]
    target: int | None = None

    @property
    def first(self) -> Score:
        """Where it began."""
        return self.scores[0]

    @property
    def last(self) -> Score:
        """Where it stands."""
        return self.scores[-1]

    @property
    def gain(self) -> int:
        """Levels won since the first score; negative when lost."""
        return self.last.level - self.first.level


def all_scores(dossier: StoredDossier) -> list[Score]:
    """Scores of evaluations and team meetings that were held, the earliest first; what was not observed is none."""
    found = []
    for entity in ("evaluation", "team_meeting"):
        for placed in each(dossier, entity):
            held_on = day_of(placed.document, "held_on")
            if held_on is not None:
                found += [
                    Score(rating.get("objective") or rating["competence"], int(rating["level"]), held_on)
                    for rating in placed.document.get("ratings", ())
                    if rating["level"] in LEVELS
                ]
    return sorted(found, key=lambda score: score.day)


def of_objective(objective: Document, scores: list[Score]) -> list[Score]:
    """Scores of an objective: its own, and those of the competence it is about."""
    about = {objective["id"], objective.get("competence")}
    return [score for score in scores if score.subject in about]


def last_of(objective: Document, scores: list[Score]) -> Score | None:
    """The last score of an objective; before the first one, where the person began."""
    own = of_objective(objective, scores)
    if own:
        return own[-1]
    level = objective.get("baseline_level")
    return Score(objective["id"], int(level), date.fromisoformat(objective["set_on"])) if level in LEVELS else None


def courses(dossier: StoredDossier, today: date) -> list[Course]:
    """How each competence and each open objective went: from the plan's capacities to the last score."""
    told: defaultdict[str, list[Score]] = defaultdict(list)
    for score in [*_capacities(dossier), *all_scores(dossier)]:
        told[score.subject].append(score)
    targets = dict(_targets(dossier))
    return [
        Course(subject, tuple(sorted(scores, key=lambda one: one.day)), targets.get(subject))
        for subject, scores in told.items()
        if scores[-1].day <= today
    ]


def _capacities(dossier: StoredDossier) -> Iterator[Score]:
    plans = sorted(each(dossier, "plan"), key=lambda placed: int(placed.document["version"]))
    if not plans:
        return
    first = plans[0].document
    for capacity in first["capacities"]:
        if capacity["level"] in LEVELS:
            yield Score(capacity["competence"], int(capacity["level"]), date.fromisoformat(first["drafted_on"]))


def _targets(dossier: StoredDossier) -> Iterator[tuple[str, int]]:
    for placed in each(dossier, "objective"):
        level = placed.document.get("target_level")
        if level in LEVELS:
            yield placed.document["id"], int(level)
            if "competence" in placed.document:
                yield placed.document["competence"], int(level)


def competences(dossier: StoredDossier, today: date) -> list[str]:
    """The competences an evaluation asks about: those of the plan, and those scored before."""
    plan = plan_on(dossier, today)
    planned = [capacity["competence"] for capacity in plan.document["capacities"]] if plan else []
    scored = [score.subject for score in all_scores(dossier) if ":" not in score.subject]
    return list(dict.fromkeys([*planned, *scored]))
