"""Fields of the workshop's own in the quick forms of a file: asked, kept and written with everything else there."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import FormData

from coupole.node.store.changes import Document
from coupole.node.ui import forms
from coupole.node.ui.files.opened import OpenFile
from coupole.node.ui.files.saving import Trouble
from coupole.node.ui.files.typed import Filled
from coupole.node.ui.forms.places import EXTENSIONS, own_fields
from coupole.standard.entities import Field


def asked(file: OpenFile, entity: str, base: Document | None, filled: Filled, trouble: Trouble | None) -> forms.Form:
    """The own fields of that kind of record as they were typed, else as they stand in ``base``."""
    own = _own(file, entity)
    document = base or {}
    if filled.typed is not None:
        document = forms.read(own, filled.typed, document).document
    wrong = (
        [finding for finding in trouble.findings if finding.pointer.startswith(f"/{EXTENSIONS}/")] if trouble else []
    )
    return forms.fields(own, document, file.visit.language, only=tuple(own), findings=wrong)


def with_own(file: OpenFile, entity: str, document: Document, form: FormData) -> Document:
    """The document with what was typed in its own fields; what the form did not ask for stays."""
    own = _own(file, entity)
    return forms.read(own, form, document).document


def _own(file: OpenFile, entity: str) -> Mapping[str, Field]:
    """Those this person may fill in."""
    if not file.may("write", entity, EXTENSIONS):
        return {}
    return own_fields(file.session, entity, file.visit.node.node_id)
