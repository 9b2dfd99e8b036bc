"""Where the shapes of the small charts lie: a waterfall and a line, for any page that draws them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimizer.sections.content import Line, Number, Waterfall, plain

_WIDTH, _BAR, _LABELS, _AMOUNTS = 760.0, 26.0, 190.0, 110.0
_LETTER, _LEGEND = 7.2, 18.0
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
    """Lines over their range, with its ends and the highest and lowest value written at the axes."""
    lines = [(block.name, block.points), *block.more]
    xs = [x for _, points in lines for x, _ in points] + [x for _, x in block.marks]
    ys = [y for _, points in lines for _, y in points] + [end for _, *ends in block.band for end in ends]
    x_span, y_span = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
    high, low = (str(Number(end(ys), block.y_unit)) for end in (max, min))
    left = max(_LEFT, _LETTER * max(len(high), len(low)) + 12.0)  # the numbers stand before the axis

    def placed(points: Sequence[tuple[float, float]]) -> str:
        return " ".join(
            f"{round(left + (x - min(xs)) / x_span * (_RIGHT - left), 2)},"
            f"{round(_BOTTOM - (y - min(ys)) / y_span * (_BOTTOM - _TOP), 2)}"
            for x, y in points
        )

    shaded = None
    if block.shaded is not None:
        first, last = (
            round(left + (min(max(x, min(xs)), max(xs)) - min(xs)) / x_span * (_RIGHT - left), 2)
            for x in block.shaded
        )
        shaded = {"x": first, "width": max(round(last - first, 2), 1.0)}
    marks = []
    for k, (name, x) in enumerate(block.marks):
        place = round(left + (x - min(xs)) / x_span * (_RIGHT - left), 2)
        is_late = place > 0.5 * (left + _RIGHT)  # its name stands where there is room for it
        marks.append(
            {
                "x": place,
                "text_x": place - 5.0 if is_late else place + 5.0,
                "text_y": _TOP + 10.0 + k * _LEGEND,
                "anchor": "end" if is_late else "start",
                "text": plain(name),
            }
        )
    around = [(x, low) for x, low, _ in block.band] + [(x, high) for x, _, high in reversed(block.band)]
    ticks = [
        {"x": left - 6.0, "y": _TOP + 8.0, "anchor": "end", "text": high},
        {"x": left - 6.0, "y": _BOTTOM, "anchor": "end", "text": low},
        {"x": left, "y": _BOTTOM + 16.0, "anchor": "start", "text": str(Number(min(xs), block.x_unit))},
        {"x": _RIGHT, "y": _BOTTOM + 16.0, "anchor": "end", "text": str(Number(max(xs), block.x_unit))},
        {
            "x": (left + _RIGHT) / 2.0,
            "y": _BOTTOM + 30.0,
            "anchor": "middle",
            "text": plain(block.x_label),
        },
    ]
    legend = [
        {"kind": f"trace-{k}", "x": left, "y": _LINE_HEIGHT + 12.0 + k * _LEGEND, "text": plain(name)}
        for k, (name, _) in enumerate(lines)
        if block.more
    ]
    return {
        "width": _WIDTH,
        "height": _LINE_HEIGHT + (len(legend) * _LEGEND + 6.0 if legend else 0.0),
        "left": left,
        "right": _RIGHT,
        "top": _TOP,
        "bottom": _BOTTOM,
        "lines": [{"kind": f"trace-{k}", "points": placed(points)} for k, (_, points) in enumerate(lines)],
        "ticks": ticks,
        "legend": legend,
        "shaded": shaded,
        "marks": marks,
        "band": placed(around),
    }
