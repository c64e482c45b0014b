"""The federation: joined by an invitation and a fingerprint, what it says of us, left by a written word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from coupole.disclosure.cellkey import AGREED
from coupole.disclosure.protection import FLOOR
from coupole.errors import CoupoleError
from coupole.node.api.introducing import signed_descriptor
from coupole.node.federation import examining, following, joining, leaving
from coupole.node.federation.joining import (
    FederationJoined,
    HubElsewhere,
    HubFingerprintDiffers,
    HubFingerprintWrong,
    Invited,
    ProgramNameTaken,
)
from coupole.node.federation.leaving import FederationMissing
from coupole.node.federation.speaking import HubRefuses, HubUnreachable
from coupole.node.statistics.accepting import IN_FORCE
from coupole.node.store import sealed
from coupole.node.store.federation_tables import Federation, current
from coupole.node.ui.desk import Desk, Right, Visit
from coupole.node.ui.signing_in.again import recently
from coupole.standard.sentences import sentence
from coupole.web.translations import marked
from coupole.wire.directory import expires_at
from coupole.wire.documents import DocumentNotCanonical, SignatureInvalid, SignerUnknown
from coupole.wire.invitations import InvitationUnreadable

DECIDES = Right("manage", "settings")
HEARD = 8
"""The last letters of a fingerprint, which are typed as they are heard."""
NOTICES = {
    "asked_to_join": marked("The federation was asked. Its people admit you once they compared your letters by phone."),
    "federation_heard": marked("The federation was asked anew."),
    "federation_leaving": marked("You leave the federation. What is left to do happens by itself."),
}
REFUSED = (HubRefuses, HubUnreachable, InvitationUnreadable, HubFingerprintDiffers, HubElsewhere)


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what the federation says of us. ``good``: it has our figures, or knows that they stay here."""

    period: str
    kind: str
    title: str
    remedy: str
    at: datetime
    good: bool


def add(desk: Desk) -> None:
    """The pages of this group."""
    desk.says(NOTICES)
    desk.refuses(
        {
            **dict.fromkeys((HubRefuses, FederationJoined, ProgramNameTaken), 409),
            **dict.fromkeys((HubFingerprintWrong, HubFingerprintDiffers, HubElsewhere, InvitationUnreadable), 422),
            **dict.fromkeys((SignatureInvalid, SignerUnknown, DocumentNotCanonical), 422),
            HubUnreachable: 502,
            FederationMissing: 404,
        }
    )
    desk.get("/federation", show, needs=DECIDES)
    desk.post("/federation", ask_anew, needs=DECIDES)
    desk.get("/federation/join", recently(desk, begin), needs=DECIDES)
    desk.post("/federation/invitation", recently(desk, look, "/federation/join"), needs=DECIDES)
    desk.post("/federation/join", recently(desk, join, "/federation/join"), needs=DECIDES)
    desk.get("/federation/leave", recently(desk, consider), needs=DECIDES)
    desk.post("/federation/leave", recently(desk, leave, "/federation/leave"), needs=DECIDES)


def show(visit: Visit) -> Response:
    """How we stand in the federation, and what it says of the last times it asked us."""
    with visit.node.store.reading() as session:
        row = current(session)
        if row is None:
            return visit.page("federation/none.html")
        return visit.page("federation/standing.html", **_standing(visit, row), who=visit.who(session, [row.asked_by]))


def _standing(visit: Visit, row: Federation) -> dict[str, Any]:
    directory = following.directory_of(row)
    own = joining.own_fingerprint(_descriptor(visit))
    signs = examining.standing(row, own, visit.now)
    return {
        "row": row,
        "own": own,
        "signs": [(one.level, sentence(one.code, visit.language, one.params)) for one in signs],
        "told": [_told(visit, one) for one in following.verdicts(row)],
        "directory": directory,
        "until": expires_at(directory) if directory else None,
        "members": [one for one in directory["members"] if one["state"] != "left"] if directory else [],
    }


