"""The shapes as TypeScript declarations."""

from __future__ import annotations

import json
from collections.abc import Iterator

from deploy.rendering.shapes import Constants, Either, Listed, Mapped, Named, Object, Scalar, Shape, Shapes

HEAD = """\
// Documents of the Coupole standard, version 1. Rendered from schema/ by `python3 deploy render`: do not edit.
"""
SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def declarations(shapes: Shapes) -> str:
    """One module of types; nothing in it runs."""
    parts = [HEAD]
    for name, codes in sorted(shapes.codes.items()):
        parts.append(f"export type {name} =\n" + "\n".join(f"  | {json.dumps(code)}" for code in codes) + ";\n")
    parts += ["\n".join(_interface(found)) + "\n" for found in shapes.objects.values()]
    entities = "\n".join(f"  {name}: {title};" for name, title in shapes.documents.items())
    parts.append(f"/** The documents by the name of their schema. */\nexport interface Documents {{\n{entities}\n}}\n")
    return "\n".join(parts)


def _interface(found: Object) -> Iterator[str]:
    yield from _comment(found.about, "")
    yield f"export interface {found.name} {{"
    for part in found.properties:
        yield from _comment(part.about, "  ")
        yield f"  {part.name}{'' if part.required else '?'}: {_type(part.shape)};"
    yield "}"


def _comment(text: str, indent: str) -> Iterator[str]:
    if text:
        yield f"{indent}/** {text.replace('*/', '* /')} */"


def _type(shape: Shape) -> str:
    match shape:
        case Scalar(kind):
            return SCALARS[kind]
        case Constants(values):
            return " | ".join(json.dumps(value, ensure_ascii=False) for value in values)
        case Listed(of):
            inner = _type(of)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case Mapped(to):
            return f"Record<string, {_type(to) if to else 'unknown'}>"
        case Either(of):
            return " | ".join(dict.fromkeys(_type(part) for part in of))
        case Named(name):
            return name
