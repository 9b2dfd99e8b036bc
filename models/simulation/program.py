"""One design in one phase as the tables of a run: every number that the loop goes by."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.components import Components, shape_of
from models.simulation.growing import refuse_what_grows
from models.simulation.refused import NotSimulated, Reason
from models.system import layout
from models.system.choices import shares_of
from models.system.system import CallNode, ChoiceNode, StepNode, System

_MS = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A design in a phase.

    Attributes:
        system: The compiled scenario.
        phase: Position of the phase.
        arrays: What a run begins with, by the names of `State`; copied by each run.
        gaps_per_s: Requests of each flow, 1/s, `(f,)`.
        ways: Share of each branch of a choice, `(b,)`.
        slots: Slots of each component, or the cores of its CPU quotas, 0 where it is somebody else's, `(c,)`.
        weights: Weight of each flow, `(f,)`.
    """

    system: System
    phase: int
    arrays: Mapping[str, NDArray[Any]]
    requests_per_s: Array
    ways: Array
    slots: Array
    weights: Array
    caches: tuple[int, ...] = field(default=())


def program_of(
    system: System,
    design: Array,
    phase: int,
    *,
    left: Mapping[int, int] | None = None,
) -> Program:
    """The tables of one design in one phase.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        phase: Position of the phase.
        left: Replicas that are up, by component, where some are lost (0 or 1 of somebody else's system).

    Raises:
        NotSimulated: It can't be simulated; says what and where.
    """
    if not 0 <= phase < len(system.phases):
        raise NotSimulated(Reason.NO_SUCH_PHASE, f"there are {len(system.phases)} phases, not {phase + 1}")
    refuse_what_grows(system, design, phase)
    return program_from(system, row_of(system, design, phase), phase, left=left)


def program_from(system: System, row: Array, phase: int, *, left: Mapping[int, int] | None = None) -> Program:
    """The tables of a row of parameters (`models.system.layout`), `(width,)`; else as `program_of`."""
    c_n, i_n, f_n = len(system.components), len(system.nodes), len(system.flows)
    first_call = 1 + c_n * len(layout.COMPONENT)
    first_flow = first_call + i_n * len(layout.CALL)
    parts = row[1:first_call].reshape(c_n, len(layout.COMPONENT))
    calls = row[first_call:first_flow].reshape(i_n, len(layout.CALL))
    first_branch = first_flow + f_n * len(layout.FLOW)
    flows = row[first_flow:first_branch].reshape(f_n, len(layout.FLOW))
    phase_name = system.phases[phase]
    if not system.hours[0, phase] > 0.0:
        raise NotSimulated(Reason.NO_TIME, f"the phase {phase_name} lasts no time", where="workload.phases")
    rates = row[0] * flows[:, layout.SHARE]
    if not np.any(rates > 0.0):
        raise NotSimulated(
            Reason.NO_REQUESTS, f"nobody asks anything in the phase {phase_name}", where="workload.phases"
        )
    tables = Components(system, parts, left or {}, bool(np.any(calls[:, layout.PASSES_DEADLINE] > 0.0)))
    steps = _Steps(calls, row[first_branch:])
    roots = [steps.sequence(trace, f) for f, trace in enumerate(system.traces)]
    node, call = _calls(system, calls, steps)
    flow = np.zeros((f_n, at.FLOW))
    with np.errstate(divide="ignore"):
        flow[:, at.GAP_S] = 1.0 / (rates * flows[:, layout.OPEN_SHARE])
    flow[:, at.GAP_SHAPE] = 1.0
    flow[:, at.SHED] = flows[:, layout.SHED_SHARE]
    flow[:, at.CLIENT_SHARE] = rates / rates.sum()
    _regular_arrivals(system, parts, calls, flow)
    arrays: dict[str, NDArray[Any]] = {
        **_clients(system, phase),
        "part": tables.part,
        "kind": tables.kind,
        "cpu": np.array(tables.cpu, dtype=np.float64).reshape(-1, at.CPU),
        "queue": np.array(tables.queue, dtype=np.int64).reshape(-1, at.QUEUE),
        "free_at": np.zeros(tables.promised),
        "call": call,
        "node": node,
        "bucket": np.full((i_n, at.BUCKETS, 3), -1, dtype=np.int64),
        "flow": flow,
        "roots": _ints(steps.starts[root] for root in roots),
        "steps": _ints(steps.flat),
        "group_start": _ints(np.cumsum([0, *map(len, steps.groups)])),
        "equal": np.array(steps.equal, dtype=np.int64).reshape(-1, 3),
        "taken_by": np.array(steps.taken_by, dtype=np.float64),
        "group": _ints(steps.starts[branch] for group in steps.groups for branch in group),
        "counted": np.zeros((c_n, at.COUNTED)),
        "answers": np.zeros((f_n, at.ANSWER)),
        "log": np.zeros((0, at.LOG)),
        "tried": np.zeros((i_n, at.TRIED)),
    }
    return Program(
        system=system,
        phase=phase,
        arrays=arrays,
        requests_per_s=rates,
        ways=steps.ways,
        slots=np.where(tables.part[:, at.RATION] > 0.0, tables.part[:, at.RATION], tables.kind[:, at.SLOTS]),
        weights=flows[:, layout.WEIGHT].copy(),
        caches=tuple(c for c in range(c_n) if tables.kind[c, at.CACHE] == 2),
    )


