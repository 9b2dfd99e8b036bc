"""Parts of a report on a page: the same value that every file shows, drawn with what Streamlit has."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from optimizer.sections.content import (
    Block,
    Bullets,
    Line,
    Number,
    Paragraph,
    Section,
    Steps,
    Table,
    Waterfall,
    plain,
)
from ui.views import figures
from ui.views.words import escaped, escaped_cell

#: Rows up to which a table is written out, so that long texts are readable; beyond, it scrolls.
MOST_WRITTEN = 40


def draw_section(
    section: Section | None, *, key: str, has_title: bool = True, skip: Sequence[str] = ()
) -> None:
    """A section of a report.

    Args:
        section: The section; None = it doesn't apply, and nothing is drawn.
        key: Distinguishes its charts from those of other sections of the page.
        has_title: Whether its heading is written.
        skip: Names of tables that are left out.
    """
    if section is None:
        return
    if has_title:
        st.subheader(escaped(section.title), anchor=False)
    for k, block in enumerate(section.blocks):
        if isinstance(block, Table) and block.name in skip:
            continue
        draw_block(block, key=f"{key}-{section.name}-{k}")


def draw_block(block: Block, *, key: str) -> None:
    """One block; the front itself is drawn by `ui.views.front`, here only the table behind it."""
    if isinstance(block, Paragraph):
        (st.warning if block.kind == "warning" else st.markdown)(escaped_cell(block.text))
    elif isinstance(block, Bullets):
        st.markdown("\n".join(f"- {escaped_cell(point)}" for point in block.points))
    elif isinstance(block, Steps):
        st.markdown("\n".join(f"{k}. {escaped_cell(step)}" for k, step in enumerate(block.steps, start=1)))
    elif isinstance(block, Table):
        draw_table(block, key=key)
    elif isinstance(block, (Waterfall, Line)):
        st.markdown(f"**{escaped(block.title)}**")
        figure = figures.waterfall(block) if isinstance(block, Waterfall) else figures.line(block)
        figures.draw(figure, key=key, alt=block.alt)
        with st.expander("In numbers"):
            draw_table(block.table, key=f"{key}-table")
    else:
        draw_table(block.table, key=key)


def draw_table(table: Table, *, key: str) -> None:
    """A table with its numbers as the report writes them."""
    if not table.rows:
        st.caption(f"{escaped(table.caption)}: nothing to tell.")
        return
    st.caption(escaped(table.caption))
    if len(table.rows) > MOST_WRITTEN:
        columns = {head: [plain(row[j]) for row in table.rows] for j, head in enumerate(_heads(table))}
        st.dataframe(columns, hide_index=True, key=key, alt=plain(table.caption))
        return
    written = {
        escaped(head) + " " * (len(head) - len(head.rstrip())): [_cell(row[j]) for row in table.rows]
        for j, head in enumerate(_heads(table))
    }
    st.table(written, hide_index=True, alt=plain(table.caption))


def _cell(cell: object) -> str:
    """A cell; a number may not be broken between it and its unit."""
    words = escaped_cell(cell)  # type: ignore[arg-type]
    return words.replace(" ", " ") if isinstance(cell, Number) else words


def _heads(table: Table) -> list[str]:
    """The heads of the columns, each once: spaces set apart those that read the same."""
    heads: list[str] = []
    for head in table.columns:
        words = plain(head)
        while words in heads:
            words += " "
        heads.append(words)
    return heads
