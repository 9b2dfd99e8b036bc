"""A report as plain values for JSON, in the form that `report.schema.json` publishes."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from functools import cache
from pathlib import Path

from optimizer.report.content import (
    Block,
    Bullets,
    Candidate,
    Cell,
    Decision,
    FrontView,
    Line,
    Number,
    Paragraph,
    Report,
    Table,
    Text,
    Waterfall,
    plain,
)

#: Version of the form; it grows when something is renamed or removed.
VERSION = 1


def report_json(report: Report) -> str:
    """A report as strict JSON; null stands for what is unbounded."""
    return json.dumps(report_data(report), ensure_ascii=False, allow_nan=False) + "\n"


def report_data(report: Report) -> dict[str, object]:
    """A report as plain values."""
    return {
        "report": VERSION,
        "title": plain(report.title),
        "subtitle": plain(report.subtitle),
        "provenance": [{"what": plain(label), "value": _text(value)} for label, value in report.provenance],
        "sections": [
            {
                "name": section.name,
                "title": plain(section.title),
                "blocks": [_block(block) for block in section.blocks],
            }
            for section in report.sections
        ],
        "decision": None if report.decision is None else _decision(report.decision),
        "solution": report.solution,
    }


@cache
def report_schema() -> dict[str, object]:
    """The JSON Schema of a report."""
    schema: dict[str, object] = json.loads(
        (Path(__file__).parent / "report.schema.json").read_text(encoding="utf-8")
    )
    return schema


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _cell(cell: Cell) -> object:
    if cell is None:
        return None
    if isinstance(cell, Number):
        return {"value": _number(cell.value), "unit": cell.unit, "shown": str(cell)}
    return plain(cell) if isinstance(cell, str) else _text(cell)


def _text(words: Text) -> list[object]:
    return [_cell(part) for part in words]


def _table(table: Table) -> dict[str, object]:
    return {
        "kind": "table",
        "name": table.name,
        "caption": plain(table.caption),
        "columns": [plain(head) for head in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
    }


def _block(block: Block) -> dict[str, object]:
    if isinstance(block, Paragraph):
        return {"kind": "warning" if block.kind == "warning" else "paragraph", "text": _text(block.text)}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "points": [_text(one) for one in block.points]}
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Waterfall):
        bars = [{**asdict(bar), "label": plain(bar.label)} for bar in block.bars]
        return {
            "kind": "waterfall",
            "title": block.title,
            "unit": block.unit,
            "bars": bars,
            "table": _table(block.table),
        }
    if isinstance(block, Line):
        return {
            "kind": "line",
            "title": block.title,
            "x": block.x_label,
            "y": block.y_label,
            "points": [list(point) for point in block.points],
            "name": block.name,
            "more": [
                {"name": name, "points": [list(point) for point in points]} for name, points in block.more
            ],
            "table": _table(block.table),
        }
    assert isinstance(block, FrontView)
    return {
        "kind": "front",
        "axes": [{**asdict(axis), "limit": axis.limit} for axis in block.axes],
        "designs": list(block.numbers),
        "values": [[_number(v) for v in row] for row in block.values],
        "today": [_number(v) for v in block.today],
        "marked": [
            {"design": number, "mark": plain(label)}
            for number, label in zip(block.picks, block.labels, strict=True)
        ],
        "thinned_from": block.thinned_from,
        "table": _table(block.table),
    }


def _decision(decision: Decision) -> dict[str, object]:
    return {
        "title": plain(decision.title),
        "status": decision.status,
        "date": decision.date,
        "context": [_text(one) for one in decision.context],
        "drivers": [_text(one) for one in decision.drivers],
        "options": [_candidate(one) for one in decision.candidates],
        "chosen": None if decision.chosen is None else plain(decision.candidates[decision.chosen].name),
        "because": _text(decision.because),
        "outcome": [_text(one) for one in decision.outcome],
        "good": [_text(one) for one in decision.good],
        "bad": [_text(one) for one in decision.bad],
        "confirmation": [_text(one) for one in decision.confirmation],
        "more": [_text(one) for one in decision.more],
    }


def _candidate(one: Candidate) -> dict[str, object]:
    return {
        "name": plain(one.name),
        "what": _text(one.what),
        "good": [_text(text) for text in one.good],
        "bad": [_text(text) for text in one.bad],
    }
