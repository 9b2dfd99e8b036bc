"""How long what is under each call takes when nothing waits anywhere."""

from __future__ import annotations

import numpy as np

from models.performance import program as of
from models.performance.compiled import internal
from models.performance.program import Program, Work
from models.system import layout as at

_MS_PER_S = 1000.0


@internal
def bare_times(program: Program, work: Work, parts: np.ndarray, calls: np.ndarray) -> None:
    """Mean time of what is under each call when nothing waits anywhere and nothing below is cached, s."""
    total = np.zeros(program.steps_start.size)
    for i in range(program.component.size - 1, -1, -1):
        root = program.then[i]
        for j in range(program.inner_start[root], program.inner_start[root + 1]):
            q = program.inner[j]
            total[q] = 0.0
            for k in range(program.steps_start[q], program.steps_start[q + 1]):
                step = program.steps[k]
                if step < 0:
                    slowest = 0.0
                    for b in range(program.group_start[-1 - step], program.group_start[-step]):
                        if program.group_branch[b] >= 0:
                            slowest += work.chosen[program.group_branch[b]] * total[program.group[b]]
                        else:
                            slowest = max(slowest, total[program.group[b]])
                    total[q] += slowest
                    continue
                if program.is_async[step]:
                    continue
                part = parts[program.component[step]]
                is_external = program.kind[program.component[step]] == of.EXTERNAL
                own = part[at.LATENCY_MS] if is_external else part[at.SERVICE_MS]
                made = calls[step, at.TIMES] * calls[step, at.ENABLED]
                own = own * calls[step, at.WORK] + calls[step, at.NETWORK_MS]
                once = own / _MS_PER_S + work.bare[step]
                total[q] += made * min(once, calls[step, at.TIMEOUT_MS] / _MS_PER_S)
        work.bare[i] = total[root]
