"""Small systems of every kind of component in closed form; bits, and no NaN for any allowed parameter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from models.evaluator import evaluate, run
from models.explanation.explain import explain
from models.system.compiler import compile_system
from models.system.uncertainty import base_of, draws_at, guesses_of, stress_of
from scenarios import scenario

HOUR = 3600.0


def phase(rate: float, *, name: str = "steady", hours: float = 1, **parts: Any) -> dict[str, Any]:
    return {"name": name, "rate": rate, "hours": hours, **parts}


def compiled(components: dict[str, Any], *trace: Any, rate: float = 100, flow: Any = None, **parts: Any):
    flows = parts.pop("flows", None) or {"all": {"share": 1.0, "trace": list(trace), **(flow or {})}}
    phases = parts.pop("phases", None) or [phase(rate)]
    return compile_system(scenario(components=components, flows=flows, phases=phases, **parts))


def told(components: dict[str, Any], *trace: Any, **parts: Any) -> dict[str, Any]:
    system = compiled(components, *trace, **parts)
    return explain(system, system.space.today)


def flow_of(answer: dict[str, Any], name: str = "all", at: int = 0) -> dict[str, Any]:
    return answer["phases"][at]["flows"][name]


def part_of(answer: dict[str, Any], name: str, at: int = 0) -> dict[str, Any]:
    return answer["phases"][at]["components"][name]


def values_of(components: dict[str, Any], *trace: Any, **parts: Any) -> dict[str, float]:
    system = compiled(components, *trace, **parts)
    found = evaluate(system, system.space.today[None, :])
    return dict(zip((d.name for d in found.dimensions), found.values[0].tolist(), strict=True))


def external(latency_ms: float, **parts: Any) -> dict[str, Any]:
    return {"kind": "external", "latency_ms": latency_ms, **parts}


def service(service_ms: float, **parts: Any) -> dict[str, Any]:
    return {"kind": "service", "service_ms": service_ms, **parts}


def erlang_b(servers: int, erlangs: float) -> float:
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = erlangs * blocked / (n + erlangs * blocked)
    return blocked


def mmc_response_s(rate: float, servers: int, held_s: float) -> float:
    blocked = erlang_b(servers, rate * held_s)
    waits = blocked / (1.0 - rate * held_s / servers * (1.0 - blocked))
    return held_s + waits / (servers / held_s - rate)


# --- caches ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("hits", [0.0, 0.3, 0.95, 1.0])
def test_a_cache_is_a_mixture_of_hits_and_misses(hits: float) -> None:
    components = {
        "cache": {"kind": "cache", "service_ms": 1, "slots": 1, "hit_ratio": hits},
        "db": service(5),
    }
    answer = told(components, {"call": "cache", "then": ["db"]})
    own, below = 1 / (1000 - 100), 1 / (200 - 100 * (1 - hits))
    assert flow_of(answer)["response_ms"] == pytest.approx(1e3 * (own + (1 - hits) * below), rel=1e-9)
    assert part_of(answer, "db")["arrivals_per_s"] == pytest.approx(100 * (1 - hits))


def test_a_cache_of_one_key_hits_by_renewal_and_is_stale_by_its_age() -> None:
    """One key asked for 2 times a second: hits l T / (1 + l T), each stale with 1 - (1 - e^(-uT)) / (uT)."""
    cache = {"kind": "cache", "service_ms": 0, "keys": 1, "ttl_s": 3, "writes_per_key_per_s": 0.1}
    answer = told({"cache": cache, "db": external(0)}, {"call": "cache", "then": ["db"]}, rate=2)
    hit, stale = 6 / 7, 1 - (1 - math.exp(-0.3)) / 0.3
    assert part_of(answer, "db")["arrivals_per_s"] == pytest.approx(2 * (1 - hit), rel=1e-9)
    assert flow_of(answer)["fresh_share"] == pytest.approx(1 - hit * stale, rel=1e-9)


def test_errors_behind_a_cache_hit_only_its_misses() -> None:
    components = {
        "cache": {"kind": "cache", "service_ms": 0, "hit_ratio": 0.8},
        "db": external(1, error_share=0.5),
    }
    answer = told(components, {"call": "cache", "then": ["db"]})
    assert flow_of(answer)["success_share"] == pytest.approx(1 - 0.2 * 0.5)


# --- stores ---------------------------------------------------------------------------------------


def store(**parts: Any) -> dict[str, Any]:
    return {"kind": "store", "service_ms": 0, "replicas": 5, "rtt_ms": 10, "rtt_scv": 1, **parts}


def renyi(n: int, r: int) -> float:
    """Mean of the r-th of n exponentials of mean 1."""
    return sum(1.0 / (n - i) for i in range(r))


@pytest.mark.parametrize("quorum", [1, 2, 3, 5])
@pytest.mark.parametrize("write", [False, True])
def test_a_quorum_waits_for_the_others(quorum: int, write: bool) -> None:
    """The answering replica is near; of the other four the (q - 1)-th must be heard."""
    part = store(write_quorum=quorum) if write else store(read_quorum=quorum)
    part["service_ms"] = 1
    answer = told({"db": part}, {"call": "db", "write": write}, rate=1e-6)
    assert flow_of(answer)["response_ms"] == pytest.approx(1 + 10 * renyi(4, quorum - 1), rel=5e-3)


def test_without_a_write_quorum_a_write_waits_for_all() -> None:
    answer = told({"db": store()}, {"call": "db", "write": True}, rate=1e-6)
    assert flow_of(answer)["response_ms"] == pytest.approx(10 * renyi(4, 4), rel=5e-3)


@pytest.mark.parametrize(("write", "needed"), [(False, 2), (True, 4), (None, 5)])
def test_a_store_answers_while_its_quorum_is_up(write: bool | None, needed: int) -> None:
    part = store(availability=0.9, read_quorum=2) | ({} if write is None else {"write_quorum": 4})
    values = values_of({"db": part}, {"call": "db", "write": write is not False}, rate=1e-6)
    assert values["availability"] == pytest.approx(float(binom.sf(needed - 1, 5, 0.9)), abs=1e-11)


@pytest.mark.parametrize(("r", "w", "stale"), [(1, 1, True), (2, 2, True), (3, 3, False), (1, None, False)])
def test_reads_are_fresh_where_quorums_meet(r: int, w: int | None, stale: bool) -> None:
    part = store(read_quorum=r, write_quorum=w, replication_lag_ms=1000, writes_per_key_per_s=0.5, rtt_ms=0)
    fresh = flow_of(told({"db": part}, "db"))["fresh_share"]
    if not stale:
        assert fresh == 1.0
        return
    missed = math.comb(5 - w, r) / math.comb(5, r)
    assert fresh == pytest.approx(1 - missed * 0.5 / (0.5 + r), rel=1e-9)  # u L / (u L + R)


def test_shards_split_the_load_and_replicas_are_counted_for_each() -> None:
    db = {
        "kind": "store",
        "service_ms": 10,
        "replicas": 2,
        "slots": 1,
        "shards": 4,
        "price_usd_per_hour": 3.0,
    }
    answer = told({"db": db}, "db", rate=400)
    assert part_of(answer, "db")["utilisation"] == pytest.approx(400 / 4 / 200)
    assert flow_of(answer)["response_ms"] == pytest.approx(1e3 * mmc_response_s(100, 2, 0.01), rel=1e-9)
    assert answer["cost"]["replicas_usd"]["db"] == pytest.approx(3.0 * 2 * 4)
    assert values_of({"db": db}, "db", rate=400)["throughput"] == pytest.approx(800)


# --- parallel calls -------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 3, 5])
def test_parallel_calls_of_rare_exponentials_are_their_maximum(n: int) -> None:
    components = {f"s{i}": service(10) for i in range(n)}
    answer = told(components, {"parallel": [[name] for name in components]}, rate=1e-6)
    assert flow_of(answer)["response_ms"] == pytest.approx(10 * renyi(n, n), rel=5e-3)
    # (1 - e^-x)^n = 0.99; the maximum as a gamma law of three moments
    exact = -math.log1p(-(0.99 ** (1 / n))) * 10
    assert flow_of(answer)["p99_ms"] == pytest.approx(exact, rel=0.01)


def test_parallel_calls_must_all_succeed_and_are_all_made() -> None:
    components = {"a": external(1, error_share=0.1), "b": external(1, error_share=0.2)}
    answer = told(components, {"parallel": [["a"], [{"call": "b", "times": 2}]]})
    assert flow_of(answer)["success_share"] == pytest.approx(0.9 * 0.8**2)
    assert part_of(answer, "b")["arrivals_per_s"] == pytest.approx(200)


# --- blocking -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("threads", "rate"), [(4, 20), (10, 70), (25, 200)])
def test_a_blocking_pool_over_a_roomy_system_is_a_station_of_threads(threads: int, rate: float) -> None:
    """A thread is kept for 100 ms, all of it spent elsewhere: M/M/c with c threads."""
    components = {"web": service(0, slots=threads, blocking=True), "far": external(100)}
    answer = told(components, {"call": "web", "then": ["far"]}, rate=rate)
    assert part_of(answer, "web")["utilisation"] == pytest.approx(rate * 0.1 / threads)
    wanted = 1e3 * mmc_response_s(rate, threads, 0.1)
    assert flow_of(answer)["response_ms"] == pytest.approx(wanted, rel=1e-6)
    assert values_of(components, {"call": "web", "then": ["far"]}, rate=rate)["throughput"] == pytest.approx(
        threads / 0.1
    )


def test_a_pool_that_does_not_block_waits_for_its_own_work_only() -> None:
    components = {"web": service(1, slots=2), "far": external(100)}
    answer = told(components, {"call": "web", "then": ["far"]}, rate=100)
    assert part_of(answer, "web")["utilisation"] == pytest.approx(0.05)
    assert flow_of(answer)["response_ms"] == pytest.approx(
        100 + 1e3 * mmc_response_s(100, 2, 0.001), rel=1e-9
    )


def pool_over(far: dict[str, Any], *, rate: float, **call: Any) -> tuple[dict[str, Any], float]:
    """Ten threads that do nothing but call: the pool as told, and the throughput."""
    components = {"web": service(0, slots=10, blocking=True), "far": far}
    trace = {"call": "web", "then": [{"call": "far", **call}]}
    throughput = values_of(components, trace, rate=rate)["throughput"]
    return part_of(told(components, trace, rate=rate), "web"), throughput


def test_repeats_that_are_always_late_keep_a_thread_for_all_of_them() -> None:
    """Four attempts, given up after 50 ms each: a thread is kept for 200 ms, so that ten carry 50 calls/s."""
    late = {"timeout_ms": 50, "retries": 3, "fallback": {}}
    web, throughput = pool_over(external(100, latency_scv=0), rate=40, **late)
    assert web["utilisation"] == pytest.approx(40 * 0.2 / 10, rel=1e-9)
    assert throughput == pytest.approx(50, rel=1e-9)
    # Always the same hold: M/D/10, by Cosmetatos (1976) 7.5 % above half the wait of M/M/10.
    cosmetatos = 1.0 + 0.2 * 9.0 * (math.sqrt(54.0) - 2.0) / (16.0 * 0.8 * 10.0)
    half = 0.5e3 * (mmc_response_s(40, 10, 0.2) - 0.2)
    assert web["wait_ms"] == pytest.approx(cosmetatos * half, rel=1e-4)
    web, _ = pool_over(external(100, latency_scv=0), rate=60, **late)
    assert web["wait_ms"] is None  # a collapse: twelve threads would be kept


def test_repeats_after_errors_keep_a_thread_for_each() -> None:
    """Half of the attempts fail, three at most: 1 + 1/2 + 1/4 of 100 ms, and a pause of 20 ms before each."""
    web, throughput = pool_over(
        external(100, latency_scv=0, error_share=0.5), rate=20, retries=2, backoff_ms=20, fallback={}
    )
    held_s = 0.1 * 1.75 + 0.02 * 0.75
    assert web["utilisation"] == pytest.approx(20 * held_s / 10, rel=1e-6)
    assert throughput == pytest.approx(10 / held_s, rel=1e-6)


def test_an_open_breaker_lets_the_threads_go() -> None:
    """One attempt after each sleep of 5 s, given up after 50 ms."""
    web, throughput = pool_over(
        external(100, latency_scv=0), rate=400, timeout_ms=50, breaker=True, fallback={}
    )
    attempts_per_s = 1 / (5 + 0.05)
    assert web["utilisation"] == pytest.approx(attempts_per_s * 0.05 / 10, rel=1e-6)
    assert throughput == pytest.approx(400 * 10 / (attempts_per_s * 0.05), rel=1e-6)
    assert web["wait_ms"] == pytest.approx(0, abs=1e-9)


def test_a_thread_waits_for_the_quorum_too() -> None:
    """Five copies, a majority: the second of four round trips of 10 ms, as exponentials."""
    web, _ = pool_over(store(write_quorum=3) | {"slots": 100}, rate=10, write=True)
    assert web["utilisation"] == pytest.approx(10 * 0.010 * renyi(4, 2) / 10, rel=5e-3)


# --- scalability ----------------------------------------------------------------------------------


def test_a_usl_station_saturates_at_its_published_law() -> None:
    """X(N) = N / (s (1 + sigma (N - 1) + kappa N (N - 1))), reached as the load reaches it."""
    n, sigma, kappa = 12, 0.05, 0.001
    part = service(10, replicas=n, contention=sigma, coherency=kappa)
    capacity = n / 0.01 / (1 + sigma * (n - 1) + kappa * n * (n - 1))
    assert values_of({"web": part}, "web", rate=1)["throughput"] == pytest.approx(capacity, rel=1e-9)
    assert part_of(told({"web": part}, "web", rate=capacity / 2), "web")["utilisation"] == pytest.approx(0.5)
    # Hardly anybody there: no replica contends with another.
    assert part_of(told({"web": part}, "web", rate=1e-6), "web")["service_ms"] == pytest.approx(10, rel=1e-6)


# --- time-outs, retries, fallbacks ----------------------------------------------------------------


def test_a_timeout_gives_up_late_answers_and_speeds_the_rest_up() -> None:
    answer = told({"far": external(100)}, {"call": "far", "timeout_ms": 150})
    late = math.exp(-1.5)
    assert flow_of(answer)["success_share"] == pytest.approx(1 - late, rel=1e-9)
    assert flow_of(answer)["response_ms"] == pytest.approx(100 - 150 * late / (1 - late), rel=1e-6)
    assert part_of(answer, "far")["timeout_share"] == pytest.approx(late, rel=1e-9)


@pytest.mark.parametrize("retries", [1, 2, 6])
def test_retries_make_geometric_attempts(retries: int) -> None:
    error = 0.3
    answer = told(
        {"far": external(10, latency_scv=0, error_share=error)},
        {"call": "far", "retries": retries, "backoff_ms": 5, "jitter": 0},
    )
    attempts = sum(error**k for k in range(retries + 1))
    assert part_of(answer, "far")["arrivals_per_s"] == pytest.approx(100 * attempts, rel=1e-6)
    assert flow_of(answer)["success_share"] == pytest.approx(1 - error ** (retries + 1), rel=1e-6)
    # After k failures: k + 1 answers of 10 ms and k pauses of 5 ms.
    mean = sum((1 - error) * error**k * (10 * (k + 1) + 5 * k) for k in range(retries + 1))
    assert flow_of(answer)["response_ms"] == pytest.approx(mean / (1 - error ** (retries + 1)), rel=1e-6)


def test_retries_of_several_layers_multiply() -> None:
    """All calls of c fail: three tries in each of three layers are 27 at the bottom."""
    components = {"a": service(0), "b": service(0), "c": external(1, error_share=1.0)}
    trace = {
        "call": "a",
        "retries": 2,
        "then": [{"call": "b", "retries": 2, "then": [{"call": "c", "retries": 2}]}],
    }
    answer = told(components, trace)
    counts = [part_of(answer, name)["arrivals_per_s"] for name in "abc"]
    assert counts == pytest.approx([300, 900, 2700], rel=1e-6)


def test_a_fallback_succeeds_at_its_fidelity() -> None:
    call = {"call": "far", "fallback": {"latency_ms": 2, "fidelity": 0.6}}
    answer = told({"far": external(10, latency_scv=0, error_share=0.25)}, call)
    assert flow_of(answer)["success_share"] == pytest.approx(1.0)
    assert flow_of(answer)["fresh_share"] == pytest.approx(0.75 + 0.25 * 0.6)
    assert flow_of(answer)["response_ms"] == pytest.approx(10 + 0.25 * 2)


# --- valves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slots", "rate"), [(1, 10), (5, 30), (20, 250)])
def test_a_bulkhead_is_a_loss_system(slots: int, rate: float) -> None:
    """Latency 100 ms whatever the load: who finds no slot is refused, Erlang's loss formula."""
    answer = told({"far": external(100)}, {"call": "far", "bulkhead_slots": slots}, rate=rate)
    lost = erlang_b(slots, rate * 0.1)
    assert flow_of(answer)["success_share"] == pytest.approx(1 - lost, rel=2e-4)
    assert part_of(answer, "far")["arrivals_per_s"] == pytest.approx(rate * (1 - lost), rel=2e-4)
    assert flow_of(answer)["response_ms"] == pytest.approx(100, rel=1e-6)


