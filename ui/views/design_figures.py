"""Charts of the Design page: the front with a design in it, what is left there, where the time goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from models.dimensions.complexity import WARNING_SHARE
from models.evaluation import COMPLEXITY, Array, Dimension, Evaluation
from models.units import quantity
from ui.views import figures
from ui.views.words import as_label

#: An axis whose values lie further apart than by this factor is logarithmic.
WIDE = 50.0
#: Points up to which each has its text beside it.
MOST_LABELLED = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """Designs of one kind: their name, values `(n, m)`, sign, colour, what each is called, and its token."""

    name: str
    values: Array
    symbol: str
    colour: str
    texts: tuple[str, ...]
    tokens: tuple[str, ...]


def among_front(
    front: Evaluation, x: int, y: int, marks: Sequence[Mark], name_of: Callable[[int], str]
) -> go.Figure:
    """The front in two dimensions, and the designs that stand out."""
    figure = go.Figure()
    dimensions = front.dimensions
    _points(
        figure, dimensions, x, y,
        Mark(
            "the front", front.values, "circle", figures.GREY,
            tuple(map(name_of, range(len(front)))),
            tuple(str(i + 1) for i in range(len(front))),
        ),
        size=7,
    )  # fmt: skip
    for mark in marks:
        _points(figure, dimensions, x, y, mark, size=14)
    return _framed(figure, dimensions, x, y)


def reserve_of_front(
    front: Evaluation, x: int, y: int, marks: Sequence[Mark], name_of: Callable[[int], str]
) -> go.Figure:
    """The front in two dimensions by what is left of the complexity budget."""
    figure = go.Figure()
    dimensions = front.dimensions
    left = 1.0 - front.values[:, dimensions.index(COMPLEXITY)]
    classes = (
        ("a quarter or more is left", left >= WARNING_SHARE, "circle", figures.BLUE),
        ("less than a quarter is left", (left < WARNING_SHARE) & (left > 0.0), "triangle-up", figures.YELLOW),
        ("nothing is left", left <= 0.0, "x", figures.ORANGE),
    )
    for name, mask, symbol, colour in classes:
        rows = np.flatnonzero(mask)
        if not rows.size:
            continue
        texts = tuple(f"{name_of(int(i))}, {quantity(float(left[i]), 'fraction')} left" for i in rows)
        shown = tuple(quantity(float(left[i]), "fraction") for i in rows)
        numbers = tuple(str(int(i) + 1) for i in rows)
        mark = Mark(name, front.values[rows], symbol, colour, texts, numbers)
        _points(figure, dimensions, x, y, mark, size=9, labels=shown if len(front) <= MOST_LABELLED else ())
    for mark in marks:
        _points(figure, dimensions, x, y, mark, size=14)
    return _framed(figure, dimensions, x, y)


def time_bars(names: Sequence[str], kinds: Sequence[tuple[str, str, str, Array]]) -> go.Figure:
    """A bar for each call, of what it takes by kind.

    Args:
        names: The calls.
        kinds: Name, colour, pattern, and milliseconds by call, of each kind.
    """
    figure = go.Figure()
    places = list(range(len(names)))
    for name, colour, pattern, times in kinds:
        figure.add_bar(
            x=times,
            y=places,
            orientation="h",
            name=name,
            marker={"color": colour, "pattern": {"shape": pattern}},
            hovertext=[
                f"{as_label(call)}: {quantity(float(ms), 'ms')} {name}"
                for call, ms in zip(names, times, strict=True)
            ],
            hoverinfo="text",
        )
    figure.update_layout(
        barmode="stack",
        height=90 + 30 * len(names),
        margin={"l": 10, "r": 20, "t": 20, "b": 40},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        dragmode=False,
    )
    figure.update_xaxes(title="ms of the mean response", fixedrange=True)
    figure.update_yaxes(
        tickvals=places,
        ticktext=[as_label(name) for name in names],
        autorange="reversed",
        fixedrange=True,
        automargin=True,
    )
    return figure


def _points(
    figure: go.Figure,
    dimensions: Sequence[Dimension],
    x: int,
    y: int,
    mark: Mark,
    *,
    size: int,
    labels: Sequence[str] = (),
) -> None:
    finite = np.isfinite(mark.values[:, x]) & np.isfinite(mark.values[:, y])
    rows = [int(i) for i in np.flatnonzero(finite)]
    figure.add_scatter(
        x=mark.values[rows, x],
        y=mark.values[rows, y],
        mode="markers+text" if labels else "markers",
        name=mark.name,
        marker={
            "symbol": mark.symbol,
            "size": size,
            "color": mark.colour,
            "line": {"width": 1, "color": "white"},
        },
        text=[labels[i] for i in rows] if labels else None,
        textposition="top center",
        hovertext=[
            f"{mark.texts[i]}: {', '.join(_told(dimensions[j], mark.values[i, j]) for j in (x, y))}"
            for i in rows
        ],
        hoverinfo="text",
        customdata=[mark.tokens[i] for i in rows],
        cliponaxis=False,
    )  # fmt: skip


def _told(dimension: Dimension, value: float) -> str:
    return f"{dimension.name} {quantity(float(value), dimension.shown_unit)}"


def _framed(figure: go.Figure, dimensions: Sequence[Dimension], x: int, y: int) -> go.Figure:
    figure.update_layout(
        height=420,
        margin={"l": 10, "r": 20, "t": 20, "b": 40},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        dragmode=False,
        showlegend=True,
    )
    figure.update_xaxes(title=_title(dimensions[x]), fixedrange=True)
    figure.update_yaxes(title=_title(dimensions[y]), fixedrange=True, automargin=True)
    for axis, letter, j in ((figure.update_xaxes, "x", x), (figure.update_yaxes, "y", y)):
        values = np.concatenate([np.asarray(trace[letter], dtype=np.float64) for trace in figure.data])
        if values.size and values.min() > 0.0 and values.max() > WIDE * values.min():
            axis(type="log", title=f"{_title(dimensions[j])}, logarithmic", dtick=1)
        elif dimensions[j].unit == "fraction":
            axis(tickformat=".4~p")
    return figure


def _title(dimension: Dimension) -> str:
    unit = "" if dimension.unit == "fraction" else f", {dimension.unit}"
    return f"{dimension.name}{unit} ({dimension.better} is better)"
