"""A table whose cells can be typed into: what is typed goes into the draft and is checked as a file is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from models.errors import Finding
from models.scenario.editing.edit import Place, dotted, same, value_at, written
from models.scenario.reading.scalar import Scalar, plain
from ui import drafting, drafts
from ui.drafting import Drafted

#: Rows that are shown before the table scrolls, and the height of one.
MOST_ROWS, ROW_PX = 16, 35
#: Cells that follow another: for a place and its new value further places, with new and old values.
Further = Callable[[Place, Scalar, Scalar], Mapping[Place, tuple[Scalar, Scalar]]]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that can be typed into.

    Attributes:
        place: Where its value stands in the file.
        old: What stands there; the default where nothing does.
        is_text: Whether it holds words: digits stay words.
    """

    place: Place
    old: Scalar
    is_text: bool = False


def cell_of(found: Drafted, place: Place, default: Scalar = None, *, is_text: bool = False) -> Cell:
    """The cell of a place."""
    value = value_at(dict(found.tree), place)
    is_plain = value is not None and not isinstance(value, (dict, tuple))
    return Cell(place, value if is_plain else default, is_text)  # type: ignore[arg-type]


def draw_editor(
    found: Drafted,
    *,
    key: str,
    shown: Mapping[str, Sequence[str]],
    cells: Mapping[str, Sequence[Cell | None]],
    alt: str,
    config: Mapping[str, Any] | None = None,
    order: Sequence[str] | None = None,
    further: Further | None = None,
) -> None:
    """Draws the table.

    Args:
        found: The scenario and its draft.
        key: Distinguishes the table from others of the page.
        shown: Columns that are read only.
        cells: Columns that can be typed into; None = nothing can stand there.
        alt: What the table is.
        config: Streamlit's settings of columns.
        order: Names of the columns from left to right; a column of remarks comes last.
        further: Places that follow.
    """
    columns: dict[str, list[str]] = {name: list(values) for name, values in shown.items()}
    for name, column in cells.items():
        columns[name] = ["" if cell is None else _shown(current_of(found, cell)) for cell in column]
    rows = len(next(iter(columns.values())))
    columns["remark"] = [_remark(found, [column[i] for column in cells.values()]) for i in range(rows)]
    places = [dotted(cell.place) for column in cells.values() for cell in column if cell is not None]
    # What is typed is kept by the number of its row: another set of rows is another table.
    rest = hashlib.sha256("\n".join([found.subject.text, *places]).encode()).hexdigest()[:12]
    name = f"{key}-{rest}-{drafts.times_undone()}"
    settings = dict(config or {})
    settings["remark"] = st.column_config.TextColumn(
        "remark", width="medium", help="What is wrong with what was typed, or what stands in the file."
    )
    st.data_editor(
        columns,
        key=name,
        hide_index=True,
        height=min(rows, MOST_ROWS) * ROW_PX + ROW_PX + 3,
        column_order=[
            column for column in dict.fromkeys((*(order or columns), "remark")) if column in columns
        ],
        column_config=settings,
        disabled=[column for column in columns if column not in cells],
        alt=alt,
    )
    if _took(found, name, cells, further):
        st.rerun()  # what stands above the table speaks of the draft


def current_of(found: Drafted, cell: Cell) -> Scalar:
    """The value of a cell: that of the draft, or what stands in the file."""
    value = found.draft.changes.get(cell.place, cell.old)
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def read(text: object, cell: Cell) -> Scalar:
    """What was typed, as the reader of a file takes it; empty is null."""
    words = "" if text is None else str(text).strip()
    if cell.is_text:
        return words or None
    try:
        return plain(words)
    except ValueError:  # infinities and the like: the loader says what is wrong with the word
        return words


def _took(
    found: Drafted, name: str, cells: Mapping[str, Sequence[Cell | None]], further: Further | None
) -> bool:
    """Puts what was typed into the draft; whether that made a difference."""
    changes: dict[Place, tuple[Scalar, Scalar]] = {}
    for row, typed in st.session_state[name]["edited_rows"].items():
        for column, text in typed.items():
            cell = cells[column][int(row)] if column in cells else None
            if cell is None:
                continue
            value = read(text, cell)
            if same(value, current_of(found, cell)):
                continue
            changes[cell.place] = (value, cell.old)
            if further is not None:
                changes |= further(cell.place, value, cell.old)
    if changes:
        drafting.change(found.subject, changes)
    return bool(changes)


def _shown(value: Scalar) -> str:
    """A value as it is typed."""
    if value is None:
        return ""
    return value if isinstance(value, str) else written(value)


def _remark(found: Drafted, cells: Sequence[Cell | None]) -> str:
    """What is to be said of a row: what is wrong with it, or what stands in the file."""
    said = []
    for cell in cells:
        if cell is None or cell.place not in found.draft.changes:
            continue
        wrong = findings_at(found.findings, cell.place)
        if wrong:
            said += [f"{one.found}; allowed: {one.allowed}" if one.allowed else one.found for one in wrong]
        elif not same(found.draft.changes[cell.place], cell.old):
            said.append(f"was {_shown(cell.old) or 'not said'}")
    return "; ".join(said)


def findings_at(findings: Sequence[Finding], place: Place) -> list[Finding]:
    """What is wrong with a place."""
    return [finding for finding in findings if finding.where == dotted(place)]
