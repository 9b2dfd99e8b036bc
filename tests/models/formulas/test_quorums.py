"""Quorums and staleness: every choice of replicas, integrals, and a Monte Carlo of the four message delays.

WARS (Bailis et al. 2012): a write reaches a replica after W and is acknowledged after A more; it commits with
the w-th acknowledgement. A read that starts t later reaches a replica after R and is answered after S more;
it is consistent if one of the first r answers comes from a replica that the write had reached by then.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.performance.quorum import from_least
from models.performance.staleness import miss_probability, stale_read_share
from oracles.cases import assert_within, cases

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
READS = 100_000


def stale(n: int, r: int, w: int, *, lag: float, delay: float, writes: float) -> float:
    """With exponential lags and ways."""
    laws = from_least(float(lag), 1.0, 0.0), from_least(float(delay), 1.0, 0.0)
    return stale_read_share((float(n), float(r), float(w)), *laws, float(writes))


def miss(n: int, r: int, w: int) -> float:
    return miss_probability(float(n), float(r), float(w))


def exponential(mean: float) -> Draw:
    return lambda rng, size: rng.exponential(mean, size)


def pareto_or_exponential(share: float, least: float, power: float, rate: float) -> Draw:
    def draw(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
        is_body = rng.random(size) < share
        return np.where(
            is_body, least * rng.random(size) ** (-1.0 / power), rng.exponential(1.0 / rate, size)
        )

    return draw


SSD = pareto_or_exponential(0.9122, 0.235, 10.0, 1.66)
LAWS = {
    "LNKD-SSD": (SSD, SSD),
    "LNKD-DISK": (pareto_or_exponential(0.38, 1.05, 1.51, 0.183), SSD),
    "YMMR": (pareto_or_exponential(0.939, 3.0, 3.35, 0.0028), pareto_or_exponential(0.982, 1.5, 3.8, 0.0217)),
}


def wars(n: int, r: int, w: int, write: Draw, other: Draw, *, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Read latency, write latency, and the time after commit from which each read would be consistent."""
    rng = np.random.default_rng(seed)
    size = (READS, n)
    arrive = write(rng, size)
    commit = np.sort(arrive + other(rng, size), axis=1)[:, w - 1]
    ask, answer = other(rng, size), other(rng, size)
    order = np.argsort(ask + answer, axis=1)[:, :r]
    latency = np.take_along_axis(ask + answer, order, axis=1)[:, -1]
    # Replica i answers the new value when commit + t + ask >= arrive.
    needed = np.take_along_axis(arrive - ask, order, axis=1).min(axis=1) - commit
    return latency, commit, needed


@pytest.mark.parametrize("case", cases("quorum"), ids=lambda c: c["id"])
def test_published_misses(case: dict[str, Any]) -> None:
    i = case["inputs"]
    assert_within(case, miss(i["replicas"], i["read_quorum"], i["write_quorum"]))


def formula_or_simulation(case: dict[str, Any]) -> list[float]:
    i = case["inputs"]
    n, r, w = i["replicas"], i["read_quorum"], i["write_quorum"]
    if case["id"].startswith("stale-exp"):
        lag, writes = i["mean_replication_lag_s"], i["writes_per_key_per_s"]
        return [stale(n, r, w, lag=lag, delay=0.0, writes=writes)]
    if "mean_write_delay_ms" in i:
        laws = exponential(i["mean_write_delay_ms"]), exponential(i["mean_other_delays_ms"])
        needed = wars(n, r, w, *laws)[2]
        return [float((needed <= t).mean()) for t in i["time_since_commit_ms"]]
    law = next(law for name, law in LAWS.items() if f"-{name}-" in case["id"])
    return [float(np.quantile(x, 0.999)) for x in wars(n, r, w, *law)]


@pytest.mark.parametrize("case", cases("pbs_staleness"), ids=lambda c: c["id"])
def test_published_staleness(case: dict[str, Any]) -> None:
    assert_within(case, formula_or_simulation(case))


def test_the_published_mean_of_an_ssd_round_trip() -> None:
    (case,) = [c for c in cases("percentile_mixture") if c["id"] == "pbs-ssd-latency"]
    rng = np.random.default_rng(0)
    assert_within(case, float((SSD(rng, (READS, 1)) + SSD(rng, (READS, 1))).mean()))


