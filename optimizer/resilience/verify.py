"""Holds what is predicted of a design against a simulation of it (`verification` says what comes of it)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from models.evaluation import AVAILABILITY, DIMENSIONS, LATENCY, Array
from models.evaluator import Run, run
from models.explanation.explain import flow_percentile_ms
from models.performance.network_state import Network
from models.simulation.readings import ComponentReading, FlowReading, Interval, Simulated
from models.simulation.refused import NotSimulated
from models.simulation.runs import Progress, simulate
from models.simulation.settings import Settings
from models.system.system import System
from optimizer.resilience.verification import BrokenLimit, Compared, Verdict, Verification

#: Runs that are made, on as many cores.
RUNS = 2
#: The same where a healthy state may end by itself: by chance, so that one run tells little.
RUNS_WITH_RETRIES = 8
#: Events of a run: about five seconds of one slow core.
EVENTS = 10_000_000
#: Simulated time, s, that a state must last: longer where retries can keep one down that has fallen.
LASTS_S, LASTS_WITH_RETRIES_S = 2.0, 1000.0
#: A flow of which less than this part of what was predicted is answered is down.
_DOWN = 0.5
#: Of fewer requests the batches of a busy queue are too alike: their interval is too narrow to judge by.
LEAST_REQUESTS = 4000
DEFAULTS = Settings(runs=RUNS, events=EVENTS)
"""Settings of a verification where nothing else is said."""


def settings_for(
    system: System, design: Array, *, base: Settings | None = None, has_runs: bool = False
) -> Settings:
    """Settings of a verification: precision first, and a state must last where retries could end it."""
    base = base or DEFAULTS
    if base.least_seconds > 0.0:
        return base
    repeats = math.isfinite(float(run(system, design[None, :]).retry_margin[0]))
    if repeats and not has_runs and base.runs < RUNS_WITH_RETRIES:
        # A state that falls in one run of three is found in most of eight; the events are the same in all.
        base = replace(
            base, runs=RUNS_WITH_RETRIES, events=max(base.events * RUNS // RUNS_WITH_RETRIES, 2000)
        )
    lasts = LASTS_WITH_RETRIES_S if repeats else LASTS_S
    return replace(base, least_seconds=lasts if base.seconds is None else min(lasts, base.seconds))


def verify(
    system: System,
    design: Array,
    phase: int,
    settings: Settings | None = None,
    *,
    has_runs: bool = False,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Verification:
    """Simulates a design in a phase and holds what is predicted against it.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        settings: When the simulation ends; None = 2 % of means and 5 % of 99th percentiles, or some ten
            seconds of work.
        has_runs: Whether the number of runs is as it is; else there are more where retries can keep it down.
        progress: Told how far it is.
        stop: Asked whether to end with what was found.
    """
    settings = settings_for(system, design, base=settings, has_runs=has_runs)
    name = system.phases[phase]
    try:
        found = simulate(system, design, phase, settings, progress=progress, stop=stop)
    except NotSimulated as error:
        return Verification(name, "not_simulated", why_not=str(error), seed=settings.seed)
    steps = run(system, design[None, :])
    predicted = _Predicted(system, steps, phase)
    compared = _compared(system, predicted, found)
    broken = _broken(system, predicted, found)
    verdict = _verdict(predicted, compared, broken, found)
    told = Verification(name, verdict, compared, broken, found, seed=settings.seed)
    return replace(told, unsure=float(steps.unsure[0]), tips_over=float(steps.tips_over[0]))


def _verdict(
    predicted: _Predicted, compared: tuple[Compared, ...], broken: tuple[BrokenLimit, ...], found: Simulated
) -> Verdict:
    if found.runs_collapsed:
        # a collapse that was predicted is agreed upon
        return "agrees" if predicted.is_collapsed else "falls_over"
    if found.ended != "precision" and found.overall.requests < LEAST_REQUESTS:
        return "unsettled"
    if any(
        one.metric == "success"
        and one.simulated is not None
        # A state that was never healthy can't end; few are answered all the same.
        and one.simulated.high < _DOWN * one.predicted
        for one in compared
    ):
        return "falls_over"
    if broken:
        return "fails"
    if any(one.is_off for one in compared):
        return "off"
    asked = {name for f, name in enumerate(predicted.system.flows) if predicted.users_per_s(f) > 0.0} | {""}
    is_seen = all(one.is_settled for one in compared if one.is_flow and one.of in asked)
    return "agrees" if is_seen else "unsettled"


@dataclass(frozen=True, slots=True, eq=False)
class _Predicted:
    """What the model says of a design in a phase."""

    system: System
    steps: Run
    phase: int
    network: Network = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "network", self.steps.network)

    def at(self, values: Array) -> float:
        """One element of an array that broadcasts to `(1, p)`."""
        return float(values[0, min(self.phase, values.shape[1] - 1)])

    @property
    def is_collapsed(self) -> bool:
        """Whether some queue that turns nothing away is said to have no end."""
        stations = [station for station in self.network.stations if not station.is_external]
        return any(math.isinf(self.at(station.wait.mean)) for station in stations)

    def users_per_s(self, f: int) -> float:
        """Requests of a flow that are let in."""
        return self.at(self.network.flows[f].users_per_s)

    def busy(self, c: int) -> float:
        """Share of a component's slots that is taken by what it doesn't turn away."""
        station, parameters = self.network.stations[c], self.steps.parameters
        served = 1.0 - self.at(station.blocked_share)
        if self.at(parameters.of_component_or(c, "blocking", 0.0)) > 0.0:
            return min(self.at(station.utilisation), 1.0) * served
        copies = self.at(parameters.of_component_or(c, "replicas", 1.0))
        quota = self.at(parameters.of_component_or(c, "cpu_quota", math.inf)) * copies
        slots = min(self.at(station.servers), quota)
        slots *= self.at(parameters.of_component_or(c, "shards", 1.0))
        work_s = self.at(station.service_s) * self.at(station.copies_asked)
        return min(self.at(station.arrivals_per_s) * served * work_s / slots, 1.0)

    def success(self, f: int) -> float:
        """Share of a flow's requests that is answered, everything being up."""
        kept = 1.0 - self.at(self.steps.parameters.of_flow(f, "shed_share"))
        return self.at(self.network.flows[f].success) * kept

    def holds(self, name: str) -> bool:
        """Whether a limit is said to hold."""
        return name in self.steps.excess and bool(self.steps.excess[name][0] <= 0.0)


