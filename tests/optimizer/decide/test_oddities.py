"""What `check` finds odd when it looks at the designs: against scenarios that are odd on purpose."""

from __future__ import annotations

import pytest

from models import compile_system
from models.errors import Code
from optimizer.decide.oddities import oddities
from scenarios import scenario

QUICK = {"multiply": {"web.service_ms": 0.5}}
FAST = {"fast": {"on": QUICK}}
UNIFORM = {"distribution": "uniform"}


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


def told(**parts):
    return {(odd.where, odd.code): odd for odd in oddities(compile_system(scenario(**parts)))}


def test_a_limit_in_the_wrong_unit_is_told_with_the_right_one():
    # 10 ms of work: a quarter of a millisecond is out of reach, a quarter of a second is not.
    fast = {"fast": {"on": QUICK}}
    odd = told(decisions=fast, dimensions={"latency": {"limit": 0.25}})
    assert "0.25 ms; did you mean 250 ms?" in odd["dimensions.latency", Code.WRONG_UNIT].found
    odd = told(decisions=fast, dimensions={"latency": {"limit": 400, "target": 0.1}})
    assert "0.1 ms; did you mean 100 ms?" in odd["dimensions.latency.target", Code.WRONG_UNIT].found
    # 2 x 4 slots of 10 ms serve 800 requests/s, 560 within the limit on saturation.
    odd = told(decisions=fast, dimensions={"throughput": {"limit": 18_000}})
    assert "did you mean 300 requests/s?" in odd["dimensions.throughput", Code.WRONG_UNIT].found


def test_a_limit_that_is_only_too_tight_is_in_no_wrong_unit():
    fast = {"fast": {"on": QUICK}}
    for limit in (0.001, 4.0):  # a microsecond is nothing in seconds either; 4 ms are a wish
        odd = told(decisions=fast, dimensions={"latency": {"limit": limit}})
        assert ("dimensions.latency", Code.ODD) in odd
    priced = {"web": {"kind": "service", "service_ms": 10, "replicas": 2, "price_usd_per_hour": 10}}
    odd = told(decisions=fast, components=priced, dimensions={"cost": {"limit": 15}})
    assert ("dimensions.cost", Code.ODD) in odd


def test_a_limit_that_nobody_wrote_is_told_where_it_excludes_designs():
    # 100 requests/s of 10 ms are 1 erlang: one slot is full, two are half full.
    copies = {"copies": {"integer": [1, 4], "sets": "web.replicas"}}
    slow = {"web": {"kind": "service", "service_ms": 10, "slots": 1, "replicas": 2}}
    note = told(decisions=copies, components=slow)["limits.saturation", Code.DEFAULT_LIMIT]
    assert note.severity == "note"
    assert (
        "the limit 0.7 holds unless another is written: it excludes 1 of all 4 designs that keep"
        in note.found
    )
    written = told(decisions=copies, components=slow, limits={"saturation": 0.7})
    assert ("limits.saturation", Code.DEFAULT_LIMIT) not in written
    assert not [code for _, code in told(decisions={"fast": {"on": QUICK}}) if code == Code.DEFAULT_LIMIT]


def test_a_limit_of_a_flow_in_the_wrong_unit_is_told_with_the_right_one():
    """0.25 was meant in seconds: of designs that answer in 20 ms and more none keeps 0.25 ms."""
    flows = {"shop": {"share": 1.0, "trace": ["web"], "limit_ms": 0.25}}
    odd = {one.where: one for one in oddities(compile_system(scenario(flows=flows, decisions=FAST)))}
    assert odd["flows.shop.limit_ms"].code == Code.WRONG_UNIT
    assert "0.25 ms; did you mean 250 ms?" in odd["flows.shop.limit_ms"].found


@pytest.mark.parametrize(
    ("guess", "where"),
    [
        # A hundred times what the file says: so many a minute were taken for per second.
        ({"workload.rate": UNIFORM | {"low": 10_000, "high": 20_000}}, "uncertainty.workload.rate"),
        ({"web.service_ms": UNIFORM | {"low": 1_000, "high": 2_000}}, "uncertainty.web.service_ms"),
        # Eight slots, 70 %: 1,000/s of 5 ms are within, and 100/s of 7.5 ms; 1,000/s of 7.5 ms are not.
        (
            {
                "workload.rate": UNIFORM | {"low": 1_000, "high": 1_001},
                "web.service_ms": UNIFORM | {"low": 15.0, "high": 15.1},
            },
            "uncertainty",
        ),
    ],
)
def test_guesses_under_which_nothing_ever_holds_are_told(guess, where):
    odd = {one.where: one for one in oddities(compile_system(scenario(uncertainty=guess, decisions=FAST)))}
    assert odd[where].code == Code.HOPELESS_GUESS
    assert "2 of all 2 designs keep them" in odd[where].found


def test_guesses_under_which_something_sometimes_holds_are_not_odd():
    guess = {"workload.rate": UNIFORM | {"low": 50, "high": 20_000}}
    assert found(uncertainty=guess, decisions=FAST) == {}
