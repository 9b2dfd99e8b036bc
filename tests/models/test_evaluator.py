"""Properties of the whole model that must hold whatever the numbers, and small cases in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluator import evaluate, run
from models.explanation.explain import explain
from models.system.compiler import compile_system
from scenarios import scenario


def values_of(**parts):
    system = compile_system(scenario(**parts))
    evaluation = evaluate(system, system.space.today[None, :])
    names = [dimension.name for dimension in evaluation.dimensions]
    return dict(zip(names, evaluation.values[0], strict=True)), evaluation


def told(**parts):
    system = compile_system(scenario(**parts))
    return explain(system, system.space.today)


def web(**parts):
    return {"web": {"kind": "service", "service_ms": 10, "slots": 4, **parts}}


def test_an_mm1_queue_has_its_textbook_response():
    """M/M/1: the response is exponential with mean 1 / (mu - lambda)."""
    answer = told(components={"web": {"kind": "service", "service_ms": 10}}, phases=[phase(rate=60)])
    mean = 1000 / (100 - 60)
    flow = answer["phases"][0]["flows"]["shop"]
    assert flow["response_ms"] == pytest.approx(mean, rel=1e-9)
    assert flow["p50_ms"] == pytest.approx(mean * math.log(2), rel=1e-4)
    assert flow["p99_ms"] == pytest.approx(mean * math.log(100), rel=1e-4)


def phase(*, rate, hours=1, name="steady", **parts):
    return {"name": name, "rate": rate, "hours": hours, **parts}


def test_calls_one_after_the_other_add_their_means_and_repeated_calls_count_each_time():
    components = {name: {"kind": "service", "service_ms": ms} for name, ms in (("web", 2), ("db", 4))}
    trace = [{"call": "web", "then": [{"call": "db", "times": 3}]}]
    answer = told(
        components=components, flows={"shop": {"share": 1.0, "trace": trace}}, phases=[phase(rate=50)]
    )
    web_ms, db_ms = 1000 / (500 - 50), 1000 / (250 - 150)
    assert answer["phases"][0]["components"]["db"]["arrivals_per_s"] == pytest.approx(150)
    assert answer["phases"][0]["flows"]["shop"]["response_ms"] == pytest.approx(web_ms + 3 * db_ms, rel=1e-9)


def test_a_fractional_number_of_calls_is_one_more_in_that_share_of_requests():
    components = {"db": {"kind": "external", "latency_ms": 100, "latency_scv": 0}}
    trace = [{"call": "db", "times": 1.25}]
    answer = told(components=components, flows={"shop": {"share": 1.0, "trace": trace}})
    flow = answer["phases"][0]["flows"]["shop"]
    assert flow["response_ms"] == pytest.approx(125)
    assert flow["p50_ms"] == pytest.approx(100, rel=1e-3)
    assert flow["p99_ms"] == pytest.approx(200, rel=1e-3)


def test_errors_multiply_along_required_calls_and_optional_ones_do_not_count():
    components = {
        "a": {"kind": "external", "latency_ms": 1, "error_share": 0.1},
        "b": {"kind": "external", "latency_ms": 1, "error_share": 0.2},
        "c": {"kind": "external", "latency_ms": 1, "error_share": 0.5},
    }
    trace = ["a", {"call": "b", "times": 2}, {"call": "c", "optional": True}]
    answer = told(components=components, flows={"shop": {"share": 1.0, "trace": trace}})
    assert answer["phases"][0]["flows"]["shop"]["success_share"] == pytest.approx(0.9 * 0.8**2, rel=1e-9)
    # a request that failed at `a` makes no further calls
    assert answer["phases"][0]["components"]["b"]["arrivals_per_s"] == pytest.approx(100 * 0.9 * 2)


def test_shedding_turns_away_its_share_and_frees_the_components():
    flows = {"shop": {"share": 1.0, "shed_share": 0.25, "trace": ["web"], "value_usd": 0.01}}
    values, _ = values_of(components=web(), flows=flows)
    assert values["availability"] == pytest.approx(0.75)
    assert values["throughput"] == pytest.approx(400 / 0.75)
    assert values["cost"] == pytest.approx(0.25 * 100 * 3600 * 0.01)


def test_an_external_rate_limit_refuses_what_is_above_it():
    components = {"pay": {"kind": "external", "latency_ms": 50, "rate_limit_per_s": 80}}
    values, _ = values_of(components=components, flows={"shop": {"share": 1.0, "trace": ["pay"]}})
    assert values["availability"] == pytest.approx(0.8)
    assert values["throughput"] == pytest.approx(80)


def test_zones_are_shared_by_all_components():
    """Two components in the same single zone are down together: the zone counts once."""
    part = {"kind": "service", "service_ms": 1, "zone_availability": 0.999}
    components = {"web": part, "db": part}
    flows = {"shop": {"share": 1.0, "trace": ["web", "db"]}}
    values, _ = values_of(components=components, flows=flows)
    assert values["availability"] == pytest.approx(0.999, abs=1e-12)


def test_an_optional_call_that_is_switched_off_is_lost_revenue():
    components = {"web": {"kind": "service", "service_ms": 1}, "recs": {"kind": "service", "service_ms": 1}}
    trace = [{"call": "web", "then": [{"call": "recs", "optional": True, "value_usd": 0.02}]}]
    decisions = {"no_recs": {"on": {"set": {"flows.shop.calls.recs.enabled": False}}}}
    system = compile_system(
        scenario(components=components, flows={"shop": {"share": 1.0, "trace": trace}}, decisions=decisions)
    )
    cost = evaluate(system, np.array([[0.0], [1.0]])).values[:, 4]
    assert cost == pytest.approx([0.0, 100 * 3600 * 0.02], abs=1e-6)


def test_the_reference_complexity_budget():
    """160 points, 125 spent, 35 left = 22 %: and the report warns."""
    from models.dimensions.complexity import complexity_budget
    from models.scenario.complexity import ComplexityBudget

    written = ComplexityBudget(has_cdn=True, has_autoscaling=True, background_jobs=2)
    coefficients = {
        name: np.array([np.nan if value is None else float(value)])
        for name, value in written.model_dump().items()
    }
    budget = complexity_budget(
        coefficients=coefficients,
        utilisation=np.array([0.5]),
        interacting=np.array([6.0]),
        coordinated_replicas=np.array([4.0]),
        retry_attempts=np.array([3.0]),
        calls_a_cache=np.array([1.0]),
        decisions=np.array([0.0]),
    )
    assert (budget.earned[0], budget.spent[0], budget.remaining[0]) == (160, 125, 35)
    assert round(100 * budget.remaining_share[0]) == 22
    assert budget.warns[0] == 1.0


KNOBS = st.fixed_dictionaries(
    {
        "service_ms": st.floats(0, 1e4),
        "service_scv": st.floats(0, 100),
        "arrival_scv": st.floats(0, 100),
        "replicas": st.integers(1, 2000),
        "slots": st.integers(1, 500),
        "gc_share": st.floats(0, 0.99),
        "error_share": st.floats(0, 1),
        "stale_share": st.floats(0, 1),
        "availability": st.floats(0, 1),
        "zones": st.integers(1, 4),
        "zone_availability": st.floats(0, 1),
        "queue_limit": st.none() | st.integers(0, 10**6),
        "max_wait_s": st.none() | st.floats(0, 1e6),
        "price_usd_per_hour": st.floats(0, 1e6),
    }
)


@given(knobs=KNOBS, rate=st.floats(1e-6, 1e9), times=st.floats(0, 50), optional=st.booleans())
@settings(max_examples=300, deadline=None)
def test_no_number_is_nan_whatever_the_parameters(knobs, rate, times, optional):
    trace = [{"call": "web", "then": [{"call": "db", "times": times, "optional": optional}]}]
    components = {"web": {"kind": "service", **knobs}, "db": {"kind": "service", **knobs}}
    values, evaluation = values_of(
        components=components,
        flows={"shop": {"share": 1.0, "trace": trace, "value_usd": 1.0}},
        phases=[phase(rate=rate)],
    )
    assert not any(math.isnan(value) for value in values.values())
    assert not np.isnan(evaluation.excess).any()
    assert 0 <= values["availability"] <= 1
    assert 0 <= values["consistency"] <= 1


def many_decisions():
    components = {
        "web": {"kind": "service", "service_ms": 8, "replicas": 4, "slots": 4, "service_scv": 0.5},
        "db": {"kind": "service", "service_ms": 5, "replicas": 2, "slots": 8, "error_share": 0.01},
        "recs": {"kind": "service", "service_ms": 20, "replicas": 2, "slots": 8},
        "pay": {"kind": "external", "latency_ms": 80},
    }
    flows = {
        "browse": {
            "share": 0.9,
            "value_usd": 0.001,
            "trace": [
                {"call": "web", "then": [{"call": "db", "times": 1.5}, {"call": "recs", "optional": True}]}
            ],
        },
        "buy": {"share": 0.1, "value_usd": 0.1, "trace": [{"call": "web", "then": ["db", "pay"]}]},
    }
    decisions = {
        "web_replicas": {"integer": [1, 40], "sets": "web.replicas"},
        "db_ms": {"real": [1, 20], "sets": "db.service_ms"},
        "queue": {"options": {"none": {}, "short": {"set": {"web.max_wait_s": 0.5}}}},
        "recs_off": {"on": {"set": {"flows.browse.calls.recs.enabled": False}}, "adaptive": True},
        "shed": {"real": [0, 0.9], "sets": "flows.browse.shed_share"},
    }
    phases = [phase(rate=100, name="calm", hours=20), phase(rate=900, name="peak", hours=4)]
    return compile_system(scenario(components=components, flows=flows, phases=phases, decisions=decisions))


def test_a_design_alone_has_the_same_bits_as_among_ten_thousand():
    system = many_decisions()
    X = system.space.sample(10_000, seed=5)
    together = evaluate(system, X)
    for i in range(0, len(X), 997):
        alone = evaluate(system, X[i : i + 1])
        assert alone.values.tobytes() == together.values[i : i + 1].tobytes()
        assert alone.excess.tobytes() == together.excess[i : i + 1].tobytes()


def test_designs_that_share_stations_have_the_same_bits_as_alone():
    """Few distinct values of the deciding columns: the shared path is taken."""
    system = many_decisions()
    X = np.repeat(system.space.sample(8, seed=2), 50, axis=0)
    together = evaluate(system, X)
    for i in range(0, len(X), 50):
        assert evaluate(system, X[i : i + 1]).values.tobytes() == together.values[i : i + 1].tobytes()


@given(seed=st.integers(0, 10**6), more=st.integers(1, 30))
@settings(max_examples=40, deadline=None)
def test_more_replicas_never_raise_utilisation_or_p99(seed, more):
    system = many_decisions()
    x = system.space.sample(16, seed=seed)[0]
    x[0] = min(x[0], 40 - more) if x[0] > 40 - more else x[0]
    y = x.copy()
    y[0] += more
    first, second = run(system, x[None, :]), run(system, y[None, :])
    assert np.all(second.network.stations[0].utilisation <= first.network.stations[0].utilisation)
    # The loss of a shorter queue can make the answered ones faster: only where nothing is refused before.
    if not np.isfinite(first.parameters.of_component(0, "max_wait_s")).any():
        # What leaves more replicas may come less evenly to the next station.
        assert second.values[0, 0] <= first.values[0, 0] * 1.005


def test_permuting_components_changes_nothing():
    components = {
        "web": {"kind": "service", "service_ms": 8, "replicas": 4, "slots": 4},
        "db": {"kind": "service", "service_ms": 5, "replicas": 2, "slots": 8, "zone_availability": 0.999},
        "pay": {"kind": "external", "latency_ms": 80, "error_share": 0.01},
    }
    flows = {"shop": {"share": 1.0, "trace": [{"call": "web", "then": ["db", "pay"]}]}}
    forwards, _ = values_of(components=components, flows=flows)
    backwards, _ = values_of(components=dict(reversed(components.items())), flows=flows)
    assert forwards == pytest.approx(backwards, rel=1e-12)


def test_effects_are_applied_set_then_multiply_then_add():
    decisions = {
        "a": {"on": {"add": {"web.service_ms": 1}}},
        "b": {"on": {"multiply": {"web.service_ms": 3}}},
        "c": {"on": {"set": {"web.service_ms": 7}}},
    }
    system = compile_system(scenario(decisions=decisions))
    steps = run(system, np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0]]))
    assert steps.parameters.of_component(0, "service_ms")[:, 0] == pytest.approx([7 * 3 + 1, 10 * 3 + 1])


def test_a_parameter_pushed_out_of_its_bounds_makes_the_design_infeasible_by_name():
    decisions = {name: {"on": {"add": {"web.stale_share": 0.6}}} for name in ("a", "b")}
    system = compile_system(scenario(decisions=decisions))
    evaluation = evaluate(system, np.array([[1.0, 0.0], [1.0, 1.0]]))
    beyond = evaluation.excess[:, evaluation.constraints.index("parameter_bounds")]
    assert beyond[0] == 0.0
    assert beyond[1] == pytest.approx(0.2)
    assert list(evaluation.feasible) == [True, False]


def test_a_phase_effect_acts_in_its_phase_only():
    phases = [
        phase(rate=10, name="calm"),
        phase(rate=10, name="hiccup", effect={"set": {"wan.latency_ms": 500}}),
    ]
    answer = told(
        components={"wan": {"kind": "external", "latency_ms": 5}},
        flows={"shop": {"share": 1.0, "trace": ["wan"]}},
        phases=phases,
    )
    assert [p["flows"]["shop"]["response_ms"] for p in answer["phases"]] == pytest.approx([5, 500])
