"""The load: how many requests in which phase, as a picture and as a table that can be typed into."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from models.scenario.editing.edit import Place
from models.scenario.workload import Phase
from models.units import quantity
from ui.drafting import Drafted
from ui.views import figures
from ui.views.editor import Cell, cell_of, draw_editor
from ui.views.words import as_label, escaped


def draw_workload(found: Drafted) -> None:
    """The phases."""
    scenario = found.subject.system.scenario
    phases = scenario.workload.phases
    shown = found.system.scenario.workload.phases if found.system is not None else phases
    st.markdown(
        "What the system is asked to serve: phases, each with one rate for some hours. A wide bar lasts "
        "long, a high one is much load."
    )
    if scenario.workload.source:
        st.caption(escaped(f"Source: {scenario.workload.source}"))
    peak = max(shown, key=lambda phase: (phase.peak, phase.rate))
    total = sum(phase.hours for phase in shown)
    said = f"{len(shown)} phases over {quantity(total, 'h')}; the peak is {quantity(peak.rate, 'requests/s')}"
    is_changed = shown != phases
    figures.draw(load_figure(shown, phases if is_changed else ()), key="workload-figure", alt=said)
    st.caption(f"{said}.{' The dashed line is the load of the file.' if is_changed else ''}")
    draw_editor(
        found,
        key="workload",
        shown={
            "phase": [phase.name for phase in phases],
            "what else": [_else(phase, phase is max(phases, key=_rank)) for phase in phases],
        },
        cells={
            "rate": [_cell(found, i, "rate") for i in range(len(phases))],
            "hours": [_cell(found, i, "hours") for i in range(len(phases))],
            **{
                name: [_cell(found, i, "drivers", name) for i in range(len(phases))]
                for name in scenario.drivers
            },
        },
        order=("phase", "rate", "hours", *scenario.drivers, "remark", "what else"),
        config={
            "rate": st.column_config.TextColumn("rate, requests/s", help="User requests per second."),
            "hours": st.column_config.TextColumn("hours", help="How long the phase lasts."),
            **{
                name: st.column_config.TextColumn(f"{name}", help=escaped(words or "A driver of costs."))
                for name, words in scenario.drivers.items()
            },
        },
        alt="The phases of the load; rate and hours can be typed into",
    )


def load_figure(phases: Sequence[Phase], before: Sequence[Phase] = ()) -> go.Figure:
    """Rate over time as bars as wide as their phases; before = a load to compare with, as a line."""
    ends = _ends(phases)
    figure = go.Figure(
        go.Bar(
            x=[end - phase.hours / 2 for end, phase in zip(ends, phases, strict=True)],
            y=[phase.rate for phase in phases],
            width=[phase.hours for phase in phases],
            text=[_said(phase) for phase in phases],
            textposition="auto",
            insidetextfont={"color": figures.ink(figures.BLUE)},
            hoverinfo="text",
            marker={"color": figures.BLUE, "line": {"color": "white", "width": 1}},
            cliponaxis=False,
        )
    )
    if before:
        corners = [
            corner
            for end, phase in zip(_ends(before), before, strict=True)
            for corner in (end - phase.hours, end)
        ]
        figure.add_scatter(
            x=corners,
            y=[phase.rate for phase in before for _ in range(2)],
            mode="lines",
            line={"color": figures.ORANGE, "dash": "dash", "width": 3},
            hoverinfo="skip",
        )
    figure.update_layout(
        height=280, margin={"l": 10, "r": 20, "t": 20, "b": 40}, dragmode=False, showlegend=False
    )
    figure.update_xaxes(title="hours since the beginning", fixedrange=True)
    figure.update_yaxes(title="requests/s", fixedrange=True, automargin=True, rangemode="tozero")
    return figure


def _said(phase: Phase) -> str:
    rate, hours = quantity(phase.rate, "requests/s"), quantity(phase.hours, "h")
    return f"{as_label(phase.name)}: {rate}, {hours}"


def _ends(phases: Sequence[Phase]) -> list[float]:
    """When each phase ends, h."""
    ends: list[float] = []
    for phase in phases:
        ends.append((ends[-1] if ends else 0.0) + phase.hours)
    return ends


def _rank(phase: Phase) -> tuple[bool, float]:
    return phase.peak, phase.rate


def _else(phase: Phase, is_peak: bool) -> str:
    said = ["the peak"] if is_peak else []
    said += [f"changes {', '.join(phase.effect.paths)}"] if phase.effect.paths else []
    return "; ".join(said)


def _cell(found: Drafted, i: int, *rest: str) -> Cell | None:
    place: Place = ("workload", "phases", i, *rest)
    return cell_of(found, place)
