"""A run under way: how far it is, what it has found, how long it may take, and the way to stop it."""

from __future__ import annotations

import streamlit as st

from models.evaluation import Dimension
from models.units import count, duration, quantity
from optimizer.runs.run import SILENT_S, Run
from optimizer.runs.so_far import SoFar
from ui.views import figures

#: Moments from which on a trace is a line.
FEWEST_MOMENTS = 3


def draw_progress(run: Run, found: SoFar | None, dimensions: tuple[Dimension, ...], *, now: float) -> bool:
    """Draws a run that is queued or running; whether somebody wants it to stop.

    Args:
        run: The run.
        found: What it has found so far.
        dimensions: What its designs are measured by.
        now: The time of the store, seconds since 1970.
    """
    if run.state == "queued":
        st.progress(0.0, text="Waiting for a place: other scenarios are being solved.")
    else:
        share = min(run.done / run.total, 1.0) if run.total else 0.0
        st.progress(share, text=progress_text(run, now))
        if now - (run.beat or now) > SILENT_S / 2:
            st.warning(f"No sign of life for {duration(now - (run.beat or now))}.")
    st.caption(
        "You can leave or close this page; the link finds it again. Who asks for the same joins this run, "
        "and who stops it stops it for all: what was found is kept, and anybody can go on with it."
    )
    is_stopped = False
    if run.cancel:
        st.button("Stopping", disabled=True, key=f"stop-{run.id}")
    else:
        is_stopped = st.button("Stop and keep what was found", key=f"stop-{run.id}")
    if found is not None and found.on_front:
        _draw_found(run, found, dimensions)
    return is_stopped


def _draw_found(run: Run, found: SoFar, dimensions: tuple[Dimension, ...]) -> None:
    told = [
        f"{dimension.name} {quantity(best, dimension.shown_unit)}"
        for dimension, best in zip(dimensions, found.best, strict=True)
        if best is not None
    ]
    st.markdown(f"Best so far, each by itself: {', '.join(told)}.")
    if len(found.trace) >= FEWEST_MOMENTS:
        curve = figures.Curve(
            "hypervolume",
            tuple(float(point.evaluations) for point in found.trace),
            tuple(point.hypervolume for point in found.trace),
        )
        chart = figures.curves(
            [curve],
            x_label="designs looked at",
            y_label="hypervolume",
            x_unit="count",
            y_unit="fraction",
            height=220,
        )
        alt = f"The hypervolume has grown to {quantity(found.trace[-1].hypervolume, 'fraction')} of its box."
        figures.draw(chart, key=f"trace-{run.id}", alt=alt)
        st.caption(
            "Hypervolume: how much of the space of possible results the front so far covers; when it hardly "
            "grows any more, little is left to be found."
        )


def progress_text(run: Run, now: float) -> str:
    """How far a run is, in a line."""
    total = f" of {count(run.total)}" if run.total else ""
    words = f"{count(run.done)}{total} designs, {count(run.on_front)} on the front so far"
    left = seconds_left(run, now)
    return words if left is None else f"{words}, about {duration(left)} left"


def seconds_left(run: Run, now: float) -> float | None:
    """How long a run may still take at its rate so far, s; None = nobody can tell yet."""
    if run.started is None or not run.total or run.done <= 0 or run.done >= run.total:
        return None
    return (now - run.started) * (run.total - run.done) / run.done
