"""How a system behaves in each situation (a design in a phase): what its dimensions and limits are made of.

Designs that differ only in prices, or only in another phase, put their components into the same situation: it
is worked out once, by the compiled kernel (`models.performance`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.performance.failover import kept_shares
from models.performance.unique_rows import unique_rows
from models.scenario.paths import Slot
from models.system.parameters import Parameters
from models.system.phases import in_phase
from models.system.system import System


@dataclass(frozen=True, slots=True, eq=False)
class Situations:
    """The situations of n designs in p phases.

    Attributes:
        base: A row of numbers that all share but in `columns`, `(width,)` (`models.system.layout`).
        columns: Columns in which they differ, `(v,)`.
        values: What they hold there, `(m, v)`.
        kind: The situation of each design in each phase, `(n, p)`.
    """

    base: Array
    columns: NDArray[np.int64]
    values: Array
    kind: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """What designs come to in each phase; `(n, p)` each.

    Attributes:
        success: Share of the requests of each flow that is answered: hard failures, shedding and losses that
            nobody has noticed yet included.
        fresh: Share of up-to-date answers of each flow, times the fidelity of fallbacks.
        call_success: By call: share that succeeds.
        arrivals_per_s: By component: calls that arrive.
        utilisation: Of the busiest station.
        bottleneck: Position of the component that limits that station.
        collapse: By how much the load ratio of a station that turns nothing away is above 1; more than 0 from
            1 on, below 0 below it, -1 where all turn away what is too much.
        reachable_per_s: User requests of the mix that the least of the components can carry.
        retry_share: Share of all attempts that are retries.
        metastable: 1.0 where the system that is down stays down.
        retry_margin: Load multiple below which a failed state can't sustain itself.
        lifetime_s: Mean time until the healthy state ends by itself, s; infinite where it lasts.
        unsettled: 1.0 where the state swings around and comes to no rest.
        unsure: Sum of the reasons for which the numbers may be further off than promised (`unsure`).
        latency_ms: The scenario's percentile of the response times; infinite after a collapse.
        p99_ms: The 99th percentile.
        p50_ms: The median.
        mean_s: Mean response over all requests of users, s; infinite after a collapse.
        flow_latency_ms: For each flow with a limit of its own its percentile.
        told: By position, what is told of autoscaled components and of queues.
    """

    success: tuple[Array, ...]
    fresh: tuple[Array, ...]
    call_success: tuple[Array, ...]
    arrivals_per_s: tuple[Array, ...]
    utilisation: Array
    bottleneck: Array
    collapse: Array
    reachable_per_s: Array
    retry_share: Array
    metastable: Array
    retry_margin: Array
    lifetime_s: Array
    unsettled: Array
    unsure: Array
    latency_ms: Array
    p99_ms: Array
    p50_ms: Array
    mean_s: Array
    flow_latency_ms: tuple[Array, ...]
    told: Mapping[int, Told]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What is told of single components in each phase, `(n, p)` each (`feedback.components_told`).

    Attributes:
        utilisation: Busy share of its slots; from 1 on what comes over what it can do.
        capacity_per_s: Calls, or messages, that it can do.
        wait_s: Mean wait, s; infinite where more comes than it can do.
    """

    utilisation: Array
    capacity_per_s: Array
    wait_s: Array


@lru_cache(maxsize=32)
def _file_row(system: System) -> tuple[Array, tuple[Slot, ...]]:
    """What the file says of every design in every phase as a row, and the slots that differ by phase."""
    from models.performance.program import layout_of

    layout = layout_of(system)
    row = np.array(layout.defaults())
    by_phase = []
    for slot, value in system.static.items():
        column = layout.column(slot)
        if column is not None and value.size == 1:
            row[column] = value[0, 0]
        elif column is not None:
            by_phase.append(slot)
    row.setflags(write=False)
    return row, tuple(by_phase)


