"""Clients that were cut off together and come back: each tries until it is answered."""

from __future__ import annotations

from dataclasses import dataclass

from models.performance.compiled import internal
from models.performance.program import Program
from models.steps import columns as at
from models.steps.draws import binomial, uniform
from models.steps.run import Run

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
    """

    flow: int
    clients: int
    at_s: float
    pause_s: float
    jitter: float = 0.0
    growth: float = 1.0
    most_pause_s: float = 60.0


@internal
def come_back(run: Run, f: int) -> float:
    """Clients of a flow that try in this step."""
    run.ended[f, 0], run.ended[f, 1] = 0.0, 0.0
    here, total = run.coming[run.n[at.STEP] % run.n[at.SLOTS], f], 0.0
    for k in range(at.RETURNS):
        total += here[k]
    return total


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
