"""Where the shapes of the small charts lie: a waterfall and a line, for any page that draws them."""

from __future__ import annotations

import math

from optimizer.report.content import Line, Number, Waterfall, plain

_WIDTH, _BAR, _LABELS, _AMOUNTS = 760.0, 26.0, 190.0, 110.0
_LINE_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 240.0, 70.0, 750.0, 12.0, 205.0


def waterfall_chart(block: Waterfall) -> dict[str, object]:
    """A waterfall with a bar a line: each begins where the last one ended.

    Returns:
        Width, height and the bars in the units of the chart; what is infinite ends at its edge.
    """
    ends = [v for bar in block.bars for v in (bar.start, bar.end) if math.isfinite(v)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    span = (high - low) or 1.0
    room = _WIDTH - _LABELS - _AMOUNTS

    def x(value: float) -> float:
        held = min(max(value, low), high)
        return round(_LABELS + 10.0 + (held - low) / span * (room - 10.0), 2)

    bars = []
    for k, bar in enumerate(block.bars):
        left, right = sorted((x(bar.start), x(bar.end)))
        top = k * _BAR + 4.0
        amount = Number(bar.end - bar.start, block.unit)
        bars.append(
            {
                "kind": bar.kind,
                "x": left,
                "y": top,
                "width": max(round(right - left, 2), 1.0),
                "height": _BAR - 8.0,
                "text_y": top + 13.0,
                "amount_x": right + 6.0,
                "amount": str(amount),
                "label": plain(bar.label),
            }
        )
    return {
        "width": _WIDTH,
        "height": len(bars) * _BAR + 4.0,
        "label_x": _LABELS,
        "zero_x": x(0.0),
        "bars": bars,
    }


def line_chart(block: Line) -> dict[str, object]:
    """A line over its range, with its ends and its highest and lowest value written at the axes."""
    xs, ys = [p[0] for p in block.points], [p[1] for p in block.points]
    x_span, y_span = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
    points = [
        (
            round(_LEFT + (x - min(xs)) / x_span * (_RIGHT - _LEFT), 2),
            round(_BOTTOM - (y - min(ys)) / y_span * (_BOTTOM - _TOP), 2),
        )
        for x, y in block.points
    ]
    ticks = [
        {"x": _LEFT - 6.0, "y": _TOP + 8.0, "anchor": "end", "text": str(Number(max(ys), block.y_unit))},
        {"x": _LEFT - 6.0, "y": _BOTTOM, "anchor": "end", "text": str(Number(min(ys), block.y_unit))},
        {"x": _LEFT, "y": _BOTTOM + 16.0, "anchor": "start", "text": str(Number(min(xs), block.x_unit))},
        {"x": _RIGHT, "y": _BOTTOM + 16.0, "anchor": "end", "text": str(Number(max(xs), block.x_unit))},
        {
            "x": (_LEFT + _RIGHT) / 2.0,
            "y": _BOTTOM + 30.0,
            "anchor": "middle",
            "text": plain(block.x_label),
        },
    ]
    return {
        "width": _WIDTH,
        "height": _LINE_HEIGHT,
        "left": _LEFT,
        "right": _RIGHT,
        "top": _TOP,
        "bottom": _BOTTOM,
        "points": " ".join(f"{x},{y}" for x, y in points),
        "ticks": ticks,
    }
