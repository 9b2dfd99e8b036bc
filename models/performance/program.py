"""A system as flat arrays: who calls whom, in which order, and what acts back on what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.performance.courses import courses_of
from models.performance.feedback import components_told, coupling_of
from models.performance.holders import feeds, holders, in_order_of_calls, where_branches_meet
from models.performance.record import Floats, Floats2, Floats3, Ints, Record
from models.performance.sequences import Sequences
from models.scenario.component import KINDS
from models.scenario.kinds.cache import Cache
from models.scenario.kinds.external import External
from models.scenario.kinds.queue import Queue
from models.scenario.kinds.store import Store
from models.system.layout import Layout
from models.system.system import System, all_calls

Array = NDArray[np.float64]

#: Kinds of components as numbers; from `EXTERNAL` on those at which no user waits for a slot.
STORE, CACHE, EXTERNAL, QUEUE = (kind.traits.code for kind in (Store, Cache, External, Queue))

#: Columns of what is known of a station.
(
    ARRIVALS,
    SERVERS,
    SERVICE_S,
    WORK,
    UTILISATION,
    LOAD_RATIO,
    LIMITED_BY,
    CAN_REFUSE,
    WAIT,
    RESPONSE,
    HELD_S,
    BLOCKED,
    CAPACITY,
    HIT,
    STALE,
    LOADS,
    READ_WAIT,
    WRITE_WAIT,
    STALE_READS,
    READ_COPIES,
    WRITE_COPIES,
    BASE,
    UNIT_S,
    UNIT_SCV,
    STRETCH,
    RELIEF,
    POOL_BLOCKED,
    POOL_LIMIT,
    POOL_LIMITER,
    POOL_SWING,
    POOL_FREE_S,
    POOL_SCV,
    STREAM,
    DEPARTS,
    ATTEMPTED,
    TO_ALL,
    ASKED,
    UNIT_LAW,
    LEFT_BEHIND,
) = (0, 1, 2, 3, 6, 7, 8, 9, 10, 13, 16, 17, 18, 19, 20, 21, 22, 25, 28, 29, 30, 31, *range(34, 51))
STATION_WIDTH = 51
#: Columns of what is known of a call.
CALLS_PER_S, ATTEMPTS_PER_S, THROUGH_PER_S, SUCCESS, FRESH, PASSES = range(6)
ATTEMPTS, LATE, ENDS, FELT, MET, LINGERS, HEDGES = range(6, 13)
DEADLINE_S, EXPIRES, SPENDS, SPENT, GIVEN_UP_S, CALL_WIDTH = range(13, 19)
#: Numbers kept of what a flow requires (`redundancy`): eight of it, a count of values, four pairs of them.
PART_WIDTH = 17


class Program(Record):
    """The system; `i` calls, `c` components, `f` flows, `q` sequences of steps, `g` groups of branches.

    A group is of parallel branches, or a choice: then `group_rest` is where those stand who go none of them.
    Courses are the ways that a request of a flow may go, by the branches that it takes.

    Lists of lists are two arrays: where each begins, and all members.
    """

    kind: Ints
    order: Ints
    own_start: Ints
    own: Ints
    component: Ints
    flow: Ints
    caller: Ints
    writes: Ints
    is_async: Ints
    copies: Ints
    batch: Ints
    is_batched: Ints
    needed: Ints
    after_start: Ints
    after: Ints
    after_choices_start: Ints
    after_choices: Ints
    within_start: Ints
    within: Ints
    choice_group: Ints
    course_flow: Ints
    course_start: Ints
    course: Ints
    then: Ints
    steps_start: Ints
    steps: Ints
    group_start: Ints
    group: Ints
    group_branch: Ints
    group_rest: Ints
    group_each: Ints
    group_needed: Ints
    group_at: Ints
    group_batch: Ints
    inner_start: Ints
    inner: Ints
    flow_steps: Ints
    under_start: Ints
    under: Ints
    pools_start: Ints
    pools: Ints
    is_pooled: Ints
    is_parallel: Ints
    meets: Ints
    holder: Ints
    feed: Ints
    blocks: Ints
    held_steps: Ints
    held_calls: Ints
    loads_slowly: Ints
    fills: Ints
    weighs: Ints
    timed: Ints
    flags: Ints
    limited: Ints
    percentiles: Floats
    places: Ints
    told: Ints


#: Sizes of what is not empty in a system of nothing.
_SIZES = {name: 1 for name in Program.names() if name.endswith("_start")} | {"flags": 6, "places": 5}

#: Positions in `Program.flags`: whether anything can fail or be repeated, whether calls are repeated, whether
#: something is known only on the way up that matters on the way down, whether slots are kept during calls,
#: whether caches are filled by loads that may fail, whether time-outs are passed on.
FAILS, REPEATS, LATE_NEWS, POOLS, COLD, DEADLINES = range(6)


class Work(Record):
    """Room to work in, one for each thread; what it holds of the situation before is used again."""

    row: Floats
    parts: Floats2
    calls: Floats2
    flows: Floats2
    branch: Floats2
    chosen: Floats
    choice_passes: Floats
    before: Floats
    before_parts: Floats2
    before_calls: Floats2
    kept: Floats2
    given: Floats2
    station: Floats2
    call: Floats2
    answer: Floats3
    answer_n: Ints
    held: Floats3
    held_n: Ints
    steps: Floats3
    steps_n: Ints
    steps_held: Floats3
    steps_held_n: Ints
    steps_share: Floats2
    group_s: Floats
    valve: Floats2
    let_in: Floats
    filled: Floats
    relief: Floats2
    is_counted: Ints
    closed_rate: Floats
    closed_visits: Floats
    closed_of: Ints
    closed_stations: Floats2
    closed_key: Floats2
    closed_flow: Floats2
    closed_told: Floats2
    closed_room: Floats2
    bins: Floats3
    cache_key: Floats2
    quorum_key: Floats2
    is_new: Ints
    was_timed: Ints
    bare: Floats
    scratch: Floats3
    branches: Floats3
    branch_n: Ints
    memory: Floats2
    laws: Floats2
    once: Floats2
    parts_up: Floats2
    passes: Ints


@lru_cache(maxsize=32)
def layout_of(system: System) -> Layout:
    """The columns of a system's situations."""
    calls = {(system.flows[node.flow], node.position): node.index for node in system.nodes}
    with_fallback = frozenset(node.index for node in system.nodes if node.has_fallback)
    return Layout(
        system.components, calls, system.flows, with_fallback=with_fallback, branches=system.branches
    )


