"""Which experiment to run first: what its end tells follows from how often its hypothesis holds."""

from __future__ import annotations

import pytest

from models import compile_system
from models.system.uncertainty import draws_of
from optimizer.resilience.experiments import typed_experiments
from optimizer.resilience.first_experiment import entropy, first_experiments, surprise_of
from scenarios import scenario


@pytest.mark.parametrize(
    ("probability", "bits"), [(0.0, 0.0), (1.0, 0.0), (0.5, 1.0), (0.25, 0.811278), (0.11, 0.499916)]
)
def test_entropy_of_one_of_two(probability, bits):
    """Shannon 1948, figure 7: H of two possibilities."""
    assert entropy(probability) == pytest.approx(bits, abs=1e-6)


def push(name, factor, limit):
    return {
        "name": name,
        "hypothesis": {"if": "more comes", "then": [f"utilisation of app below {limit}"]},
        "inject": {"kind": "load", "factor": factor, "start_s": 20, "duration_s": 40},
    }


@pytest.fixture(scope="module")
def system():
    """100 slots of 100 ms under a load that is a guess between 200 and 400/s."""
    return compile_system(
        scenario(
            schema=2,
            components={"app": {"kind": "service", "slots": 100, "service_ms": 100}},
            flows={"all": {"share": 1.0, "value_usd": 0.01, "trace": ["app"]}},
            phases=[{"name": "peak", "rate": 300, "hours": 1}],
            uncertainty={"workload.rate": {"distribution": "uniform", "low": 200, "high": 400}},
            experiments=[push("sure", 1.01, 0.9), push("open", 2.0, 0.6), push("never", 2.0, 0.2)],
        )
    )


def test_what_nobody_can_say_comes_first(system):
    """Twice the load is 40 to 80 % of the capacity: below 60 % in half of the draws."""
    found = first_experiments(system, system.space.today, typed_experiments(system), draws=16)
    first, *others = found
    assert first.name == "open"
    assert abs(first.held.k - 8) <= 1
    assert first.bits > 0.9
    assert first.guess == "workload.rate"
    assert {(one.name, one.held.k, one.bits) for one in others} == {("sure", 16, 0.0), ("never", 0, 0.0)}


def test_what_can_not_be_made_says_why(system):
    name, experiment = typed_experiments(system)[0]
    gone = experiment.model_copy(
        update={"inject": (experiment.inject[0].model_copy(update={"duration_s": 1e6}),)}
    )
    found = surprise_of(system, system.space.today, name, gone, draws_of(system, 4))
    assert found.held is None
    assert "lasts" in found.why_not
