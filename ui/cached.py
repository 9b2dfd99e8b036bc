"""What is worked out once and shared by all sessions: the only module that knows Streamlit's caches.

Keys are digests, names of runs and values of decisions, so that nothing ever goes stale and no time limit is
needed. What belongs to one person's scenario is found only by who has its text, or the name of its run.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import streamlit as st

from models.errors import Code, Finding, ScenarioError, TradespaceError
from models.evaluation import Array, Evaluation
from models.evaluator import evaluate
from models.explanation.explain import explain
from models.explanation.time_breakdown import FlowTimes, flow_times
from models.scenario.load import scenario_from_text
from models.system.compiler import compile_system
from models.system.system import System
from optimizer.batch.kept import batch_of
from optimizer.batch.running import Batch
from optimizer.batch.summary import batch_report
from optimizer.decide.confidence.robustness import Robustness, robustness_of
from optimizer.decide.explain.comparison import Comparison, compare
from optimizer.decide.explain.complexity_budget import Addition, Spending, additions, spending_of
from optimizer.decide.explain.off_front import off_front
from optimizer.files.gallery import path_of, title_of
from optimizer.files.solution import csv_bytes
from optimizer.files.tables import design_table
from optimizer.model import Work
from optimizer.report.building import build_report
from optimizer.report.content import Report
from optimizer.report.findings import Findings, findings_at_once
from optimizer.report.html import front_data
from optimizer.report.sections.front import off_front_texts
from optimizer.report.system_findings import SystemFindings
from optimizer.resilience.breaking_points import BreakingPoints, breaking_points
from optimizer.resilience.health import Health, health_of
from optimizer.resilience.load_curve import LOADS, LoadCurve, load_curve
from optimizer.resilience.stress import FEWEST_RUNS
from optimizer.runs.comparing import RunComparison, compare_runs
from optimizer.runs.run import Run
from optimizer.runs.solving import record_report, solution_of
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of, work_of
from optimizer.solver.config import SolveConfig
from optimizer.solver.solution import Solution
from optimizer.space import size_of
from ui.shortlist_cards import Card, cards_of, marks_of
from ui.shown import Shown, shown_of, view_of
from ui.values import Row, array, row

#: Designs of the front that are drawn at the most, and of those that are not on it.
MOST_DRAWN, MOST_OTHERS = 50_000, 1_024


@st.cache_resource(max_entries=8, show_spinner=False)
def component(name: str, _parts: Callable[[], tuple[str, str]]) -> Any:
    """A component of our own, registered once; `_parts` gives its script and its style."""
    script, style = _parts()
    return st.components.v2.component(name, js=script, css=style)


@st.cache_data(max_entries=64, show_spinner=False)
def bundled_text(name: str) -> str:
    """The text of a bundled scenario."""
    return path_of(name).read_text(encoding="utf-8")


@st.cache_data(max_entries=64, show_spinner=False)
def bundled_title(name: str) -> str:
    """The title of a bundled scenario."""
    return title_of(name)


@st.cache_resource(max_entries=16, show_spinner="Reading the scenario")
def system_or_findings(text: str, source: str) -> System | tuple[Finding, ...]:
    """The compiled scenario of a text, or all that is wrong with it."""
    try:
        return compile_system(scenario_from_text(text, source=source))
    except ScenarioError as error:
        return tuple(error.findings)
    except TradespaceError as error:
        return (Finding("", str(error), code=Code.UNREADABLE),)


@st.cache_resource(max_entries=256, show_spinner=False)
def played(digest: str, x: Row, what: str, _system: System, _play: Callable[[], Any]) -> Any:
    """What is played with a design; `what` names it, with everything that it hangs on."""
    return _play()


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


@st.cache_resource(max_entries=64, show_spinner=False)
def first_look(run: str, started: float, _now: float, _done: int) -> tuple[float, int]:
    """When somebody first looked at a run since it began, and how many designs it had done then."""
    return _now, _done


@st.cache_resource(max_entries=32, show_spinner=False)
def runs_compared(url: str, a: tuple[str, float], b: tuple[str, float]) -> RunComparison:
    """How two runs differ, each by its name and when it ended.

    Raises:
        StoreError: One holds no solution.
    """
    store = store_at(url)
    return compare_runs(store, store.get(a[0]), store.get(b[0]))


@st.cache_resource(max_entries=64, show_spinner=False)
def work(digest: str, _system: System) -> Work:
    """What looking at designs of a scenario takes, counted (the same here and where it is solved)."""
    return work_of(_system, SolveConfig().seed)


@st.cache_resource(max_entries=64, show_spinner="Looking at the design")
def findings(
    key: str, x: Row | None, picks: tuple[tuple[str, Row], ...], _system: System, _solution: Solution
) -> Findings:
    """The answers about a solution and a design; a question is asked when its answer is looked at.

    Args:
        key: The run, or whatever else names the solution.
        x: The chosen design; None = the recommended one.
        picks: Designs beside it, with their names.
    """
    beside = [(name, array(values)) for name, values in picks]
    chosen = None if x is None else array(x)
    return findings_at_once(model_of(_system), _solution, x=chosen, picks=beside, runs=FEWEST_RUNS)


@st.cache_resource(max_entries=256, show_spinner=False)
def evaluated(digest: str, x: Row, _system: System) -> Evaluation:
    """One design, evaluated."""
    return evaluate(_system, array(x)[None, :])


@st.cache_resource(max_entries=128, show_spinner=False)
def explained(digest: str, x: Row, _system: System) -> dict[str, Any]:
    """One design with everything in between (`models.explanation.explain.explain`)."""
    return dict(explain(_system, array(x)))


def about(
    key: str, x: Array | None, system: System, solution: Solution, picks: tuple[tuple[str, Array], ...] = ()
) -> Findings:
    """The answers about a design as arrays name it (see `findings`)."""
    named = tuple((name, row(values)) for name, values in picks)
    return findings(key, None if x is None else row(x), named, system, solution)


@st.cache_resource(max_entries=16, show_spinner=False)
def other_designs(digest: str, most: int, _system: System) -> Evaluation:
    """Designs from all over the space, on the front or not, to show what is missing from it and why.

    All of them where there are no more than `most`, else a Sobol sample.
    """
    space = _system.space
    size = size_of(space)
    X = space.designs(0, size) if size is not None and size <= most else space.sample(most, seed=0)
    return evaluate(_system, np.asarray(X))


@st.cache_resource(max_entries=64, show_spinner=False)
def cards(key: str, _system: System, _solution: Solution) -> tuple[Card, ...]:
    """The shortlist of a solution as cards; `key` names the solution."""
    return cards_of(model_of(_system), _solution)


@st.cache_resource(max_entries=16, show_spinner=False)
def shown_front(key: str, is_whole: bool, _found: Findings) -> Shown:
    """The designs that Explore shows: those that differ visibly, or all; `key` names the solution."""
    return shown_of(_found, is_whole=is_whole)


@st.cache_resource(max_entries=16, show_spinner="Drawing the front")
def front_payload(
    key: str, is_whole: bool, has_others: bool, _shown: Shown, _system: System
) -> dict[str, object]:
    """The shown front as its view takes it, with its groups and, where wanted, designs that are not on it."""
    found = _shown.found
    payload = front_data(view_of(_shown, marks_of(found.solution), most=MOST_DRAWN))
    numbers = np.frombuffer(base64.b64decode(str(payload["numbers"])), dtype="<i4")
    few = _shown.few
    if few is not None:
        places = np.searchsorted(_shown.positions, numbers - 1)
        payload["groups"] = _packed(few.group[places], "<i4")
        payload["groupNames"] = [f"{number}: {name}" for number, name in _shown.names_of_few().items()]
    if has_others:
        away = off_front(found.front, other_designs(_system.digest, MOST_OTHERS, _system))
        payload["others"] = {
            "columns": [_packed(column, "<f8") for column in away.evaluation.values.T],
            "kinds": _packed(~away.is_feasible, "<i4"),
            "words": list(off_front_texts(found, away)),
        }
    return payload


def _packed(values: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode()


@st.cache_resource(max_entries=16, show_spinner=False)
def report(
    key: str, x: Row | None, picks: tuple[tuple[str, Row], ...], made: date, _found: Findings
) -> Report:
    """The report of a design and the picks beside it; every question was asked before."""
    return build_report(_found, made=made)


@st.cache_resource(max_entries=64, show_spinner=False)
def report_run(
    url: str,
    key: str,
    choices: dict[str, object],
    tags: tuple[str, ...],
    _text: str,
    _system: System,
    _solution: Solution,
) -> Run:
    """The run that keeps that a report was made, once for the same report.

    Raises:
        StoreError: The store can't take it.
    """
    return record_report(
        store_at(url), model_of(_system), _solution, choices, text=_text, tags=tags, fresh=False
    )


@st.cache_resource(max_entries=8, show_spinner="Reading the batch")
def batch(url: str, run: str, moment: float) -> tuple[Batch, Report]:
    """A batch with what was kept of it until a moment, and its summary.

    Raises:
        TradespaceError: It can't be read.
    """
    store = store_at(url)
    found = batch_of(store, store.get(run))
    return found, batch_report(found, made=date.fromtimestamp(moment))


@st.cache_data(max_entries=8, show_spinner=False)
def csv_of(key: str, positions: tuple[int, ...], _found: Findings) -> bytes:
    """The designs at some positions of the front as CSV."""
    evaluation = _found.front.evaluation.take(np.array(positions, dtype=np.intp))
    table = design_table(evaluation, _found.space)
    table["design"] = [i + 1 for i in positions]
    return csv_bytes(table)


@st.cache_resource(max_entries=256, show_spinner=False)
def breaks(digest: str, x: Row, _system: System, *, component: str = "", driver: str = "") -> BreakingPoints:
    """Where one design breaks: under load, or as a component gets slower, or as a driver grows."""
    return breaking_points(_system, array(x)[None, :], component=component or None, driver=driver or None)


@st.cache_resource(max_entries=64, show_spinner=False)
def over_load(digest: str, x: Row, _system: System, multiples: Row = LOADS) -> LoadCurve:
    """One design over multiples of the planned load."""
    return load_curve(_system, array(x), multiples)


@st.cache_resource(max_entries=128, show_spinner=False)
def robustness(digest: str, x: Row, _system: System) -> Robustness | None:
    """What the guesses do to one design; all designs are asked under the same draws."""
    return robustness_of(_system, array(x)[None, :])


@st.cache_resource(max_entries=64, show_spinner=False)
def evaluated_together(digest: str, rows: tuple[Row, ...], _system: System) -> Evaluation:
    """A few designs, evaluated."""
    return evaluate(_system, np.array(rows))


@st.cache_resource(max_entries=64, show_spinner=False)
def compared(digest: str, rows: tuple[Row, ...], _system: System) -> Comparison:
    """A few designs side by side, each against the first."""
    return compare(model_of(_system), np.array(rows))


@st.cache_resource(max_entries=64, show_spinner=False)
def health(key: str, rows: tuple[Row, ...], _system: System, _solution: Solution) -> Health:
    """Complexity budget and emergence of a few designs; `key` names the solution."""
    return health_of(_system, np.array(rows), _solution.front)


@st.cache_resource(max_entries=128, show_spinner=False)
def times_of_flows(digest: str, x: Row, _system: System) -> tuple[FlowTimes, ...]:
    """Where the time of each flow of one design goes."""
    return flow_times(_system, array(x))


@st.cache_resource(max_entries=64, show_spinner=False)
def asked(key: str, x: Row, _system: System, _found: Findings) -> SystemFindings:
    """What only a system can answer of one design; `key` names the solution that is told of."""
    return SystemFindings(_system, _found.solution, array(x), _found.shown)


@st.cache_resource(max_entries=128, show_spinner=False)
def spending(digest: str, x: Row, _system: System) -> tuple[tuple[Spending, ...], tuple[Addition, ...]]:
    """What spends the complexity budget of one design, and what one addition more would do."""
    return spending_of(_system, array(x)), additions(_system, array(x))
