"""A solution as files: Parquet, CSV and JSON with where they come from; whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from models.errors import OutputError, Remedy
from optimizer.answers import solution_head, solution_json
from optimizer.protocols import Space
from optimizer.reading import whole_number
from optimizer.solution import Solution
from optimizer.tables import design_table

if TYPE_CHECKING:
    import pandas as pd

FILES = ("front.parquet", "front.csv", "front.json")
#: How a file ends that is not written to its end.
HALF = ".tradespace-half"
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


def write_text(path: Path, text: str) -> None:
    """Writes a file whole or not at all; what was there before is replaced.

    A pipe or a device is written to as it is: `/dev/stdout` must not become a file.

    Raises:
        OutputError: It can't be written.
    """
    other = None
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_text(text, encoding="utf-8")
            return
        handle, other = _half_written(path.parent, path.name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(other).chmod(0o644)
        os.replace(other, path)
    except OSError as error:
        if other is not None:
            Path(other).unlink(missing_ok=True)
        raise OutputError(f"{path} can't be written: {error.strerror or error}") from None


def refuse_existing(folder: str | Path, *, force: bool = False) -> None:
    """Refuses a folder that can't take results, before they are worked out.

    Raises:
        OutputError: It holds results already and they may not be replaced, or it is no folder.
    """
    refuse_existing_files(Path(folder), FILES, force=force)


def refuse_existing_files(folder: Path, names: Sequence[str], *, force: bool = False) -> None:
    """Refuses a folder that can't take some files, before they are worked out.

    Raises:
        OutputError: It holds some of them already and they may not be replaced, it is no folder, or it can't
            be written.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder} is a file; choose a folder", remedy=Remedy.OTHER_FOLDER)
        there = [name for name in names if (folder / name).exists()]
        above = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
        if not os.access(above, os.W_OK | os.X_OK):
            raise OutputError(
                f"{folder} can't be written: no permission in {above}; choose another folder",
                remedy=Remedy.OTHER_FOLDER,
            )
    except OSError as error:
        raise _not_writable(folder, error) from None
    if there and not force:
        raise OutputError(
            f"{folder} holds {', '.join(there)} already; choose another folder, or replace them",
            remedy=Remedy.REPLACE,
        )


def _not_writable(folder: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(
        f"{folder} can't be written: {reason}; choose another folder", remedy=Remedy.OTHER_FOLDER
    )


def write_together(folder: Path, writers: Mapping[str, Callable[[Path], object]]) -> list[Path]:
    """Writes all files under other names in the same folder; when all are whole, gives them their own.

    Args:
        folder: Made when it isn't there.
        writers: By the name of each file what writes it to a path.

    Returns:
        The files.

    Raises:
        OutputError: The folder or a file can't be written; what was there before is as it was.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clear_half_written(folder)
        return _together(folder, writers)
    except OSError as error:
        raise _not_writable(folder, error) from None


def _half_written(folder: Path, name: str) -> tuple[int, str]:
    """A file to write to until all is there; its name says which process writes it."""
    return tempfile.mkstemp(prefix=f".{name}.{os.getpid()}.", suffix=HALF, dir=folder)


def clear_half_written(folder: Path) -> None:
    """Takes away what processes of Tradespace that were killed have left half written in a folder."""
    for path in folder.glob(f".*{HALF}"):
        process = (
            whole_number(path.name.removesuffix(HALF).rsplit(".", 2)[-2])
            if path.name.count(".") > 3
            else None
        )
        if process and not _is_alive(process):
            path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it is somebody else's
        return True
    return True


def _together(folder: Path, writers: Mapping[str, Callable[[Path], object]]) -> list[Path]:
    made: dict[Path, Path] = {}
    try:
        for name, write in writers.items():
            handle, other = _half_written(folder, name)
            os.close(handle)
            made[Path(other)] = folder / name
            write(Path(other))
            Path(other).chmod(0o644)
        for other_path, path in made.items():
            os.replace(other_path, path)
    except BaseException:
        for other_path in made:
            other_path.unlink(missing_ok=True)
        raise
    return list(made.values())


def table_parquet(table: pd.DataFrame, answer: dict[str, object], path: Path) -> None:
    """Writes a table of designs as Parquet, with where it comes from in the file's own metadata.

    Args:
        table: The designs (see `optimizer.tables.design_table`).
        answer: The solution as plain values; its front isn't needed (see `optimizer.answers.solution_head`).
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
