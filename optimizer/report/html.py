"""A report as one page: no network, no file beside it, text and tables where scripts are off.

The page's Content-Security-Policy allows nothing but its own style and its own script, by their hashes: what
a scenario's texts hold can't run even if it were not escaped, which it is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from functools import cache
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from optimizer.report.charts import line_chart, waterfall_chart
from optimizer.report.content import Page, Report
from optimizer.sections.content import (
    Block,
    Bullets,
    Cell,
    FrontView,
    Line,
    Number,
    Paragraph,
    Steps,
    Table,
    Text,
    Waterfall,
    plain,
    thinned_text,
)

PAGE = Path(__file__).parent / "page"
#: Letters from which a word is broken where it doesn't fit, and a text wants a broad column.
_LONG_WORD, _LONG_TEXT = 24, 60
#: What an anchor can't hold.
_NO_ANCHOR = re.compile(r"[^A-Za-z0-9_-]+")
#: The scripts of the front view, in the order in which they need each other; the app mounts the same.
FRONT_SCRIPTS = ("numbers.js", "layout.js", "paint.js", "front.js", "gestures.js")


def front_script() -> str:
    """The script of the front view: it defines `mountFront(root, data, options)`."""
    return "\n".join(_read(name) for name in FRONT_SCRIPTS)


def front_style() -> str:
    """The style of the front view; whoever mounts it sets its colours."""
    return _read("front.css")


def html(report: Report | Page) -> str:
    """A report as one HTML page."""
    script = f'(function () {{\n"use strict";\n{front_script()}\n{_read("mount.js")}}})();'
    style = f"{front_style()}\n{_read('report.css')}"
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=plain(report.title),
            subtitle=plain(report.subtitle),
            provenance=[(plain(label), _text(value)) for label, value in report.provenance],
            sections=[
                {
                    "name": section.name,
                    "title": plain(section.title),
                    "blocks": [_block(block) for block in section.blocks],
                }
                for section in report.sections
            ],
            style=Markup(style),
            script=Markup(script),
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
        + "\n"
    )


def front_data(view: FrontView) -> dict[str, object]:
    """The front as `mountFront` takes it once its columns are decoded: floats in base64.

    All their 64 bits: with 32 of them 99.99999998 % would read as 100 %, and billions be off by hundreds.
    """
    values = np.array(view.values, dtype="<f8").reshape(len(view.numbers), len(view.axes))
    return {
        "axes": [
            {
                "name": axis.name,
                "label": axis.name,
                "unit": axis.unit,
                "better": axis.better,
                "limit": axis.limit,
                "scale": axis.scale,
            }
            for axis in view.axes
        ],
        "columns": [_base64(np.ascontiguousarray(values[:, j])) for j in range(len(view.axes))],
        "numbers": _base64(np.array(view.numbers, dtype="<i4")),
        "today": [value if math.isfinite(value) else None for value in view.today],
        "picks": list(view.picks),
        "labels": [plain(label) for label in view.labels],
    }


@cache
def _read(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def _hash(words: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(words.encode()).digest()).decode()


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()


def _part(part: str | Number) -> object:
    if isinstance(part, Number):
        return {"value": repr(part.value), "shown": str(part)}
    return plain(part)


def _text(words: Text) -> list[object]:
    return [_part(part) for part in words]


def _cell(cell: Cell) -> dict[str, object]:
    parts = [] if cell is None else _text(cell) if isinstance(cell, tuple) else [_part(cell)]
    return {"parts": parts, "look": _look(cell)}


def _look(cell: Cell) -> str:
    """How a cell is set: a number, a text with a word that must be broken, a text that needs room."""
    if cell is None or isinstance(cell, Number):
        return "number" if cell is not None else ""
    words = plain(cell)
    if any(len(word) > _LONG_WORD for word in words.split()):
        return "long"
    return "wide" if len(words) > _LONG_TEXT else ""


def _table(table: Table) -> dict[str, object]:
    numeric = [
        bool(table.rows) and all(row[j] is None or isinstance(row[j], Number) for row in table.rows)
        for j in range(len(table.columns))
    ]
    return {
        "name": _NO_ANCHOR.sub("-", table.name),
        "caption": plain(table.caption),
        "is_headed": table.is_headed,
        "heads": [
            {"text": plain(head), "is_number": is_number}
            for head, is_number in zip(table.columns, numeric, strict=True)
        ],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
    }


def _block(block: Block) -> dict[str, object]:
    if isinstance(block, Paragraph):
        return {"kind": "warning" if block.kind == "warning" else "paragraph", "parts": _text(block.text)}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "points": [_text(point) for point in block.points]}
    if isinstance(block, Steps):
        return {"kind": "steps", "steps": [_text(step) for step in block.steps]}
    if isinstance(block, Table):
        return {"kind": "table", "table": _table(block)}
    shared = {"alt": plain(block.alt), "table": _table(block.table)}
    if isinstance(block, Waterfall):
        return {"kind": "waterfall", "title": plain(block.title), "chart": waterfall_chart(block), **shared}
    if isinstance(block, Line):
        return {"kind": "line", "title": plain(block.title), "chart": line_chart(block), **shared}
    data = json.dumps(front_data(block), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":  # nothing in a text may end the script that holds it
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    return {"kind": "front", "thinned": thinned_text(block), "data": Markup(data), **shared}