def situations_of(parameters: Parameters, *, phase: int | None = None) -> Situations:
    """Finds the situations that differ.

    Args:
        parameters: The parameters of n designs.
        phase: The only phase that counts; None = all do.
    """
    from models.performance.program import layout_of

    n, p = parameters.n, parameters.n_phases if phase is None else 1
    layout = layout_of(parameters.system)
    row, by_phase = _file_row(parameters.system)
    base = row.copy()
    columns: list[int] = []
    varied: list[Array] = []
    for slot in dict.fromkeys((*by_phase, *parameters.own)):
        column = layout.column(slot)
        if column is None:
            continue
        value = parameters.values[slot]
        if phase is not None:
            value = in_phase(value, phase)[:, None]
        if value.size == 1:
            base[column] = value[0, 0]
        else:
            columns.append(column)
            varied.append(np.broadcast_to(value, (n, p)).reshape(-1))
    table = np.column_stack(varied) if varied else np.zeros((n * p, 0))
    first, kind = unique_rows(np.ascontiguousarray(table))
    return Situations(
        base=base,
        columns=np.array(columns, dtype=np.int64),
        values=np.ascontiguousarray(table[first]),
        kind=kind.reshape(n, p),
    )


def load_of(
    parameters: Parameters, phase: int, *, most: float, threads: int | None = None
) -> tuple[Array, Array]:
    """Utilisation and collapse (as in `Behaviour`) of n designs in one phase, `(n,)` each, at a lower price.

    Where the load comes to no rest, both are 0. Where a station is certain to be above `most`, or over its
    capacity, they are lower bounds.
    """
    from models.performance import kernel, situation
    from models.performance.program import program_of

    situations = situations_of(parameters, phase=phase)
    told = kernel.solve(
        program_of(parameters.system),
        situations.base,
        situations.columns,
        situations.values,
        threads=threads,
        most_load=most,
    )
    kind = situations.kind[:, 0]
    return told[kind, situation.UTILISATION], told[kind, situation.COLLAPSE]


def behaviour(parameters: Parameters, situations: Situations, *, threads: int | None = None) -> Behaviour:
    """Works all situations out.

    Args:
        parameters: The parameters of n designs.
        situations: Their situations.
        threads: Threads; None = one for each core.
    """
    from models.performance import kernel, situation
    from models.performance.program import program_of

    program = program_of(parameters.system)
    told = kernel.solve(program, situations.base, situations.columns, situations.values, threads=threads)
    by_column = iter(np.ascontiguousarray(told.T))

    def take(count: int) -> list[Array]:
        return [np.asarray(next(by_column)[situations.kind]) for _ in range(count)]

    c, i, f = program.kind.size, program.component.size, program.flow_steps.size
    own = take(situation.FIRST)
    arrivals, calls, success, fresh = take(c), take(i), take(f), take(f)
    kept = kept_shares(parameters)
    return Behaviour(
        success=tuple(share if k is None else share * k for share, k in zip(success, kept, strict=True)),
        fresh=tuple(fresh),
        call_success=tuple(calls),
        arrivals_per_s=tuple(arrivals),
        utilisation=own[situation.UTILISATION],
        bottleneck=own[situation.BOTTLENECK],
        collapse=own[situation.COLLAPSE],
        reachable_per_s=own[situation.REACHABLE],
        retry_share=own[situation.RETRY_SHARE],
        metastable=own[situation.METASTABLE],
        retry_margin=own[situation.RETRY_MARGIN],
        lifetime_s=own[situation.LIFETIME],
        unsettled=own[situation.UNSETTLED],
        unsure=own[situation.UNSURE],
        latency_ms=own[situation.LATENCY],
        p99_ms=own[situation.P99],
        p50_ms=own[situation.P50],
        mean_s=own[situation.MEAN],
        flow_latency_ms=tuple(take(program.limited.size)),
        told={int(c): Told(*take(len(situation.TOLD))) for c in program.told},
    )


def mean_s_of(parameters: Parameters, situations: Situations, *, threads: int | None = None) -> Array:
    """Mean response over all requests, s, `(n, p)`; infinite after a collapse."""
    from models.performance import kernel, situation
    from models.performance.program import program_of

    program = program_of(parameters.system)
    rows = kernel.solve(program, situations.base, situations.columns, situations.values, threads=threads)
    return np.asarray(rows[:, situation.MEAN][situations.kind])


def told_of(
    parameters: Parameters, situations: Situations, *, threads: int | None = None
) -> Mapping[int, Told]:
    """What is told of single components, by position (see `behaviour`)."""
    from models.performance import kernel, situation
    from models.performance.program import program_of

    program = program_of(parameters.system)
    rows = kernel.solve(program, situations.base, situations.columns, situations.values, threads=threads)
    each = len(situation.TOLD)
    columns = np.ascontiguousarray(rows[:, rows.shape[1] - each * program.told.size :].T)
    return {
        int(c): Told(*(np.asarray(columns[each * k + j][situations.kind]) for j in range(each)))
        for k, c in enumerate(program.told)
    }