def row_of(system: System, design: Array, phase: int) -> Array:
    """The numbers of the situation of a design in a phase (`models.system.layout`)."""
    from models.performance.autoscaling import parameters_of
    from models.performance.steady_state import situations_of

    X = system.space.canonical(np.asarray(design, dtype=np.float64).reshape(1, -1))
    found = situations_of(parameters_of(system, X), phase=phase)
    row = found.base.copy()
    row[found.columns] = found.values[0]
    return row


def _clients(system: System, phase: int) -> dict[str, NDArray[Any]]:
    """The scalars of a run at its beginning: how many clients are connected, and what they do."""
    n, x = np.zeros(at.SCALARS, dtype=np.int64), np.zeros(at.TIMES)
    workload = system.scenario.workload
    n[at.CLIENTS], told = workload.phases[phase].clients, workload.behaviour
    x[at.THINK_S], x[at.BACKOFF_S], x[at.MOST_BACKOFF_S] = told.think_s, told.backoff_s, told.most_backoff_s
    x[at.GROWTH], x[at.CLIENT_JITTER] = told.growth, told.jitter
    return {"n": n, "x": x}


def _ints(values: Any) -> NDArray[np.int64]:
    return np.array([int(value) for value in values], dtype=np.int64)


class _Steps:
    """Sequences of steps one behind the other, each closed by `END`; steps that are shed are left out."""

    def __init__(self, calls: Array, shares: Array) -> None:
        self._calls, self._shares, self.ways = calls, shares, np.zeros(shares.size)
        self.flat: list[int] = []
        self.starts: list[int] = []
        self.groups: list[list[int]] = []
        self.equal: list[tuple[int, int, int]] = []
        self.taken_by: list[float] = []

    def sequence(self, steps: Sequence[StepNode], flow: int) -> int:
        """Its number: `starts` says where it begins."""
        items: list[int] = []
        for step in steps:
            if not isinstance(step, CallNode):
                branches = [self.sequence(branch, flow) for branch in step.branches]
                self.groups.append(branches)
                if isinstance(step, ChoiceNode):
                    self.equal.append((0, 0, flow))
                    shares = shares_of(step, self._shares)
                    self.ways[step.first : step.first + len(branches)] = shares
                    self.taken_by += shares.tolist()
                else:
                    self.equal.append((step.each, step.needed, flow))
                    self.taken_by += [1.0] * len(branches)
                items.append(-len(self.groups))
            elif self._calls[step.index, layout.ENABLED] > 0.0 and self._calls[step.index, layout.TIMES] > 0:
                items.append(step.index)
        self.starts.append(len(self.flat))
        self.flat += [*items, at.END]
        return len(self.starts) - 1


