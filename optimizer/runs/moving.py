"""Runs in a file: from one store to another, whole."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.errors import OutputError
from optimizer.files import write_text
from optimizer.runs.connecting import NEWEST, StoreError
from optimizer.runs.schema import PARTS, RUNS
from optimizer.runs.shelf import Shelf

_BINARY = {("fronts", "parquet"), ("checkpoints", "content")}


def write_runs(store: Shelf, runs: Sequence[str], path: Path, *, force: bool = False) -> int:
    """Writes runs with all that belongs to them to a file; how many.

    Raises:
        StoreError: One isn't there.
        OutputError: The file can't be written, or is there and may not be replaced.
    """
    if path.exists() and not force:
        raise OutputError(f"{path} is there already; --force replaces it")
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
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["tradespace_runs"] != NEWEST:
            raise StoreError(
                f"{path} was written with version {told['tradespace_runs']} of the store, this program reads "
                f"{NEWEST}"
            )
        rows: dict[str, list[dict[str, Any]]] = told["tables"]
        for table in (RUNS, *PARTS):
            known = {column.name for column in table.c}
            for row in rows[table.name]:
                unknown = set(row) - known
                if unknown:
                    raise ValueError(f"unknown columns {', '.join(sorted(unknown))} in {table.name}")
        for table_name, name in _BINARY:
            for row in rows[table_name]:
                row[name] = base64.b64decode(row[name], validate=True)
    except (OSError, UnicodeError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path} can't be read as runs ({error}); `tradespace runs export` writes them"
        ) from None
    for row in rows["runs"]:
        if row["state"] in ("queued", "running"):
            row.update(state="interrupted", error="it was under way when it was exported")
        row["live"] = None
    new = store.put(rows)
    return new, len(rows["runs"]) - new
