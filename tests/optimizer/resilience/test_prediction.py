"""What experiments are predicted to show, on systems whose numbers are known."""

from __future__ import annotations

import math

import pytest

from models.scenario.load import scenario_from
from models.system.compiler import compile_system
from optimizer.resilience.experiments import typed_experiments
from optimizer.resilience.exports.drill import drill_of
from optimizer.resilience.exports.refused import NotExported, Why
from optimizer.resilience.metric_queries import Queries
from optimizer.resilience.predicted_runs import predict
from optimizer.resilience.prediction import PLATEAUS

RATE, SERVICE_S = 200.0, 0.02


def system(inject, *, abort="success below 50 %", then="success above 99 % within 30 s after", slots=10):
    """One station of 10 servers, 20 ms each, under 200/s: 40 % busy (rate x service / servers)."""
    return compile_system(
        scenario_from(
            {
                "schema": 2,
                "name": "station",
                "sources": ["a test"],
                "workload": {"phases": [{"name": "day", "rate": RATE, "hours": 1}]},
                "components": {"app": {"kind": "service", "slots": slots, "service_ms": 1e3 * SERVICE_S}},
                "flows": {"all": {"share": 1, "trace": [{"call": "app", "timeout_ms": 2000}]}},
                "experiments": [
                    {
                        "name": "one",
                        "steady_state": ["app utilisation below 60 %", "success above 99 %"],
                        "hypothesis": {"if": "something breaks", "then": then},
                        "inject": inject,
                        "abort": abort,
                    }
                ],
            }
        )
    )


def predicted(inject, runs=4, **keys):
    found = system(inject, **keys)
    ((name, experiment),) = typed_experiments(found)
    return found, predict(found, found.space.today, name, experiment, runs=runs)


def test_steady_value_and_plateau_are_those_of_the_formulas():
    """A third of the calls fails: success is 2/3 on the plateau; utilisation is rate x service / servers."""
    _, found = predicted({"kind": "errors", "target": "app", "share": 1 / 3, "duration_s": 60})
    watched = {one.key: one for one in found.watched}
    assert watched["app.utilisation"].steady.middle == pytest.approx(RATE * SERVICE_S / 10, abs=0.02)
    success = watched["all.success_share"]
    assert success.plateau.middle == pytest.approx(2 / 3, abs=0.02)
    assert success.plateau.low < 2 / 3 < success.plateau.high
    assert success.steady.middle == pytest.approx(1.0, abs=0.001)
    assert success.after.middle == pytest.approx(1.0, abs=0.001)
    assert watched["all.offered_per_s"].steady.holds(RATE)


def test_a_fault_lasts_three_times_as_long_as_its_plateau_takes():
    """Half of the calls is never answered, which is known after 2 s: 12 s are too short to see it."""
    _, short = predicted(
        {"kind": "errors", "target": "app", "share": 0.5, "seen_as": "timeout", "duration_s": 12}
    )
    assert short.written_s == 12
    assert short.fault_s >= PLATEAUS * 10  # a stretch lasts 10 s
    assert not short.is_too_short
    _, long = predicted(
        {"kind": "errors", "target": "app", "share": 0.5, "seen_as": "timeout", "duration_s": 90}
    )
    assert long.fault_s == long.written_s == 90


def test_what_is_waited_is_twice_the_return_and_what_the_statements_need():
    """A pause of 20 s leaves 4,000 calls; 500/s - 200/s work them off in about 13 s."""
    _, found = predicted({"kind": "pause", "target": "app", "duration_s": 20})
    assert 0 < found.back_s < 40
    assert found.wait_s >= 2 * found.back_s
    assert found.wait_s >= 30 + 10


def test_an_abort_inside_the_prediction_is_refused_with_its_share_of_the_seeds():
    inject = {"kind": "errors", "target": "app", "share": 0.5, "duration_s": 60}
    system, found = predicted(inject, abort="success below 60 %")
    with pytest.raises(NotExported, match="in 4 of 4 seeds") as refused:
        drill_of(system, system.space.today, found, Queries())
    assert refused.value.code == Why.ABORT_INSIDE
    assert refused.value.where == "experiments.one.abort[0]"
    system, found = predicted(inject, abort="success below 30 %")
    assert drill_of(system, system.space.today, found, Queries()).name == "one"


def test_nobody_begins_where_the_steady_state_does_not_hold():
    system, found = predicted({"kind": "errors", "target": "app", "share": 0.1, "duration_s": 60}, slots=5)
    with pytest.raises(NotExported) as refused:
        drill_of(system, system.space.today, found, Queries())
    assert refused.value.code == Why.NOT_HEALTHY


def test_the_tolerance_of_a_steady_state_is_what_was_written_and_what_is_predicted():
    _, found = predicted({"kind": "errors", "target": "app", "share": 0.1, "duration_s": 60})
    busy, success = (one.statement for one in found.trial.statements if one.role == "steady_state")
    low, high = found.tolerance(busy)
    assert 0.3 < low < 0.4 < high < 0.6
    assert found.tolerance(success) == (0.99, 1.0)  # stricter than the model's error: as it was written


def test_what_never_fell_is_back_at_once():
    _, found = predicted(
        {"kind": "load", "factor": 1.0, "duration_s": 60}, then="success above 99 % throughout", runs=2
    )
    assert found.back_s == 0.0
    assert math.isfinite(found.plateau_s)