@lru_cache(maxsize=32)
def program_of(system: System) -> Program:
    """The flat arrays of a system."""
    coupling = coupling_of(system)
    layout = layout_of(system)
    flat = Sequences()
    then = [flat.sequence(node.then) for node in system.nodes]
    flow_steps = [flat.sequence(trace) for trace in system.traces]
    components = range(len(system.components))
    own = [[node.index for node in coupling.calls_of[c]] for c in components]
    under = [
        sorted({n.index for i in own[c] for n in all_calls(system.nodes[i].then)}, reverse=True)
        for c in components
    ]
    held_by = holders(system, coupling.blocks)
    feed = feeds(system)
    order = in_order_of_calls(system, feed)
    place = {c: number for number, c in enumerate(order)}
    fed = [(i, node, system.nodes[i].component) for i, node in zip(feed, system.nodes, strict=True)]
    courses = courses_of(system)
    choices = sum(number >= 0 for number in flat.numbers)
    scenario = system.scenario
    wanted = scenario.dimensions.latency.percentile
    limited = [
        (f, flow.percentile or wanted)
        for f, flow in enumerate(scenario.flows.values())
        if flow.limit_ms is not None
    ]
    # Only who keeps a slot meanwhile asks how long the failed ones take.
    held = {q for c in components if coupling.blocks[c] for i in own[c] for q in flat.inner[then[i]]}
    fails = coupling.errors or coupling.refusals or coupling.valves or coupling.retries
    acts = (coupling.blocks, coupling.fills, coupling.deadlines)
    flags = (fails, coupling.retries, coupling.late, *(any(each) for each in acts))
    together = flat.together([node.component for node in system.nodes])
    batch = flat.batches(together, len(system.nodes))
    return Program(
        kind=_ints(part.traits.code for part in system.parts),
        order=_ints(order),
        **_lists(own=own),
        component=_ints(node.component for node in system.nodes),
        flow=_ints(node.flow for node in system.nodes),
        caller=_ints(-1 if node.caller is None else node.caller for node in system.nodes),
        writes=_ints(node.writes for node in system.nodes),
        is_async=_ints(node.is_async for node in system.nodes),
        copies=_ints(node.copies for node in system.nodes),
        batch=_ints(batch),
        is_batched=_ints(any(batch[i] > 1 for i in own[c]) for c in components),
        needed=_ints(node.needed for node in system.nodes),
        **_lists(
            after=[node.after for node in system.nodes],
            after_choices=[node.after_choices for node in system.nodes],
            within=[node.within for node in system.nodes],
        ),
        choice_group=_ints(sorted(range(len(flat.numbers)), key=lambda g: flat.numbers[g])[-choices:])
        if choices
        else _ints(()),
        course_flow=_ints(f for f, _ in courses),
        **_lists(course=[taken for _, taken in courses]),
        then=_ints(then),
        **_lists(steps=flat.steps, group=flat.groups, inner=flat.inner),
        group_branch=_ints(place for own in flat.places for place in own),
        group_rest=_ints(len(system.branches) + k if k >= 0 else -1 for k in flat.numbers),
        group_each=_ints(each for each, _ in flat.equal),
        group_needed=_ints(needed for _, needed in flat.equal),
        group_at=_ints(at for at, _ in together),
        group_batch=_ints(many for _, many in together),
        flow_steps=_ints(flow_steps),
        **_lists(under=under, pools=held_by.pools),
        is_pooled=_ints(a and not b for a, b in zip(held_by.is_pooled, held_by.is_parallel, strict=True)),
        is_parallel=_ints(held_by.is_parallel),
        meets=_ints(
            meeting and not any(batch[i] > 1 for i in own[c])
            for c, meeting in enumerate(where_branches_meet(system))
        ),
        holder=_ints(held_by.holder),
        feed=_ints(-1 if i < 0 or place[of] >= place[n.component] else i for i, n, of in fed),
        blocks=_ints(coupling.blocks),
        held_steps=_ints(q in held for q in range(len(flat.steps))),
        held_calls=_ints(any(i in flat.steps[q] for q in held) for i in range(len(system.nodes))),
        loads_slowly=_ints(coupling.loads_slowly),
        fills=_ints(coupling.fills),
        weighs=_ints(coupling.weighs),
        timed=_ints(coupling.timed),
        flags=_ints(flags),
        limited=_ints(f for f, _ in limited),
        percentiles=np.array([wanted, *(share for _, share in limited)]),
        told=_ints(components_told(system)),
        places=_ints((1, layout.first_call, layout.first_flow, layout.first_branch, layout.width)),
    )


def _nothing() -> Program:
    fields: dict[str, Any] = {name: np.zeros(_SIZES.get(name, 0), dtype=np.int64) for name in Program.names()}
    return Program(**fields | {"percentiles": np.zeros(0)})


NOTHING = _nothing()  # what the kernel is compiled with


def _ints(values: Any) -> Ints:
    return np.array([int(value) for value in values], dtype=np.int64)


def _lists(**lists: Sequence[Sequence[int]]) -> dict[str, Ints]:
    """Lists of lists as two arrays each: `name_start` and `name`."""
    found = {}
    for name, members in lists.items():
        found[f"{name}_start"] = _ints(np.cumsum([0, *(len(each) for each in members)]))
        found[name] = _ints(i for each in members for i in each)
    return found


assert len({kind.traits.code for kind in KINDS.values()}) == len(KINDS)