def test_a_breaker_leaves_what_works_alone_and_spares_what_fails() -> None:
    working = told({"far": external(10, error_share=0.4)}, {"call": "far", "breaker": True})
    assert part_of(working, "far")["arrivals_per_s"] == pytest.approx(100, rel=1e-6)
    down = told({"far": external(10, error_share=1.0)}, {"call": "far", "breaker": True})
    # one attempt of 10 ms after each sleep of 5 s
    assert part_of(down, "far")["arrivals_per_s"] == pytest.approx(1.0 / 5.01, rel=1e-3)
    assert flow_of(down)["success_share"] == 0.0


# --- costs ----------------------------------------------------------------------------------------


PHASES = [
    phase(100, name="calm", hours=10, drivers={"volatility": 2.0, "volume": 10.0}),
    phase(200, name="storm", hours=2, drivers={"volatility": 6.0, "volume": 25.0}),
]


DRIVERS = ["volatility", "volume"]


@pytest.mark.parametrize(("basis", "usd"), [("sum", 7 * (1 + 27 * 6.25)), ("peak", 7 * 27 * 6.25)])
def test_costs_follow_powers_of_drivers_relative_to_the_first_phase(basis: str, usd: float) -> None:
    """volatility^3 x volume^2: 3^3 and 2.5^2 times the first phase."""
    cost = {"label": "margin", "usd": 7, "drivers": {"volatility": 3, "volume": 2}, "basis": basis}
    answer = told({"far": external(1)}, "far", phases=PHASES, costs=[cost], drivers=DRIVERS)
    assert answer["cost"]["drivers_usd"]["margin"] == pytest.approx(usd)
    assert values_of({"far": external(1)}, "far", phases=PHASES, costs=[cost], drivers=DRIVERS)[
        "cost"
    ] == pytest.approx(usd)


