"""Fronts as Parquet straight from their numbers: no table of pandas, which alone takes 50 MB, is made."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from models.evaluation import Evaluation
from optimizer.files.tables import design_columns, units_of
from optimizer.space import Space

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows that are encoded at a time.
ROWS = 8192


def front_parquet(evaluation: Evaluation, space: Space, told: Mapping[str, object] | None = None) -> bytes:
    """Designs as the bytes of a Parquet file, with their units; the columns of `files.tables.design_table`.

    Args:
        evaluation: The designs.
        space: Says what their decisions mean.
        told: What else stands in the file's metadata, as plain values.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own pool keeps 20 MB for a few columns
    columns = design_columns(evaluation, space)
    metadata = {b"tradespace": json.dumps({"units": units_of(evaluation), **(told or {})}).encode()}
    table = pa.Table.from_arrays([arrow(values) for values in columns.values()], names=list(columns))
    repeating = [field.name for field in table.schema if pa.types.is_string(field.type)]
    file = io.BytesIO()
    pq.write_table(
        table.replace_schema_metadata(metadata),
        file,
        compression="zstd",
        row_group_size=ROWS,
        use_dictionary=repeating,  # numbers rarely repeat: their dictionaries take memory, and make it longer
    )
    return file.getvalue()


def arrow(values: np.ndarray | Sequence[object]) -> pa.Array[Any]:
    """A column for Arrow.

    Args:
        values: Numbers, or plain values. Where they are all numbers, all truth values or all texts, no pandas
            is loaded, which `pyarrow.array` does.
    """
    import pyarrow as pa

    if isinstance(values, np.ndarray):
        kinds = {values.dtype.type}
    else:
        kinds = {type(value) for value in values}
        if kinds == {str}:
            return _texts([str(value) for value in values])
    n = len(values)
    if kinds == {bool}:
        bits = np.packbits(np.asarray(values, dtype=bool), bitorder="little")
        return pa.Array.from_buffers(pa.bool_(), n, [None, pa.py_buffer(bits)])
    if kinds <= {float, np.float64} and kinds:
        return _numbers(pa.float64(), np.asarray(values, dtype=np.float64))
    if kinds <= {int, np.int64} and kinds and _fits(values):
        return _numbers(pa.int64(), np.asarray(values, dtype=np.int64))
    return pa.array(values, from_pandas=True)


def _fits(values: np.ndarray | Sequence[Any]) -> bool:
    """Whether whole numbers fit into 64 bits."""
    return len(values) == 0 or (min(values) >= -(2**63) and max(values) < 2**63)


def _numbers(kind: pa.DataType, values: np.ndarray) -> pa.Array[Any]:
    """Numbers; what is none is missing, as pandas has it."""
    import pyarrow as pa

    buffer, missing = pa.py_buffer(np.ascontiguousarray(values)), np.isnan(values)
    here = pa.py_buffer(np.packbits(~missing, bitorder="little")) if missing.any() else None
    return pa.Array.from_buffers(kind, len(values), [here, buffer])


def _texts(values: Sequence[str]) -> pa.Array[Any]:
    import pyarrow as pa

    coded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, coded)])
    kind, width = (pa.string(), np.int32) if ends[-1] < 2**31 else (pa.large_string(), np.int64)
    offsets = pa.py_buffer(ends.astype(width))
    return pa.Array.from_buffers(kind, len(coded), [None, offsets, pa.py_buffer(b"".join(coded))])
