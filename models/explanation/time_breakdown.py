"""Where the time of each flow goes: its mean response as a sum over the calls it makes.

Means of steps that follow each other add up, so the parts of a flow add up to its mean response
(`models.explanation.explain`, `response_ms`). Of branches that run at the same time the one that is slowest
on average counts; what the mean of the slowest lies above that branch's own mean is a part of its own, and
the other branches stand beside the sum. Where a time limit leaves only the quick answers to count, all parts
of an attempt are shortened by the same factor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.evaluation import Array
from models.evaluator import run
from models.performance.network_state import FlowState, Network
from models.performance.program import Program, program_of
from models.system.parameters import Parameters
from models.system.system import CallNode, ChoiceNode, ParallelNode, StepNode, System

MS_PER_S = 1000.0
_KINDS = ("work", "wait", "network", "again", "join")


@dataclass(frozen=True, slots=True, eq=False)
class TimePart:
    """What one call, or the end of a parallel group, takes of a flow's mean response; `(p,)` each, in ms.

    Attributes:
        call: The call, by its index in the system; None = waiting for the slowest branch of a group.
        depth: How many calls it lies under.
        made: How often the call is made for one request, on average, retries not counted.
        work_ms: The component's own work.
        wait_ms: Waiting for the component, and for other copies of its data.
        network_ms: On the network, there and back.
        again_ms: What failed attempts, pauses and fallbacks add.
        join_ms: Waiting for the slowest branch, where it isn't the one that is slowest on average.
        beside_ms: What it takes while a slower branch runs: not in the sum.
    """

    call: int | None
    depth: int
    made: Array
    work_ms: Array
    wait_ms: Array
    network_ms: Array
    again_ms: Array
    join_ms: Array
    beside_ms: Array

    @property
    def total_ms(self) -> Array:
        """What it takes of the mean response, `(p,)`."""
        return np.asarray(self.work_ms + self.wait_ms + self.network_ms + self.again_ms + self.join_ms)


@dataclass(frozen=True, slots=True, eq=False)
class FlowTimes:
    """One flow's mean response and its parts.

    Attributes:
        flow: Name of the flow.
        mean_ms: Mean response of the requests that are answered, `(p,)`; infinite where none ever is.
        parts: The parts in the order of the calls; where the mean is finite they add up to it.
    """

    flow: str
    mean_ms: Array
    parts: tuple[TimePart, ...]


def flow_times(system: System, x: Array) -> tuple[FlowTimes, ...]:
    """Where the mean response of every flow goes in one design.

    Args:
        system: The compiled scenario.
        x: One row of the decision matrix, `(d,)`.
    """
    found = run(system, np.asarray(x, dtype=np.float64)[None, :])
    steps = _Steps(found.parameters, found.network, program_of(system))
    phases = len(system.phases)
    always = np.ones((1, phases))
    whole = _Weight(always, always, always)
    with np.errstate(invalid="ignore", over="ignore"):
        return tuple(
            FlowTimes(
                name,
                _answered_ms(steps.network.flows[f], phases),
                tuple(_of_steps(steps, system.traces[f], int(steps.program.flow_steps[f]), whole, depth=0)),
            )
            for f, name in enumerate(system.flows)
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """What is known of the design: its parameters, its network, and the numbers of its steps."""

    parameters: Parameters
    network: Network
    program: Program

    def mean_s(self, sequence: int) -> Array:
        """Mean response of a sequence of steps, `(1, p)`."""
        return np.asarray(self.network.steps_s[:, :, sequence])

    def items(self, sequence: int) -> list[int]:
        """Its steps: calls by index, parallel group g as -1 - g."""
        first, last = self.program.steps_start[sequence : sequence + 2]
        return [int(step) for step in self.program.steps[first:last]]

    def branches(self, group: int) -> list[int]:
        """The sequences of a parallel group."""
        first, last = self.program.group_start[group : group + 2]
        return [int(branch) for branch in self.program.group[first:last]]


@dataclass(frozen=True, slots=True, eq=False)
class _Weight:
    """How steps enter the sum; `(1, p)` each.

    Attributes:
        made: How often they are made for one request.
        time: The same, shortened where a time limit above them cuts them off.
        counts: 1.0 where they are in the sum, 0.0 where a slower branch runs meanwhile.
    """

    made: Array
    time: Array
    counts: Array


def _of_steps(
    steps: _Steps, trace: Sequence[StepNode], sequence: int, weight: _Weight, *, depth: int
) -> Iterator[TimePart]:
    """The parts of a sequence of steps that lie under `depth` calls."""
    for step, item in zip(trace, steps.items(sequence), strict=True):
        if isinstance(step, ParallelNode):
            yield from _of_branches(steps, step, -1 - item, weight, depth=depth)
        elif isinstance(step, ChoiceNode):
            yield from _of_choice(steps, step, -1 - item, weight, depth=depth)
        else:
            yield from _of_call(steps, step, weight, depth=depth)


def _of_call(steps: _Steps, node: CallNode, weight: _Weight, *, depth: int) -> Iterator[TimePart]:
    """A call, and what is under it; nothing of what goes on in the background."""
    if node.is_async:
        made = (
            weight.made * steps.parameters.of_call(node, "times") * steps.parameters.of_call(node, "enabled")
        )
        yield _part(node.index, replace(weight, made=made), depth)
        return
    parameters, station = steps.parameters, steps.network.stations[node.component]
    below = int(steps.program.then[node.index])
    times = parameters.of_call(node, "times") * parameters.of_call(node, "enabled")
    wait = station.wait.mean
    work = station.unit_s * parameters.of_call(node, "work")
    wait = wait + (station.write_wait_s if node.writes else station.read_wait_s)
    # Of several copies the first that answers may take less than one takes to work.
    work, wait = work + np.minimum(wait, 0.0), np.maximum(wait, 0.0)
    passed_on = 1.0 - station.hit_share
    network = parameters.of_call(node, "network_ms") / MS_PER_S
    once = _times(times, work + wait + network + _times(passed_on, steps.mean_s(below)))
    whole = steps.network.calls[node.index].mean_s
    share = _share(whole, once)
    here = replace(weight, made=weight.made * times, time=weight.time * times * share)
    again = np.where(np.isfinite(once), np.maximum(whole - once, 0.0), np.where(np.isfinite(whole), whole, 0))
    yield _part(
        node.index,
        here,
        depth,
        work=_times(here.time, work),
        wait=_times(here.time, wait),
        network=_times(here.time, network),
        again=_times(weight.time, again),
    )
    inside = replace(here, made=here.made * passed_on, time=here.time * passed_on)
    yield from _of_steps(steps, node.then, below, inside, depth=depth + 1)


def _of_branches(
    steps: _Steps, node: ParallelNode, group: int, weight: _Weight, *, depth: int
) -> Iterator[TimePart]:
    """Branches that run at the same time, and the wait for the slowest of them."""
    phases = weight.made.shape[1]
    sequences = steps.branches(group)
    means = np.array([_row(steps.mean_s(branch), phases) for branch in sequences])
    slowest, most = np.argmax(means, axis=0), means.max(axis=0)
    whole = _row(steps.network.groups_s[:, :, group], phases)
    share = _share(whole, most)
    for k, (branch, sequence) in enumerate(zip(node.branches, sequences, strict=True)):
        here = replace(
            weight,
            made=weight.made * node.each,
            time=weight.time * share,
            counts=weight.counts * (slowest == k),
        )
        yield from _of_steps(steps, branch, sequence, here, depth=depth)
    join = np.where(np.isfinite(most), np.maximum(whole - most, 0.0), 0.0)[None, :]
    yield _part(None, weight, depth, join=_times(weight.time, join))


def _of_choice(
    steps: _Steps, node: ChoiceNode, group: int, weight: _Weight, *, depth: int
) -> Iterator[TimePart]:
    """Branches of which each request goes one: each counts as often as it is answered."""
    for k, (branch, sequence) in enumerate(zip(node.branches, steps.branches(group), strict=True)):
        taken = steps.network.taken[:, :, node.first + k]
        answered = steps.network.answered[:, :, node.first + k]
        here = replace(weight, made=weight.made * taken, time=_times(answered, weight.time))
        yield from _of_steps(steps, branch, sequence, here, depth=depth)


def _part(call: int | None, weight: _Weight, depth: int, **seconds: Array) -> TimePart:
    """A part in ms; what doesn't count stands beside."""
    phases = weight.made.shape[1]
    zero = np.zeros((1, 1))
    found = {name: seconds.get(name, zero) * MS_PER_S for name in _KINDS}
    counted = {name: _row(_times(weight.counts, value), phases) for name, value in found.items()}
    return TimePart(
        call=call,
        depth=depth,
        made=_row(weight.made, phases),
        work_ms=counted["work"],
        wait_ms=counted["wait"],
        network_ms=counted["network"],
        again_ms=counted["again"],
        join_ms=counted["join"],
        beside_ms=_row(_times(1.0 - weight.counts, sum(found.values(), start=zero)), phases),
    )


def _share(whole: Array, parts: Array) -> Array:
    """What is left of some parts of which a time limit lets only the quick ones count; at most 1."""
    cut = np.where(parts > 0.0, whole / np.where(parts > 0.0, parts, 1.0), 1.0)
    # Both without end: nothing cuts it off.
    return np.asarray(np.where(np.isinf(whole), 1.0, np.minimum(cut, 1.0)))


def _answered_ms(flow: FlowState, phases: int) -> Array:
    """Mean of what is answered, ms; infinite where nothing is."""
    weight = np.sum(flow.response[..., 0], axis=-1)
    return _row(np.where(weight > 0.0, flow.mean_s * MS_PER_S, np.inf), phases)


def _times(often: Array, seconds: Array) -> Array:
    """A time that is met so often; what is never met takes none, however long it would."""
    return np.asarray(np.where(often > 0.0, often * seconds, 0.0))


def _row(value: Array, phases: int) -> Array:
    """One design's values by phase, `(p,)`."""
    return np.array(np.broadcast_to(value, (1, phases))[0], dtype=np.float64)