def test_what_a_decision_does_to_a_driver_in_every_phase_counts() -> None:
    """Half the volume in both phases: a quarter of the money, though the phases keep their ratio."""
    cost = {"label": "margin", "usd": 7, "drivers": {"volatility": 3, "volume": 2}, "basis": "peak"}
    halved = {"halve": {"on": {"multiply": {"drivers.volume": 0.5}}}}
    parts = {"phases": PHASES, "costs": [cost], "drivers": DRIVERS}
    system = compiled({"far": external(1)}, "far", decisions=halved, **parts)
    off, on = evaluate(system, np.array([[0.0], [1.0]])).values[:, 4]
    assert off == pytest.approx(7 * 27 * 6.25)
    assert on == pytest.approx(off / 4)


def test_a_guess_about_a_driver_is_one_about_its_peak() -> None:
    """Volatility 3 instead of 6 in the storm, 1 instead of 2 in the calm: an eighth of the money."""
    cost = {"label": "margin", "usd": 7, "drivers": {"volatility": 3, "volume": 2}, "basis": "peak"}
    guess = {"distribution": "uniform", "low": 2.0, "high": 4.0}
    parts = {"phases": PHASES, "costs": [cost], "drivers": DRIVERS}
    guesses = {"drivers.volatility": guess, "workload.rate": "none"}
    system = compiled({"far": external(1)}, "far", uncertainty=guesses, **parts)
    middle = draws_at(guesses_of(system), np.array([[0.5]]))
    base = base_of(system, middle, np.array([0]))
    found = run(system, system.space.today[None, :], base=base).values[0, 4]
    assert found == pytest.approx(7 * 27 * 6.25 / 8)


