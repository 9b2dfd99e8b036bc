"""The steps of a run, one after the other."""

from __future__ import annotations

from models.performance.compiled import compiled
from models.performance.program import Program
from models.steps import columns as at
from models.steps.answers import expect
from models.steps.autoscaler import scale
from models.steps.calls import turn
from models.steps.draws import poisson
from models.steps.lines import begin, bin_after
from models.steps.returns import ask, come_back, try_again
from models.steps.run import Run
from models.steps.stations import look_at


@compiled
def advance(program: Program, run: Run, until: int) -> None:
    """Lets time go on until so many steps are over.

    Args:
        program: The system.
        run: The run; all that it holds is changed.
        until: Steps that are over then.

    Source: tau-leaping (Gillespie 2001): counts of a step are drawn by the rates at its beginning.
    """
    while run.n[at.STEP] < until:
        for c in range(program.kind.size):
            if run.scaler[c, at.SCALES] > 0.0:
                scale(run, c)
        for p in range(program.order.size):
            look_at(program, run, program.order[p])
        if run.n[at.STEP] % 4 == 0:
            expect(program, run)
        if run.closed[at.CLIENTS] > 0.0:
            ask(run)
        b = bin_after(run, 0.0)
        for f in range(program.flow_steps.size):
            count = poisson(run, f, run.rate[f] * run.x[at.STEP_S]) + come_back(run, f)
            root = program.flow_steps[f]
            if b >= 0:
                run.offered[b, f] += count
                found = run.sequence[root]
                waits = found[at.MEAN_S] if found[at.SUCCESS] > 0.0 else 0.0
                run.oldest[b, f] = max(waits, found[at.FAILS_S])
            if count > 0.0:
                begin(program, run, program.steps_start[root], root, -1, (count, 0.0, 0.0, 0.0, 0.0))
        for p in range(program.order.size):
            turn(program, run, program.order[p])
        for f in range(program.flow_steps.size):
            try_again(program, run, f)
        run.n[at.STEP] += 1
