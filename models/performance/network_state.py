"""The network of one design or a few, with all its steps: what explaining and drawing need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.evaluation import Array
from models.performance.program import Program, Work
from models.performance.steady_state import Situations
from models.system.system import System


class CumulantGrid(NamedTuple):
    """The first three cumulants of a duration by design and phase; arrays `(n, p)`.

    Attributes:
        mean: Mean, s; infinite where it never ends.
        variance: Variance, s^2.
        third: Third cumulant, s^3.
    """

    mean: Array
    variance: Array
    third: Array


@dataclass(frozen=True, slots=True, eq=False)
class Station:
    """One component under its load; arrays `(n, p)`, times in seconds.

    Attributes:
        is_external: Whether it is somebody else's system, at which nothing queues.
        arrivals_per_s: Calls that arrive.
        servers: Calls that it serves at the same time (of one shard); infinity for an external system.
        copies_asked: Copies that a call costs work, on the average; above 1 at a store whose copies all work.
        service_s: Mean time of its own work at one of them, over all calls.
        unit_s: The same for a call of `work` 1.
        work: Cumulants of its own work.
        utilisation: Offered load per server; of a component that keeps its slots during the calls under it
            the share of the slots that is taken.
        load_ratio: Calls that arrive over the capacity.
        limited_by: Position of the component that limits the capacity.
        wait: Cumulants of the wait of the calls that are not turned away; infinite after a collapse.
        response: Cumulants of wait and own work.
        blocked_share: Share of calls that is turned away.
        capacity_per_s: Calls per second at a load ratio of 1.
        hit_share: Share of calls that it answers from memory.
        read_wait_s: Mean wait for the other copies that a read must hear.
        write_wait_s: The same for a write.
    """

    is_external: bool
    arrivals_per_s: Array
    servers: Array
    copies_asked: Array
    service_s: Array
    unit_s: Array
    work: CumulantGrid
    utilisation: Array
    load_ratio: Array
    limited_by: Array
    wait: CumulantGrid
    response: CumulantGrid
    blocked_share: Array
    capacity_per_s: Array
    hit_share: Array
    read_wait_s: Array
    write_wait_s: Array


@dataclass(frozen=True, slots=True, eq=False)
class CallState:
    """One call; arrays `(n, p)`.

    Attributes:
        attempts_per_s: Attempts that the caller starts.
        late_share: Share of the served attempts that is given up as late.
        mean_s: Mean response of what succeeds, made as often as it is made.
    """

    attempts_per_s: Array
    late_share: Array
    mean_s: Array


@dataclass(frozen=True, slots=True, eq=False)
class FlowState:
    """What the users of one flow see; arrays `(n, p)`.

    Attributes:
        users_per_s: Requests let in.
        response: Outcomes of the response time of what is answered, `(n, p, places, 4)`: weight, mean (s),
            variance and third cumulant; those of weight 0 are none.
        mean_s: Its mean; infinite where one of the outcomes never ends.
        success: Share that succeeds, hard failures of components left aside.
        fresh: Share of up-to-date answers.
    """

    users_per_s: Array
    response: Array
    mean_s: Array
    success: Array
    fresh: Array


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The system under its load.

    Attributes:
        stations: By component.
        calls: By call.
        flows: By flow.
        steps_s: Mean response of each sequence of steps, by its number in the program, `(n, p, q)`.
        groups_s: Mean response of each group of branches, `(n, p, g)`.
        taken: Share of those who come to a choice that go each of its branches, `(n, p, b)`.
        answered: The same of those who are answered there.
        metastable: 1.0 where the system that is down stays down, or swings without end, `(n, p)`.
        retry_margin: Load multiple below which a failed state can't sustain itself, `(n, p)`.
    """

    stations: tuple[Station, ...]
    calls: tuple[CallState, ...]
    flows: tuple[FlowState, ...]
    steps_s: Array
    groups_s: Array
    taken: Array
    answered: Array
    metastable: Array
    retry_margin: Array


