"""Clients that were cut off together and come back: each tries until it is answered."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.performance.compiled import internal
from models.performance.program import Program
from models.scenario.workload import Clients
from models.steps import columns as at
from models.steps.draws import binomial, uniform
from models.steps.run import Run
from models.steps.tables import Tables

#: Parts into which the pauses of those that try again in a step are spread.
_PARTS = 32


@dataclass(frozen=True, slots=True)
class Return:
    """Connected clients that come back at the same time.

    Attributes:
        flow: Position of the flow whose request each makes.
        clients: How many.
        at_s: When, s after the beginning.
        pause_s: Pause after a failure, s.
        jitter: Share of it that is drawn, in [0, 1].
        growth: Factor on the pause after each further failure.
        most_pause_s: Longest pause, s.
        is_cut_off: Whether they are cut off then, and come back a pause later; else they come at once.
    """

    flow: int
    clients: int
    at_s: float
    pause_s: float
    jitter: float = 0.0
    growth: float = 1.0
    most_pause_s: float = 60.0
    is_cut_off: bool = False

    @property
    def last_s(self) -> float:
        """When the last of them comes first, s after the beginning."""
        return self.at_s + (min(self.pause_s, self.most_pause_s) if self.is_cut_off else 0.0)

    def first(self, from_s: float, step_s: float, seed: int) -> Array:
        """How many come first in each step, from the first bin's beginning at `from_s` on, `(steps,)`."""
        waits = np.zeros(self.clients)
        if self.is_cut_off:
            drawn = np.random.default_rng(seed).random(self.clients)
            waits += min(self.pause_s, self.most_pause_s) * (1.0 - self.jitter * drawn)
        return np.bincount(np.rint((from_s + self.at_s + waits) / step_s).astype(np.int64)).astype(float)


def connect(run: Run, told: Clients, clients: int, tables: Tables) -> None:
    """So many clients are connected from now on: who comes anew thinks first, who leaves has thought.

    Args:
        run: The run.
        told: What they do.
        clients: How many.
        tables: The design meanwhile.
    """
    run.closed[at.THINKING] += clients - run.closed[at.CLIENTS]
    run.closed[at.CLIENTS], run.closed[at.THINK_S] = clients, told.think_s
    run.mix[:] = tables.mix
    if clients > 0:
        run.crowd[:] = told.backoff_s, told.jitter, told.growth, told.most_backoff_s


@internal
def come_back(run: Run, f: int) -> float:
    """Clients of a flow that try in this step."""
    run.ended[f, 0], run.ended[f, 1] = 0.0, 0.0
    here, total = run.coming[run.n[at.STEP] % run.n[at.SLOTS], f], 0.0
    for k in range(at.RETURNS):
        total += here[k]
    return total


@internal
def ask(run: Run) -> None:
    """Connected clients that have thought enough ask in this step, each for a flow by its share."""
    closed, slot = run.closed, run.n[at.STEP] % run.n[at.SLOTS]
    closed[at.THINKING] += run.home[slot]
    run.home[slot] = 0.0
    count = max(closed[at.THINKING], 0.0)
    if closed[at.THINK_S] > 0.0:
        count = binomial(run, 0, count, -math.expm1(-run.x[at.STEP_S] / closed[at.THINK_S]))
    closed[at.THINKING] -= count
    left, rest = count, 1.0
    for f in range(run.mix.size):
        some = binomial(run, f, left, min(run.mix[f] / rest, 1.0)) if rest > 0.0 else 0.0
        run.coming[slot, f, 0] += some
        left, rest = left - some, rest - run.mix[f]


@internal
def _answered(program: Program, run: Run, f: int, count: float) -> None:
    """Clients have their answer as long from now as a request takes, and think then."""
    waits = run.sequence[program.flow_steps[f], at.MEAN_S]
    later = min(max(int(waits / run.x[at.STEP_S] + 0.5), 1), run.n[at.SLOTS] - 1)
    run.home[(run.n[at.STEP] + later) % run.n[at.SLOTS]] += count


@internal
def try_again(program: Program, run: Run, f: int) -> None:
    """Of the clients that tried in this step as large a part fails as of all requests that ended in it."""
    step, slots = run.n[at.STEP], run.n[at.SLOTS]
    here, told = run.coming[step % slots, f], run.crowd[f]
    ended = run.ended[f, 0] + run.ended[f, 1]
    fails = run.ended[f, 1] / ended if ended > 0.0 else 0.0
    for k in range(at.RETURNS):
        count = here[k]
        if count <= 0.0:
            continue
        here[k] = 0.0
        left = binomial(run, f, count, fails)
        if run.closed[at.CLIENTS] > 0.0:
            _answered(program, run, f, count - left)
        pause = min(told[at.RETURN_PAUSE_S] * told[at.RETURN_GROWTH] ** k, told[at.RETURN_MOST_S])
        parts = _PARTS if told[at.RETURN_JITTER] > 0.0 else 1
        for part in range(parts):
            some = binomial(run, f, left, 1.0 / (parts - part))
            left -= some
            drawn = (part + uniform(run, f)) / parts if parts > 1 else 0.0
            waits = run.sequence[program.flow_steps[f], at.FAILS_S]
            waits += pause * (1.0 - told[at.RETURN_JITTER] * drawn)
            later = min(max(int(waits / run.x[at.STEP_S] + 0.5), 1), slots - 1)
            run.coming[(step + later) % slots, f, min(k + 1, at.RETURNS - 1)] += some
