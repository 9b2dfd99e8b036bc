"""What the runs of a simulation come to: readings with intervals, and what to know about them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.batches import Batches, quantile_ms, ratio, together
from models.simulation.one_run import OneRun
from models.simulation.program import Program
from models.simulation.readings import (
    ComponentReading,
    Ended,
    FlowReading,
    Interval,
    Note,
    NoteCode,
    Simulated,
)
from models.simulation.settings import Settings

_MS = 1e3
#: Less simulated time than this is told, s.
FEW_SECONDS = 60.0
#: Answered requests of which a 99th percentile can be told, unless they come in good and bad times.
_ENOUGH = 1000.0
#: What settles least, first.
_WORST: tuple[Ended, ...] = ("crowded", "collapsed", "stopped", "time", "events", "seconds", "precision")


def simulated_of(program: Program, settings: Settings, runs: Sequence[OneRun]) -> Simulated:
    """Puts runs together; none, if it was stopped before the first one began."""
    whole = [run.batches for run in runs if run.batches is not None]
    batches = together(whole) if whole else None
    lived = tuple(run.lived_s for run in runs if run.lived_s is not None)
    flows = tuple(_flow(program, settings, batches, f) for f in range(len(program.system.flows)))
    return Simulated(
        flows=flows,
        overall=_overall(program, settings, batches),
        components=tuple(
            _component(program, settings, batches, c) for c in range(len(program.system.components))
        ),
        seconds=float(np.mean([run.seconds for run in runs])) if runs else 0.0,
        warm_up_s=float(np.mean([run.warm_up_s for run in runs])) if runs else 0.0,
        events=sum(run.events for run in runs),
        ended=min((run.ended for run in runs), key=_WORST.index, default="stopped"),
        lived_s=lived,
        runs_collapsed=len(lived),
        runs=len(runs),
        notes=_notes(program, runs, flows),
    )


def _flow(program: Program, settings: Settings, batches: Batches | None, f: int) -> FlowReading:
    scenario = program.system.scenario
    name = program.system.flows[f]
    own = scenario.flows[name].percentile or scenario.dimensions.latency.percentile
    if batches is None:
        return _nothing(name)
    return _reading(name, batches.answers[:, f], batches.histogram[:, f], batches.run, settings, own)


def _overall(program: Program, settings: Settings, batches: Batches | None) -> FlowReading:
    if batches is None:
        return _nothing("")
    weights = program.weights
    total = float(weights @ program.requests_per_s)
    # As many answers as there were, so that it is seen how few lie beyond a percentile.
    weights = weights * float(program.requests_per_s.sum()) / total if total > 0.0 else np.ones(weights.size)
    answers = np.einsum("bfj,f->bj", batches.answers, weights)
    histogram = np.einsum("bfk,f->bk", batches.histogram, weights)
    own = program.system.scenario.dimensions.latency.percentile
    return _reading("", answers, histogram, batches.run, settings, own)


def _nothing(name: str) -> FlowReading:
    return FlowReading(name, 0, None, None, None, None, None, None, None)


def _reading(
    name: str, answers: Array, histogram: Array, run: Array, settings: Settings, own: float
) -> FlowReading:
    def percentile(share: float) -> Interval | None:
        return quantile_ms(histogram, share, run, settings.confidence)

    mean = ratio(answers[:, at.RESPONSE_S] * _MS, answers[:, at.ANSWERS], run, settings.confidence)
    success = ratio(answers[:, at.ANSWERS], answers[:, at.ENDED], run, settings.confidence)
    return FlowReading(
        name=name,
        requests=round(float(answers[:, at.ENDED].sum())),
        mean_ms=_positive(mean),
        p50_ms=percentile(0.5),
        p90_ms=percentile(0.9),
        p99_ms=percentile(0.99),
        p999_ms=percentile(0.999),
        own_ms=percentile(own),
        success=_share(success),
    )


def _share(found: Interval | None) -> Interval | None:
    """The interval of a share lies between 0 and 1."""
    if found is None:
        return None
    value, low, high = (min(max(x, 0.0), 1.0) for x in (found.value, found.low, found.high))
    return Interval(value, low, high)


def _positive(found: Interval | None) -> Interval | None:
    """The interval of a rate or a time has no end below 0."""
    return found and Interval(found.value, max(found.low, 0.0), max(found.high, 0.0))


def _component(program: Program, settings: Settings, batches: Batches | None, c: int) -> ComponentReading:
    name = program.system.components[c]
    if batches is None:
        return ComponentReading(name, None, None, None, None, None, None)
    counted, run = batches.counted[:, c], batches.run

    def per(above: int, below: Array, factor: float = 1.0) -> Interval | None:
        return ratio(counted[:, above] * factor, below, run, settings.confidence)

    slots = float(program.slots[c])
    limit = float(program.arrays["part"][c, at.TOKENS_PER_S])
    used = None
    if slots > 0.0:
        used = _share(per(at.BUSY_S, batches.seconds * slots))
    elif math.isfinite(limit) and limit > 0.0:
        used = _positive(per(at.CALLED, batches.seconds * limit))
    return ComponentReading(
        name=name,
        utilisation=used,
        arrivals_per_s=_positive(per(at.CALLED, batches.seconds)),
        refused_share=_share(per(at.REFUSED, counted[:, at.ARRIVALS])),
        wait_ms=_positive(per(at.WAITED_S, counted[:, at.BEGUN], _MS)) if slots > 0.0 else None,
        timed_out_per_s=_positive(per(at.TIMED_OUT, batches.seconds)),
        hit_share=_share(per(at.HITS, counted[:, at.LOOKUPS])),
    )


def _notes(program: Program, runs: Sequence[OneRun], flows: Sequence[FlowReading]) -> tuple[Note, ...]:
    notes = []
    seconds = min((run.seconds for run in runs), default=0.0)
    if seconds < FEW_SECONDS:
        notes.append(Note(NoteCode.FEW_SECONDS, value=seconds))
    lives = program.arrays["part"][:, at.TTL_S]
    names = program.system.components
    notes += [Note(NoteCode.CACHES_STATIONARY, names[c], float(lives[c])) for c in program.caches]
    for flow, per_s in zip(flows, program.requests_per_s, strict=True):
        if flow.p99_ms is None and per_s > 0.0:
            answered = flow.requests * flow.success.value if flow.success else 0.0
            code = NoteCode.FEW_REQUESTS if answered < _ENOUGH else NoteCode.UNEVEN
            notes.append(Note(code, flow.name, float(round(answered))))
    if not all(run.settled for run in runs):
        notes.append(Note(NoteCode.STILL_WARMING, value=seconds))
    for run in runs:
        if run.lived_s is not None:
            notes.append(Note(NoteCode.COLLAPSED, value=run.lived_s))
            if run.growth_per_s > 0.0:
                notes.append(Note(NoteCode.GROWING, value=run.growth_per_s))
    for c, limit in enumerate(program.arrays["part"][:, at.TOKENS_PER_S]):
        if math.isfinite(limit):
            burst = float(program.arrays["part"][c, at.MOST_TOKENS])
            notes.append(Note(NoteCode.RATE_LIMIT_BURST, program.system.components[c], burst))
    return tuple(notes)
