"""A pen that knows what the records of a file are called, to write its documents as people read them."""

from __future__ import annotations

from coupole.node.ui.files.opened import OpenFile
from coupole.node.ui.printing import naming
from coupole.node.ui.printing.pen import Pen
from coupole.node.ui.printing.showing import pen_of


def pen(file: OpenFile) -> Pen:
    """The pen of a file, in the reader's language."""
    made = pen_of(file.visit, file.visit.language)
    naming.learn(made, file.dossier.outside.values())
    for documents in file.dossier.documents.values():
        naming.learn(made, documents)
    return made
