"""Sections on a terminal, whatever its width: paragraphs, points, numbered steps, tables."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from optimizer.sections.content import (
    Block,
    Bullets,
    Cell,
    FrontView,
    Number,
    Paragraph,
    Section,
    Steps,
    Table,
    plain,
    thinned_text,
)

#: What stands between two columns, and the least width to which a column of texts is folded.
_GAP, _LEAST = 2, 18
#: Signs that a terminal may lack, and what stands for them.
_SIGNS = (("→", "->"), ("±", "+-"))


def print_section(console: Console, section: Section, *, has_title: bool = False) -> None:
    """Prints a section.

    Args:
        console: Where it goes.
        section: The section.
        has_title: Whether its heading is written.
    """
    if has_title:
        _line(console, section.title, style="bold")
        console.print()
    for i, block in enumerate(section.blocks):
        if i and not _goes_on(section.blocks, i):
            console.print()
        _print_block(console, block)


def _goes_on(blocks: Sequence[Block], i: int) -> bool:
    """Whether a block says more of the one before: its points, or a paragraph that opens none."""
    if not isinstance(blocks[i - 1], Paragraph):
        return False
    opens = i + 1 < len(blocks) and isinstance(blocks[i + 1], (Bullets, Steps))
    return isinstance(blocks[i], (Bullets, Steps)) or (isinstance(blocks[i], Paragraph) and not opens)


def _print_block(console: Console, block: Block) -> None:
    if isinstance(block, Paragraph):
        before, style = ("Warning: ", "bold") if block.kind == "warning" else ("", "")
        _line(console, block.text, before=before, style=style)
    elif isinstance(block, Bullets):
        for point in block.points:
            _line(console, point, before="  ", indent=4)
    elif isinstance(block, Steps):
        wide = len(str(len(block.steps)))
        for number, step in enumerate(block.steps, start=1):
            _line(console, step, before=f"  {number:>{wide}}. ", indent=4 + wide)
    elif isinstance(block, Table):
        _print_table(console, block)
    else:
        if isinstance(block, FrontView) and thinned_text(block):
            _line(console, thinned_text(block))
        _print_table(console, block.table)


def _line(console: Console, words: Cell, *, before: str = "", indent: int = 0, style: str = "") -> None:
    """A text that, where it is too long, goes on in the next line, `indent` further in."""
    lines = textwrap.wrap(
        before + _words(console, words),
        width=console.width,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    )
    for line in lines:
        console.print(Text(line, style=style))


def _words(console: Console, cell: Cell) -> str:
    """A cell on one line, with the signs that the terminal has."""
    words = " ".join(plain(cell).split())
    if not console.encoding.lower().startswith("utf"):
        for sign, instead in _SIGNS:
            words = words.replace(sign, instead)
    return words


def _print_table(console: Console, table: Table) -> None:
    if not table.rows:
        _line(console, f"{table.caption}: nothing to tell.")
        return
    if table.caption:
        _line(console, f"{table.caption}:")
    heads = [_words(console, head) for head in table.columns]
    rows = [[_words(console, cell) for cell in row] for row in table.rows]
    is_right = [_is_of_numbers([row[j] for row in table.rows]) for j in range(len(heads))]
    firm = [
        max(
            (cell_len(rows[i][j]) for i, row in enumerate(table.rows) if isinstance(row[j], Number)),
            default=0,
        )
        for j in range(len(heads))
    ]
    widths = _widths(heads, rows, firm, room=console.width)
    if widths is None:
        _print_records(console, heads, rows)
        return
    grid = Grid(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for head, width, right in zip(heads, widths, is_right, strict=True):
        grid.add_column(Text(head), justify="right" if right else "left", width=width, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    console.print(grid)


def _is_of_numbers(cells: Sequence[Cell]) -> bool:
    """Whether a column is one of numbers: half of what it says at least is one."""
    told = [cell for cell in cells if cell is not None and cell != ""]
    return bool(told) and 2 * sum(isinstance(cell, Number) for cell in told) >= len(told)


def _widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], firm: Sequence[int], *, room: int
) -> list[int] | None:
    """Widths of the columns; heads and texts are folded where they don't fit, numbers aren't (`firm`).

    None = there is no room.
    """
    columns = [[row[j] for row in rows] for j in range(len(heads))]
    most, least = [], []
    for head, cells, of_numbers in zip(heads, columns, firm, strict=True):
        widest = max(map(cell_len, cells))
        most.append(max(widest, cell_len(head)))
        word = max(map(cell_len, head.split()), default=0)
        folded = _longest_word(cells) if of_numbers else max(_LEAST, _longest_word(cells))
        least.append(max(word, of_numbers, min(widest, folded)))
    room -= _GAP * (len(heads) - 1)
    if sum(least) > room:
        return None
    left = room - sum(least)
    widths = list(least)
    while left and widths != most:  # a cell each in turn, so that those who want little get all of it
        for j, width in enumerate(widths):
            if width < most[j] and left:
                widths[j] += 1
                left -= 1
    return widths


def _longest_word(cells: Sequence[str]) -> int:
    return max((cell_len(word) for cell in cells for word in cell.split()), default=0)


def _print_records(console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table that is too wide: each row as lines of its own, a cell a line."""
    for row in rows:
        _line(console, f"{heads[0]} {row[0]}" if heads[0] else row[0], style="bold")
        for head, cell in zip(heads[1:], row[1:], strict=True):
            if cell:
                _line(console, cell, before=f"  {head}: ", indent=4)
