"""The list of saved runs: filters, pages, one or two of them chosen; and those that are under way."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from models.units import count, duration
from optimizer.runs.run import ENDED, LIVE, SILENT_S, Run
from ui.listing import PAGE, Filters, Listed, pages
from ui.views.progress import progress_text
from ui.views.words import escaped

#: What a run is called by its kind.
KINDS = {"solve": "front", "report": "report", "batch": "batch", "across": "across scenarios"}
_ANY = "Any"


def draw_filters(names: Sequence[str], tags: Sequence[str]) -> Filters:
    """What is to be seen of the list."""
    left, middle, right = st.columns(3)
    found = (
        left.selectbox("State", [_ANY, *LIVE, *ENDED], key="runs-state", help=_STATES),
        middle.selectbox("Scenario", [_ANY, *names], key="runs-name"),
        right.selectbox("Tag", [_ANY, *tags], key="runs-tag", help="Words that you give to runs."),
    )
    return Filters(*(None if value == _ANY else value for value in found))


_STATES = (
    "Queued: waits for a place. Running: is worked on. Done: went to its end. Cancelled: was stopped and "
    "keeps what it had found. Failed: ended with an error. Interrupted: its process died."
)


def draw_pages(many: int) -> int:
    """The page of the list that is looked at, from 1."""
    if many <= PAGE:
        return 1
    return int(st.pagination(pages(many), key="runs-page"))


def draw_table(found: Listed, chosen: Sequence[str]) -> tuple[str, ...]:
    """A page of the list; the names of the runs that are chosen in it.

    Args:
        found: The page.
        chosen: Names of the runs that are chosen when a table of other runs is drawn.
    """
    runs = found.runs
    names = [run.id for run in runs]
    # Rows are chosen by their place: where another run stands there, the table is another one.
    key = f"runs-{hashlib.sha256(','.join(names).encode()).hexdigest()[:12]}"
    rows = [k for k, name in enumerate(names) if name in chosen]
    told = st.dataframe(
        {
            "state": [run.state for run in runs],
            "kind": [KINDS.get(run.kind, run.kind) for run in runs],
            "scenario": [run.name for run in runs],
            "what came out": [outcome(run) for run in runs],
            "asked for": [when(run.created) for run in runs],
            "took": [took(run) for run in runs],
            "tags": [", ".join(run.tags) for run in runs],
            "notes": [len(run.notes) for run in runs],
            "run": names,
        },
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": rows, "columns": [], "cells": []}},
        column_config={
            "what came out": st.column_config.TextColumn("what came out", width="large"),
            "notes": st.column_config.NumberColumn("notes", width="small"),
        },
        alt="Saved runs, the newest first; choose one to open it, two to compare them",
    )
    last = found.offset + len(runs)
    st.caption(
        f"Runs {count(found.offset + 1)} to {count(last)} of {count(found.many)}, the newest first. Choose a "
        "row to see what can be done with the run, two rows to compare them."
    )
    return tuple(names[k] for k in told["selection"]["rows"] if k < len(names))


def draw_live(run: Run, *, now: float) -> bool:
    """A run that is under way, in a line, at a time of the store; whether somebody wants it to stop."""
    share = min(run.done / run.total, 1.0) if run.total else 0.0
    left, right = st.columns([5, 1], vertical_alignment="center")
    kind = KINDS.get(run.kind, run.kind)
    left.progress(share, text=escaped(f"{run.name}, {kind} {run.id}: {progress(run, now)}"))
    if run.state == "running" and now - (run.beat or now) > SILENT_S / 2:
        left.caption(f"No sign of life for {duration(now - (run.beat or now))}.")
    if run.cancel:
        right.button("Stopping", disabled=True, key=f"live-stop-{run.id}", width="stretch")
        return False
    return right.button(
        "Stop", key=f"live-stop-{run.id}", width="stretch", help="What was found until then is kept."
    )


def progress(run: Run, now: float) -> str:
    """How far a run under way is, in words."""
    if run.state == "queued":
        return "waits for a place"
    if run.kind == "batch":
        return f"{count(run.done)} of {count(run.total)} cases"
    return progress_text(run, now)


def outcome(run: Run) -> str:
    """What came out of a run, or why nothing did, or how far it is."""
    if run.is_live:
        return progress(run, time.time())
    return run.error or run.summary or "nothing was found"


def took(run: Run) -> str:
    """How long a run took, or has taken so far."""
    if run.started is None:
        return ""
    return duration(max((run.ended or time.time()) - run.started, 0.0))


def when(seconds: float) -> str:
    """A moment, in the time of whoever looks."""
    moment = datetime.fromtimestamp(seconds).astimezone()
    offset = st.context.timezone
    if offset:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            moment = moment.astimezone(ZoneInfo(offset))
        except (ZoneInfoNotFoundError, ValueError):
            return f"{moment:%Y-%m-%d %H:%M}"
    return f"{moment:%Y-%m-%d %H:%M}"