def test_a_driver_that_an_option_sets_is_as_uncertain_as_the_one_of_the_file() -> None:
    """Half of the peak of the file (25) is drawn: half of the volume in either design."""
    cost = {"label": "margin", "usd": 7, "drivers": {"volume": 2}, "basis": "peak"}
    guesses = {
        "drivers.volume": {"distribution": "uniform", "low": 10.0, "high": 15.0},
        "workload.rate": "none",
    }
    parts = {"phases": PHASES, "costs": [cost], "drivers": DRIVERS}
    option = {"more": {"on": {"set": {"drivers.volume": 20.0}}}}
    system = compiled({"far": external(1)}, "far", uncertainty=guesses, decisions=option, **parts)
    drawn = draws_at(guesses_of(system), np.array([[0.5]]))
    at = np.zeros(2, dtype=np.intp)
    X = np.array([[0.0], [1.0]])
    plain = evaluate(system, X).values[:, 4]
    found = run(system, X, base=base_of(system, drawn, at), stress=stress_of(system, drawn, at)).values[:, 4]
    assert found == pytest.approx(plain / 4)


def test_calls_are_paid_by_the_million_and_replicas_by_the_hour() -> None:
    components = {
        "web": service(1, replicas=3, price_usd_per_hour=2.0),
        "far": external(1, price_usd_per_million=5.0),
    }
    answer = told(components, "web", {"call": "far", "times": 2}, phases=PHASES, drivers=DRIVERS)
    assert answer["cost"]["replicas_usd"]["web"] == pytest.approx(3 * 2 * 12)
    calls = 2 * HOUR * (100 * 10 + 200 * 2)
    assert answer["cost"]["calls_usd"]["far"] == pytest.approx(5 * calls / 1e6)


