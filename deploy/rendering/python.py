"""The shapes as Python's TypedDicts."""

from __future__ import annotations

import keyword
import subprocess
import sys
import textwrap
from collections.abc import Iterator

from deploy.environment import ROOT
from deploy.rendering.shapes import Constants, Either, Listed, Mapped, Named, Object, Property, Scalar, Shape, Shapes

HEAD = '''\
"""Documents of the standard, version 1, as types. Rendered from ``schema/`` by ``python3 deploy render``: do not edit.

A type says which fields there are; whether a document holds is for ``coupole.standard.validation`` to say.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict
'''
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def module(shapes: Shapes) -> str:
    """One module of types, in the house's format."""
    parts = [HEAD]
    for name, codes in sorted(shapes.codes.items()):
        parts.append(f"{name} = Literal[{', '.join(map(repr, codes))},]\n")
    for found in shapes.objects.values():
        keywords = any(keyword.iskeyword(part.name) for part in found.properties)
        parts.append("\n".join(_called(found) if keywords else _class(found)) + "\n")
    return _formatted("\n".join(parts))


def _class(found: Object) -> Iterator[str]:
    yield f"class {found.name}(TypedDict):"
    yield _docstring(found.about or f"Part of a document: {found.name}.")
    yield ""
    for part in found.properties:
        yield f"    {part.name}: {_field(part)}"
        if part.about:
            yield _docstring(part.about)


def _called(found: Object) -> Iterator[str]:
    """A field named like a word of Python's cannot stand in a class."""
    yield f"{found.name} = TypedDict({found.name!r}, {{"
    for part in found.properties:
        yield from ("    # " + line for line in textwrap.wrap(part.about, 110))
        yield f"    {part.name!r}: {_field(part, quoted=True)},"
    yield "})"
    yield _docstring(found.about or f"Part of a document: {found.name}.").removeprefix("    ").replace("\n    ", "\n")


def _field(part: Property, *, quoted: bool = False) -> str:
    text = _type(part.shape)
    if not part.required:
        text = f"NotRequired[{text}]"
    return repr(text) if quoted and '"' not in text else text


def _docstring(text: str) -> str:
    wrapped = textwrap.wrap(text.replace("\\", "\\\\"), 108)
    ending = "" if len(wrapped) == 1 else "\n    "
    return '    """' + "\n    ".join(wrapped) + ending + '"""'


def _type(shape: Shape) -> str:
    match shape:
        case Scalar(kind):
            return SCALARS[kind]
        case Constants(values):
            return f"Literal[{', '.join(map(repr, values))}]"
        case Listed(of):
            return f"list[{_type(of)}]"
        case Mapped(to):
            return f"dict[str, {_type(to) if to else 'Any'}]"
        case Either(of):
            return " | ".join(dict.fromkeys(_type(part) for part in of))
        case Named(name):
            return name


def _formatted(text: str) -> str:
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "documents.py", "-"]
    return subprocess.run(ruff, cwd=ROOT, input=text, capture_output=True, text=True, check=True).stdout
