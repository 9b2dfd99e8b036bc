"""Room for the kernel to work in: one for each thread, with what it knows of the situation before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.performance.cache import ALL_BINS
from models.performance.closed_network import MOST_CUSTOMERS, STATION_COLUMNS
from models.performance.mixture import MOST_ENTRIES, PLACES
from models.performance.percentile import LAW_WIDTH
from models.performance.program import CALL_WIDTH, PART_WIDTH, POOLS, STATION_WIDTH, Program, Work
from models.performance.quadrature import MEMORY, MEMORY_WIDTH
from models.system.layout import BRANCH, CALL, COMPONENT, FLOW

Array = NDArray[np.float64]


def workspace(program: Program) -> Work:
    """Room for one thread."""
    components, calls = program.kind.size, program.component.size
    sequences = program.steps_start.size - 1
    most = max([2, *np.diff(program.group_start).tolist()])
    customers = MOST_CUSTOMERS if program.flags[POOLS] else 1
    row, before = (np.full(program.places[-1], np.nan) for _ in range(2))
    parts, call_rows, flows, branch = _blocks(program, row)
    before_parts, before_calls, _, _ = _blocks(program, before)
    choices = int(np.count_nonzero(program.group_rest >= 0))
    return Work(
        row=row,
        parts=parts,
        calls=call_rows,
        flows=flows,
        branch=branch,
        chosen=np.zeros(branch.shape[0] + choices),
        choice_passes=np.ones(program.group_start.size - 1),
        before=before,
        before_parts=before_parts,
        before_calls=before_calls,
        kept=np.zeros((calls + components, 6)),
        given=np.zeros((calls + components, 2)),
        station=np.zeros((components, STATION_WIDTH)),
        call=np.zeros((calls, CALL_WIDTH)),
        answer=np.zeros((calls, MOST_ENTRIES, 4)),
        answer_n=np.zeros(calls, dtype=np.int64),
        held=np.zeros((calls, MOST_ENTRIES, 4)),
        held_n=np.zeros(calls, dtype=np.int64),
        steps=np.zeros((sequences, MOST_ENTRIES, 4)),
        steps_n=np.zeros(sequences, dtype=np.int64),
        steps_held=np.zeros((sequences, MOST_ENTRIES, 4)),
        steps_held_n=np.zeros(sequences, dtype=np.int64),
        steps_share=np.zeros((sequences, 3)),
        group_s=np.zeros(program.group_start.size - 1),
        valve=np.zeros((calls, 3)),
        let_in=np.zeros(components),
        filled=np.full(components, np.nan),
        relief=np.zeros((components, 2)),
        is_counted=np.zeros(components, dtype=np.int64),
        closed_rate=np.zeros(components),
        closed_visits=np.zeros(components),
        closed_of=np.zeros(components, dtype=np.int64),
        closed_stations=np.zeros((components + 1, STATION_COLUMNS)),
        closed_key=np.full((components, 3 + STATION_COLUMNS * components), np.nan),
        closed_flow=np.zeros((components, customers + 1)),
        closed_told=np.zeros((components, 2)),
        closed_room=np.zeros((2, 2 * customers + 2)),
        bins=np.zeros((components, ALL_BINS, 3)),
        cache_key=np.full((components, 4), np.nan),
        quorum_key=np.full((components, 11), np.nan),
        is_new=np.ones(components + calls + sequences + 1, dtype=np.int64),
        was_timed=np.zeros(calls + 1, dtype=np.int64),
        bare=np.zeros(calls),
        scratch=np.zeros((8, PLACES, 4)),
        branches=np.zeros((most, 2, 4)),
        branch_n=np.zeros(most, dtype=np.int64),
        memory=np.full((MEMORY, MEMORY_WIDTH), np.nan),
        laws=np.zeros((max(PLACES, MOST_ENTRIES * program.flow_steps.size), LAW_WIDTH)),
        once=np.zeros((calls, 6)),
        parts_up=np.zeros((2 * components, PART_WIDTH)),
        passes=np.zeros(2, dtype=np.int64),
    )


def _blocks(program: Program, row: Array) -> tuple[Array, Array, Array, Array]:
    """The blocks of components, calls, flows and branches in a row, as views."""
    first, second, third, fourth, last = program.places
    return (
        row[first:second].reshape(program.kind.size, len(COMPONENT)),
        row[second:third].reshape(program.component.size, len(CALL)),
        row[third:fourth].reshape(program.flow_steps.size, len(FLOW)),
        row[fourth:last].reshape(-1, len(BRANCH)),
    )