def test_an_optional_call_that_fails_costs_revenue_but_no_success() -> None:
    components = {"web": service(0), "recs": external(1, error_share=0.25)}
    trace = {"call": "web", "then": [{"call": "recs", "optional": True, "value_usd": 0.02}]}
    answer = told(components, trace, flow={"value_usd": 1.0})
    assert flow_of(answer)["success_share"] == 1.0
    assert answer["cost"]["lost_revenue_usd"] == pytest.approx(0.25 * 0.02 * 100 * HOUR)


def test_a_required_call_that_fails_costs_the_request() -> None:
    components = {"web": service(0), "pay": external(1, error_share=0.25)}
    answer = told(components, {"call": "web", "then": ["pay"]}, flow={"value_usd": 1.0})
    assert answer["cost"]["lost_revenue_usd"] == pytest.approx(0.25 * 100 * HOUR)


@pytest.mark.parametrize("times", [0.3, 1, 3, 2.5])
def test_an_optional_call_earns_as_often_as_it_is_answered(times: float) -> None:
    components = {"web": service(0), "recs": external(1, error_share=0.25)}
    call = {"call": "recs", "optional": True, "value_usd": 0.02, "times": times}
    answer = told(components, {"call": "web", "then": [call]}, flow={"value_usd": 1.0})
    assert answer["cost"]["lost_revenue_usd"] == pytest.approx(0.25 * times * 0.02 * 100 * HOUR)


