"""Sections as plain values for JSON; the types here are the form that `tradespace schema --of report` prints.

Every number is a value with its unit and the text that people see; null stands for what is unbounded.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypedDict

from optimizer.sections.content import (
    Block,
    Bullets,
    Cell,
    FrontView,
    Line,
    Number,
    Paragraph,
    Section,
    Steps,
    Table,
    Text,
    Waterfall,
    plain,
)

#: A number; null = unbounded.
Value = float | None
#: A point (x, y) of a line.
Point = Annotated[list[float], {"minItems": 2, "maxItems": 2}]
#: The name of a section, which is its anchor.
Name = Annotated[str, {"pattern": "^[a-z0-9-]+$"}]


class NumberData(TypedDict):
    """A value with its unit, and as people see it."""

    value: Value
    unit: str
    shown: str


TextData = list[str | NumberData]
CellData = str | NumberData | TextData | None


class ParagraphData(TypedDict):
    """A paragraph, or what must not be overlooked."""

    kind: Literal["paragraph", "warning"]
    text: TextData


class BulletsData(TypedDict):
    """A list of points."""

    kind: Literal["bullets"]
    points: list[TextData]


class StepsData(TypedDict):
    """What is done one after the other."""

    kind: Literal["steps"]
    steps: list[TextData]


class TableData(TypedDict):
    """A table; null in a cell = nothing to say."""

    kind: Literal["table"]
    name: str
    caption: str
    columns: list[str]
    rows: list[list[CellData]]


class BarData(TypedDict):
    """One bar of a waterfall, in the unit of the chart."""

    label: str
    start: float
    end: float
    kind: Literal["income", "expense", "rest"]


class WaterfallData(TypedDict):
    """Income and expenses as bars, each from where the last one ended."""

    kind: Literal["waterfall"]
    title: str
    unit: str
    bars: list[BarData]
    table: TableData


class TraceData(TypedDict):
    """One more line of a chart: points (x, y)."""

    name: str
    points: list[Point]


class PlaceData(TypedDict):
    """A place along the axis of a chart, with its name."""

    name: str
    x: float


class LineData(TypedDict):
    """A line through points (x, y); `name` says which it is where there are more."""

    kind: Literal["line"]
    title: str
    x: str
    y: str
    points: list[Point]
    name: str
    more: list[TraceData]
    marks: list[PlaceData]
    table: TableData


class AxisData(TypedDict):
    """One dimension of the front."""

    name: str
    unit: str
    better: Literal["lower", "higher"]
    limit: Value
    scale: Literal["linear", "log", "nines"]


class MarkData(TypedDict):
    """A design of the front that is marked."""

    design: int
    mark: str


class FrontData(TypedDict):
    """The front: values of its designs, a row each, in the order of the axes."""

    kind: Literal["front"]
    axes: list[AxisData]
    designs: list[int]
    values: list[list[Value]]
    today: list[Value]
    marked: list[MarkData]
    thinned_from: int | None
    table: TableData


BlockData = ParagraphData | BulletsData | StepsData | TableData | WaterfallData | LineData | FrontData


class SectionData(TypedDict):
    """The answer to one question."""

    name: Name
    title: str
    blocks: list[BlockData]


def section_data(section: Section) -> SectionData:
    """A section as plain values."""
    return {
        "name": section.name,
        "title": plain(section.title),
        "blocks": [_block(block) for block in section.blocks],
    }


def text_data(words: Text) -> TextData:
    """A text as its parts, numbers with their values."""
    return [_part(part) for part in words]


def texts_data(texts: tuple[Text, ...]) -> list[TextData]:
    """Texts, each as its parts."""
    return [text_data(one) for one in texts]


def _value(value: float) -> Value:
    return float(value) if math.isfinite(value) else None


def _part(part: str | Number) -> str | NumberData:
    if isinstance(part, Number):
        return {"value": _value(part.value), "unit": part.unit, "shown": str(part)}
    return plain(part)


def _cell(cell: Cell) -> CellData:
    if cell is None:
        return None
    return text_data(cell) if isinstance(cell, tuple) else _part(cell)


def _table(table: Table) -> TableData:
    return {
        "kind": "table",
        "name": table.name,
        "caption": plain(table.caption),
        "columns": [plain(head) for head in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
    }


def _block(block: Block) -> BlockData:
    if isinstance(block, Paragraph):
        return {"kind": "warning" if block.kind == "warning" else "paragraph", "text": text_data(block.text)}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "points": texts_data(block.points)}
    if isinstance(block, Steps):
        return {"kind": "steps", "steps": texts_data(block.steps)}
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Waterfall):
        return _waterfall(block)
    return _line(block) if isinstance(block, Line) else _front(block)


def _waterfall(chart: Waterfall) -> WaterfallData:
    return {
        "kind": "waterfall",
        "title": chart.title,
        "unit": chart.unit,
        "bars": [
            {"label": plain(bar.label), "start": bar.start, "end": bar.end, "kind": bar.kind}
            for bar in chart.bars
        ],
        "table": _table(chart.table),
    }


def _line(chart: Line) -> LineData:
    return {
        "kind": "line",
        "title": chart.title,
        "x": chart.x_label,
        "y": chart.y_label,
        "points": [list(point) for point in chart.points],
        "name": chart.name,
        "more": [{"name": name, "points": [list(point) for point in points]} for name, points in chart.more],
        "marks": [{"name": name, "x": x} for name, x in chart.marks],
        "table": _table(chart.table),
    }


def _front(view: FrontView) -> FrontData:
    return {
        "kind": "front",
        "axes": [
            {
                "name": axis.name,
                "unit": axis.unit,
                "better": axis.better,
                "limit": axis.limit,
                "scale": axis.scale,
            }
            for axis in view.axes
        ],
        "designs": list(view.numbers),
        "values": [[_value(v) for v in row] for row in view.values],
        "today": [_value(v) for v in view.today],
        "marked": [
            {"design": number, "mark": plain(label)}
            for number, label in zip(view.picks, view.labels, strict=True)
        ],
        "thinned_from": view.thinned_from,
        "table": _table(view.table),
    }
