"""One little chart a dimension: a few designs as dots, or as bands, with the limit as a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from models.evaluation import nines_of
from models.units import quantity
from optimizer.report.sections.glossary import WORDS
from optimizer.sections.content import Axis
from ui.beside import Beside
from ui.tokens import TODAY
from ui.views import figures
from ui.views.words import as_label, escaped

#: Signs of the designs in their order: a shape each, beside the colour.
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")
_HELP = {word.lower(): meaning for word, meaning in WORDS}
#: Charts side by side.
_ACROSS = 3
#: Where words stand that would go over the edge.
_OPPOSITE = {"": "center", "left": "right", "right": "left"}
#: What is further away than so many widths of what the other designs take is shown at the edge, by an arrow.
_FAR = 3.0
#: The least that an axis spans, as a share of the largest value, so that nothing looks apart that isn't.
_LEAST_SPAN = 0.1


@dataclass(frozen=True, slots=True)
class Span:
    """What one design has in one dimension.

    Attributes:
        value: The value as the file says; may be infinite.
        low: One in ten is below; None = there is no band.
        half: Half are below.
        high: One in ten is above.
    """

    value: float
    low: float | None = None
    half: float | None = None
    high: float | None = None

    @property
    def all(self) -> tuple[float, ...]:
        """Every number of it."""
        return tuple(v for v in (self.value, self.low, self.half, self.high) if v is not None)


def draw_small_multiples(
    axes: Sequence[Axis], designs: Sequence[Beside], spans: Sequence[Sequence[Span]], *, key: str
) -> None:
    """Draws a little chart for each dimension.

    Args:
        axes: The dimensions.
        designs: The designs.
        spans: By dimension what each design has.
        key: Distinguishes the charts from others of the page.
    """
    for start in range(0, len(axes), _ACROSS):
        columns = st.columns(_ACROSS)
        for column, axis, mine in zip(columns, axes[start:], spans[start:], strict=False):
            with column:
                title = f"**{escaped(axis.name.capitalize())}**, {axis.better} is better"
                st.markdown(title, help=_HELP.get(axis.name))
                figures.draw(
                    small(axis, designs, mine), key=f"{key}-{axis.name}", alt=alt_of(axis, designs, mine)
                )


def alt_of(axis: Axis, designs: Sequence[Beside], spans: Sequence[Span]) -> str:
    """A chart in words."""
    told = ", ".join(f"{one.letter} {told_of(axis, span)}" for one, span in zip(designs, spans, strict=True))
    limit = "" if axis.limit is None else f"; the limit is {quantity(axis.limit, axis.unit)}"
    return f"{axis.name.capitalize()}, {axis.better} is better: {told}{limit}."


def told_of(axis: Axis, span: Span) -> str:
    """A value, or its band."""
    value = quantity(span.value, axis.unit)
    if span.low is None or span.high is None:
        return value
    low, high = quantity(span.low, axis.unit), quantity(span.high, axis.unit)
    return value if low == high == value else f"{low} to {high}, as the file says {value}"


def small(axis: Axis, designs: Sequence[Beside], spans: Sequence[Span]) -> go.Figure:
    """One little chart: a row for each design, its dot or band, the limit as a line."""
    frame = _Frame(axis, designs, spans)
    # Made of whole traces at once: a page has a dozen of these, and parts that are added are checked each.
    return go.Figure({"data": _traces(axis, frame, designs, spans), "layout": _layout(axis, frame, designs)})


def _traces(
    axis: Axis, frame: _Frame, designs: Sequence[Beside], spans: Sequence[Span]
) -> list[dict[str, object]]:
    letters = [one.letter for one in designs]
    colours = [one.colour for one in designs]
    hover = [
        as_label(f"{one.label}: {told_of(axis, span)}") for one, span in zip(designs, spans, strict=True)
    ]
    middle = [span.value if span.half is None else span.half for span in spans]
    sides = [frame.side(value) for value in middle]
    places = [frame.place(value) for value in middle]
    traces: list[dict[str, object]] = [
        {
            "type": "scatter",
            "x": [frame.place(span.low), frame.place(span.high)],
            "y": [one.letter] * 2,
            "mode": "lines",
            "line": {"color": one.colour, "width": 7},
            "opacity": 0.55,
            "text": [words] * 2,
            "hoverinfo": "text",
        }
        for one, span, words in zip(designs, spans, hover, strict=True)
        if span.low is not None and span.high is not None
    ]
    traces.append(
        {
            "type": "scatter",
            "x": places,
            "y": letters,
            "mode": "markers",
            "marker": {
                "color": colours,
                "symbol": [
                    f"triangle-{side}" if side else SYMBOLS[k % len(SYMBOLS)] for k, side in enumerate(sides)
                ],
                "size": 12,
            },
            "text": hover,
            "hoverinfo": "text",
            "cliponaxis": False,
        }
    )
    # The words of marks that aren't seen, and are larger: they stand clear of those that are.
    traces.append(
        {
            "type": "scatter",
            "x": places,
            "y": letters,
            "mode": "markers+text",
            "marker": {"size": 20, "opacity": 0.0},
            "text": [as_label(quantity(value, axis.unit)) for value in middle],
            "textposition": [f"top {_OPPOSITE[side]}" for side in sides],
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
    )
    moved = [
        k
        for k, span in enumerate(spans)
        if span.half is not None and span.half != span.value and not frame.side(span.value)
    ]
    traces.append(
        {
            "type": "scatter",
            "x": [frame.place(spans[k].value) for k in moved],
            "y": [letters[k] for k in moved],
            "mode": "markers",
            "marker": {
                "color": [colours[k] for k in moved],
                "symbol": "line-ns-open",
                "size": 13,
                "line": {"width": 2},
            },
            "text": [hover[k] for k in moved],
            "hoverinfo": "text",
        }
    )
    return traces


def _layout(axis: Axis, frame: _Frame, designs: Sequence[Beside]) -> dict[str, object]:
    letters = [one.letter for one in designs]
    is_left = axis.better == "lower"
    side = "left" if is_left else "right"
    notes: list[dict[str, object]] = [
        {
            "x": 0.0 if is_left else 1.0,
            "y": 0.0,
            "xref": "paper",
            "yref": "paper",
            "xanchor": side,
            "yanchor": "top",
            "text": "\u2190 better" if is_left else "better \u2192",
            "showarrow": False,
        }
    ]
    shapes = []
    if axis.limit is not None:
        at, beyond = frame.place(axis.limit), frame.side(axis.limit)
        line = {"color": figures.GREY, "dash": "dash", "width": 2}
        if not beyond:
            shapes.append(
                {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper", "line": line}
            )
        words = as_label(f"limit {quantity(axis.limit, axis.unit)}")
        words = {"": words, "left": f"\u2190 {words}", "right": f"{words} \u2192"}[beyond]
        anchor = beyond or "center"
        where = {"x": at, "y": 1.0, "yref": "paper", "yanchor": "bottom", "xanchor": anchor}
        notes.append({**where, "text": words, "showarrow": False})
    return {
        "height": 82 + 42 * len(designs),
        "margin": {"l": 10, "r": 10, "t": 24, "b": 22},
        "showlegend": False,
        "dragmode": False,
        "annotations": notes,
        "shapes": shapes,
        "xaxis": {
            "range": [frame.start, frame.end],
            "fixedrange": True,
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {
            "categoryorder": "array",
            "categoryarray": letters,
            # Room above the uppermost row for its value.
            "range": [len(letters) - 0.5, -0.75],
            "fixedrange": True,
            "automargin": True,
            "showgrid": True,
        },
    }


class _Frame:
    """Where values stand on an axis: linear, by their logarithm, or by their nines; far ones at its edge."""

    def __init__(self, axis: Axis, designs: Sequence[Beside], spans: Sequence[Span]) -> None:
        self._axis = axis
        compared = [k for k, one in enumerate(designs) if one.token != TODAY] or list(range(len(designs)))
        core = [self._at(v) for k in compared for v in spans[k].all if math.isfinite(v)]
        beside = [self._at(v) for span in spans for v in span.all if math.isfinite(v)]
        beside += [] if axis.limit is None else [self._at(axis.limit)]
        core = core or beside or [0.0]
        low, high = min(core), max(core)
        least = _LEAST_SPAN if axis.scale != "linear" else _LEAST_SPAN * max(abs(low), abs(high))
        # One design beside today's is compared with it: then nothing is too far away.
        reach = math.inf if len(compared) < 2 else _FAR * max(high - low, least)
        near = [place for place in beside if low - reach <= place <= high + reach]
        low, high = min([low, *near]), max([high, *near])
        room = max(high - low, least) or 1.0
        middle = 0.5 * (low + high)
        self.start, self.end = middle - 0.8 * room, middle + 0.8 * room

    def side(self, value: float) -> str:
        """The edge at which a value is shown because it lies beyond; empty = it lies inside."""
        if not math.isfinite(value):
            return "right" if value > 0.0 else "left"
        place = self._at(value)
        return "left" if place < self.start else "right" if place > self.end else ""

    def place(self, value: float) -> float:
        """Where a value stands."""
        inset = 0.04 * (self.end - self.start)
        side = self.side(value)
        if side:
            return self.start + inset if side == "left" else self.end - inset
        return self._at(value)

    def _at(self, value: float) -> float:
        if self._axis.scale == "nines":
            return float(nines_of(np.array(value)))
        if self._axis.scale == "log" and value > 0.0:
            return math.log10(value)
        return value