def test_a_call_under_an_optional_one_is_worth_nothing_where_that_fails() -> None:
    # recs fails by itself in a quarter and through what it calls in a tenth: 0.75 * 0.9 are answered.
    components = {
        "web": service(0),
        "recs": service(0, error_share=0.25),
        "model": external(1, error_share=0.1),
    }
    call = {"call": "recs", "optional": True, "then": [{"call": "model", "value_usd": 0.02}]}
    answer = told(components, {"call": "web", "then": [call]}, flow={"value_usd": 1.0})
    assert flow_of(answer)["success_share"] == 1.0
    assert answer["cost"]["lost_revenue_usd"] == pytest.approx((1 - 0.75 * 0.9) * 0.02 * 100 * HOUR)


def test_a_required_call_with_a_value_loses_it_once_with_the_request() -> None:
    components = {"web": service(0), "pay": external(1, error_share=0.25)}
    call = {"call": "pay", "value_usd": 0.5}
    answer = told(components, {"call": "web", "then": [call]}, flow={"value_usd": 1.0})
    assert answer["cost"]["lost_revenue_usd"] == pytest.approx(0.25 * 1.5 * 100 * HOUR)


def test_times_to_fail_and_to_repair_are_an_availability() -> None:
    part = service(0, mtbf_hours=720, mttr_minutes=60)
    assert values_of({"web": part}, "web", rate=1)["availability"] == pytest.approx(720 / 721, abs=1e-11)