def network_of(system: System, situations: Situations) -> Network:
    """Works the situations out one by one and keeps all that led to what they come to."""
    from models.performance import kernel, situation
    from models.performance import program as of
    from models.performance.program import program_of

    program = program_of(system)
    told, states = [], []
    for values in situations.values:
        row = situations.base.copy()
        row[situations.columns] = values
        out, work = kernel.one(program, row)
        told.append(out)
        states.append(work)

    def spread(arrays: list[Array]) -> Array:
        return np.asarray(np.stack(arrays)[situations.kind])

    station, call = spread([w.station for w in states]), spread([w.call for w in states])
    answers = spread([_means(w.answer, w.answer_n) for w in states])
    steps = spread([_means(w.steps, w.steps_n) for w in states])
    outcomes = spread([_padded(w.steps[program.flow_steps], w.steps_n[program.flow_steps]) for w in states])
    shares = spread([w.steps_share[program.flow_steps] for w in states])
    users = spread([w.row[0] * w.flows[:, 0] * (1.0 - w.flows[:, 1]) for w in states])
    results = spread(told)

    def cumulants(c: int, first: int) -> CumulantGrid:
        return CumulantGrid(*(station[:, :, c, first + k] for k in range(3)))

    return Network(
        stations=tuple(
            Station(
                is_external=not part.traits.is_ours,
                arrivals_per_s=station[:, :, c, of.ATTEMPTED],
                servers=station[:, :, c, of.SERVERS],
                copies_asked=station[:, :, c, of.ASKED],
                service_s=station[:, :, c, of.SERVICE_S],
                unit_s=station[:, :, c, of.UNIT_S],
                work=cumulants(c, of.WORK),
                utilisation=station[:, :, c, of.UTILISATION],
                load_ratio=station[:, :, c, of.LOAD_RATIO],
                limited_by=station[:, :, c, of.LIMITED_BY],
                wait=cumulants(c, of.WAIT),
                response=cumulants(c, of.RESPONSE),
                blocked_share=_turned_away(station[:, :, c]),
                capacity_per_s=station[:, :, c, of.CAPACITY],
                hit_share=station[:, :, c, of.HIT],
                read_wait_s=station[:, :, c, of.READ_WAIT],
                write_wait_s=station[:, :, c, of.WRITE_WAIT],
            )
            for c, part in enumerate(system.parts)
        ),
        calls=tuple(
            CallState(call[:, :, i, of.ATTEMPTS_PER_S], call[:, :, i, of.LATE], answers[:, :, i])
            for i in range(len(system.nodes))
        ),
        flows=tuple(
            FlowState(
                users[:, :, f],
                outcomes[:, :, f],
                steps[:, :, program.flow_steps[f]],
                shares[:, :, f, 0],
                shares[:, :, f, 1],
            )
            for f in range(len(system.flows))
        ),
        steps_s=steps,
        groups_s=spread([w.group_s for w in states]),
        taken=spread([w.chosen for w in states]),
        answered=spread([_answered(program, w) for w in states]),
        metastable=results[:, :, situation.METASTABLE],
        retry_margin=results[:, :, situation.RETRY_MARGIN],
    )


def _turned_away(station: Array) -> Array:
    """Share of all attempts that a station turns away: retries may meet it full more often than others."""
    from models.performance import program as of

    attempted, felt = station[..., of.ATTEMPTED], station[..., of.ARRIVALS]
    let_in = felt * (1.0 - station[..., of.BLOCKED])
    return np.where(
        felt == attempted, station[..., of.BLOCKED], 1.0 - let_in / np.where(attempted > 0.0, attempted, 1.0)
    )


def _answered(program: Program, work: Work) -> Array:
    """By branch its share of those who are answered at its choice; those who go none come last."""
    found = work.chosen.copy()
    for group, rest in enumerate(program.group_rest):
        if rest < 0:
            continue
        members = slice(program.group_start[group], program.group_start[group + 1])
        own = program.group_branch[members]
        found[own] *= work.steps_share[program.group[members], 0]
        whole = found[own].sum() + found[rest]
        places = [*own, rest]
        found[places] = found[places] / whole if whole > 0.0 else work.chosen[places]
    return found


def _padded(mixtures: Array, counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Array:
    """The mixtures with nothing in the places that hold no outcome."""
    there = np.arange(mixtures.shape[1])[None, :, None] < counts[:, None, None]
    return np.where(there, mixtures, 0.0)


def _means(mixtures: Array, counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Array:
    """Mean of each mixture, `(k,)`; infinite where one of its outcomes never ends."""
    kept = _padded(mixtures, counts)
    return np.asarray(np.sum(kept[:, :, 0] * kept[:, :, 1], axis=1))
