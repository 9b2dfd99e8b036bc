"""A run under way: how it is solved, how far it is, how fast, what it has found, and the way to stop it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from models.evaluation import Dimension
from models.units import count, duration, quantity
from optimizer.runs.run import SILENT_S, Run
from optimizer.runs.so_far import SoFar
from ui import cached
from ui.planning import Plan
from ui.views import figures
from ui.views.words import escaped

#: Moments from which on a trace is a line.
FEWEST_MOMENTS = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a run is.

    Attributes:
        rate: Designs/s.
        is_counted: Whether it is what the counted work lets expect: nothing was measured yet.
    """

    rate: float
    is_counted: bool = False


def draw_progress(
    run: Run, found: SoFar | None, dimensions: tuple[Dimension, ...], plan: Plan, *, now: float
) -> bool:
    """Draws a run that is queued or running; whether somebody wants it to stop.

    Args:
        run: The run.
        found: What it has found so far.
        dimensions: What its designs are measured by.
        plan: How it is solved.
        now: The time of the store, seconds since 1970.
    """
    st.markdown(escaped(plan.method))
    pace = pace_of(run, plan, now)
    if run.state == "queued":
        st.progress(0.0, text=f"Starting, or waiting for a place: {pace_text(pace, plan.seconds)}.")
    else:
        share = min(run.done / run.total, 1.0) if run.total else 0.0
        st.progress(share, text=progress_text(run, now, plan))
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


def progress_text(run: Run, now: float, plan: Plan | None = None) -> str:
    """How far a run is, in a line; with a plan at which rate.

    Args:
        run: The run.
        now: The time of the store, seconds since 1970.
        plan: How it is solved; None = nobody asks for the rate.
    """
    total = f" of {count(run.total)}" if run.total else ""
    words = f"{count(run.done)}{total} designs, {count(run.on_front)} on the front so far"
    if plan is None:
        left = seconds_left(run, now)
        return words if left is None else f"{words}, about {duration(left)} left"
    if run.total and run.done >= run.total:
        return f"{words}; what to recommend is being worked out"
    pace = pace_of(run, plan, now)
    return f"{words}, {pace_text(pace, _left(run, plan, pace, now))}"


def pace_of(run: Run, plan: Plan, now: float) -> Pace | None:
    """How fast a run is since it was first looked at; before, as its counted work lets expect.

    What it had done before it was gone on with says nothing of its rate.

    Args:
        run: The run.
        plan: How it is solved.
        now: The time of the store, seconds since 1970.
    """
    if run.started is not None and run.done > 0:
        then, done = cached.first_look(run.id, run.started, now, run.done)
        if run.done > done and now > then:
            return Pace((run.done - done) / (now - then))
    return None if plan.rate is None else Pace(plan.rate, is_counted=True)


def pace_text(pace: Pace | None, left: float | None) -> str:
    """Rate and time left: `about 2,400 designs/s, about 12 s left`."""
    rate = "rate not known yet" if pace is None else f"about {count(max(round(pace.rate), 1))} designs/s"
    if pace is not None and pace.is_counted:
        rate += " by counted work"
    return rate if left is None else f"{rate}, about {duration(max(left, 1.0))} left"


def _left(run: Run, plan: Plan, pace: Pace | None, now: float) -> float | None:
    """How long a run may still take, s; None = nobody can tell."""
    total = run.total or plan.designs
    if pace is not None and total and not pace.is_counted:
        return (total - run.done) / pace.rate
    if plan.seconds is None or run.started is None:
        return plan.seconds
    left = plan.seconds - (now - run.started)
    return left if left > 0.0 else None


def seconds_left(run: Run, now: float) -> float | None:
    """How long a run may still take at its rate so far, s; None = nobody can tell yet."""
    if run.started is None or not run.total or run.done <= 0 or run.done >= run.total:
        return None
    return (now - run.started) * (run.total - run.done) / run.done
