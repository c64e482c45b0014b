"""How people stay anonymous: one page for whoever works with them, one for whoever looks after data protection.

Numbers on these pages are those of the program. The trustee's are another service's and cannot be reached from here; a
test holds them against its constants.
"""

from __future__ import annotations

from starlette.responses import Response

from coupole.disclosure import telescoping
from coupole.disclosure.cellkey import AGREED
from coupole.disclosure.protection import FLOOR
from coupole.node.ui.desk import Desk, Right, Visit

SEES = Right("read", "egress")
FEWEST_MEMBERS = 5
"""Members in a sealed total, at the least."""
EXACT_MEMBERS = 20
"""Members in a total without noise, at the least."""
KEYS_AHEAD = 14
"""For how many months to come a trustee has keys."""
KEY_DAYS = 60
"""How long after its month a trustee keeps a key at most."""
NUMBERS = {
    "floor": FLOOR,
    "bound": AGREED.bound,
    "variance": AGREED.variance,
    "few": AGREED.hidden_below - 1,
    "sealed_bound": telescoping.BOUND,
    "sealed_variance": telescoping.VARIANCE,
    "members": FEWEST_MEMBERS,
    "exact": EXACT_MEMBERS,
    "ahead": KEYS_AHEAD,
    "days": KEY_DAYS,
}
"""Every number of the program that the pages name."""


def add(desk: Desk) -> None:
    """The pages of this group."""
    desk.get("/leaving/anonymous", show_anonymous, needs=SEES)
    desk.get("/leaving/protection", show_protection, needs=SEES)


def show_anonymous(visit: Visit) -> Response:
    """For a coach: what never leaves, what does, what one can see and do, what is not promised."""
    return visit.page("explaining/anonymous.html", **NUMBERS)


def show_protection(visit: Visit) -> Response:
    """For a data protection officer: roles, law, who can learn what, how long, and where the protection ends."""
    return visit.page("explaining/protection.html", **NUMBERS)
