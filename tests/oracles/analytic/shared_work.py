"""Stations and answers, each worked out once for every kind of load and parameters that it meets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.evaluation import Array
from models.system.system import CallNode, ParallelNode, StepNode, all_calls
from oracles.analytic.givens import Givens
from oracles.analytic.holds import hold_of
from oracles.analytic.parameters import Parameters
from oracles.analytic.responses import Answer, answer_call, answer_steps
from oracles.analytic.sharing import Kinds, Shared, kinds_of, share, together
from oracles.analytic.stations import Station, serve
from oracles.analytic.valves import Valve


def load_share_of(station: Station) -> Array:
    """Share of its calls that a component passes on: all, or what a cache doesn't answer itself."""
    return np.ones((1, 1)) if station.cache is None else station.cache.load_share


def open_station(
    parameters: Parameters,
    givens: Givens,
    c: int,
    arrivals_per_s: Array,
    known: Sequence[Shared[Station]] | None,
    *,
    lets_go: bool,
) -> Shared[Station]:
    """A component that serves and lets go, for each kind of load on it.

    Args:
        parameters: The parameters.
        givens: What no pass changes.
        c: Position of the component.
        arrivals_per_s: Calls that arrive, `(m | 1, 1)`.
        known: The stations of another pass, for what no load changes.
        lets_go: Whether it does; else as if nothing were below it.
    """
    n = parameters.n
    kinds = together([givens.components[c], kinds_of([arrivals_per_s], n)], n)

    def worked_out(rows: Kinds) -> Station:
        return serve(
            parameters.seen_by(rows),
            c,
            rows.pick(arrivals_per_s),
            callers=rows.pick(givens.threads[c]) if lets_go else None,
            load_s=rows.pick(givens.load_s[c]) if lets_go else None,
            known=None if known is None else known[c].of(rows),
        )

    return share(kinds, worked_out)


def answered_steps(
    parameters: Parameters, givens: Givens, steps: tuple[StepNode, ...], calls: Mapping[int, Shared[Answer]]
) -> Shared[Answer]:
    """What a sequence of steps gives back, for each kind of answers to them (see `answer_steps`)."""
    indices = direct_calls(steps)
    kinds = together([kinds for i in indices for kinds in (calls[i].kinds, givens.calls[i])], parameters.n)
    return share(
        kinds,
        lambda rows: answer_steps(parameters.seen_by(rows), steps, {i: calls[i].of(rows) for i in indices}),
    )


def answered_call(
    parameters: Parameters,
    givens: Givens,
    station: Shared[Station],
    node: CallNode,
    below: Shared[Answer],
    calls_per_s: Array,
    valve: Valve,
    *,
    timed: bool,
) -> Shared[Answer]:
    """What a call gives back, for each kind of station and answers under it (see `answer_call`)."""
    n = parameters.n
    respects = [station.kinds, below.kinds, givens.calls[node.index]]
    if givens.guards[node.index] is not None:
        respects.append(kinds_of([calls_per_s, *valve], n))

    def worked_out(rows: Kinds) -> Answer:
        return answer_call(
            parameters.seen_by(rows),
            station.of(rows),
            node,
            below.of(rows),
            calls_per_s=rows.pick(calls_per_s),
            valve=rows.pick(valve),
            timed=timed,
        )

    return share(together(respects, n), worked_out)


def holding_station(
    parameters: Parameters,
    givens: Givens,
    own: tuple[CallNode, ...],
    below: Mapping[int, Shared[Answer]],
    stations: Mapping[int, Shared[Station]],
    *,
    arrivals_per_s: Array,
    attempts_per_s: Sequence[Array],
) -> Shared[Station]:
    """A component that keeps its slot for what is under it, for each kind of load and of what is there.

    Args:
        parameters: The parameters.
        givens: What no pass changes.
        own: The calls of the component.
        below: What the calls under each of them give back.
        stations: The component, as if nothing were below it, and those under it.
        arrivals_per_s: Calls that arrive, `(m | 1, 1)`.
        attempts_per_s: By call: how often it is attempted.
    """
    n, c = parameters.n, own[0].component
    under = all_calls([step for node in own for step in node.then])
    places = sorted({node.component for node in under} | {c})
    asked = [attempts_per_s[node.index] for node in (*own, *under)]
    respects = [kinds_of([arrivals_per_s, *asked], n)]
    respects += [answer.kinds for answer in below.values()]
    respects += [givens.calls[node.index] for node in (*own, *under)]
    respects += [kinds for d in places for kinds in (stations[d].kinds, givens.components[d])]

    def worked_out(rows: Kinds) -> Station:
        seen = parameters.seen_by(rows)
        there = {d: stations[d].of(rows) for d in places}
        attempts = rows.pick(tuple(attempts_per_s))
        answers = {i: answer.of(rows) for i, answer in below.items()}
        return serve(
            seen,
            c,
            rows.pick(arrivals_per_s),
            callers=rows.pick(givens.threads[c]),
            hold=hold_of(seen, there, attempts, own, answers),
            load_s=rows.pick(givens.load_s[c]),
            known=there[c],
        )

    return share(together(respects, n), worked_out)


def direct_calls(steps: Sequence[StepNode]) -> list[int]:
    """The calls among some steps and in their parallel branches, not those under them, by index."""
    found: list[int] = []
    for step in steps:
        if isinstance(step, ParallelNode):
            found += [i for branch in step.branches for i in direct_calls(branch)]
        else:
            found.append(step.index)
    return found
