"""Coupling, emergence and complexity budget of whole designs: published cases, and a walk from each part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.dimensions.complexity import Budget, complexity_budget
from models.dimensions.emergence import emergence_score
from models.evaluator import run
from models.scenario.complexity import ComplexityBudget
from models.system.compiler import compile_system
from models.system.dependency_graph import (
    coordinated_replicas,
    coupling,
    interacting_components,
    is_called,
    made_calls,
    retry_attempts,
)
from models.system.parameters import apply_decisions
from oracles.cases import assert_within, cases
from scenarios import scenario

#: Cases that nothing here covers.
NOT_COVERED = {
    "pc-mozilla-linux": "context values; the matrices are not available",
    "pc-cycle": "a scenario's calls can't go in a circle; test_graphs.py covers it",
}
GUARDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "breaker": ({"breaker": True}, {}),
    "bulkhead": ({"bulkhead_slots": 5}, {}),
    "places": ({}, {"queue_limit": 10}),
    "longest wait": ({}, {"max_wait_s": 1.0}),
}


def coupled(parameters):
    return coupling(parameters, made_calls(parameters))


def parameters_of(components: dict[str, Any], *traces: list[Any]) -> Any:
    flows = {f"f{i}": {"share": 1.0 / len(traces), "trace": trace} for i, trace in enumerate(traces)}
    system = compile_system(scenario(components=components, flows=flows))
    return apply_decisions(system, system.space.today[None, :])


def services(names: Any, **parts: Any) -> dict[str, Any]:
    return {name: {"kind": "service", "service_ms": 1, **parts} for name in names}


def traces_of(edges: list[list[str]], elements: list[str]) -> list[list[Any]]:
    """A flow for each call, and one for each element that nobody calls."""
    lonely = [name for name in elements if not any(name in edge for edge in edges)]
    return [[{"call": a, "then": [b]}] for a, b in edges] + [[name] for name in lonely]


@pytest.mark.parametrize(
    "case", [c for c in cases("propagation_cost") if c["id"] not in NOT_COVERED], ids=lambda c: c["id"]
)
def test_propagation_cost_without_the_diagonal(case: dict[str, Any]) -> None:
    edges, elements = case["inputs"]["edges"], case["inputs"]["elements"]
    found = coupled(parameters_of(services(elements), *traces_of(edges, elements)))
    assert_within(case | {"expected": case["expected"][1]}, float(found[0]))


@settings(deadline=None, max_examples=40)
@given(
    edges=st.sets(
        st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")).filter(lambda e: e[0] < e[1]),
        max_size=8,
    )
)
def test_coupling_is_the_share_of_pairs_that_a_walk_reaches(edges: set[tuple[str, str]]) -> None:
    elements = sorted({name for edge in edges for name in edge} | {"a"})
    reached = 0
    for start in elements:
        seen, todo = set(), [start]
        while todo:
            here = todo.pop()
            new = {b for a, b in edges if a == here} - seen
            seen |= new
            todo += new
        reached += len(seen - {start})
    pairs = len(elements) * (len(elements) - 1)
    found = coupled(parameters_of(services(elements), *traces_of([list(e) for e in edges], elements)))
    assert float(found[0]) == pytest.approx(reached / pairs if pairs else 0.0, abs=1e-12)


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guarded_call_does_not_couple(guard: str) -> None:
    call, part = GUARDS[guard]
    components = services("abc")
    components["b"] |= part
    open_trace = [{"call": "a", "then": [{"call": "b", "then": ["c"]}]}]
    guarded = [{"call": "a", "then": [{"call": "b", "then": ["c"], **call}]}]
    assert coupled(parameters_of(services("abc"), open_trace))[0] == pytest.approx(3 / 6)
    assert coupled(parameters_of(components, guarded))[0] == pytest.approx(1 / 6)  # only b reaches c


def test_what_is_switched_off_neither_couples_nor_counts() -> None:
    components = services("abc") | {"idle": {"kind": "service", "service_ms": 1}}
    trace = [{"call": "a", "then": [{"call": "b", "enabled": False}, {"call": "c", "times": 0}, "idle"]}]
    parameters = parameters_of(components, trace)
    assert coupled(parameters)[0] == pytest.approx(1 / 2)
    assert interacting_components(is_called(parameters.system, made_calls(parameters)), 1)[0] == 2


def test_retries_and_replicas_that_writes_reach_are_counted() -> None:
    components = services("a") | {
        "all": {"kind": "store", "service_ms": 1, "replicas": 5},
        "some": {"kind": "store", "service_ms": 1, "replicas": 5, "write_quorum": 2},
        "read": {"kind": "store", "service_ms": 1, "replicas": 7},
    }
    trace = [
        {
            "call": "a",
            "retries": 2,
            "then": [
                {"call": "all", "write": True, "retries": 3},
                {"call": "some", "write": True},
                {"call": "read", "enabled": True},
            ],
        }
    ]
    parameters = parameters_of(components, trace)
    assert coordinated_replicas(parameters, made_calls(parameters))[0] == 5 + 2
    assert retry_attempts(parameters, made_calls(parameters))[0] == 2 + 3


@pytest.mark.parametrize("case", cases("emergence_score"), ids=lambda c: c["id"])
def test_emergence(case: dict[str, Any]) -> None:
    given_ = {name: np.array([value]) for name, value in case["inputs"].items() if name != "output"}
    found = emergence_score(**given_)
    assert_within(case, [float(found.base[0]), float(found.score[0])])


@given(
    utilisation=st.floats(0.0, 5.0),
    coupled=st.floats(0.0, 1.0),
    retried=st.floats(0.0, 1.0),
    ratio=st.floats(1.0, 1e6),
    gc_share=st.floats(0.0, 0.99),
    more=st.floats(0.0, 1.0),
)
def test_emergence_is_bent_where_it_is_bent_and_never_beyond_one(
    utilisation: float, coupled: float, retried: float, ratio: float, gc_share: float, more: float
) -> None:
    values = (utilisation, coupled, retried, ratio, gc_share)
    base = sum(v / t for v, t in zip(values, (0.7, 0.7, 0.05, 10.0, 0.2), strict=True)) / 5
    names = ("utilisation", "coupling", "retry_rate", "p99_over_p50", "gc_share")
    found = emergence_score(**{n: np.array([v]) for n, v in zip(names, values, strict=True)})
    assert float(found.base[0]) == pytest.approx(base, rel=1e-12)
    wanted = base if base <= 0.7 else min(0.7 + (base - 0.7) ** 2, 1.0)
    assert float(found.score[0]) == pytest.approx(wanted, rel=1e-9)
    higher = emergence_score(**{n: np.array([v + more]) for n, v in zip(names, values, strict=True)})
    assert higher.score[0] >= found.score[0] - 1e-12


def budget(**given_: Any) -> Budget:
    parts = {
        "utilisation": 0.0,
        "interacting": 0.0,
        "coordinated_replicas": 0.0,
        "retry_attempts": 0.0,
        "calls_a_cache": 0.0,
        "decisions": 0.0,
    } | {name: value for name, value in given_.items() if name != "coefficients"}
    return complexity_budget(
        coefficients={name: np.array([float(value)]) for name, value in given_["coefficients"].items()},
        **{name: np.array([float(value)]) for name, value in parts.items()},
    )


def coefficients(**given_: Any) -> dict[str, float]:
    """All points 0 but those given."""
    return dict.fromkeys(ComplexityBudget().model_dump(), 0.0) | given_


def budget_of(case: dict[str, Any]) -> Budget:
    """The case's points through the coefficients that earn or spend just these."""
    income, expenses = case["inputs"]["income"], case["inputs"]["expenses"]
    k = coefficients(
        base=income["base"],
        caching=income.get("caching", 0),
        has_caching=float("caching" in income),
        cdn=income.get("cdn", 0),
        has_cdn=float("cdn" in income),
        autoscaling=income.get("auto_scaling", 0),
        has_autoscaling=float("auto_scaling" in income),
        user_requests=expenses["user_requests"] / 0.5,
        interaction_pair=expenses["service_interactions"] / 15,  # 6 services are 15 pairs
        coordinated_replica=expenses["state_coordination"] / 4,
        retry_attempt=expenses["retry_overhead"] / 3,
        background_job=expenses["background_jobs"] / 2,
        background_jobs=2,
    )
    return budget(coefficients=k, utilisation=0.5, interacting=6, coordinated_replicas=4, retry_attempts=3)


