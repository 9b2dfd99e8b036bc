"""Services by percentiles: read from a file, in the model and in the simulation, against SciPy's laws."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from models import ScenarioError, compile_system
from models.explanation.explain import explain
from models.scenario.load import scenario_from
from models.simulation.runs import simulate
from models.simulation.settings import Settings


def scenario(rate=0.001, **web):
    return scenario_from(
        {
            "schema": 2,
            "name": "law",
            "workload": {"phases": [{"name": "all", "rate": rate, "hours": 1}]},
            "components": {"web": {"kind": "service", **web}},
            "flows": {"all": {"share": 1, "trace": ["web"]}},
        }
    )


def told(read):
    system = compile_system(read)
    return explain(system, system.space.today)["phases"][0]["flows"]["all"]


def lognormal(mean, scv):
    sigma = math.sqrt(math.log1p(scv))
    return stats.lognorm(sigma, scale=mean / math.exp(0.5 * sigma**2))


@pytest.mark.parametrize("scv", [0.25, 1.0, 4.0])
def test_percentiles_of_lognormal_work(scv):
    found = told(scenario(service_ms=10, service_scv=scv, service_law="lognormal"))
    law = lognormal(10.0, scv)
    assert found["response_ms"] == pytest.approx(10.0, rel=1e-4)
    assert found["p50_ms"] == pytest.approx(law.ppf(0.5), rel=0.06)
    assert found["p99_ms"] == pytest.approx(law.ppf(0.99), rel=0.06)


def test_what_was_measured_can_be_typed_in():
    read = scenario(service_p50_ms=5, service_p99_ms=40)
    sigma = math.log(8.0) / stats.norm.ppf(0.99)
    web = read.components["web"]
    assert web.service_law == "lognormal"
    assert web.service_ms == pytest.approx(5.0 * math.exp(0.5 * sigma**2))
    assert web.service_scv == pytest.approx(math.expm1(sigma**2))
    found = told(read)
    assert found["p50_ms"] == pytest.approx(5.0, rel=0.06)
    assert found["p99_ms"] == pytest.approx(40.0, rel=0.06)


def test_a_mean_beside_them_stays_and_picks_the_law():
    law = stats.gamma(3.0, scale=2.0)
    p50, p99 = map(float, law.ppf([0.5, 0.99]))
    web = scenario(service_ms=6.0, service_p50_ms=p50, service_p99_ms=p99).components["web"]
    assert (web.service_law, web.service_ms) == ("gamma", 6.0)
    assert web.service_scv == pytest.approx(1.0 / 3.0, rel=1e-6)


@pytest.mark.parametrize(
    ("web", "where"),
    [
        ({"service_ms": 5, "service_p50_ms": 5}, "components.web.service_p50_ms"),
        ({"service_ms": 5, "service_p50_ms": 5, "service_p99_ms": 4}, "components.web.service_p99_ms"),
        ({"service_p50_ms": 5, "service_p99_ms": 9, "service_scv": 3}, "components.web.service_scv"),
    ],
)
def test_what_no_law_has_is_refused(web, where):
    with pytest.raises(ScenarioError) as refused:
        scenario(**web)
    assert [finding.where for finding in refused.value.findings] == [where]


def test_the_simulation_draws_from_the_law():
    system = compile_system(scenario(service_ms=10, service_scv=4, service_law="lognormal"))
    found = simulate(system, system.space.today, 0, Settings(events=400_000, mean_precision=1e-4, seed=2))
    law = lognormal(10.0, 4.0)
    assert found.flows[0].mean_ms.holds(10.0)
    assert found.flows[0].p50_ms.value == pytest.approx(law.ppf(0.5), rel=0.02)
    assert found.flows[0].p99_ms.value == pytest.approx(law.ppf(0.99), rel=0.03)