# --- all of it together ---------------------------------------------------------------------------


def everything() -> Any:
    """A cache, a quorum store, a pool, retries, a breaker, a bulkhead, a fallback, parallel calls."""
    components = {
        "web": service(2, replicas=2, slots=40, blocking=True, max_wait_s=1.0),
        "cache": {
            "kind": "cache",
            "service_ms": 0.5,
            "slots": 4,
            "keys": 5000,
            "ttl_s": 60,
            "capacity_keys": 800,
        },
        "db": store(service_ms=6, slots=4, write_quorum=3, replication_lag_ms=40, writes_per_key_per_s=0.01),
        "recs": service(15, replicas=3, slots=4, contention=0.03, queue_limit=30, error_share=0.01),
        "pay": external(80, error_share=0.02, rate_limit_per_s=300),
    }
    lookup = {"call": "cache", "then": [{"call": "db", "timeout_ms": 200, "retries": 1}]}
    recs = {"call": "recs", "optional": True, "bulkhead_slots": 8, "timeout_ms": 100}
    pay = {"call": "pay", "retries": 2, "breaker": True, "timeout_ms": 400, "backoff_ms": 20}
    order = {"call": "db", "write": True, "fallback": {"latency_ms": 5, "fidelity": 0.5}}
    flows = {
        "browse": {"share": 0.8, "trace": [{"call": "web", "then": [{"parallel": [[lookup], [recs]]}]}]},
        "buy": {"share": 0.2, "value_usd": 0.2, "trace": [{"call": "web", "then": [pay, order]}]},
    }
    decisions = {
        "web_slots": {"integer": [5, 80], "sets": "web.slots"},
        "copies": {"integer": [1, 5], "sets": "db.replicas"},
        "reads": {"integer": [1, 5], "sets": "db.read_quorum"},
        "ttl": {"real": [0.5, 600], "sets": "cache.ttl_s"},
        "retries": {"integer": [0, 4], "sets": "flows.buy.calls.pay.retries"},
        "timeout": {"real": [20, 1000], "sets": "flows.browse.calls.db.timeout_ms"},
        "breaker": {"on": {"set": {"flows.buy.calls.pay.breaker": True}}},
        "recs_work": {"real": [1, 60], "sets": "recs.service_ms"},
    }
    phases = [phase(60, name="calm", hours=20), phase(350, name="peak", hours=2)]
    flows["buy"]["trace"][0]["then"][0]["breaker"] = False
    return compile_system(scenario(components=components, flows=flows, phases=phases, decisions=decisions))


def test_a_design_alone_has_the_same_bits_as_among_five_thousand() -> None:
    system = everything()
    X = system.space.sample(5_000, seed=9)
    together = evaluate(system, X)
    assert len({row.tobytes() for row in together.values}) > 4_000
    for i in range(0, len(X), 167):
        alone = evaluate(system, X[i : i + 1])
        assert alone.values.tobytes() == together.values[i : i + 1].tobytes()
        assert alone.excess.tobytes() == together.excess[i : i + 1].tobytes()
        for name, value in alone.indicators.items():
            assert value.tobytes() == together.indicators[name][i : i + 1].tobytes()


