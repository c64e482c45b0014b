"""Everybody and what a row can say of them, as a list that can be corrected in Excel and brought in again.

Its headings and words are the standard's own, so that bringing it back unchanged changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from coupole.node.sheets.exporting import Column, Words
from coupole.node.sheets.knowing import documents_of
from coupole.node.sheets.matching import heading_of
from coupole.node.sheets.targets import ONE_ROW, TARGETS, Target
from coupole.node.store.changes import Document
from coupole.node.store.vault import Vault

Records = Mapping[str, Document]
"""What one row speaks of: a person's records by their kind."""


def register(
    session: Session, vault: Vault, language: str, words: Words, own: Mapping[str, Target]
) -> tuple[list[Column], list[dict[str, Any]]]:
    """Columns for whatever is known of anybody, and a row for each person with their running (or last) file.

    ``own``: fields of the workshop's own.
    """
    names = {record: document["name"] for record, document in documents_of(session, vault, "organisation")}
    names |= {record: document["display_name"] for record, document in documents_of(session, vault, "actor")}
    people = list(_people(session, vault))
    targets = [
        target
        for target in (*TARGETS.values(), *own.values())
        if any(_value(records, target) is not None for records in people)
    ]
    columns = [Column(target.path, heading_of(target, language), _kind(target)) for target in targets]
    rows = [
        {target.path: _shown(target, _value(records, target), language, words, names) for target in targets}
        for records in people
    ]
    return columns, rows


def _kind(target: Target) -> Any:
    return "date" if target.kind == "date" else "text"


def _people(session: Session, vault: Vault) -> Iterator[Records]:
    """Each person with the records that a row speaks of."""
    by_file: dict[str, dict[str, list[Document]]] = defaultdict(lambda: defaultdict(list))
    files: dict[str, list[Document]] = defaultdict(list)
    alone: dict[str, list[Document]] = defaultdict(list)
    for entity in ("status_observation", "placement"):
        for _, document in documents_of(session, vault, entity):
            by_file[document["accompaniment"]][entity].append(document)
    for _, document in documents_of(session, vault, "accompaniment"):
        files[document["participant"]].append(document)
    referrals = dict(documents_of(session, vault, "referral"))
    for document in referrals.values():
        alone[document["participant"]].append(document)
    for person, document in documents_of(session, vault, "participant"):
        file = _file(files[person])
        records = {"participant": document}
        if file is None:
            records |= {"referral": alone[person][0]} if len(alone[person]) == 1 else {}
        else:
            records |= {
                "accompaniment": file,
                **_of_file(by_file[file["id"]], referrals.get(file.get("referral") or "")),
            }
        yield records


def _file(files: Sequence[Document]) -> Document | None:
    """The running file, else the last one."""
    ordered = sorted(files, key=lambda file: (not file.get("closed_on"), file["opened_on"], file["id"]))
    return ordered[-1] if ordered else None


def _of_file(found: Mapping[str, Sequence[Document]], referral: Document | None) -> dict[str, Document]:
    entries = [one for one in found["status_observation"] if one["stage"] == "entry"]
    placements = sorted(found["placement"], key=lambda one: (one["from"], one["id"]))
    made = {
        "status_observation": entries[-1:],
        "placement": placements[-1:],
        "referral": [referral] if referral else [],
    }
    return {entity: one[0] for entity, one in made.items() if one}


def _value(records: Records, target: Target) -> Any:
    """The value of a field; of a list the entry that a row would fill."""
    value: Any = records.get(target.entity)
    for name in target.names:
        if isinstance(value, list):
            value = _entry(value, ONE_ROW.get(target.names[0], {}))
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _entry(entries: Sequence[Mapping[str, Any]], besides: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first entry that says besides what one from a spreadsheet would say."""
    fitting = (entry for entry in entries if all(entry.get(name) == value for name, value in besides.items()))
    return next(fitting, None)


def _shown(target: Target, value: Any, language: str, words: Words, names: Mapping[str, str]) -> Any:
    if value is None:
        return None
    if isinstance(value, bool):
        return words.yes if value else words.no
    if isinstance(value, list):
        return "; ".join(str(_shown(target, one, language, words, names)) for one in value)
    if target.kind == "reference":
        return names.get(value, "")
    if target.kind == "code":
        return dict(target.field.options(language)).get(value, value)
    return value
