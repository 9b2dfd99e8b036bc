"""Charts over the load: where limits fall, and how busy the parts get."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from models.units import quantity
from optimizer.resilience.breaking_points import BreakingPoints
from optimizer.resilience.load_curve import LoadCurve
from optimizer.sections.breaking import BEFOREHAND
from optimizer.sections.wording import limit_label
from ui.beside import Beside
from ui.views import figures
from ui.views.words import as_label

#: Components that the chart shows, and their lines.
MOST_SHOWN = 5
_COLOURS = (figures.BLUE, figures.ORANGE, figures.GREEN, figures.PURPLE, figures.GREY)
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
#: Multiples that stand at the axis, and the least and the most that it reaches.
_TICKS = tuple(2.0**k for k in range(-6, 7))
_LEAST, _MOST = 0.25, 64.0


def first_falls_figure(designs: Sequence[Beside], points: Sequence[BreakingPoints]) -> go.Figure:
    """A bar for each design up to the load at which its first limit is broken."""
    margins = [float(found.margin[0]) for found in points]
    low, high = _range(margins)
    ends = [min(max(margin, low), high) for margin in margins]
    figure = go.Figure(
        go.Bar(
            x=ends,
            y=[one.letter for one in designs],
            orientation="h",
            marker={
                "color": [one.colour for one in designs],
                "pattern": {"shape": ["/" if margin <= 1.0 else "" for margin in margins]},
            },
            text=[_multiple(margin) for margin in margins],
            textposition="auto",
            insidetextfont={"color": [figures.ink(one.colour) for one in designs]},
            hoverinfo="text",
        )
    )
    figure.update_yaxes(autorange="reversed", fixedrange=True, automargin=True)
    _over_load(figure, low, high, height=90 + 36 * len(designs))
    return figure


def falls_figure(points: BreakingPoints, rate: float) -> go.Figure:
    """A bar for each limit: as long as it holds, and hatched from where it is broken."""
    shown = [j for j, name in enumerate(points.limits) if name not in BEFOREHAND]
    shown.sort(key=lambda j: (float(points.fails[0, j]), points.limits[j]))
    low, high = _range([float(points.fails[0, j]) for j in shown])
    ends = [
        low if points.holds[0, j] == 0.0 else min(max(float(points.fails[0, j]), low), high) for j in shown
    ]
    texts = [
        "broken at any load" if points.holds[0, j] == 0.0 else _multiple(float(points.fails[0, j]))
        for j in shown
    ]
    names = [
        as_label(f"{limit_label(points.limits[j])}, {words}") for j, words in zip(shown, texts, strict=True)
    ]
    hover = [f"{name}{_rate(float(points.fails[0, j]) * rate)}" for name, j in zip(names, shown, strict=True)]
    figure = go.Figure()
    figure.add_bar(
        x=[end - low for end in ends],
        base=low,
        y=names,
        orientation="h",
        marker={"color": figures.BLUE},
        hovertext=hover,
        hoverinfo="text",
        name="holds",
    )
    figure.add_bar(
        x=[high - end for end in ends],
        base=ends,
        y=names,
        orientation="h",
        marker={"color": figures.ORANGE, "opacity": 0.55, "pattern": {"shape": "/"}},
        hovertext=hover,
        hoverinfo="text",
        name="broken",
    )
    figure.update_layout(barmode="overlay", showlegend=False)
    figure.update_yaxes(autorange="reversed", fixedrange=True, automargin=True)
    _over_load(figure, low, high, height=90 + 44 * len(shown))
    return figure


def utilisation_figure(curve: LoadCurve, first: float, chosen: float | None) -> tuple[go.Figure, str]:
    """How busy the busiest components are over the load, with what to keep below; and the same in words."""
    low, high = _range([first])
    inside = [k for k, multiple in enumerate(curve.multiples) if low <= multiple <= high]
    at = min(range(len(curve.multiples)), key=lambda k: abs(math.log(curve.multiples[k] / min(first, high))))
    shown = curve.busiest(at, MOST_SHOWN)
    lines = [
        figures.Curve(
            curve.components[c],
            tuple(float(curve.multiples[k]) for k in inside),
            tuple(float(curve.utilisation[k, c]) for k in inside),
            _COLOURS[place],
            _DASHES[place],
            has_points=False,
        )
        for place, c in enumerate(shown)
    ]
    figure = figures.curves(
        lines, x_label="", y_label="utilisation", x_unit="times", y_unit="fraction", height=380
    )
    top = max([1.1, *(y for one in lines for y in one.y)])
    figure.update_yaxes(tickformat=".0%", range=[0.0, min(1.05 * top, 2.0)])
    figure.add_hline(
        y=0.7,
        line_dash="dot",
        line_color=figures.ORANGE,
        annotation_text="70 %: waits grow",
        annotation_position="top left",
    )
    figure.add_hline(
        y=1.0,
        line_color=figures.ORANGE,
        annotation_text="100 %: no time left",
        annotation_position="top left",
    )
    if math.isfinite(first) and low < first < high:
        figure.add_vline(x=first, line_dash="dash", line_color=figures.ORANGE)
        figure.add_annotation(
            x=math.log10(first),
            y=0.9,
            yref="paper",
            text="first break",
            showarrow=False,
            xanchor="left",
        )
    if chosen is not None:
        figure.add_vline(x=chosen, line_dash="dot", line_color=figures.BLUE)
    _over_load(figure, low, high, height=400)
    figure.update_layout(legend={"orientation": "h", "y": -0.22}, margin={"b": 90})
    here = [k for k, multiple in enumerate(curve.multiples) if multiple == 1.0]
    told = ", ".join(
        f"{curve.components[c]} {quantity(float(curve.utilisation[k, c]), 'fraction')}"
        for k in here
        for c in shown
    )
    return figure, f"Utilisation of the busiest components over the load; at the planned load: {told}."


def _over_load(figure: go.Figure, low: float, high: float, *, height: int) -> None:
    """Multiples of the plan along the bottom, spread by doublings, with the plan marked."""
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    figure.update_xaxes(
        type="log",
        range=[math.log10(low), math.log10(high)],
        tickvals=ticks,
        ticktext=[f"{tick:.2g} ×" for tick in ticks],
        title="load, times the plan",
        fixedrange=True,
    )
    figure.add_vline(x=1.0, line_width=3, line_color=figures.GREY)
    figure.add_annotation(x=0.0, y=1.0, yref="paper", yanchor="bottom", text="planned peak", showarrow=False)
    figure.update_layout(height=height, margin={"l": 10, "r": 20, "t": 30, "b": 40}, dragmode=False)


def _range(found: Sequence[float]) -> tuple[float, float]:
    """The loads that are worth to be shown: the plan, and what breaks, with room on both sides."""
    finite = [value for value in found if math.isfinite(value) and value > 0.0]
    low = min([_LEAST, *(value / 2.0 for value in finite)])
    high = max([4.0, *(value * 2.0 for value in finite)])
    return max(low, 2.0**-6), min(high, _MOST)


def _multiple(value: float) -> str:
    return f"more than {_MOST:g} ×" if not math.isfinite(value) else f"{quantity(value, '')} ×"


def _rate(value: float) -> str:
    return "" if not math.isfinite(value) else f", {quantity(value, 'requests/s')}"
