"""What a workshop makes for itself: fields of its own, and pathways of its own. For administrators."""

from __future__ import annotations

from coupole.node.ui.desk import Desk, Right
from coupole.node.ui.fields import choosing, drawing, own, pathways
from coupole.node.ui.fields.keeping import kept_while_typed
from coupole.web.translations import marked

NEEDS = Right("manage", "settings")
NOTICES = {
    "field_hidden": marked("This is not asked any more. What was filled in stays."),
    "field_asked": marked("This is asked again."),
    "pathway_removed": marked("The pathway was removed. Plans that began with it stay as they are."),
}


def add(desk: Desk) -> None:
    """The pages of this group."""
    desk.says(NOTICES)
    desk.get("/settings/fields", own.show, needs=NEEDS)
    desk.get("/settings/fields/new", own.begin, needs=NEEDS)
    desk.post("/settings/fields/new", kept_while_typed(own.begin, own.make), needs=NEEDS)
    desk.get("/settings/fields/{entity}/{name}", choosing.show, needs=NEEDS)
    desk.post("/settings/fields/{entity}/{name}", kept_while_typed(choosing.show, choosing.change), needs=NEEDS)
    desk.post("/settings/fields/{entity}/{name}/asking", own.ask_or_not, needs=NEEDS)
    desk.get("/settings/pathways", pathways.show, needs=NEEDS)
    desk.get("/settings/pathways/new", drawing.begin, needs=NEEDS)
    desk.post("/settings/pathways/new", kept_while_typed(drawing.begin, drawing.make), needs=NEEDS)
    desk.get("/settings/pathways/{name}", pathways.read, needs=NEEDS)
    desk.get("/settings/pathways/{name}/change", drawing.show, needs=NEEDS)
    desk.post("/settings/pathways/{name}/change", kept_while_typed(drawing.show, drawing.change), needs=NEEDS)
    desk.get("/settings/pathways/{name}/remove", pathways.ask_to_remove, needs=NEEDS)
    desk.post("/settings/pathways/{name}/remove", pathways.remove, needs=NEEDS)
