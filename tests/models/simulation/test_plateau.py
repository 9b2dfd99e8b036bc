"""The plateau of an experiment: the steady model with the fault in it, and events while it lasts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models import compile_system, load_scenario
from models.faults.injection import injection_of
from models.performance.steady_state import behaviour, situations_of
from models.scenario.paths import Slot
from models.simulation.transient import transient
from models.system.parameters import apply_decisions

SHOP = Path(__file__).parents[3] / "data" / "scenarios" / "black_friday_shop.yaml"


def test_slow_payments_of_the_shop():
    system = compile_system(load_scenario(SHOP))
    experiment = next(one for one in system.scenario.typed_experiments if one.name == "slow_payments")
    injection = injection_of(experiment, system, system.space.today)
    flow, threads = system.flows.index("checkout"), system.components.index("checkout")
    # Ten times more slowly: 190 ms become 2,090.
    slow = {Slot("component", "payment_provider", "latency_ms"): np.array([[2090.0]])}
    parameters = apply_decisions(system, system.space.canonical(system.space.today[None, :]), base=slow)
    steady = behaviour(parameters, situations_of(parameters, phase=injection.phase))
    success, busy = steady.success[flow][0, 0], steady.utilisation[0, 0]
    assert success == pytest.approx(0.8084, abs=0.002)
    assert 50.0 * busy == pytest.approx(44.07, abs=0.3)

    changes = [one for one in injection.changes if one.from_s == 60.0]
    found = transient(
        system,
        system.space.today,
        injection.phase,
        changes,
        horizon_s=150.0,
        bin_s=5.0,
        seeds=(1, 2),
        warm_up_s=0.0,
    )
    plateau = slice(16, None)
    answered, failed = (table[:, plateau, flow].sum() for table in (found.answered, found.failed))
    assert answered / (answered + failed) == pytest.approx(success, abs=0.03)
    assert found.busy_share[:, plateau, threads].mean() == pytest.approx(busy, abs=0.03)
    before = slice(4, 12)
    assert found.failed[:, before, flow].sum() < 0.005 * found.answered[:, before, flow].sum()


def test_a_lost_gateway_is_asked_for_47_s_and_for_23_after_the_game_day():
    """PayPal's payment service: three checks, old names, cold connections; what is judged are events."""
    system = compile_system(load_scenario(SHOP.with_name("payment_failover.yaml")))
    (experiment,) = system.scenario.typed_experiments
    flow = system.flows.index("pay_east")
    for option, seconds in (("nothing", 47), ("checks_and_connections", 23)):
        design = system.space.encode({"fast_failover": option})
        injection = injection_of(experiment, system, design)
        # 45 s of the steady state less than the file has: the loss comes after 15 s.
        changes = [replace(one, from_s=one.from_s - 45.0, to_s=one.to_s - 45.0) for one in injection.changes]
        found = transient(system, design, injection.phase, changes, horizon_s=70.0, seeds=(1,), warm_up_s=2.0)
        success = found.answered[0, :, flow] / (found.answered + found.failed)[0, :, flow]
        asked = success[15 : 15 + seconds]
        assert asked.mean() == pytest.approx(5 / 6 * success[:15].mean(), abs=0.03)
        assert success[16 + seconds :].min() > 0.95 > asked.max()
