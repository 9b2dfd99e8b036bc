"""Runs in a file: from one store to another, whole."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path

from models.errors import OutputError, Remedy
from optimizer.atomic_files import write_text
from optimizer.runs.connecting import NEWEST, StoreError
from optimizer.runs.rows import rows_of
from optimizer.runs.shelf import Shelf
from optimizer.validation import UnreadableError, file_bytes

_BINARY = {("fronts", "parquet"), ("checkpoints", "content")}


def write_runs(store: Shelf, runs: Sequence[str], path: Path, *, force: bool = False) -> int:
    """Writes runs with all that belongs to them to a file; how many.

    Raises:
        StoreError: One isn't there.
        OutputError: The file can't be written, or is there and may not be replaced.
    """
    if path.exists() and not force:
        raise OutputError(
            f"{path} is there already; choose another name, or replace it", remedy=Remedy.REPLACE
        )
    many, text = runs_text(store, runs)
    write_text(path, text)
    return many


def runs_text(store: Shelf, runs: Sequence[str]) -> tuple[int, str]:
    """Runs with all that belongs to them, how many and as the text of a file.

    Raises:
        StoreError: One isn't there.
    """
    rows = store.rows(runs)
    for table, name in _BINARY:
        for row in rows[table]:
            row[name] = base64.b64encode(row[name]).decode()
    text = json.dumps({"tradespace_runs": NEWEST, "tables": rows}, allow_nan=False) + "\n"
    return len(rows["runs"]), text


def read_runs(store: Shelf, path: Path) -> tuple[int, int]:
    """Adds the runs of a file; how many are new, and how many were here already.

    A run that was under way where it was written counts as interrupted here: nobody works on it.

    Raises:
        StoreError: The file can't be read, or is of another version.
    """
    try:
        version, rows = rows_of(file_bytes(path), where=str(path))
        if version != NEWEST:
            raise StoreError(
                f"{path} was written with version {version[:40]!r} of the store, this program reads {NEWEST}"
            )
        for table_name, name in _BINARY:
            for row in rows[table_name]:
                row[name] = base64.b64decode(row[name], validate=True)
    except (UnreadableError, ValueError) as error:
        raise StoreError(
            f"{path} can't be read as runs ({error}); nothing was added; `tradespace runs export` writes them"
        ) from None
    for row in rows["runs"]:
        if row["state"] in ("queued", "running"):
            row.update(state="interrupted", error="it was under way when it was exported")
        row["live"] = None
    new = store.put(rows)
    return new, len(rows["runs"]) - new
