"""A discrete-event simulator of scenarios: the independent oracle for the analytic model.

It plays one phase of a scenario request by request and imports nothing of the model but the scenario's types.

    result = simulate(scenario, requests=400_000, seed=1)
    result.flows["shop"].p99_ms          # Estimate(value, error): error = standard error, from batch means
    result.components["web"].utilisation

Not simulated: hard failures of replicas and zones (availability), circuit breakers (the schema gives them no
numbers to simulate). Refused: contention, coherency, arrival_scv other than 1, decisions, effects of phases.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import numpy as np

from models.scenario.effect import Effect
from models.scenario.scenario import Scenario
from models.scenario.workload import Phase
from oracles.sim_calls import Compiler, Part, Quorum, Start
from oracles.sim_stations import Clock, Streams, Tally

MS_PER_S = 1e3
BATCHES = 20
COOL_DOWN = 0.02  # share of requests at the end that only keep the load up for those before


@dataclass(frozen=True, slots=True)
class Pulse:
    """A push at the start: `factor` times the rate for `seconds`."""

    factor: float = 3.0
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A simulated number and its standard error (0 = not known), in the unit of the name it stands under."""

    value: float
    error: float

    def agrees(self, expected: float, *, errors: float = 4.0, slack: float = 0.0) -> bool:
        """Whether `expected` lies within so many standard errors, plus `slack` (relative)."""
        return abs(self.value - expected) <= errors * self.error + slack * abs(expected)