@pytest.mark.parametrize("case", cases("complexity_budget"), ids=lambda c: c["id"])
def test_complexity(case: dict[str, Any]) -> None:
    if "interacting_services" in case["inputs"]:
        pair = coefficients(interaction_pair=case["inputs"]["cost_per_pair"])
        counts = case["inputs"]["interacting_services"]
        assert_within(case, [float(budget(coefficients=pair, interacting=n).spent[0]) for n in counts])
        return
    found = budget_of(case)
    numbers = [float(x[0]) for x in (found.earned, found.spent, found.remaining)]
    if case["id"] == "cb-1":
        numbers += [float(round(100.0 * found.remaining_share[0])), float(found.warns[0])]
    else:
        numbers.append(float(found.used_share[0]))
    assert_within(case, numbers)


def test_the_terms_of_a_whole_design_are_those_of_its_parts() -> None:
    """Three services in a row of 40 ms + 20 ms + 10 ms at 10/s: utilisation 0.4; coupling 3 of 6."""
    components = {n: {"kind": "service", "service_ms": ms} for n, ms in zip("abc", (40, 20, 10), strict=True)}
    components["b"]["gc_share"] = 0.1
    trace = [{"call": "a", "then": [{"call": "b", "then": ["c"]}]}]
    parts = {
        "components": components,
        "flows": {"f": {"share": 1.0, "trace": trace}},
        "phases": [{"name": "steady", "rate": 10, "hours": 1}],
    }
    system = compile_system(scenario(**parts))
    steps = run(system, system.space.today[None, :])
    terms = {name: float(np.ravel(term)[0]) for name, term in steps.emergence.terms.items()}
    assert terms["utilisation"] == pytest.approx(0.4 / 0.7)
    assert terms["coupling"] == pytest.approx(0.5 / 0.7)
    assert terms["retry_rate"] == 0.0
    assert terms["gc_share"] == pytest.approx(0.1 / 0.2)
    written = ComplexityBudget()
    spent = written.user_requests * 0.4 + written.interaction_pair * 3
    assert float(steps.budget.spent[0]) == pytest.approx(spent)
