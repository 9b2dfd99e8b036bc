"""`work` on a call: a component whose calls differ, against closed forms."""

from __future__ import annotations

import pytest

from models import compile_system
from models.evaluator import run
from models.scenario.load import scenario_from_text

RATE = 60.0
SHARES = {"light": 0.75, "heavy": 0.25}
WORK = {"light": 0.5, "heavy": 3.0}


def system(kind="service_ms: 8", scv=1.0, *, more="", decisions=""):
    flows = "".join(
        f"  {name}: {{share: {share}, trace: [{{call: db, work: {WORK[name]}}}]}}\n"
        for name, share in SHARES.items()
    )
    text = (
        "schema: 1\nname: two-kinds-of-work\n"
        f"workload: {{phases: [{{name: day, hours: 1, rate: {RATE}}}]}}\n"
        + f"components:\n  db: {{kind: service, {kind}, service_scv: {scv}{more}}}\nflows:\n{flows}"
        + decisions
    )
    return compile_system(scenario_from_text(text))


def network(system):
    return run(system, system.space.today[None, :]).network


@pytest.mark.parametrize("scv", [0.0, 0.5, 1.0, 3.0])
def test_one_server_waits_by_pollaczek_and_khinchine(scv):
    """W = rate E S^2 / (2 (1 - rate E S)), whatever the mix; each flow then takes its own work."""
    told = network(system(scv=scv))
    mean = sum(SHARES[f] * WORK[f] for f in SHARES) * 0.008
    square = sum(SHARES[f] * WORK[f] ** 2 for f in SHARES) * 0.008**2 * (1.0 + scv)
    wait = RATE * square / (2.0 * (1.0 - RATE * mean))
    assert told.stations[0].utilisation[0, 0] == pytest.approx(RATE * mean)
    assert told.stations[0].wait.mean[0, 0] == pytest.approx(wait)
    for flow, name in zip(told.flows, SHARES, strict=True):
        assert flow.mean_s[0, 0] == pytest.approx(wait + 0.008 * WORK[name])
