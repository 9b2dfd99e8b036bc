"""Tables for people that fold: columns where there is room, one card a row where the window is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from optimizer.sections.content import Block, Cell, Number, Table, plain
from ui.views.blocks import draw_block
from ui.views.words import as_html, escaped

#: A mark beside a cell: what it says, and how it looks.
Tone = Literal["plain", "good", "bad"]

_STYLE = """<style>
.fold{width:100%;border-collapse:collapse;font-size:.95rem;line-height:1.35;margin:0 0 .5rem}
.fold caption{text-align:left;opacity:.75;font-size:.875rem;padding:0 0 .35rem;caption-side:top}
.fold th,.fold td{text-align:left;vertical-align:top;padding:.45rem .6rem;font-weight:400;
 border-bottom:1px solid rgba(128,128,128,.28)}
.fold thead th{font-weight:600;border-bottom:2px solid rgba(128,128,128,.5)}
.fold tbody th{font-weight:600;min-width:7rem}
.fold .unit,.fold .note{display:block;font-size:.82rem;opacity:.8;font-weight:400}
.fold .bad{opacity:1;font-weight:600;border-left:3px solid #D55E00;padding-left:.4rem}
.fold .good{opacity:1;font-weight:600;border-left:3px solid #0072B2;padding-left:.4rem}
.fold .num{white-space:nowrap}
.fold .key{display:inline-block;width:1.7rem;height:0;margin-right:.4rem;vertical-align:middle;
 border-top-width:3px}
@media (max-width:640px){
 .fold thead{display:none}
 .fold,.fold tbody,.fold caption{display:block}
 .fold tr{display:block;border:1px solid rgba(128,128,128,.35);border-radius:.5rem;margin:0 0 .6rem;
  padding:.3rem .6rem}
 .fold tbody th{display:block;border-bottom:1px solid rgba(128,128,128,.28);padding:.3rem 0}
 .fold td{display:grid;grid-template-columns:minmax(5.5rem,34%) 1fr;column-gap:.6rem;border:0;
  padding:.25rem 0;overflow-wrap:anywhere}
 .fold td::before{content:attr(data-of);opacity:.75}
 .fold td.empty{display:none}
 .fold .num{white-space:normal}
}
</style>"""
_BORDERS = {
    "solid": "solid",
    "dash": "dashed",
    "dot": "dotted",
    "dashdot": "double",
    "longdash": "dashed",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell.

    Attributes:
        words: What it says.
        note: A smaller line under it; empty = none.
        tone: How the note looks: `bad` and `good` have a bar beside their words, so that no colour is needed.
        is_strong: Whether the words stand out.
        is_number: Whether the words may not be broken.
    """

    words: str
    note: str = ""
    tone: Tone = "plain"
    is_strong: bool = False
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column.

    Attributes:
        words: What it says; also in front of each cell of the column in a narrow window.
        note: A smaller line under it.
        colour: Colour of the line that stands for the column in charts; empty = it has none.
        dash: Dash of that line.
    """

    words: str
    note: str = ""
    colour: str = ""
    dash: str = "solid"


def draw_folding(caption: str, corner: str, heads: Sequence[Head], rows: Sequence[Sequence[Entry]]) -> None:
    """Draws a table that folds.

    Args:
        caption: What it shows.
        corner: The head of the first column, which heads the rows.
        heads: The heads of the others.
        rows: The rows; the first cell of each is its head.
    """
    top = "".join(
        f'<th scope="col">{_key(head)}{as_html(head.words)}{_note(head.note)}</th>' for head in heads
    )
    body = "".join(_row(heads, row) for row in rows)
    st.html(
        f'{_STYLE}<table class="fold"><caption>{as_html(caption)}</caption>'
        f'<thead><tr><th scope="col">{as_html(corner)}</th>{top}</tr></thead><tbody>{body}</tbody></table>'
    )


def draw_table_folding(table: Table) -> None:
    """A table of a report, folding; rows without a head are numbered."""
    if not table.rows:
        st.caption(f"{escaped(table.caption)}: nothing to tell.")
        return
    columns = table.columns if table.is_headed else ("step", *table.columns)
    rows = [
        [
            *([] if table.is_headed else [Entry(str(k + 1))]),
            *(Entry(_told(cell), is_number=isinstance(cell, Number)) for cell in row),
        ]
        for k, row in enumerate(table.rows)
    ]
    draw_folding(table.caption, columns[0], [Head(column) for column in columns[1:]], rows)


def draw_blocks_folding(blocks: Sequence[Block], *, key: str) -> None:
    """Parts of a report, with tables that fold; `key` distinguishes charts from others of the page."""
    for k, block in enumerate(blocks):
        if isinstance(block, Table):
            draw_table_folding(block)
        else:
            draw_block(block, key=f"{key}-{k}")


def _told(cell: Cell) -> str:
    """A cell as text; no number is broken from its unit."""
    if isinstance(cell, tuple):
        return "".join(_told(part) for part in cell)
    return plain(cell).replace(" ", "\u00a0") if isinstance(cell, Number) else plain(cell)


def _row(heads: Sequence[Head], row: Sequence[Entry]) -> str:
    first = f'<th scope="row">{as_html(row[0].words)}{_note(row[0].note)}</th>'
    return f"<tr>{first}{''.join(map(_cell, heads, row[1:]))}</tr>"


def _cell(head: Head, entry: Entry) -> str:
    words = as_html(entry.words)
    if entry.is_number:
        words = f'<span class="num">{words}</span>'
    if entry.is_strong:
        words = f"<strong>{words}</strong>"
    kind = "" if entry.words or entry.note else ' class="empty"'
    of = as_html(head.words)
    return f'<td{kind} data-of="{of}"><div>{words}{_note(entry.note, entry.tone)}</div></td>'


def _key(head: Head) -> str:
    if not head.colour:
        return ""
    style = f"border-top-style:{_BORDERS[head.dash]};border-top-color:{head.colour}"
    return f'<span class="key" style="{style}"></span>'


def _note(words: str, tone: Tone = "plain") -> str:
    if not words:
        return ""
    return f'<span class="note {tone}">{as_html(words)}</span>'
