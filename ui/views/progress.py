"""A run under way: how far it is, what it has found, how long it may take, and the way to stop it."""

from __future__ import annotations

import time

import streamlit as st

from models.units import count, duration
from optimizer.runs.run import Run
from optimizer.runs.store import RunStore

#: A run that hasn't been heard of for so long is said to be silent, s.
SILENT_S = 5.0


def draw_progress(keeper: RunStore, run: Run) -> None:
    """Draws a run that is queued or running."""
    now = time.time()
    if run.state == "queued":
        st.progress(0.0, text="Waiting for a place: other scenarios are being solved.")
    else:
        share = min(run.done / run.total, 1.0) if run.total else 0.0
        st.progress(share, text=progress_text(run, now))
        if now - (run.beat or now) > SILENT_S:
            st.warning(f"No sign of life for {duration(now - (run.beat or now))}.")
    st.caption("You can leave or close this page; the link finds it again.")
    columns = st.columns([1, 3])
    if run.cancel:
        columns[0].button("Stopping", disabled=True, key=f"stop-{run.id}")
    elif columns[0].button("Stop and keep what was found", key=f"stop-{run.id}"):
        keeper.cancel(run.id)
        st.rerun(scope="fragment")


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
