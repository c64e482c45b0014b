"""Placements as forms ask for them: one that begins, those that end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coupole.node.records.project import accompaniment, each
from coupole.node.store.changes import Change, Document
from coupole.node.ui.files.deciding import content
from coupole.node.ui.files.opened import OpenFile
from coupole.node.ui.files.typed import Reader
from coupole.standard.codes import code_list

SIDES = {"insertion_coop": ("social",), "insertion_enterprise": ("ordinary",), "hired": ("ordinary", "social")}
"""On which side the work of a phase is."""
MOST_HOURS = 48


@dataclass(frozen=True, slots=True)
class Running:
    """A placement that goes on: it may end on the day of the change. ``key``: its row in the form."""

    key: str
    document: Document
    title: str


def types(phase: str, pathway: str) -> list[str]:
    """The kinds of placement that fit a phase."""
    sides = {*SIDES[phase], *(("training",) if phase == "insertion_coop" and pathway == "training" else ())}
    kinds = code_list("placement_type")
    return [code for code in kinds.ids if kinds.attribute(code, "side") in sides]


def running(file: OpenFile) -> list[Running]:
    """The placements without a last day, the latest first."""
    found = [placed.document for placed in each(file.dossier, "placement") if "to" not in placed.document]
    found.sort(key=lambda document: str(document["from"]), reverse=True)
    return [Running(document["id"].rsplit(":", 1)[1], document, _title(file, document)) for document in found]


def _title(file: OpenFile, document: Document) -> str:
    kind = file.names.code("placement_type", document["type"])
    host = file.names.organisation(document["host"])
    return f"{host} ({kind})" if host else kind


def begun(reader: Reader, file: OpenFile, phase: str) -> Document | None:
    """The placement that begins with the phase; none when the form names no host: one may be there already."""
    if phase not in SIDES or reader.text("host") is None:
        return None
    fresh = {
        "type": reader.one_of("type", types(phase, accompaniment(file.dossier)["pathway"]), needed=True),
        "host": reader.one_of("host", [one["id"] for one in file.all("organisation")]),
        "contract_type": reader.code("contract_type", "contract_type", needed=True),
        "working_time": reader.code("working_time", "working_time"),
        "weekly_hours": reader.number("weekly_hours", 0, MOST_HOURS),
    }
    return {name: value for name, value in fresh.items() if value is not None}


def ended(reader: Reader, rows: Iterable[Running], day: str) -> list[Change]:
    """The placements that end on the day, each with its reason."""
    found = []
    for one in rows:
        if reader.ticked(f"end.{one.key}.on"):
            reason = reader.code(f"end.{one.key}.reason", "exit_reason", needed=True)
            document = {**content(one.document), "to": day} | ({"end_reason": reason} if reason else {})
            expect = reader.expected(one.document["id"])
            found.append(Change("placement", document, id=one.document["id"], expect=expect))
    return found