def _compared(system: System, predicted: _Predicted, found: Simulated) -> tuple[Compared, ...]:
    pairs: list[Compared] = [
        Compared(
            "", True, "limited_ms", predicted.at(predicted.steps.latency.by_phase_ms), found.overall.own_ms
        )
    ]
    for f, reading in enumerate(found.flows):
        pairs += _of_flow(predicted, f, reading)
    for c, part in enumerate(found.components):
        pairs += _of_component(predicted, c, part)
    return tuple(pairs)


def _of_flow(predicted: _Predicted, f: int, reading: FlowReading) -> list[Compared]:
    flow = predicted.network.flows[f]
    p99 = flow_percentile_ms(flow, 0.99, predicted.phase)
    return [
        Compared(reading.name, True, "mean_ms", predicted.at(flow.mean_s) * 1000.0, reading.mean_ms),
        Compared(reading.name, True, "p99_ms", p99, reading.p99_ms),
        Compared(reading.name, True, "success", predicted.success(f), reading.success),
    ]


def _of_component(predicted: _Predicted, c: int, reading: ComponentReading) -> list[Compared]:
    station = predicted.network.stations[c]
    arrivals = Compared(
        reading.name,
        False,
        "arrivals_per_s",
        predicted.at(station.arrivals_per_s),
        reading.arrivals_per_s,
    )
    if station.is_external:
        return [arrivals]
    return [
        Compared(reading.name, False, "utilisation", predicted.busy(c), reading.utilisation),
        arrivals,
    ]


def _broken(system: System, predicted: _Predicted, found: Simulated) -> tuple[BrokenLimit, ...]:
    """Limits that are said to hold and whose simulated value is beyond them, the whole interval of it."""
    scenario = system.scenario
    broken: list[BrokenLimit] = []

    def look(name: str, at: float | None, simulated: Interval | None, *, is_least: bool = False) -> None:
        if at is None or simulated is None or not predicted.holds(name):
            return
        if (simulated.high < at) if is_least else (simulated.low > at):
            broken.append(BrokenLimit(name, at, simulated))

    goal = getattr(scenario.dimensions, LATENCY.name)
    look(LATENCY.name, goal.limit if goal.is_constraint else None, found.overall.own_ms)
    for reading in found.flows:
        flow = scenario.flows[reading.name]
        look(f"flows.{reading.name}.latency", flow.limit_ms, reading.own_ms)
    busiest = [
        reading.utilisation
        for reading, station in zip(found.components, predicted.network.stations, strict=True)
        if reading.utilisation is not None and not station.is_external
    ]
    top = max(busiest, key=lambda one: one.value, default=None)
    look("saturation", scenario.limits.saturation, top)
    goal = getattr(scenario.dimensions, AVAILABILITY.name)
    least = goal.limit if goal.is_constraint else None
    look(AVAILABILITY.name, least, _availability(predicted, found), is_least=True)
    return tuple(broken)


def _availability(predicted: _Predicted, found: Simulated) -> Interval | None:
    """The availability over all phases, if this phase answers what it does in the simulation."""
    system, steps, p = predicted.system, predicted.steps, predicted.phase
    hours, rate = system.hours, steps.parameters.rate
    asked = more = low = high = 0.0
    for f, reading in enumerate(found.flows):
        weight = rate * hours * steps.parameters.of_flow(f, "share") * steps.parameters.of_flow(f, "weight")
        weight = np.broadcast_to(weight, (1, len(system.phases)))[0]
        asked += float(weight.sum())
        if not weight[p] > 0.0:
            continue
        if reading.success is None:
            return None
        said = predicted.success(f)
        # hard failures of components are not simulated here: they count as the model says
        hard = predicted.at(steps.success[f]) / said if said > 0.0 else 1.0
        more += float(weight[p]) * hard * (reading.success.value - said)
        low += float(weight[p]) * hard * (reading.success.low - said)
        high += float(weight[p]) * hard * (reading.success.high - said)
    value = float(steps.values[0, DIMENSIONS.index(AVAILABILITY)])
    return Interval(value + more / asked, value + low / asked, value + high / asked)
