"""A design over the load: by hand for two stations, and against the place where it is said to break."""

from __future__ import annotations

import numpy as np
import pytest

from models import compile_system, evaluate
from optimizer.resilience.breaking_points import BreakingPoints, breaking_points
from optimizer.resilience.load_curve import LOADS, LoadCurve, dips, load_curve
from optimizer.sections.breaking import dips_text
from optimizer.sections.content import plain
from scenarios import scenario
from stories import bundled

PHASES = [{"name": "calm", "rate": 100, "hours": 20}, {"name": "peak", "rate": 400, "hours": 4, "peak": True}]
TWO = {
    "web": {"kind": "service", "service_ms": 10, "replicas": 2, "slots": 4},
    "store": {"kind": "service", "service_ms": 2, "replicas": 1, "slots": 4},
}


@pytest.fixture(scope="module")
def system():
    return compile_system(
        scenario(
            components=TWO,
            phases=PHASES,
            flows={"shop": {"share": 1.0, "trace": ["web", "store"]}},
            limits={"saturation": 0.7},
        )
    )


def test_utilisation_follows_the_load_as_arrivals_times_time_over_servers(system):
    curve = load_curve(system, system.space.today, [0.5, 1.0, 1.5])
    assert curve.rate.tolist() == pytest.approx([200.0, 400.0, 600.0])  # of the peak, not of the calm
    assert curve.planned_rate == pytest.approx(400.0)
    web, store = (curve.components.index(name) for name in ("web", "store"))
    # lambda s / c: 400/s * 0.010 s / 8 = 0.5, and 400/s * 0.002 s / 4 = 0.2, times the multiple.
    assert curve.utilisation[:, web] == pytest.approx([0.25, 0.5, 0.75], rel=1e-6)
    assert curve.utilisation[:, store] == pytest.approx([0.1, 0.2, 0.3], rel=1e-6)
    assert curve.busiest(1, 5) == (web, store)
    assert curve.busiest(1, 1) == (web,)


def test_limits_that_are_broken_are_told_with_the_amount(system):
    curve = load_curve(system, system.space.today, [1.0, 1.5])
    assert curve.broken(0) == ()
    ((name, over),) = curve.broken(1)
    assert name == "saturation"
    assert over == pytest.approx(0.75 - 0.70, rel=1e-6)


def test_the_plan_is_one_of_the_usual_loads_and_gives_what_evaluate_gives(system):
    curve = load_curve(system, system.space.today, LOADS)
    here = LOADS.index(1.0)
    assert np.array_equal(curve.values[here], evaluate(system, system.space.today[None, :]).values[0])
    assert np.all(np.diff(curve.multiples) > 0)
    assert (curve.multiples[0], curve.multiples[-1]) == (1 / 64, 64.0)


def test_what_is_broken_over_the_load_agrees_with_the_breaking_points():
    system = bundled("web_api_three_tier")
    checked = 0
    X = system.space.canonical(system.space.sample(4, seed=5))
    points = breaking_points(system, X)  # one search for all designs
    for i, x in enumerate(X):
        asked = [j for j in range(len(points.limits)) if points.holds[i, j] > 0.0]
        asked = [j for j in asked if np.isfinite(points.fails[i, j])]
        loads = sorted({float(load[i, j]) for j in asked for load in (points.holds, points.fails)})
        curve = load_curve(system, x, loads)  # one answer for all limits
        assert list(curve.multiples) == loads
        for j in asked:
            name = points.limits[j]
            assert name not in dict(curve.broken(loads.index(points.holds[i, j])))
            assert name in dict(curve.broken(loads.index(points.fails[i, j])))
            checked += 1
    assert checked >= 8


def test_a_limit_that_falls_and_holds_again_is_told():
    multiples = np.array([1.0, 2.0, 3.0, 4.0])
    excess = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
    nothing = np.zeros((4, 1))
    curve = LoadCurve(multiples, multiples, ("web",), nothing, nothing, ("cost", "metastable"), excess)
    points = BreakingPoints(
        "load",
        ("cost", "metastable"),
        holds=np.array([[2.9, 64.0]]),
        fails=np.array([[3.0, np.inf]]),
        bottleneck=np.array([0]),
    )
    assert dips(curve, points, 0) == (("metastable", (2.0, 3.0)),)
    assert plain(dips_text(dips(curve, points, 0))).endswith(
        "metastable (seen between 2.00 times and 3.00 times)."
    )


@pytest.mark.parametrize("multiples", [[], [0.0], [-1.0], [np.inf], [np.nan]])
def test_loads_that_are_none_are_refused(system, multiples):
    with pytest.raises(ValueError, match="above 0"):
        load_curve(system, system.space.today, multiples)
