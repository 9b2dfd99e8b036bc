"""Queues against exact results: each number within the 99 % interval of a run with a stated seed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from simulated import MS, erlang_b, erlang_c, external, is_known, played, station, store


@pytest.mark.parametrize(("load", "seed"), [(0.5, 1), (0.8, 2)])
def test_one_exponential_server_answers_after_an_exponential_time(load, seed):
    found = played({"web": station(1.0)}, "web", rate=load, seed=seed, events=1_000_000)
    flow, web = found.overall, found.components[0]
    mean = MS / (1.0 - load)
    assert is_known(flow.mean_ms, mean)
    for percentile, share in ((flow.p50_ms, 0.5), (flow.p90_ms, 0.9), (flow.p99_ms, 0.99)):
        assert is_known(percentile, -mean * math.log1p(-share), within=0.1)
    assert (load > 0.7) or is_known(flow.p999_ms, mean * math.log(1000.0), within=0.2)
    assert is_known(web.utilisation, load)
    assert is_known(web.arrivals_per_s, load)
    assert is_known(web.wait_ms, mean - MS)
    assert flow.success.value == 1.0
    assert web.refused_share.value == 0.0


@pytest.mark.parametrize(("servers", "load", "seed"), [(4, 0.7, 1), (10, 0.75, 2)])
@pytest.mark.parametrize("blocking", [False, True])
def test_many_exponential_servers(servers, load, seed, blocking):
    waits, drain = erlang_c(servers, load * servers), servers * (1.0 - load)

    def slower(t: float) -> float:
        """P(response > t): service alone, or an exponential wait (rate `drain`) and service (rate 1)."""
        both = (drain * math.exp(-t) - math.exp(-drain * t)) / (drain - 1.0)
        return (1.0 - waits) * math.exp(-t) + waits * both

    web = station(1.0, servers, blocking=blocking)
    found = played({"web": web}, "web", rate=load * servers, seed=seed)
    assert is_known(found.overall.mean_ms, (1.0 + waits / drain) * MS)
    assert is_known(found.overall.p99_ms, brentq(lambda t: slower(t) - 0.01, 0.0, 100.0) * MS, within=0.1)
    assert is_known(found.components[0].wait_ms, waits / drain * MS, within=0.15)


@pytest.mark.parametrize("scv", [0.0, 0.25, 0.5, 0.7, 2.0, 8.0])
@pytest.mark.parametrize("blocking", [False, True])
def test_the_wait_for_one_server_goes_by_mean_and_variance(scv, blocking):
    # Pollaczek 1930 and Khinchine 1932.
    found = played({"web": station(1.0, service_scv=scv, blocking=blocking)}, "web", rate=0.6, seed=13)
    assert is_known(found.overall.mean_ms, (1.0 + 0.6 * (1.0 + scv) / 2.0 / 0.4) * MS, within=0.15)


def wait_of_constant_service(servers: int, load: float) -> float:
    """Mean wait of M/D/c with service 1, from the numbers in system one service apart.

    Crommelin 1932: who is there after a service are those that weren't in service before, and those who came.
    """
    most, rate = 400, servers * load
    came = np.exp(-rate + np.arange(most) * math.log(rate) - [math.lgamma(k + 1) for k in range(most)])
    chance = np.zeros(most)
    chance[0] = 1.0
    for _ in range(4000):
        left = np.concatenate([[chance[: servers + 1].sum()], chance[servers + 1 :]])
        chance, before = np.convolve(left, came)[:most], chance
        if np.abs(chance - before).max() < 1e-15:
            break
    waiting = float(np.maximum(np.arange(most) - servers, 0) @ chance)
    return waiting / rate


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (5, 0.8), (10, 0.9)])
def test_constant_service_of_many_servers(servers, load):
    wait = wait_of_constant_service(servers, load)
    if servers == 1:
        assert wait == pytest.approx(load / 2.0 / (1.0 - load))
    found = played({"web": station(1.0, servers, service_scv=0.0)}, "web", rate=servers * load, seed=4)
    assert is_known(found.components[0].wait_ms, wait * MS, within=0.15)


@pytest.mark.parametrize(("servers", "places", "load"), [(1, 5, 0.9), (3, 4, 0.8), (3, 0, 1.5)])
@pytest.mark.parametrize("blocking", [False, True])
def test_bounded_queue(servers, places, load, blocking):
    weights = [(load * servers) ** n / math.factorial(n) for n in range(servers + 1)]
    weights += [weights[-1] * load**j for j in range(1, places + 1)]
    chances = np.array(weights) / sum(weights)
    blocked = chances[-1]
    waiting = float(chances[servers:] @ np.arange(places + 1))  # Little: over what is let in
    wait = waiting / (load * servers * (1.0 - blocked))
    web = station(1.0, servers, queue_limit=places, blocking=blocking)
    found = played({"web": web}, "web", rate=load * servers, seed=5)
    assert is_known(found.overall.success, 1.0 - blocked)
    assert is_known(found.overall.mean_ms, (1.0 + wait) * MS)
    assert is_known(found.components[0].refused_share, blocked)
    assert is_known(found.components[0].utilisation, load * (1.0 - blocked))


def lost_to_longest_wait(servers: int, load: float, longest: float) -> float:
    """M/M/c+D with mean service 1: flows up and down balance at each virtual wait below the longest."""
    blocked = erlang_b(servers, servers * load)
    x = servers * longest * (1.0 - load)
    below = servers * longest if x == 0 else (1.0 - math.exp(-x)) / (1.0 - load)
    return blocked * math.exp(-x) / (1.0 - blocked + blocked * (below + math.exp(-x)))


@pytest.mark.parametrize(
    ("servers", "load", "longest", "published"),
    [(1, 0.8, 2.0, 0.187832), (1, 1.0, 1.0, 0.333333), (1, 2.0, 1.0, 0.550643), (3, 0.9, 0.5, None)],
)
@pytest.mark.parametrize("blocking", [False, True])
def test_longest_wait(servers, load, longest, published, blocking):
    lost = lost_to_longest_wait(servers, load, longest)
    if published is not None:
        assert lost == pytest.approx(published, rel=1e-5)
    web = station(1.0, servers, max_wait_s=longest, blocking=blocking)
    found = played({"web": web}, "web", rate=load * servers, seed=6)
    assert is_known(found.overall.success, 1.0 - lost)
    assert is_known(found.components[0].refused_share, lost)


def test_who_would_wait_too_long_learns_it_at_once():
    # The response of a call that fails over to a fallback of no time is 0 where it was turned away at once.
    call = {"call": "web", "fallback": {}}
    web = station(1.0, max_wait_s=0.5, service_scv=0.0)
    at_once = played({"web": web}, call, rate=2.0, seed=7)
    later = played({"web": web | {"blocking": True}}, call, rate=2.0, seed=7)
    assert at_once.overall.p50_ms.value < 1.0
    assert 450.0 < later.overall.p50_ms.value < 550.0


def test_shards_are_queues_of_their_own():
    found = played({"db": store(1.0, shards=2)}, "db", rate=1.2, seed=8)
    assert is_known(found.overall.mean_ms, MS / (1.0 - 0.6))


def test_collection_of_garbage_stretches_the_work():
    found = played({"web": station(0.4, gc_share=0.2)}, "web", rate=1.0, seed=9)
    assert is_known(found.overall.mean_ms, MS)


def test_regular_arrivals_wait_less():
    # GI/M/1: the wait is exponential, its chance the root of x = A*(1 - x); here gaps of two phases.
    found = played({"web": station(1.0, arrival_scv=0.5)}, "web", rate=0.7, seed=10)
    root = brentq(lambda x: (1.4 / (1.4 + 1.0 - x)) ** 2 - x, 0.0, 0.999)
    assert is_known(found.overall.mean_ms, MS / (1.0 - root))


@pytest.mark.parametrize("contention", [0.0, 0.2])
def test_replicas_cost_each_other_time_when_they_are_busy(contention):
    # Three replicas, Markov: with n busy the services that begin are 1 + contention (n - 1) as long. Where
    # all are always busy each is: two are enough to see it, as a loss system of two replicas that is full.
    web = station(1.0) | {"replicas": 3, "contention": contention, "queue_limit": 50}
    found = played({"web": web}, "web", rate=30.0, seed=11)
    carried = 3.0 / (1.0 + 2.0 * contention)
    assert is_known(found.overall.success, carried / 30.0)


# --- networks -------------------------------------------------------------------------------------


def test_tandem_has_product_form():
    found = played({"a": station(1.0), "b": station(0.8)}, "a", {"call": "b"}, rate=0.7, seed=12)
    slow, fast = 1.0 - 0.7, 1.25 - 0.7  # responses are independent and exponential with these rates

    def slower(t: float) -> float:
        return (fast * math.exp(-slow * t) - slow * math.exp(-fast * t)) / (fast - slow)

    assert is_known(found.overall.mean_ms, (1.0 / slow + 1.0 / fast) * MS)
    assert is_known(found.overall.p99_ms, brentq(lambda t: slower(t) - 0.01, 0.0, 200.0) * MS, within=0.1)


@pytest.mark.parametrize("branches", [2, 5])
def test_parallel_calls_join_at_the_slowest(branches):
    names = [f"b{i}" for i in range(branches)]
    parts = {name: external(1.0) for name in names}
    found = played(parts, {"parallel": names}, seed=13)
    assert is_known(found.overall.mean_ms, sum(1.0 / n for n in range(1, branches + 1)) * MS)
    assert is_known(found.overall.p99_ms, -math.log(1.0 - 0.99 ** (1.0 / branches)) * MS)


def test_one_thread_is_held_for_the_calls_under_it():
    parts = {"web": station(0.3, blocking=True), "db": station(0.5)}
    found = played(parts, {"call": "web", "then": ["db"]}, rate=0.8, seed=14)
    second = 0.3**2 + 0.5**2 + 0.8**2  # E[(own + called)^2] of independent exponentials
    assert is_known(found.overall.mean_ms, (0.8 + 0.8 * second / 2.0 / (1.0 - 0.64)) * MS)
    assert is_known(found.components[0].utilisation, 0.64)


@pytest.mark.parametrize("threads", [2, 6])
def test_a_pool_without_own_work_only_moves_the_queue(threads):
    parts = {"web": station(0.0, threads, blocking=True), "db": station(1.0)}
    found = played(parts, {"call": "web", "then": ["db"]}, rate=0.7, seed=15)
    assert is_known(found.overall.mean_ms, MS / 0.3, within=0.1)


def machine_repair(pool: int, servers: int, own_s: float, below_s: float) -> float:
    """Throughput of a pool of threads over a station when all threads are always taken (Buzen 1973)."""
    weights = [1.0]
    for n in range(1, pool + 1):
        weights.append(weights[-1] * (pool - n + 1) / own_s * below_s / min(n, servers))
    busy = sum(min(n, servers) * weight for n, weight in enumerate(weights)) / sum(weights)
    return busy / below_s


def test_a_full_pool_carries_what_the_closed_network_does():
    parts = {"web": station(0.5, 6, blocking=True, queue_limit=30), "db": station(0.4, 2)}
    found = played(parts, {"call": "web", "then": ["db"]}, rate=12.0, seed=16)
    assert is_known(found.overall.success, machine_repair(6, 2, 0.5, 0.4) / 12.0)


@pytest.mark.parametrize("times", [0.3, 2.5, 4.0])
def test_repeated_calls(times):
    found = played({"x": external(1.0)}, {"call": "x", "times": times}, seed=17)
    assert is_known(found.overall.mean_ms, times * MS)
    assert is_known(found.components[0].arrivals_per_s, times)


@pytest.mark.parametrize("hear", [1, 2, 3])
@pytest.mark.parametrize("scv", [1.0, 0.5])
def test_a_quorum_waits_for_the_last_that_must_be_heard(hear, scv):
    # One copy is near and works on the call; of the two others 0, 1 or 2 must be heard.
    db = store(0.0, replicas=3, read_quorum=hear, rtt_ms=MS, rtt_scv=scv)
    found = played({"db": db}, "db", seed=18)
    if scv == 1.0:
        least, most = 0.5, 1.5
    else:  # two phases of mean 1/2: E[min] = int (1 + 2t)^2 exp(-4t) dt
        least = 1 / 4 + 4 / 16 + 8 / 64
        most = 2.0 - least
    expected = {1: 0.0, 2: least, 3: most}[hear]
    if expected:
        assert is_known(found.overall.mean_ms, expected * MS)
    else:
        assert found.overall.mean_ms.value == 0.0
    written = played({"db": db}, {"call": "db", "write": True}, seed=18)
    assert is_known(written.overall.mean_ms, most * MS)
