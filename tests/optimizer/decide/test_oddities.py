"""What `check` finds odd when it looks at the designs: against scenarios that are odd on purpose."""

from __future__ import annotations

from models import compile_system
from optimizer.decide.oddities import oddities
from scenarios import scenario

QUICK = {"multiply": {"web.service_ms": 0.5}}


def found(**parts):
    return {odd.where: odd.found for odd in oddities(compile_system(scenario(**parts)))}


def test_nothing_is_odd_about_decisions_that_matter():
    assert (
        found(decisions={"fast": {"on": QUICK}, "copies": {"integer": [1, 4], "sets": "web.replicas"}}) == {}
    )


def test_a_decision_without_an_effect_is_odd():
    odd = found(decisions={"fast": {"on": QUICK}, "idle": {"on": {"multiply": {"web.service_ms": 1.0}}}})
    assert list(odd) == ["decisions.idle"]
    assert "changes no dimension and no limit" in odd["decisions.idle"]


def test_a_decision_that_matters_with_another_alone_is_not_odd():
    wait = {"set": {"web.max_wait_s": 0.001}}
    assert "decisions.wait" not in found(decisions={"wait": {"on": wait}, "fast": {"on": QUICK}})


def test_one_option_that_matters_among_many_is_enough():
    options = {f"option_{i}": {} for i in range(12)}
    for i in range(1, 12):
        assert found(decisions={"mode": {"options": {**options, f"option_{i}": QUICK}}}) == {}


def test_one_phase_that_matters_is_enough():
    phases = [{"name": f"p{i}", "rate": 100 + i, "hours": 1} for i in range(3)]
    assert found(phases=phases, decisions={"fast": {"on": QUICK, "adaptive": True}}) == {}


def test_a_decision_that_seldom_exists_is_tried_where_it_does():
    decisions = {
        "copies": {"integer": [1, 200], "sets": "web.replicas"},
        "fast": {"on": QUICK, "when": {"copies": 137}},
        "idle": {"on": {"multiply": {"web.service_ms": 1.0}}, "when": {"copies": 137}},
    }
    assert list(found(decisions=decisions)) == ["decisions.idle"]


def test_limits_that_nothing_or_everything_meets_are_odd():
    fast = {"fast": {"on": QUICK}}
    odd = found(decisions=fast, dimensions={"latency": {"limit": 0.001, "tolerance": "never"}})
    assert odd == {"dimensions.latency": "nothing meets this limit, of all 2 designs"}
    odd = found(decisions=fast, dimensions={"latency": {"limit": 1e6, "tolerance": "never"}})
    assert odd == {"dimensions.latency": "everything meets this limit, of all 2 designs"}
    odd = found(decisions=fast, limits={"saturation": 0.99})
    assert odd == {"limits.saturation": "everything meets this limit, of all 2 designs"}


def test_a_limit_between_the_designs_is_not_odd():
    # 10 ms of work, and 5 ms when it is quick: no design answers faster than it works.
    limits = {"latency": {"limit": 40, "tolerance": "never"}}
    slow = scenario(decisions={"fast": {"on": {"multiply": {"web.service_ms": 0.1}}}}, dimensions=limits)
    evaluated = {odd.where for odd in oddities(compile_system(slow))}
    assert "dimensions.latency" not in evaluated