def _calls(system: System, calls: Array, steps: _Steps) -> tuple[NDArray[np.int64], Array]:
    """The tables of the calls."""
    node = np.zeros((len(system.nodes), at.NODE), dtype=np.int64)
    call = np.zeros((len(system.nodes), at.CALL))
    for each in system.nodes:
        i = each.index
        said, n, x = calls[i], node[i], call[i]
        times = said[layout.TIMES]
        n[at.COMPONENT], n[at.WRITES] = each.component, each.writes
        n[at.ASYNC] = each.is_async
        n[at.IS_MESSAGE] = system.parts[each.component].traits.keeps_messages
        n[at.THEN] = steps.starts[steps.sequence(each.then, each.flow)] if each.then else -1
        n[at.WHOLE], x[at.ONE_MORE] = math.floor(times), times - math.floor(times)
        n[at.RETRIES] = said[layout.RETRIES]
        n[at.BREAKER] = said[layout.BREAKER] > 0.0
        slots = said[layout.BULKHEAD_SLOTS]
        n[at.BULKHEAD] = slots if math.isfinite(slots) else -1
        n[at.FALLBACK] = said[layout.FALLBACK_ENABLED] > 0.0
        n[at.OPTIONAL] = said[layout.OPTIONAL] > 0.0
        n[at.VOLUME] = max(1, round(said[layout.BREAKER_VOLUME]))
        n[at.FIRST_LATE] = n[at.LAST_LATE] = -1
        n[at.PASSES_DEADLINE] = said[layout.PASSES_DEADLINE] > 0.0
        x[at.TIMEOUT_S], x[at.PAUSE_S] = said[layout.TIMEOUT_MS] * _MS, said[layout.BACKOFF_MS] * _MS
        x[at.JITTER], x[at.FALLBACK_S] = said[layout.JITTER], said[layout.FALLBACK_LATENCY_MS] * _MS
        x[at.WORK_FACTOR], x[at.TRIPS_AT] = said[layout.WORK], said[layout.BREAKER_THRESHOLD]
        x[at.BUCKET_S] = max(said[layout.BREAKER_WINDOW_S], 1e-9) / at.BUCKETS
        x[at.SLEEP_S] = said[layout.BREAKER_SLEEP_S]
        x[at.NETWORK_S] = said[layout.NETWORK_MS] * _MS
        x[at.RETRY_BUDGET], x[at.RETRIES_LEFT] = said[layout.RETRY_BUDGET], at.MOST_RETRIES_LEFT
        x[at.HEDGE_S] = said[layout.HEDGE_AFTER_MS] * _MS
        x[at.NETWORK_SHAPE] = shape_of(said[layout.NETWORK_SCV])
    return node, call


def _regular_arrivals(system: System, parts: Array, calls: Array, flow: Array) -> None:
    """Arrivals that are not Poisson: those of a component that one flow alone calls, as its first step."""
    for c, name in enumerate(system.components):
        scv = parts[c, layout.ARRIVAL_SCV]
        if scv == 1.0:
            continue
        own = [node for node in system.nodes if node.component == c and calls[node.index, layout.ENABLED] > 0]
        is_first = len(own) == 1 and own[0].caller is None and system.traces[own[0].flow][0] is own[0]
        if not own:
            continue
        if not is_first or calls[own[0].index, layout.TIMES] != 1.0 or flow[own[0].flow, at.SHED] > 0.0:
            raise NotSimulated(
                Reason.NOT_POISSON,
                f"arrival_scv {scv:g} where other calls decide when its calls come",
                where=f"components.{name}.arrival_scv",
                hint="only what a single flow calls as its first step can have another one than 1",
            )
        flow[own[0].flow, at.GAP_SHAPE] = shape_of(scv)


def seed_of(seed: int, *purpose: str | int) -> int:
    """Where a stream of random numbers begins: the same for the same names, whatever else there is."""
    told = "\0".join(str(part) for part in (seed, *purpose)).encode()
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "little", signed=True)


def streams_of(system: System, seed: int, run: int) -> NDArray[np.int64]:
    """The beginnings of all streams of a run, in the order in which the loop counts them."""
    found: list[int] = []
    for name in system.components:
        found += (seed_of(seed, run, "component", name, kind) for kind in range(at.PART_STREAMS))
    for node in system.nodes:
        flow = system.flows[node.flow]
        found += (seed_of(seed, run, "call", flow, node.position, kind) for kind in range(at.CALL_STREAMS))
    for flow in system.flows:
        found += (seed_of(seed, run, "flow", flow, kind) for kind in range(at.FLOW_STREAMS))
    return np.array(found, dtype=np.int64)
