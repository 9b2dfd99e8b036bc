"""What an answer is: a section of text, tables and charts, with numbers that keep their units.

Terminal, HTML, Markdown, Streamlit and JSON render this value and work nothing out. A number in a text is a
`Number`, so that every format writes it by the same rounding, and a reader (or a test) finds the value behind
it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.units import count, nines, quantity

#: What no format can show: control characters but tab and line feed, and halves of surrogate pairs.
_NOT_SHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A value with its unit.

    Attributes:
        value: The value, as it was worked out; infinite = unbounded.
        unit: `ms`, `USD`, `fraction`, `requests/s`, `nines`, `count`, or any other.
    """

    value: float
    unit: str

    def __str__(self) -> str:
        if self.unit == "count":
            return count(int(self.value))
        return nines(self.value) if self.unit == "nines" else quantity(self.value, self.unit)


#: A text with numbers in it; what users wrote is plain text in every format.
Text = tuple[str | Number, ...]
Cell = str | Number | Text | None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. `kind` is `warning` for what must not be overlooked."""

    text: Text
    kind: Literal["plain", "warning"] = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of points."""

    points: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """What is done one after the other: a numbered list."""

    steps: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        name: A short name, unique in a report: of a sheet, of an anchor.
        caption: What it shows, in a sentence.
        columns: Heads of the columns, with the unit where all its numbers have one.
        rows: The cells; None = nothing to say.
        is_headed: Whether the first cell of a row is the row's head.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_headed: bool = True

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.name}: rows must have {len(self.columns)} cells")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a waterfall: from where to where, in the unit of the chart."""

    label: str
    start: float
    end: float
    kind: Literal["income", "expense", "rest"]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Income and expenses as bars that begin where the last one ended; `table` says the same in numbers."""

    title: str
    alt: str
    unit: str
    bars: tuple[Bar, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, `table` says the same in numbers.

    Where there are several lines, `name` says which the first one is, and `more` holds the others by name.
    `band` is where the first one lies mostly, a place with its lower and upper end each; `shaded` the part of
    the axis along which something special is going on; `marks` are places along it with their names.
    """

    title: str
    alt: str
    x_label: str
    y_label: str
    x_unit: str
    y_unit: str
    points: tuple[tuple[float, float], ...]
    table: Table
    name: str = ""
    more: tuple[tuple[str, tuple[tuple[float, float], ...]], ...] = ()
    band: tuple[tuple[float, float, float], ...] = ()
    shaded: tuple[float, float] | None = None
    marks: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension of the front view.

    Attributes:
        name: The dimension.
        unit: Its unit.
        better: Which direction is wanted.
        limit: Its limit; None = it has none.
        scale: How values are spread along the axis; `nines` spreads availability by its nines.
    """

    name: str
    unit: str
    better: Literal["lower", "higher"]
    limit: float | None
    scale: Literal["linear", "log", "nines"]


@dataclass(frozen=True, slots=True)
class FrontView:
    """The front to explore: parallel coordinates and a scatter, brushed together.

    Attributes:
        alt: What it shows, for those who can't see it.
        axes: The dimensions.
        numbers: Numbers of the designs on the front, from 1.
        values: Their values, a row each.
        today: Values of today's design.
        picks: Numbers of the designs that are marked, in their order.
        labels: Names of the marked designs.
        thinned_from: Designs on the front, where not all of them are shown.
        table: The marked designs in numbers.
    """

    alt: str
    axes: tuple[Axis, ...]
    numbers: tuple[int, ...]
    values: tuple[tuple[float, ...], ...]
    today: tuple[float, ...]
    picks: tuple[int, ...]
    labels: tuple[str, ...]
    thinned_from: int | None
    table: Table


Block = Paragraph | Bullets | Steps | Table | Waterfall | Line | FrontView


@dataclass(frozen=True, slots=True)
class Section:
    """The answer to one question: `name` is its anchor, `title` its heading."""

    name: str
    title: str
    blocks: tuple[Block, ...]


def tables_of(block: Block) -> tuple[Table, ...]:
    """The tables in a block: itself, or the one behind a chart."""
    if isinstance(block, Table):
        return (block,)
    return (block.table,) if isinstance(block, (Waterfall, Line, FrontView)) else ()


def texts_of(block: Block) -> tuple[Text, ...]:
    """The texts of a block of words; none of a table or a chart."""
    if isinstance(block, Paragraph):
        return (block.text,)
    if isinstance(block, Bullets):
        return block.points
    return block.steps if isinstance(block, Steps) else ()


def text(*parts: str | Number) -> Text:
    """A text from its parts."""
    return parts


def joined(parts: Sequence[Text], *, last: str = " and ", most: int | None = None) -> Text:
    """Texts as a list in a sentence: `a`, `a and b`, `a, b and c`; beyond `most`, how many more."""
    if most is not None and len(parts) > most + 1:
        parts = [*parts[:most], text(Number(float(len(parts) - most), "count"), " more")]
    found: list[str | Number] = []
    for i, part in enumerate(parts):
        if i:
            found.append(last if i == len(parts) - 1 else ", ")
        found += part
    return tuple(found)


def plain(cell: Cell) -> str:
    """A cell as text, without what no format can show."""
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return "".join(plain(part) for part in cell)
    return shown(str(cell))


def shown(words: str) -> str:
    """A text without what no format can show: each such character as a replacement character."""
    return _NOT_SHOWN.sub("\ufffd", words)


def thinned_text(view: FrontView) -> str:
    """Says that not all designs are shown, where that is so; else empty."""
    if view.thinned_from is None:
        return ""
    return (
        f"{len(view.numbers):,} of the {view.thinned_from:,} designs of the front are shown: of designs that "
        "nobody could tell apart one stands for all. The files hold the whole front."
    )
