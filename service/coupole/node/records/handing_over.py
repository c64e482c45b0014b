"""Who gives a file into other hands: an officer any file, a coach their own, and nobody takes one for themselves.

A file is somebody's by what its documents say: the responsible, the professional who referred the person, the team.
Whoever may write a file only because they said why they open it must not make it theirs that way.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from coupole.errors import CoupoleError
from coupole.node.records.project import accompaniment, each, named, team_on
from coupole.node.store.changes import Context, Document, StoredDossier

OPENING = ("accompaniment", "referral", "team")
"""The kinds of record by which a file is somebody's."""


class HandOverRefused(CoupoleError):
    """Only the responsible, an officer or an administrator gives this file into other hands."""


def may_hand_over(file: Document, context: Context) -> bool:
    """Whether they may make somebody else responsible for that accompaniment."""
    own = context.professional is not None and file["responsible"] == context.professional
    return context.assigns or own


def check(before: StoredDossier, after: StoredDossier, context: Context) -> None:
    """Raise ``HandOverRefused`` for a change that gives the file to another, or to whoever makes it, without a right.

    ``before`` and ``after``: the file as it was and as it would be.
    """
    was, will_be = accompaniment(before), accompaniment(after)
    if may_hand_over(was, context):
        return
    if was["responsible"] != will_be["responsible"]:
        raise HandOverRefused("/responsible")
    me, today = context.professional, context.now.astimezone().date()
    if me is not None and not _is_theirs(before, me, today) and set(_ties(after, me)) - set(_ties(before, me)):
        raise HandOverRefused()


def _is_theirs(dossier: StoredDossier, professional: str, today: date) -> bool:
    """Whether they referred the person, or are in the team today."""
    in_team = any(member["actor"] == professional for member in team_on(dossier, today))
    return in_team or any(kind == "referral" for kind, *_ in _ties(dossier, professional))


def _ties(dossier: StoredDossier, professional: str) -> Iterator[tuple[str, ...]]:
    """Everything by which the file is that professional's, days in the team included."""
    referral = named(dossier, accompaniment(dossier).get("referral"))
    if referral is not None and referral.document.get("source_actor") == professional:
        yield ("referral", referral.document["id"])
    for placed in each(dossier, "team"):
        for member in placed.document["members"]:
            if member["actor"] == professional:
                yield ("team", member["from"], member.get("to", ""))
