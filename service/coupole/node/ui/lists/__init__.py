"""The first screen and the lists: what is due, people, organisations, professionals, agreements, officers' meetings."""

from __future__ import annotations

from coupole.node.ui.desk import SIGNED_IN, Desk, Right
from coupole.node.ui.lists import (
    agreements,
    coordinating,
    coordination,
    deleted,
    due,
    partners,
    people,
    settings,
)


def add(desk: Desk) -> None:
    """Register the addresses of the lists."""
    desk.get("/", due.show, needs=SIGNED_IN)
    desk.get("/people", people.show, needs=Right("find", "participant"))
    desk.post("/people", people.search, needs=Right("find", "participant"))
    desk.get("/organisations", partners.show_organisations, needs=Right("read", "organisation"))
    desk.get("/organisations/{id}", partners.show_organisation, needs=Right("read", "organisation"))
    desk.get("/actors", partners.show_actors, needs=Right("read", "actor"))
    desk.get("/actors/{id}", partners.show_actor, needs=Right("read", "actor"))
    desk.get("/agreements", agreements.show, needs=Right("read", "agreement"))
    minutes = Right("write", "coordination_meeting")
    desk.get("/coordination", coordination.show, needs=Right("read", "coordination_meeting"))
    desk.get("/coordination/new", coordinating.show_new, needs=minutes)
    desk.post("/coordination/new", coordinating.save_new, needs=minutes)
    desk.get("/coordination/{id}", coordination.show_one, needs=Right("read", "coordination_meeting"))
    desk.get("/coordination/{id}/edit", coordinating.show_edit, needs=minutes)
    desk.post("/coordination/{id}/edit", coordinating.save_edit, needs=minutes)
    desk.get("/bin", deleted.show, needs=Right("delete", "accompaniment"))
    desk.post("/bin", deleted.bring_back, needs=Right("delete", "accompaniment"))
    desk.get("/settings", settings.show, needs=Right("manage", "settings"))
    desk.post("/settings", settings.save, needs=Right("manage", "settings"))
