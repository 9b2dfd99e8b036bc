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

from oracles.cases import assert_within, cases
from oracles.formulas.quorums import miss_probability, stale_read_share

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
READS = 100_000


def cell(x: float) -> np.ndarray:
    return np.full((1, 1), float(x))


def stale(n: int, r: int, w: int, *, lag: float, delay: float, writes: float) -> float:
    return float(
        stale_read_share(
            replicas=cell(n),
            read_quorum=cell(r),
            write_quorum=cell(w),
            lag_s=cell(lag),
            read_delay_s=cell(delay),
            writes_per_key_per_s=cell(writes),
        )[0, 0]
    )


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
    found = miss_probability(cell(i["replicas"]), cell(i["read_quorum"]), cell(i["write_quorum"]))
    assert_within(case, float(found[0, 0]))


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


#: Formula over simulation at the worst, for lags of 1, 5 and 20 read delays (physics: 1.3, 1.08, 1.03 and
#: 2.8, 1.2, 1.06), with the noise of the simulation on top. It errs to the pessimistic side.
@pytest.mark.parametrize(
    ("r", "lag", "most"),
    [(1, 1.0, 1.4), (1, 5.0, 1.15), (1, 20.0, 1.1), (2, 1.0, 3.0), (2, 5.0, 1.3), (2, 20.0, 1.15)],
)
def test_the_formula_is_close_and_pessimistic(r: int, lag: float, most: float) -> None:
    writes = 0.05
    needed = wars(3, r, 1, exponential(lag), exponential(1.0), seed=r)[2]
    rng = np.random.default_rng(7)
    simulated = float(np.mean([(rng.exponential(1.0 / writes, READS) < needed).mean() for _ in range(5)]))
    found = stale(3, r, 1, lag=lag, delay=1.0, writes=writes)
    assert 0.93 <= found / simulated <= most


@given(n=st.integers(1, 7), data=st.data())
def test_a_miss_is_a_count_of_choices(n: int, data: st.DataObject) -> None:
    r, w = data.draw(st.integers(1, n)), data.draw(st.integers(1, n))
    choices = list(itertools.combinations(range(n), r))
    missed = sum(min(choice) >= w for choice in choices) / len(choices)
    found = float(miss_probability(cell(n), cell(r), cell(w))[0, 0])
    assert found == pytest.approx(missed, rel=1e-12, abs=0.0)
    assert (found == 0.0) == (r + w > n)


def test_without_lag_or_writes_all_is_fresh() -> None:
    assert stale(3, 1, 1, lag=0.0, delay=0.0, writes=1.0) == 0.0
    assert stale(3, 1, 1, lag=1.0, delay=0.0, writes=0.0) == 0.0
    assert stale(3, 2, 2, lag=1.0, delay=0.0, writes=1.0) == 0.0


@pytest.mark.parametrize("n", [0, 1])
def test_shapes(n: int) -> None:
    found = stale_read_share(
        replicas=np.full((n, 1), 3.0),
        read_quorum=cell(1),
        write_quorum=np.ones((1, 2)),
        lag_s=cell(1),
        read_delay_s=cell(0),
        writes_per_key_per_s=cell(1),
    )
    assert found.shape == (n, 2)


def test_bits_alone_and_among_ten_thousand() -> None:
    rng = np.random.default_rng(3)
    n = rng.integers(1, 9, (10_000, 1)).astype(float)
    r, w = (np.ceil(n * rng.random(n.shape)) for _ in range(2))
    together = miss_probability(n, r, w)
    for i in range(0, 10_000, 500):
        assert miss_probability(n[i : i + 1], r[i : i + 1], w[i : i + 1])[0, 0] == together[i, 0]
