"""stripe-payments: strict where money moves, loose where it doesn't; one mode for all layers won't do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models import Evaluation, System
from optimizer import front_of
from stories import (
    assert_front_is_open,
    assert_well_described,
    broken,
    bundled,
    combinations,
    scored,
    told,
    values_of,
)

LAYERS = ("authorisation_mode", "risk_mode", "records_mode", "keys_mode")
FALLBACKS: tuple[dict[str, object], ...] = (
    {"risk_fallback": "off"},
    {"risk_fallback": "on", "risk_timeout": "ms200"},
    {"risk_fallback": "on", "risk_timeout": "ms100"},
    {"risk_fallback": "on", "risk_timeout": "ms60"},
)
#: Every mode of every layer, near and far, with what else moves latency and availability.
DESIGNS = [
    {**design, **fallback}
    for fallback in FALLBACKS
    for design in combinations(
        authorisation_mode=("linearizable", "write_all", "eventual"),
        risk_mode=("linearizable", "minute", "five_minutes"),
        records_mode=("linearizable", "eventual"),
        keys_mode=("linearizable", "eventual"),
        regions=("r3", "r8", "r20"),
        risk_model=("full", "distilled"),
        authorisation_retries=(0, 1),
        gateway_servers=(120,),
        risk_servers=(16,),
    )
]


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("stripe_payments")


@pytest.fixture(scope="module")
def found(system: System) -> Evaluation:
    return scored(system, DESIGNS)


def _where(**wanted: object) -> NDArray[np.bool_]:
    return np.array([all(design[k] == v for k, v in wanted.items()) for design in DESIGNS])


def _meets(system: System, found: Evaluation) -> NDArray[np.bool_]:
    """Feasible, and within every limit of the matrix, hard or wished."""
    meets = found.feasible.copy()
    for j, dimension in enumerate(found.dimensions):
        limit = getattr(system.scenario.dimensions, dimension.name).limit
        value = found.values[:, j]
        meets &= value >= limit if dimension.better == "higher" else value <= limit
    return meets


def test_it_is_well_described(system: System) -> None:
    assert_well_described(system)
    assert_front_is_open(system, n=4096)
    layers = {d.component for d in system.scenario.decisions.values()}
    assert {"authorisation", "signals", "records", "gateway"} <= layers


def test_the_matrix_of_requirements(system: System) -> None:
    goals = system.scenario.dimensions
    assert goals.consistency.tolerance == "never"
    assert (goals.availability.tolerance, goals.availability.limit) == ("rare", 0.9999)
    assert (goals.latency.tolerance, goals.latency.limit) == ("sometimes", 200)
    assert (goals.throughput.tolerance, goals.cost.tolerance) == ("pay", "pay")


def test_today_is_strict_everywhere_and_does_not_survive_the_peak(system: System) -> None:
    assert "saturation" in broken(system)
    today = values_of(system)
    assert today["consistency"] == 1.0
    assert today["latency"] > 200
    assert today["availability"] < 0.9999


def test_linearizable_everywhere_breaks_latency(system: System, found: Evaluation) -> None:
    """Whatever else is done, 20 regions and a smaller model included."""
    strict = _where(**dict.fromkeys(LAYERS, "linearizable")) & found.feasible
    assert strict.any()
    assert np.all(found.values[strict, 0] > 200)


def test_eventual_everywhere_breaks_consistency(found: Evaluation) -> None:
    loose = _where(authorisation_mode="eventual", records_mode="eventual", keys_mode="eventual")
    loose &= ~_where(risk_mode="linearizable")
    assert loose.any()
    assert found.values[loose, 0].min() < 150  # fast it is
    j = found.constraints.index("consistency")
    assert np.all(found.excess[loose, j] > 0)


def test_an_eventual_authorisation_alone_breaks_consistency(found: Evaluation) -> None:
    j = found.constraints.index("consistency")
    assert np.all(found.excess[_where(authorisation_mode="eventual"), j] > 0)


def test_what_meets_the_matrix_is_strict_at_authorisation_and_loose_at_risk(
    system: System, found: Evaluation
) -> None:
    good = _meets(system, found)
    assert good.sum() >= 5
    assert np.all(_where(authorisation_mode="linearizable")[good])
    assert not np.any(_where(risk_mode="linearizable")[good])
    assert np.any(_where(risk_mode="five_minutes")[good])


def test_such_designs_are_on_the_front(system: System, found: Evaluation) -> None:
    front = front_of(found)
    good = _meets(system, front.evaluation)
    names = [c.name for c in system.space.columns]
    risk, authorisation = names.index("risk_mode"), names.index("authorisation_mode")
    assert good.sum() >= 5
    written = {system.space.columns[risk].written(x) for x in front.X[good, risk]}
    assert "linearizable" not in written
    written = {system.space.columns[authorisation].written(x) for x in front.X[good, authorisation]}
    assert written == {"linearizable"}


def test_risk_signals_may_be_five_minutes_old(system: System) -> None:
    """Two look-ups of a signal that changes every 20,000 s; four of five copies are 300 s behind."""
    signals = system.scenario.components["signals"]
    assert signals.replication_lag_ms == 300_000
    charge = told(system, risk_mode="five_minutes")["phases"]["normal"]["flows"]["charge"]
    u_lag = signals.writes_per_key_per_s * 300
    stale = 4 / 5 * u_lag / (u_lag + 1)  # one read, one write of five copies
    # The model shortens it by the way to the copy, 15 ms of 300 s.
    assert charge["fresh_share"] == pytest.approx((1 - stale) ** 2, rel=1e-4)


def test_writing_all_copies_is_available_less_often(system: System) -> None:
    """Five of five copies up, each 99.95 % of the time: 0.9995^5 at the best for a charge."""
    charge = values_of(system, authorisation_mode="write_all", risk_fallback="on", authorisation_retries=1)
    majority = values_of(system, authorisation_retries=1, risk_fallback="on")
    assert majority["availability"] > 0.9999 > charge["availability"]
    assert 1 - charge["availability"] == pytest.approx((1 - 0.9995**5) * _weight_of_charges(system), rel=0.1)


def _weight_of_charges(system: System) -> float:
    flows = system.scenario.flows.values()
    total = sum(flow.share * flow.weight for flow in flows)
    charge = system.scenario.flows["charge"]
    return charge.share * charge.weight / total


def test_regions_buy_latency(system: System) -> None:
    three, eight, twenty = (values_of(system, regions=r) for r in ("r3", "r8", "r20"))
    assert three["latency"] > eight["latency"] > twenty["latency"]
    assert three["complexity"] < eight["complexity"] < twenty["complexity"]