def _told(visit: Visit, one: following.Verdict) -> Told:
    kinds = {
        "answered": visit.gettext("came in"),
        "withheld": visit.gettext("kept here by us"),
        "refused": visit.gettext("refused by our program"),
        "unreachable": visit.gettext("nobody answered"),
        "invalid": visit.gettext("not usable"),
    }
    title, remedy = sentence(one.reason, visit.language) if one.reason else ("", "")
    return Told(one.period, kinds[one.kind], title, remedy, one.at, one.kind in ("answered", "withheld"))


def ask_anew(visit: Visit, form: FormData) -> Response:
    """Ask the hub now how we stand."""
    node = visit.node
    following.follow(node.store, node.way, node.node_id, visit.now)
    leaving.go_on(node.store, node.way, node.ring, node.node_id, visit.now)
    return visit.see_other("/federation", "federation_heard")


def begin(visit: Visit) -> Response:
    """Where the code of an invitation is pasted."""
    return visit.page("federation/join.html", wrong=None, code="")


def look(visit: Visit, form: FormData) -> Response:
    """Who invites, and what they ask for. Raises what ``joining.look`` raises but for what is said beside the field."""
    pasted = str(form.get("code", ""))[:1_000]
    try:
        invited = joining.look(visit.node.way, pasted)
    except REFUSED as error:
        return _again(visit, "federation/join.html", error, code=pasted)
    return visit.page("federation/invited.html", wrong=None, **_invited(visit, invited))


def join(visit: Visit, form: FormData) -> Response:
    """Accept, by the letters that were heard by phone. Raises what ``joining`` raises but for what is said there."""
    node, heard = visit.node, str(form.get("letters", ""))[:100]
    invited = joining.look(node.way, str(form.get("code", ""))[:1_000])
    try:
        typed = _whole(invited.fingerprint, heard)
        joining.join(
            node.store, node.way, invited, _descriptor(visit), typed=typed, actor=visit.staff.id, now=visit.now
        )
    except (HubFingerprintWrong, HubRefuses, HubUnreachable) as error:
        return _again(visit, "federation/invited.html", error, **_invited(visit, invited))
    return visit.see_other("/federation", "asked_to_join")


def _whole(fingerprint: str, heard: str) -> str:
    """All letters: those that are shown already, and the last ones as they were heard."""
    letters = "".join(filter(str.isalnum, heard))
    return fingerprint.replace("-", "")[:-HEARD] + letters if len(letters) == HEARD else letters


def _invited(visit: Visit, invited: Invited) -> dict[str, Any]:
    return {
        "hub": invited.hub,
        "code": str(invited.code),
        "shown": invited.fingerprint[: -HEARD - 2],
        "own": joining.own_fingerprint(_descriptor(visit)),
        "rules": {"floor": FLOOR, "hidden_below": AGREED.hidden_below},
    }


def _again(visit: Visit, template: str, error: CoupoleError, **values: Any) -> Response:
    """The page once more, with why beside the field."""
    said = [sentence(found.code, visit.language, found.params) for found in error.findings]
    lines = [sentence(error.code, visit.language, error.params), *said]
    return visit.page(template, visit.number_of(error), wrong={"code": error.code, "lines": lines}, **values)


def consider(visit: Visit) -> Response:
    """What leaving means; for who belongs to no federation, the page that says so."""
    with visit.node.store.reading() as session:
        row = current(session)
        if row is None:
            return visit.see_other("/federation")
        agreed = [one for one in sealed.tabulations(session) if one.client == row.client and one.state in IN_FORCE]
    return visit.page("federation/leave.html", row=row, sealed=bool(agreed))


def leave(visit: Visit, form: FormData) -> Response:
    """Leave. Raises ``FederationMissing``."""
    node = visit.node
    leaving.leave(node.store, node.way, node.ring, node.node_id, visit.staff.id, visit.now)
    return visit.see_other("/federation", "federation_leaving")


def _descriptor(visit: Visit) -> tuple[bytes, str]:
    return signed_descriptor(visit.node, visit.node.ring, visit.node.catalogue)