@dataclass(frozen=True, slots=True, eq=False)
class FlowResult:
    """What the users of a flow saw in the measured time.

    Attributes:
        requests: Requests that were made, those shed at the door included.
        succeeded: Of these, how many were answered.
        success: Share that was answered.
        mean_ms: Mean response of the answered.
        p50_ms: Median response of the answered.
        p99_ms: 99 % of the answered were faster.
        responses_ms: Responses of the answered, in the order of their arrival.
    """

    requests: int
    succeeded: int
    success: Estimate
    mean_ms: Estimate
    p50_ms: Estimate
    p99_ms: Estimate
    responses_ms: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class ComponentResult:
    """What a component saw in the measured time.

    Attributes:
        arrivals_per_s: Attempts, those turned away included.
        utilisation: Busy share of the servers; slots that are kept during calls are busy. 0 for externals.
        wait_ms: Mean wait of the attempts that were served.
        blocked_share: Share of the attempts that was turned away or left before it was served.
        timed_out_per_s: Attempts whose caller went on without them.
        hit_share: Of a cache: share of lookups that were hits; NaN without lookups.
        stale_share: Of a cache of keys: share of hits that a write had overtaken; NaN without hits.
        responses_ms: Responses of single successful attempts if they were asked for.
    """

    arrivals_per_s: float
    utilisation: float
    wait_ms: float
    blocked_share: float
    timed_out_per_s: float
    hit_share: float
    stale_share: float
    responses_ms: np.ndarray | None


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One simulated phase; `overall` is the mixture of all flows as they arrive."""

    overall: FlowResult
    flows: dict[str, FlowResult]
    components: dict[str, ComponentResult]
    seconds: float
    """Measured time, s of the simulated clock."""


def simulate(
    scenario: Scenario,
    *,
    phase: str | None = None,
    requests: int = 100_000,
    seed: int = 0,
    warm_up: float = 0.1,
    pulse: Pulse | None = None,
    quorum: Quorum = "all",
    burst: float = 10.0,
    samples: Collection[str] = (),
) -> Result:
    """Plays one phase of a scenario.

    Args:
        scenario: A scenario without decisions.
        phase: Name of the phase; the first when not given.
        requests: User requests to make, warm-up included.
        seed: The same seed gives the same result, bit for bit.
        warm_up: Share of the requests that isn't measured.
        pulse: A push at the start, from an empty system; choose `warm_up` so that it is long over.
        quorum: How round trips of quorum stores count (see `sim_calls.Quorum`).
        burst: Tokens that the bucket of an external's rate limit can hold.
        samples: Components whose single responses are kept.

    Returns:
        What was measured.

    Raises:
        ValueError: For what isn't simulated.
    """
    if scenario.decisions:
        raise ValueError("decisions are not simulated: write the design into the scenario")
    streams, clock = Streams(seed), Clock()
    shares = np.array([flow.share for flow in scenario.flows.values()])
    chosen = _phase(scenario, phase)
    times = _arrivals(streams.generator(), chosen.rate * float(shares.sum()), requests, pulse)
    first, last = int(requests * warm_up), int(requests * (1 - COOL_DOWN))
    start, end = float(times[first]), float(times[last])
    parts = {
        name: Part(name, component, clock, streams, Tally(start, end), burst)
        for name, component in scenario.components.items()
    }
    for name in samples:
        parts[name].samples = []
    compiler = Compiler(parts, clock, streams, quorum)
    traces = [compiler.steps(flow.trace) for flow in scenario.flows.values()]
    rng = streams.generator()
    flow_of = rng.choice(len(shares), size=requests, p=shares / shares.sum())
    shed = np.array([flow.shed_share for flow in scenario.flows.values()])
    is_shed = rng.random(requests) < shed[flow_of]
    responses = _play(clock, traces, times.tolist(), flow_of.tolist(), is_shed.tolist())
    measured = slice(first, last)
    responses_ms, flow_of = responses[measured] * MS_PER_S, flow_of[measured]
    return Result(
        overall=_flow_result(responses_ms),
        flows={name: _flow_result(responses_ms[flow_of == f]) for f, name in enumerate(scenario.flows)},
        components={name: _component_result(part) for name, part in parts.items()},
        seconds=end - start,
    )


def _phase(scenario: Scenario, name: str | None) -> Phase:
    phases = scenario.workload.phases
    found = phases[0] if name is None else next(phase for phase in phases if phase.name == name)
    if found.effect != Effect():
        raise ValueError("effects of phases are not simulated: write them into the scenario")
    return found


def _arrivals(rng: np.random.Generator, rate: float, requests: int, pulse: Pulse | None) -> np.ndarray:
    """Times of Poisson arrivals, s: unit-rate arrivals, with time pressed together during the pulse."""
    units = np.cumsum(rng.exponential(1.0, requests))
    if pulse is None:
        return units / rate
    in_pulse = pulse.factor * rate * pulse.seconds
    after = pulse.seconds + (units - in_pulse) / rate
    return np.where(units < in_pulse, units / (pulse.factor * rate), after)


def _play(
    clock: Clock, traces: list[Start], times: list[float], flow_of: list[int], is_shed: list[bool]
) -> np.ndarray:
    """Response of each request, s; NaN = not answered."""
    responses = [float("nan")] * len(times)

    def answer(i: int, t: float, succeeded: bool) -> None:
        if succeeded:
            responses[i] = t - times[i]

    run_until = clock.run_until
    for i, t in enumerate(times):
        run_until(t)
        if not is_shed[i]:
            traces[flow_of[i]](t, partial(answer, i))
    run_until(float("inf"))
    return np.array(responses)


def _flow_result(responses_ms: np.ndarray) -> FlowResult:
    """Statistics of requests in the order of arrival; NaN = not answered."""
    answered = ~np.isnan(responses_ms)
    good = responses_ms[answered]
    return FlowResult(
        requests=len(responses_ms),
        succeeded=len(good),
        success=_estimate(answered, np.mean),
        mean_ms=_estimate(good, np.mean),
        p50_ms=_estimate(good, partial(np.quantile, q=0.5)),
        p99_ms=_estimate(good, partial(np.quantile, q=0.99)),
        responses_ms=good,
    )


def _estimate(values: np.ndarray, statistic: Callable[[np.ndarray], float]) -> Estimate:
    """A statistic of all values, with the standard error from batch means."""
    if len(values) < 10 * BATCHES:
        return Estimate(float(statistic(values)) if len(values) else float("nan"), 0.0)
    parts = [float(statistic(batch)) for batch in np.array_split(values, BATCHES)]
    return Estimate(float(statistic(values)), float(np.std(parts, ddof=1)) / BATCHES**0.5)


def _component_result(part: Part) -> ComponentResult:
    tally = part.tally
    seconds = tally.end - tally.start
    served = tally.arrivals - tally.blocked
    samples = None if part.samples is None else np.array(part.samples) * MS_PER_S
    return ComponentResult(
        arrivals_per_s=tally.arrivals / seconds,
        utilisation=tally.busy_s / (part.servers * seconds) if part.servers else 0.0,
        wait_ms=tally.waited_s / served * MS_PER_S if served else 0.0,
        blocked_share=tally.blocked / tally.arrivals if tally.arrivals else 0.0,
        timed_out_per_s=part.timed_out / seconds,
        hit_share=tally.hits / tally.lookups if tally.lookups else float("nan"),
        stale_share=tally.stale / tally.hits if tally.hits else float("nan"),
        responses_ms=samples,
    )
