"""What is worked out once and shared by all sessions: the only module that knows Streamlit's caches.

Keys are digests, names of runs and values of decisions, so that nothing ever goes stale and no time limit is
needed. What belongs to one person's scenario is found only by who has its text, or the name of its run.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from models.compiling import compile_system
from models.errors import Finding, ScenarioError
from models.evaluating import evaluate
from models.evaluation import Array, Evaluation
from models.explaining import explain
from models.scenario.load import scenario_from_text
from models.system import System
from optimizer.gallery import Entry, entry, path_of
from optimizer.protocols import size_of
from optimizer.report.findings import Findings, findings_at_once
from optimizer.runs.solving import solution_of
from optimizer.runs.store import RunStore
from optimizer.solution import Solution
from ui.values import Row, array, row

#: Designs that are evaluated to learn how long one takes.
_TRIED = 64


@st.cache_data(max_entries=64, show_spinner=False)
def bundled_text(name: str) -> str:
    """The text of a bundled scenario."""
    return path_of(name).read_text(encoding="utf-8")


@st.cache_data(max_entries=64, show_spinner=False)
def gallery_entry(name: str) -> Entry:
    """What is told of a bundled scenario."""
    return entry(name)


@st.cache_resource(max_entries=16, show_spinner="Reading the scenario")
def system_or_findings(text: str, source: str) -> System | tuple[Finding, ...]:
    """The compiled scenario of a text, or all that is wrong with it."""
    try:
        return compile_system(scenario_from_text(text, source=source))
    except ScenarioError as error:
        return tuple(error.findings)


@st.cache_resource(max_entries=4, show_spinner=False)
def store_at(url: str) -> RunStore:
    """The run store.

    Raises:
        StoreError: It can't be used.
    """
    return RunStore(url)


@st.cache_resource(max_entries=8, show_spinner="Reading the front")
def solution_of_run(url: str, run: str, ended: float, _system: System) -> Solution:
    """The solution of a run that has ended (the same run may end again, when it is gone on with)."""
    store = store_at(url)
    return solution_of(store, store.get(run), _system.space)


@st.cache_data(max_entries=64, show_spinner=False)
def seconds_for_all(digest: str, _system: System) -> float:
    """How long it would take to look at every design here, s; infinite where they can't be counted."""
    size = size_of(_system.space)
    if size is None:
        return float("inf")
    X = _system.space.designs(0, min(size, _TRIED))
    began = time.perf_counter()
    evaluate(_system, X)
    return (time.perf_counter() - began) * max(1.0, size / len(X))


@st.cache_resource(max_entries=64, show_spinner="Looking at the design")
def findings(
    key: str, x: Row | None, picks: tuple[tuple[str, Row], ...], _system: System, _solution: Solution
) -> Findings:
    """The answers about a solution and a design; a question is asked when its answer is looked at.

    Args:
        key: The run, or whatever else names the solution.
        x: The chosen design; None = the suggested one.
        picks: Designs beside it, with their names.
    """
    beside = [(name, array(values)) for name, values in picks]
    return findings_at_once(_system, _solution, x=None if x is None else array(x), picks=beside)


@st.cache_resource(max_entries=256, show_spinner=False)
def evaluated(digest: str, x: Row, _system: System) -> Evaluation:
    """One design, evaluated."""
    return evaluate(_system, array(x)[None, :])


@st.cache_resource(max_entries=128, show_spinner=False)
def explained(digest: str, x: Row, _system: System) -> dict[str, Any]:
    """One design with everything in between (`models.explaining.explain`)."""
    return dict(explain(_system, array(x)))


def about(
    key: str, x: Array | None, system: System, solution: Solution, picks: tuple[tuple[str, Array], ...] = ()
) -> Findings:
    """The answers about a design as arrays name it (see `findings`)."""
    named = tuple((name, row(values)) for name, values in picks)
    return findings(key, None if x is None else row(x), named, system, solution)


@st.cache_data(max_entries=2, show_spinner=False)
def own_file(path: str) -> str:
    """A file of the app itself: style and scripts."""
    return Path(path).read_text(encoding="utf-8")


@st.cache_resource(max_entries=16, show_spinner=False)
def other_designs(digest: str, most: int, _system: System) -> Evaluation:
    """Designs from all over the space, on the front or not, to show what is missing from it and why.

    All of them where there are no more than `most`, else a Sobol sample.
    """
    space = _system.space
    size = size_of(space)
    X = space.designs(0, size) if size is not None and size <= most else space.sample(most, seed=0)
    return evaluate(_system, np.asarray(X))
