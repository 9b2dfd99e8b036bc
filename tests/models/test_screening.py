"""What is told cheaply of a design is never more than what its whole evaluation tells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made_up_systems import systems
from models import compile_system, load_scenario
from models.evaluator import evaluate
from models.performance import kernel, situation
from models.performance.program import program_of
from models.performance.steady_state import load_of, situations_of
from models.screening import counted_limits, screen
from models.system.parameters import apply_decisions
from models.system.system import System
from scenarios import scenario

SCENARIOS = sorted((Path(__file__).parents[2] / "data" / "scenarios").glob("*.yaml"))


def told_too_much(system: System, X: np.ndarray) -> list[tuple[str, float]]:
    """Where the cheap answer says more than the whole one."""
    X = system.space.canonical(X)
    whole, over = evaluate(system, X), screen(system, X)
    excess = {name: whole.excess[:, j] for j, name in enumerate(whole.constraints)}
    assert set(over) <= set(excess)
    for name in counted_limits(system):
        assert np.array_equal(over[name], excess[name])
    return [
        (name, float((least - excess[name]).max()))
        for name, least in over.items()
        if np.any((least > 0.0) & (least > excess[name]))
    ]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_bundled_scenarios(path: Path) -> None:
    system = compile_system(load_scenario(path))
    assert told_too_much(system, system.space.sample(400, seed=3)) == []


@settings(max_examples=60, deadline=None)
@given(
    system=st.sampled_from([0.7, 0.3, 1.5, None]).flatmap(
        lambda most: systems(limits={"metastable": True, "saturation": most})
    ),
    seed=st.integers(0, 1000),
)
def test_made_up_systems(system: System, seed: int) -> None:
    assert told_too_much(system, system.space.sample(40, seed=seed)) == []


def test_what_is_over_at_the_peak_is_found_and_what_is_within_is_not() -> None:
    """One station of 10 slots of 10 ms serves 1,000/s: at 600/s it is within 70 %, at 900/s it isn't."""
    components = {"web": {"kind": "service", "slots": 10, "service_ms": 10}}
    flows = {"all": {"share": 1.0, "trace": ["web"]}}
    phases = [
        {"name": "calm", "rate": 10, "hours": 1},
        {"name": "peak", "rate": 600, "hours": 1, "peak": True},
    ]
    decisions = {"slower": {"on": {"multiply": {"web.service_ms": 1.5}}}}
    parts = {"components": components, "flows": flows, "phases": phases, "decisions": decisions}
    system = compile_system(scenario(**parts, limits={"saturation": 0.7}))
    over = screen(system, np.array([[0.0], [1.0]]))["saturation"]
    assert over[0] <= 0.0
    assert over[1] == pytest.approx(0.2, abs=5e-5)


def test_a_call_behind_one_that_may_fail_proves_nothing() -> None:
    """The store gets nothing while the call before it always times out: its load is not over the limit."""
    components = {
        "slow": {"kind": "service", "slots": 1000, "service_ms": 100, "service_scv": 0.0},
        "store": {"kind": "store", "slots": 1, "service_ms": 10},
    }
    calls = [{"call": "slow", "timeout_ms": 1}, {"call": "store"}]
    flows = {"all": {"share": 1.0, "trace": calls}}
    phases = [{"name": "p", "rate": 500, "hours": 1}]
    decisions = {"slots": {"integer": [1, 2], "sets": "store.slots"}}
    system = compile_system(
        scenario(
            components=components, flows=flows, phases=phases, decisions=decisions, limits={"saturation": 0.7}
        )
    )
    X = system.space.designs(0, 2)
    assert told_too_much(system, X) == []
    assert np.all(screen(system, X)["saturation"] <= 0.0)


