"""A dataset as Parquet: a column each of texts, whole numbers and figures; null where there is no figure."""

from __future__ import annotations

import io

from coupole.hub.publication.cubes import Cube
from coupole.hub.publication.formats.rows import FRACTIONS, WHOLE, columns, lines


def write(cube: Cube, language: str) -> bytes:
    """One row for each figure. Title, definition and notes stand in the metadata of the file."""
    import pyarrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    kinds = dict.fromkeys(FRACTIONS, pyarrow.float64()) | dict.fromkeys(WHOLE, pyarrow.int64())
    names = columns(cube)
    about = {"title": cube.title[language], "notes": "\n".join(note[language] for note in cube.notes)}
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in names], metadata=about)
    by_column = zip(*lines(cube, language), strict=True)
    arrays = [pyarrow.array(values, field.type) for field, values in zip(schema, by_column, strict=True)]
    made = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), made, compression="zstd")
    return made.getvalue()
