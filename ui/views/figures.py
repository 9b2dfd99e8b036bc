"""Charts other than the front: Plotly figures of the report's values, and the only way they get onto a page.

Only traces of the kinds `bar` and `scatter` are used: the page's plotly.js and the library's are of different
versions, and these two read the same in both.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

from models.units import quantity
from optimizer.sections.content import Line, Number, Waterfall, shown
from ui.views.words import as_label

#: Without its button that sends the chart to a server.
CHART_CONFIG = {
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "displaylogo": False,
    "displayModeBar": False,
}
#: Okabe and Ito's colours: told apart by the colour-blind; every use has a second sign beside the colour.
BLUE, ORANGE, GREEN, PURPLE, YELLOW, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#7f8790"
#: The four picks: colour, dash and letter; the same as in the front (`optimizer/report/page/paint.js`).
PICK_COLOURS = (ORANGE, GREEN, PURPLE, YELLOW)
PICK_DASHES = ("solid", "dash", "dot", "dashdot")
#: Shares at an axis: per cent, with the digits that they need.
PERCENT = ".6~%"
#: Units that stand at an axis.
_WRITTEN = ("ms", "s", "USD", "requests/s", "days")


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of a chart: its name, its points, how it is drawn."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    colour: str = BLUE
    dash: str = "solid"
    has_points: bool = True


#: Points of a line up to which each is marked.
MOST_MARKED = 60


def faint(colour: str) -> str:
    """A colour that lets what lies below shine through."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.2)"


def ink(colour: str) -> str:
    """The colour of a text in a bar: black or white, with a contrast of at least 4.5 (WCAG 2.2, 1.4.3)."""
    return "#ffffff" if colour == BLUE else "#000000"


def draw(figure: go.Figure, *, key: str, alt: str, on_click: Callable[[str], None] | None = None) -> None:
    """Puts a figure onto the page.

    Args:
        figure: The figure.
        key: Distinguishes it from others of the page.
        alt: The same in words.
        on_click: Told the `customdata` of a point that is clicked; None = points can't be clicked.
    """
    if on_click is None:
        st.plotly_chart(figure, key=key, config=CHART_CONFIG, alt=shown(alt))
        return

    def clicked() -> None:
        points = st.session_state[key]["selection"]["points"]
        if points:
            told = points[0]["customdata"]
            on_click(str(told[0] if isinstance(told, (list, tuple)) else told))

    st.plotly_chart(
        figure, key=key, config=CHART_CONFIG, alt=shown(alt), on_select=clicked, selection_mode="points"
    )


def waterfall(chart: Waterfall) -> go.Figure:
    """Income and expenses as bars that begin where the last one ended."""
    colours = {"income": BLUE, "expense": ORANGE, "rest": GREY}
    patterns = {"income": "", "expense": "/", "rest": "."}
    amounts = [bar.end - bar.start for bar in chart.bars]
    figure = go.Figure(
        go.Bar(
            x=[abs(amount) for amount in amounts],
            y=[f"{i + 1}. {as_label(bar.label)}" for i, bar in enumerate(chart.bars)],
            base=[min(bar.start, bar.end) for bar in chart.bars],
            orientation="h",
            marker={
                "color": [colours[bar.kind] for bar in chart.bars],
                "pattern": {"shape": [patterns[bar.kind] for bar in chart.bars]},
            },
            text=[quantity(amount, chart.unit) for amount in amounts],
            textposition="auto",
            insidetextfont={"color": [ink(colours[bar.kind]) for bar in chart.bars]},
            cliponaxis=False,
            hoverinfo="text",
        )
    )
    figure.update_yaxes(autorange="reversed")
    figure.add_vline(x=0, line_width=1)
    return _plain(figure, x_label=chart.unit, y_label="", height=60 + 30 * len(chart.bars))


def line(chart: Line) -> go.Figure:
    """A line through points, or several."""
    lines = ((chart.name or chart.y_label, chart.points), *chart.more)
    drawn = [
        Curve(
            name,
            tuple(x for x, _ in points),
            tuple(y for _, y in points),
            colour,
            dash,
            has_points=len(points) <= MOST_MARKED,
        )
        for (name, points), colour, dash in zip(
            lines, itertools.cycle((BLUE, ORANGE, GREEN, PURPLE)), itertools.cycle(PICK_DASHES), strict=False
        )
    ]
    figure = curves(
        drawn, x_label=chart.x_label, y_label=_with_unit(chart), x_unit=chart.x_unit, y_unit=chart.y_unit
    )
    if chart.band:
        around = [(x, low) for x, low, _ in chart.band] + [(x, high) for x, _, high in reversed(chart.band)]
        figure.add_scatter(
            x=[x for x, _ in around],
            y=[y for _, y in around],
            fill="toself",
            mode="none",
            fillcolor=faint(BLUE),
            hoverinfo="skip",
            showlegend=False,
        )
    if chart.shaded is not None:
        figure.add_vrect(*chart.shaded, fillcolor=faint(GREY), line_width=0, layer="below")
    for k, (name, x) in enumerate(chart.marks):
        # Names of places beside each other stand on lines of their own.
        label = {"text": as_label(name), "yanchor": "bottom", "y": 0.02 + 0.09 * k, "showarrow": False}
        figure.add_vline(x=x, line_width=1, line_dash="dot", line_color=GREY, annotation=label)
    return figure


def _with_unit(chart: Line) -> str:
    """The label of the axis up, with its unit where the numbers beside it have none."""
    return f"{chart.y_label}, {chart.y_unit}" if chart.y_unit in _WRITTEN else chart.y_label


def curves(
    found: Sequence[Curve],
    *,
    x_label: str,
    y_label: str,
    x_unit: str = "",
    y_unit: str = "",
    height: int = 320,
) -> go.Figure:
    """Several lines over one axis; each has a dash and a colour of its own."""
    figure = go.Figure()
    for one in found:
        texts = [
            f"{as_label(one.name)}: {Number(x, x_unit)}, {Number(y, y_unit)}"
            for x, y in zip(one.x, one.y, strict=True)
        ]
        figure.add_scatter(
            x=one.x,
            y=one.y,
            name=as_label(one.name),
            mode="lines+markers" if one.has_points else "lines",
            line={"color": one.colour, "dash": one.dash, "width": 3},
            text=texts,
            hoverinfo="text",
        )
    figure.update_layout(showlegend=len(found) > 1)
    if x_unit == "fraction":  # as in the tables beside it
        figure.update_xaxes(tickformat=PERCENT)
    if y_unit == "fraction":
        figure.update_yaxes(tickformat=PERCENT)
    return _plain(figure, x_label=x_label, y_label=y_label, height=height)


def _plain(figure: go.Figure, *, x_label: str, y_label: str, height: int) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 10, "r": 20, "t": 20, "b": 40},
        legend={"orientation": "h", "y": 1.15},
        dragmode=False,
    )
    figure.update_xaxes(title=as_label(x_label), fixedrange=True)
    figure.update_yaxes(title=as_label(y_label), fixedrange=True, automargin=True)
    return figure
