"""Carries one file from the referral to its end, or to today, through the phases of the method."""

from __future__ import annotations

from collections.abc import Callable

from coupole.demo import followups, leaving, project, work
from coupole.demo.file import File, Step

STEPS: dict[str, Callable[[File], Step]] = {
    "referred": project.refer,
    "drafting": project.draft,
    "agreement": project.agree,
    "planned": project.sign,
    "preparation": project.prepare,
    "insertion_coop": work.work,
    "insertion_enterprise": work.work,
    "hired": leaving.follow,
    "suspended": leaving.pause,
}
"""What is done in each phase. A phase that is not here is an end."""


def walk(file: File) -> None:
    """Work on the file until it is closed or today is reached."""
    step = Step("referred", file.day)
    while step.day <= file.today:
        file.day = step.day
        if step.phase != file.phase:
            file.enter(step.phase, step.day)
        if step.phase not in STEPS:
            leaving.close(file)
            break
        step = STEPS[step.phase](file)
    followups.settle(file)
