"""The table of the designs that are kept; its selection is what is picked."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from optimizer.sections.content import plain

#: Rows that are shown; the download holds all.
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class DesignRows:
    """The rows of the table.

    Attributes:
        tokens: Names of the designs, a row each.
        columns: Heads and cells.
        chosen: Positions of those that are picked.
        total: Designs that are kept in all.
    """

    tokens: tuple[str, ...]
    columns: dict[str, list[str]]
    chosen: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Selected:
    """What a person does in the table.

    Attributes:
        tokens: Names of the designs whose rows are selected.
        head: The column whose head was clicked; empty = none.
    """

    tokens: tuple[str, ...]
    head: str


def draw_designs(rows: DesignRows, *, key: str) -> Selected | None:
    """Draws the table; what is selected in it, None where nothing could be.

    A click on a head selects its column: were it to order the rows, it would only order those that are shown.

    Args:
        rows: The rows.
        key: Another key, another table: its selection starts from `rows.chosen`.
    """
    if not rows.tokens:
        return None
    event = st.dataframe(
        rows.columns,
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode=["multi-row", "single-column"],
        selection_default={"selection": {"rows": list(rows.chosen), "columns": [], "cells": []}},
        column_config={"mark": st.column_config.Column(width=190 if any(rows.columns["mark"]) else "small")},
        height=min(38 + 35 * len(rows.tokens), 420),
        alt="The designs that are kept; the rows that are selected are picked",
    )
    more = rows.total - len(rows.tokens)
    if more > 0:
        st.caption(
            f"The first {len(rows.tokens):,} of {rows.total:,} designs. The download holds all of them."
        )
    selected = event["selection"]
    tokens = tuple(rows.tokens[i] for i in selected["rows"] if 0 <= i < len(rows.tokens))
    return Selected(tokens, next(iter(selected["columns"]), ""))


def merged(before: tuple[str, ...], shown: tuple[str, ...], selected: tuple[str, ...]) -> tuple[str, ...]:
    """Picks after a selection in the table: those that it doesn't show stay, new ones come last."""
    stay = tuple(pick for pick in before if pick not in shown or pick in selected)
    return (*stay, *(pick for pick in selected if pick not in stay))


def cells(texts: list[object]) -> list[str]:
    """Cells as the report writes them."""
    return [plain(cell) for cell in texts]  # type: ignore[arg-type]
