"""A solution as files: Parquet, CSV and JSON with where they come from; whole or not at all."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from optimizer.atomic_files import refuse_existing_files, write_together
from optimizer.files.json import solution_head, solution_json
from optimizer.files.tables import design_table
from optimizer.solver.solution import Solution
from optimizer.space import Space

if TYPE_CHECKING:
    import pandas as pd

FILES = ("front.parquet", "front.csv", "front.json")
#: A text that begins with one of these would be run as a formula by a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_solution(
    solution: Solution, space: Space, folder: str | Path, *, force: bool = False
) -> list[Path]:
    """Writes the front of a solution into a folder.

    Every file is written under another name first and then takes its place, so that none is ever half there;
    `front.json` comes last and says that the others are complete.

    Args:
        solution: What was found.
        space: Says what the decisions mean.
        folder: Made when it isn't there.
        force: Whether results that are there already are replaced.

    Returns:
        The files.

    Raises:
        OutputError: The folder can't be written, or holds results already.
    """
    folder = Path(folder)
    refuse_existing(folder, force=force)
    table = design_table(solution.front.evaluation, space)
    head = solution_head(solution, space)
    text = solution_json(solution, space, indent=2)
    return write_together(
        folder,
        {
            "front.parquet": lambda path: table_parquet(table, head, path),
            "front.csv": lambda path: table_csv(table, path),
            "front.json": lambda path: path.write_text(text + "\n", encoding="utf-8"),
        },
    )


def refuse_existing(folder: str | Path, *, force: bool = False) -> None:
    """Refuses a folder that can't take results, before they are worked out.

    Raises:
        OutputError: It holds results already and they may not be replaced, or it is no folder.
    """
    refuse_existing_files(Path(folder), FILES, force=force)


def table_parquet(table: pd.DataFrame, answer: dict[str, object], path: Path) -> None:
    """Writes a table of designs as Parquet, with where it comes from in the file's own metadata.

    Args:
        table: The designs (see `optimizer.files.tables.design_table`).
        answer: The solution as plain values (see `optimizer.files.json.solution_head`).
        path: The file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = table.copy()
    plain.attrs = {}
    arrow = pa.Table.from_pandas(plain, preserve_index=False)
    told = ("scenario", "tradespace", "config", "certificate")
    provenance = {key: answer[key] for key in told if key in answer}
    provenance["units"] = table.attrs["units"]
    metadata = {
        **(arrow.schema.metadata or {}),
        b"tradespace": json.dumps(provenance, allow_nan=False).encode(),
    }
    pq.write_table(arrow.replace_schema_metadata(metadata), path, compression="zstd")


def parquet_bytes(table: pd.DataFrame, told: Mapping[str, object] | None = None) -> bytes:
    """A table of designs as the bytes of a Parquet file, with its units.

    Args:
        table: The table.
        told: What else stands in the file's metadata, as plain values.
    """
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = table.copy()
    plain.attrs = {}
    arrow = pa.Table.from_pandas(plain, preserve_index=False)
    more = {"units": table.attrs.get("units", {}), **(told or {})}
    units = {b"tradespace": json.dumps(more).encode()}
    file = io.BytesIO()
    pq.write_table(
        arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), **units}), file, compression="zstd"
    )
    return file.getvalue()


def parquet_columns(content: bytes, names: Sequence[str]) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """Some columns of the bytes of a Parquet file, as far as it has them, and what stands in its metadata."""
    import io

    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(content))
    here = [name for name in names if name in file.schema_arrow.names]
    told = json.loads((file.schema_arrow.metadata or {}).get(b"tradespace", b"{}"))
    return file.read(columns=here).to_pydict(), told


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table of designs as the bytes of a CSV file (see `table_csv`)."""
    import io

    file = io.StringIO()
    table_csv(table, file)
    return file.getvalue().encode()


def table_csv(table: pd.DataFrame, path: Path | TextIO) -> None:
    """Writes a table of designs as text; every number with all its digits, texts never as formulas."""
    plain = table.copy()
    for name in plain.columns:
        plain[name] = [
            "'" + value if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
            for value in plain[name]
        ]
    plain.to_csv(path, index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
