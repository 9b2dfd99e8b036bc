"""What a report is: sections of text, tables and charts, with numbers that keep where they come from.

Formats render this value and work nothing out. A number in a text is a `Number`, so that every format writes
it by the same rounding, and a reader (or a test) finds the value behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from models.units import count, nines, quantity

if TYPE_CHECKING:
    import pandas as pd

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
class Table:
    """A table.

    Attributes:
        name: A short name, unique in the report: of a sheet, of an anchor.
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


Block = Paragraph | Bullets | Table | Waterfall | Line | FrontView


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report: `name` is its anchor, `title` its heading."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One option of a decision, with what speaks for and against it."""

    name: str
    what: Text
    good: tuple[Text, ...]
    bad: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The choice as a record, in the order of MADR (Kopp, Armbruster and Zimmermann 2018).

    Attributes:
        title: The problem and its solution in a line.
        status: `proposed`, as long as nobody has agreed.
        date: When it was proposed, as 2026-11-24.
        context: The problem.
        drivers: What the choice is measured by.
        candidates: The options.
        chosen: Position of the chosen one; None = none can be.
        because: Why it is chosen.
        outcome: What it changes and reaches, and what that gives up.
        good: Consequences that are wanted.
        bad: Consequences that are not.
        confirmation: How it is checked that the decision still holds.
        more: Where the numbers come from.
    """

    title: str
    status: str
    date: str
    context: tuple[Text, ...]
    drivers: tuple[Text, ...]
    candidates: tuple[Candidate, ...]
    chosen: int | None
    because: Text
    outcome: tuple[Text, ...]
    good: tuple[Text, ...]
    bad: tuple[Text, ...]
    confirmation: tuple[Text, ...]
    more: tuple[Text, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """A report, ready to be rendered.

    Attributes:
        title: Its title.
        subtitle: What it is about.
        sections: Its parts.
        provenance: Scenario, digest, versions, method: where every number comes from.
        decision: The choice as a record; None = there is none to make.
        designs: The whole front, a row a design (see `optimizer.files.tables.design_table`).
        solution: The solution as plain values (see `optimizer.files.json.solution_answer`).
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    provenance: tuple[tuple[str, Text], ...]
    decision: Decision | None
    designs: pd.DataFrame
    solution: dict[str, object]

    def section(self, name: str) -> Section:
        """A part by its name.

        Raises:
            KeyError: There is none.
        """
        for section in self.sections:
            if section.name == name:
                return section
        raise KeyError(name)

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables, those behind charts too, in their order."""
        return tuple(
            table for section in self.sections for block in section.blocks for table in tables_of(block)
        )


def tables_of(block: Block) -> tuple[Table, ...]:
    """The tables in a block: itself, or the one behind a chart."""
    if isinstance(block, Table):
        return (block,)
    return (block.table,) if isinstance(block, (Waterfall, Line, FrontView)) else ()


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
        "differ by less than the scenario's steps, or a multiple of them, one stands for all."
    )