#: The formula against the simulation, for lags of 1, 5 and 20 read delays, its noise included.
@pytest.mark.parametrize(
    ("r", "lag", "error"),
    [(1, 1.0, 0.06), (1, 5.0, 0.03), (1, 20.0, 0.03), (2, 1.0, 0.15), (2, 5.0, 0.06), (2, 20.0, 0.03)],
)
def test_the_formula_is_close(r: int, lag: float, error: float) -> None:
    writes = 0.05
    needed = wars(3, r, 1, exponential(lag), exponential(1.0), seed=r)[2]
    rng = np.random.default_rng(7)
    simulated = float(np.mean([(rng.exponential(1.0 / writes, READS) < needed).mean() for _ in range(5)]))
    found = stale(3, r, 1, lag=lag, delay=1.0, writes=writes)
    assert found == pytest.approx(simulated, rel=error)


#: Lag and way of LNKD-DISK and LNKD-SSD as laws of a minimum, a mean (ms) and an scv: the published mixtures
#: have these means and hardly anything below these minima.
LAGS = {"LNKD-DISK": (4.6, 1.0, 0.9), "LNKD-SSD": (0.291, 0.495, 0.22)}
WAY = (0.291, 0.495, 0.22)


@pytest.mark.parametrize(("name", "fresh"), [("LNKD-DISK", 0.439), ("LNKD-SSD", 0.974)])
def test_a_read_right_after_a_write(name: str, fresh: float) -> None:
    """Bailis et al. 2012, section 5.6: N = 3, R = W = 1."""
    lag, way = (from_least(*law) for law in (LAGS[name], WAY))
    assert 1.0 - stale_read_share((3.0, 1.0, 1.0), lag, way, 1e9) == pytest.approx(fresh, abs=0.02)
    simulated = float((wars(3, 1, 1, *LAWS[name])[2] <= 0.0).mean())
    assert simulated == pytest.approx(fresh, abs=0.01)


@pytest.mark.parametrize(("r", "w"), [(1, 1), (1, 2), (2, 1)])
@pytest.mark.parametrize("name", ["LNKD-DISK", "LNKD-SSD"])
def test_what_is_read_is_stale_as_often_as_with_the_published_laws(name: str, r: int, w: int) -> None:
    """Writes come so often that each read follows one; what a mixture's far tail does is not asked."""
    lag, way = (from_least(*law) for law in (LAGS[name], WAY))
    simulated = float((wars(3, r, w, *LAWS[name])[2] > 0.0).mean())
    assert stale_read_share((3.0, float(r), float(w)), lag, way, 1e9) == pytest.approx(simulated, abs=0.02)


@given(n=st.integers(2, 7), data=st.data(), scv=st.floats(0.1, 4.0), least=st.floats(0.0, 0.9))
def test_a_share_that_falls_with_what_is_heard(n: int, data: st.DataObject, scv: float, least: float) -> None:
    r, w = data.draw(st.integers(1, n - 1)), data.draw(st.integers(1, n - 1))
    lag, way = from_least(1.0, scv, least), from_least(0.3, 1.0, 0.1)
    found = [
        stale_read_share((float(n), float(a), float(b)), lag, way, 0.5)
        for a, b in ((r, w), (r + 1, w), (r, w + 1))
    ]
    assert 0.0 <= found[1] <= found[0] + 1e-9 <= 1.0 + 1e-9
    assert 0.0 <= found[2] <= found[0] + 1e-9


@given(n=st.integers(1, 7), data=st.data())
def test_a_miss_is_a_count_of_choices(n: int, data: st.DataObject) -> None:
    r, w = data.draw(st.integers(1, n)), data.draw(st.integers(1, n))
    choices = list(itertools.combinations(range(n), r))
    missed = sum(min(choice) >= w for choice in choices) / len(choices)
    found = miss(n, r, w)
    assert found == pytest.approx(missed, rel=1e-12, abs=0.0)
    assert (found == 0.0) == (r + w > n)


def test_without_lag_or_writes_all_is_fresh() -> None:
    assert stale(3, 1, 1, lag=0.0, delay=0.0, writes=1.0) == 0.0
    assert stale(3, 1, 1, lag=1.0, delay=0.0, writes=0.0) == 0.0
    assert stale(3, 2, 2, lag=1.0, delay=0.0, writes=1.0) == 0.0