SHARE = st.floats(0.0, 1.0)
SCV = st.floats(0.0, 100.0)
LIMIT = st.none() | st.integers(0, 10**6)
WAIT = st.none() | st.floats(0.0, 1e6)
MS = st.floats(0.0, 1e6)
STATION = {
    "service_ms": MS,
    "service_scv": SCV,
    "arrival_scv": SCV,
    "replicas": st.integers(1, 1000),
    "slots": st.integers(1, 1000),
    "queue_limit": LIMIT,
    "max_wait_s": WAIT,
    "error_share": SHARE,
    "stale_share": SHARE,
    "gc_share": st.floats(0.0, 0.99),
    "contention": st.floats(0.0, 1.0),
    "coherency": st.floats(0.0, 1.0),
    "blocking": st.booleans(),
    "availability": st.none() | SHARE,
    "zones": st.integers(1, 3),
    "zone_availability": SHARE,
}
WEB = st.fixed_dictionaries({"kind": st.just("service"), **STATION})
CACHE = st.fixed_dictionaries(
    {
        "kind": st.just("cache"),
        **STATION,
        "hit_ratio": st.none() | SHARE,
        "keys": st.integers(1, 10**9),
        "zipf": st.floats(0.0, 3.0),
        "ttl_s": WAIT,
        "capacity_keys": st.none() | st.integers(1, 10**9),
        "writes_per_key_per_s": st.floats(0.0, 1e6),
        "coalescing": st.booleans(),
    }
)
STORE = st.fixed_dictionaries(
    {
        "kind": st.just("store"),
        **STATION,
        "replicas": st.integers(5, 50),
        "read_quorum": st.integers(1, 5),
        "write_quorum": st.none() | st.integers(1, 5),
        "replication_lag_ms": MS,
        "shards": st.integers(1, 100),
        "rtt_ms": MS,
        "rtt_scv": SCV,
        "writes_per_key_per_s": st.floats(0.0, 1e6),
    }
)
PAY = st.fixed_dictionaries(
    {
        "kind": st.just("external"),
        "latency_ms": MS,
        "latency_scv": SCV,
        "error_share": SHARE,
        "rate_limit_per_s": st.none() | st.floats(0.0, 1e9),
    }
)
CALL = st.fixed_dictionaries(
    {
        "times": st.floats(0.0, 50.0),
        "optional": st.booleans(),
        "timeout_ms": st.none() | st.floats(1e-3, 1e6),
        "retries": st.integers(0, 10),
        "backoff_ms": st.floats(0.0, 1e4),
        "jitter": SHARE,
        "breaker": st.booleans(),
        "bulkhead_slots": st.none() | st.integers(1, 1000),
        "fallback": st.none() | st.fixed_dictionaries({"latency_ms": st.floats(0.0, 1e4), "fidelity": SHARE}),
    }
)


def without_none(mapping: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if value is not None}


@given(
    parts=st.tuples(WEB, CACHE, STORE, PAY),
    calls=st.tuples(CALL, CALL, CALL, CALL),
    rate=st.floats(1e-6, 1e9),
    parallel=st.booleans(),
)
@settings(max_examples=12, deadline=None)
def test_no_number_is_nan_whatever_the_schema_allows(
    parts: tuple[dict[str, Any], ...],
    calls: tuple[dict[str, Any], ...],
    rate: float,
    parallel: bool,
) -> None:
    names = ("web", "cache", "db", "pay")
    components = {name: without_none(part) for name, part in zip(names, parts, strict=True)}
    web, cache, db, pay = (
        {"call": name, **without_none(call)} for name, call in zip(names, calls, strict=True)
    )
    below = [{**cache, "then": [db]}, pay]
    then = [{"parallel": [[step] for step in below]}] if parallel else below
    system = compiled(components, {**web, "then": then}, rate=rate, flow={"value_usd": 1.0})
    found = evaluate(system, system.space.today[None, :])
    values = dict(zip((d.name for d in found.dimensions), found.values[0].tolist(), strict=True))
    assert not any(math.isnan(value) for value in values.values()), values
    assert not np.isnan(found.excess).any()
    assert not any(np.isnan(indicator).any() for indicator in found.indicators.values())
    for name in ("availability", "consistency"):
        assert -1e-12 <= values[name] <= 1.0 + 1e-12, name
    assert values["latency"] >= 0.0
    steps = run(system, system.space.today[None, :])
    for station in steps.network.stations:
        assert (station.arrivals_per_s >= 0.0).all()
        assert ((station.blocked_share >= 0.0) & (station.blocked_share <= 1.0)).all()
