"""Files that follow from the sources, as text: published, committed, and compared by ``python3 deploy check``.

Runs inside the environment, with ``python -m deploy.rendering [--check]``.
"""

from __future__ import annotations

from pathlib import Path

from deploy.environment import ROOT
from deploy.rendering import applications, python, settings, shapes, typescript


def rendered() -> dict[Path, str]:
    """Every such file with what it should hold."""
    standard = shapes.standard()
    return {
        ROOT / "clients/python/coupole_client/documents.py": python.module(standard),
        ROOT / "clients/typescript/coupole.d.ts": typescript.declarations(standard),
        **{ROOT / f"openapi/{party}.v1.json": text for party, text in applications.openapi()},
        **{ROOT / f"deploy/{party}.env.example": text for party, text in settings.examples()},
    }
