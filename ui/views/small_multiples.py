"""One little chart a dimension: a few designs as dots, or as bands, with the limit as a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from models.units import quantity
from optimizer.decide.exchanges import nines_of
from optimizer.report.content import Axis
from ui.beside import Beside
from ui.views import figures

#: Signs of the designs in their order: a shape each, beside the colour.
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")
#: Charts side by side.
_ACROSS = 3


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
                st.markdown(f"**{axis.name.capitalize()}**, {axis.better} is better")
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
    found = [value for span in spans for value in span.all if math.isfinite(value)]
    frame = _Frame(axis, [*found, *([] if axis.limit is None else [axis.limit])])
    figure = go.Figure()
    for k, (one, span) in enumerate(zip(designs, spans, strict=True)):
        symbol = SYMBOLS[k % len(SYMBOLS)]
        hover = figures.label(f"{one.label}: {told_of(axis, span)}")
        if span.low is not None and span.high is not None:
            ends = [frame.place(span.low), frame.place(span.high)]
            figure.add_scatter(
                x=ends,
                y=[one.letter] * 2,
                mode="lines",
                line={"color": one.colour, "width": 7},
                opacity=0.55,
                text=[hover] * 2,
                hoverinfo="text",
            )
        half = span.value if span.half is None else span.half
        is_unbounded = not math.isfinite(half)
        figure.add_scatter(
            x=[frame.place(half)],
            y=[one.letter],
            mode="markers",
            marker={
                "color": one.colour,
                "symbol": "triangle-right" if is_unbounded else symbol,
                "size": 12,
            },
            text=[hover],
            hoverinfo="text",
            cliponaxis=False,
        )
        # The words of a mark that isn't seen, and is larger: they stand clear of the one that is.
        figure.add_scatter(
            x=[frame.place(half)],
            y=[one.letter],
            mode="markers+text",
            marker={"size": 20, "opacity": 0.0},
            text=[figures.label(quantity(half, axis.unit))],
            textposition="top left" if is_unbounded else "top center",
            hoverinfo="skip",
            cliponaxis=False,
        )
        if span.half is not None and span.value != span.half:
            figure.add_scatter(
                x=[frame.place(span.value)],
                y=[one.letter],
                mode="markers",
                marker={"color": one.colour, "symbol": "line-ns-open", "size": 13, "line": {"width": 2}},
                text=[hover],
                hoverinfo="text",
            )
    if axis.limit is not None:
        figure.add_vline(x=frame.place(axis.limit), line_dash="dash", line_width=2, line_color=figures.GREY)
        figure.add_annotation(
            x=frame.place(axis.limit),
            y=1.0,
            yref="paper",
            yanchor="bottom",
            text=figures.label(f"limit {quantity(axis.limit, axis.unit)}"),
            showarrow=False,
        )
    is_left = axis.better == "lower"
    figure.add_annotation(
        x=0.0 if is_left else 1.0,
        y=0.0,
        xref="paper",
        yref="paper",
        xanchor="left" if is_left else "right",
        yanchor="top",
        text="← better" if is_left else "better →",
        showarrow=False,
    )
    figure.update_layout(
        height=82 + 42 * len(designs),
        margin={"l": 10, "r": 10, "t": 24, "b": 22},
        showlegend=False,
        dragmode=False,
    )
    figure.update_xaxes(
        range=[frame.start, frame.end], fixedrange=True, showticklabels=False, showgrid=False, zeroline=False
    )
    # Room above the uppermost row for its value.
    order = [one.letter for one in designs]
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=order,
        range=[len(order) - 0.5, -0.75],
        fixedrange=True,
        automargin=True,
        showgrid=True,
    )
    return figure


class _Frame:
    """Where values stand on an axis: linear, by their logarithm, or by their nines; unbounded at its end."""

    def __init__(self, axis: Axis, found: Sequence[float]) -> None:
        self._axis = axis
        places = [self._at(value) for value in found] or [0.0]
        low, high = min(places), max(places)
        room = (high - low) or abs(high) or 1.0
        self.start, self.end = low - 0.3 * room, high + 0.3 * room

    def place(self, value: float) -> float:
        """Where a value stands."""
        return self._at(value) if math.isfinite(value) else self.end - 0.04 * (self.end - self.start)

    def _at(self, value: float) -> float:
        if self._axis.scale == "nines":
            return float(nines_of(np.array(value)))
        if self._axis.scale == "log" and value > 0.0:
            return math.log10(value)
        return value