@pytest.mark.parametrize(
    "filter_part",
    [
        {"kind": "service", "slots": 10, "service_ms": 10, "max_wait_s": 1},
        {"kind": "service", "slots": 10, "service_ms": 10, "queue_limit": 20},
        {"kind": "cache", "slots": 1000, "service_ms": 1, "keys": 100, "ttl_s": 1},
    ],
    ids=["longest wait", "places", "cache"],
)
def test_a_stream_passes_on_less_beside_a_larger_one(
    filter_part: dict[str, object],
) -> None:
    """What is in front shares what it lets through among both flows; only one of them goes on.

    The other one comes behind a call that may fail, so that nothing is sure to come of it: what is left to
    the first looks larger than it is.
    """
    components = {
        "before": {"kind": "external", "latency_ms": 1, "error_share": 0.01},
        "filter": filter_part,
        "store": {"kind": "store", "slots": 1, "service_ms": 10},
    }
    flows = {
        "in": {"share": 0.5, "trace": [{"call": "filter", "then": ["store"]}]},
        "other": {"share": 0.5, "trace": ["before", {"call": "filter", "name": "passing"}]},
    }
    phases = [{"name": "p", "rate": 4000, "hours": 1}]
    decisions = {"slots": {"integer": [1, 4], "sets": "store.slots"}}
    parts = {"components": components, "flows": flows, "phases": phases, "decisions": decisions}
    system = compile_system(scenario(**parts, limits={"saturation": 0.7}))
    assert told_too_much(system, system.space.designs(0, 4)) == []


def test_the_load_alone_comes_out_the_same_in_any_company() -> None:
    """Also after situations that were left early, and between whole ones: the same bits."""
    system = compile_system(load_scenario(SCENARIOS[0].parent / "black_friday_week.yaml"))
    X = system.space.canonical(system.space.sample(300, seed=5))
    found = situations_of(apply_decisions(system, X), phase=system.peak)
    program = program_of(system)

    def load(values: np.ndarray) -> np.ndarray:
        told = kernel.solve(program, found.base, found.columns, values, threads=1, most_load=0.7)
        return told[:, [situation.UTILISATION, situation.COLLAPSE]]

    whole = load(found.values)
    assert load(found.values[::-1])[::-1].tobytes() == whole.tobytes()
    before = kernel.solve(program, found.base, found.columns, found.values, threads=1)
    alone = np.concatenate([load(found.values[k : k + 1]) for k in range(0, len(found.values), 9)])
    assert alone.tobytes() == whole[::9].tobytes()
    after = kernel.solve(program, found.base, found.columns, found.values, threads=1)
    assert after.tobytes() == before.tobytes()


def test_whole_evaluations_in_between_change_nothing() -> None:
    """Looking at designs in pieces evaluates between two looks: 655 designs once came out else."""
    system = compile_system(load_scenario(SCENARIOS[0].parent / "black_friday_week.yaml"))
    X = system.space.designs(73_728, 75_728)
    first = screen(system, X, threads=1)
    whole = evaluate(system, X[::3], threads=1)
    again = screen(system, X, threads=1)
    assert {name: over.tobytes() for name, over in first.items()} == {
        name: over.tobytes() for name, over in again.items()
    }
    assert evaluate(system, X[::3], threads=1).values.tobytes() == whole.values.tobytes()


def alone(system: System, x: np.ndarray, most: float) -> tuple[float, float]:
    """The load of one design in rooms that remember nothing."""
    kernel._ROOMS.clear()
    load, collapse = load_of(apply_decisions(system, x[None, :]), 0, most=most, threads=1)
    return float(load[0]), float(collapse[0])


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_an_overloaded_design_looked_at_first_leaves_nothing_to_the_next(path: Path) -> None:
    """A thread's room remembers situations to save work: it must never change what comes out of it.

    The first design is left early (any load is over a limit of 0), before all of its steps are worked out.
    """
    system = compile_system(load_scenario(path))
    X = system.space.canonical(system.space.sample(12, seed=5))
    by_itself = [alone(system, x, 0.7) for x in X]
    kernel._ROOMS.clear()
    whole = evaluate(system, X).values
    kernel._ROOMS.clear()
    load_of(apply_decisions(system, X[:1]), 0, most=0.0, threads=1)
    load, collapse = load_of(apply_decisions(system, X), 0, most=0.7, threads=1)
    np.testing.assert_array_equal(np.column_stack([load, collapse]), by_itself)
    kernel._ROOMS.clear()
    load_of(apply_decisions(system, X[:1]), 0, most=0.0, threads=1)
    np.testing.assert_array_equal(evaluate(system, X).values, whole)
