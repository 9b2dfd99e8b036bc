"""One run: the loop is called again and again until it is known well enough, or a budget is used up."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.batches import LEAST_BATCHES, Batches, quantile_ms, ratio
from models.simulation.caches import find_places
from models.simulation.collapse import growth_per_s, lived
from models.simulation.loop import advance, begin
from models.simulation.program import Program
from models.simulation.queues import Queues, room_of, tells_overload
from models.simulation.readings import Ended
from models.simulation.settings import Settings
from models.simulation.state import State
from models.simulation.stationary import expected_visits, grown
from models.simulation.warm_up import truncation

#: Events between two looks at the clock on the wall.
CHUNK = 100_000
#: Requests of a slice at the beginning; slices double as the run goes on.
_FIRST_SLICE = 2.0
#: Events from one check of the precision to the next, as a factor.
_NEXT_CHECK = 1.3
#: At the least this part of a run is left out.
_LEAST_CUT = 20


@dataclass(frozen=True, slots=True, eq=False)
class OneRun:
    """What one run came to.

    Attributes:
        batches: What was counted after the warm-up; None where there were too few slices for batches.
        seconds: Simulated time, s.
        warm_up_s: Time that was left out, s.
        settled: Whether an end of the warm-up was found.
        events: Events.
        ended: Why it ended.
        lived_s: How long its healthy state lasted, s; None = to the end.
        growth_per_s: By how much the requests under way grew in the last half, 1/s.
        lookups_per_s: Look-ups of each component, 1/s, `(c,)`.
    """

    batches: Batches | None
    seconds: float
    warm_up_s: float
    settled: bool
    events: int
    ended: Ended
    lived_s: float | None
    growth_per_s: float
    lookups_per_s: Array


class Running:
    """A run while it runs."""

    def __init__(self, program: Program, state: State, settings: Settings) -> None:
        self.program, self.settings = program, settings
        self.state = state
        total = float(program.requests_per_s.sum())
        slice_s = _FIRST_SLICE / total
        until = settings.seconds or math.inf
        state.x[at.SLICE_S] = min(slice_s, until / at.SLICES * 2.0)
        state.x[at.SLICE_END], state.x[at.UNTIL] = state.x[at.SLICE_S], until
        find_places(state)
        begin(state)
        self._checked = 0
        self._room = room_of(program)
        self._overload = tells_overload(program, expected_visits(program)[0])

    @property
    def events(self) -> int:
        """Events so far."""
        return int(self.state.n[at.EVENTS])

    @property
    def seconds(self) -> float:
        """Simulated time so far, s."""
        return float(self.state.x[at.NOW])

    def run(self, told: Callable[[int, float], bool]) -> OneRun:
        """Runs to its end.

        Args:
            told: Is told the events and seconds so far after each chunk; True stops it.
        """
        began = time.monotonic()
        ended: Ended | None = None
        precision = self.settings
        while ended is None:
            last = min(self.events + CHUNK, precision.events)
            while ended is None and self.events < last:
                ended = self._step(last - self.events)
            if ended is None and self.events >= precision.events:
                ended = "events"
            if ended is None and told(self.events, self.seconds):
                ended = "stopped"
            limit = precision.cpu_seconds
            if ended is None and limit is not None and time.monotonic() - began >= limit:
                ended = "time"
            if ended is None and self._is_time_to_check():
                ended = self._checked_now()
        return self._outcome(ended)

    def _step(self, most: int) -> Ended | None:
        """Some events more; why it ended, if it did."""
        reason = advance(self.state, most)
        if reason == at.FULL_SLICES:
            halve(self.state)
        elif reason == at.STUCK or (reason == at.NO_ROOM and not self._grow()):
            return "crowded"
        return "seconds" if reason == at.REACHED else None

    def go(self, events: int) -> bool:
        """Lets so many events happen; False where there is no room for what is under way."""
        last = self.events + events
        while self.events < last:
            if self._step(last - self.events) == "crowded":
                return False
        return True

    def _grow(self) -> bool:
        larger = grown(self.state)
        if larger is not None:
            self.state = larger
        return larger is not None

    def _is_time_to_check(self) -> bool:
        if self.state.n[at.SLICE] < at.SLICES // 2 or self.events < _NEXT_CHECK * self._checked:
            return False
        self._checked = self.events
        return True

    def _checked_now(self) -> Ended | None:
        if self._lived() is not None:
            return "collapsed"
        if self.seconds < self.settings.least_seconds or self._queues().is_filling:
            return None
        batches, _, has_settled = self.batches()
        if not has_settled or batches is None:
            return None
        return "precision" if is_exact(batches, self.program, self.settings) else None

    def _lived(self) -> float | None:
        m = int(self.state.n[at.SLICE])
        answers = self.state.answers_in[:m].sum(axis=1)
        slice_s = float(self.state.x[at.SLICE_S])
        return lived(answers, self._queues(), slice_s, _patience_s(self.program))

    def _queues(self) -> Queues:
        m = int(self.state.n[at.SLICE])
        return Queues(
            counted=self.state.counted_in[:m],
            slots=self.program.slots,
            room=self._room,
            overload=self._overload,
            slice_s=float(self.state.x[at.SLICE_S]),
        )

    def batches(self) -> tuple[Batches | None, float, bool]:
        """The batches after the warm-up, how long that was, s, and whether its end was found."""
        state, m = self.state, int(self.state.n[at.SLICE])
        groups = m // at.SLICES_EACH
        queues = self._queues()
        filled = int(queues.filled.max(initial=0.0))
        if filled > m // 2 or queues.is_filling:
            # What was seen so far is how queues fill: no numbers rather than wrong ones.
            return None, m * float(state.x[at.SLICE_S]), False
        cut = cut_of(state.answers_in[filled:m], state.under_way[filled:m])
        first = groups // 2 if cut is None else -(-(filled + cut) // at.SLICES_EACH)
        left = groups - first
        if left < LEAST_BATCHES:
            return None, first * at.SLICES_EACH * state.x[at.SLICE_S], cut is not None
        each = left // LEAST_BATCHES
        count = left // each
        first = groups - count * each
        a, b = first * at.SLICES_EACH, groups * at.SLICES_EACH

        def summed(table: Array) -> Array:
            return table.reshape(count, -1, *table.shape[1:]).sum(axis=1)

        found = Batches(
            seconds=np.full(count, each * at.SLICES_EACH * state.x[at.SLICE_S]),
            answers=summed(state.answers_in[a:b]),
            counted=summed(state.counted_in[a:b]),
            histogram=summed(state.histogram[first:groups].astype(np.float64)),
            run=np.zeros(count),
        )
        return found, a * float(state.x[at.SLICE_S]), cut is not None

    def _outcome(self, ended: Ended) -> OneRun:
        batches, warm_up_s, settled = self.batches()
        state, m = self.state, int(self.state.n[at.SLICE])
        lived_s = self._lived() if m else None
        lookups = state.counted_in[:m, :, at.LOOKUPS].sum(axis=0) / max(m * state.x[at.SLICE_S], 1e-300)
        return OneRun(
            batches=batches,
            seconds=self.seconds,
            warm_up_s=warm_up_s,
            settled=settled,
            events=self.events,
            ended=ended,
            lived_s=lived_s,
            growth_per_s=growth_per_s(state.under_way[:m], float(state.x[at.SLICE_S])),
            lookups_per_s=lookups,
        )


def _patience_s(program: Program) -> float:
    """Three times the longest sleep of a breaker, or time-outs with their retries, s."""
    node, call = program.arrays["node"], program.arrays["call"]
    sleeps = call[node[:, at.BREAKER] > 0, at.SLEEP_S]
    waits = np.where(np.isfinite(call[:, at.TIMEOUT_S]), call[:, at.TIMEOUT_S], 0.0) + call[:, at.PAUSE_S]
    waits = waits * (1.0 + node[:, at.RETRIES]) * (node[:, at.IS_MESSAGE] == 0)
    return 3.0 * max(float(sleeps.max(initial=0.0)), float(waits.max(initial=0.0)))


def halve(state: State) -> None:
    """Puts neighbouring slices together: there is room for as many more, twice as long."""
    half = at.SLICES // 2
    for table in (state.counted_in, state.answers_in):
        table[:half] = table[0::2] + table[1::2]
        table[half:] = 0.0
    state.under_way[:half] = state.under_way[1::2].copy()
    middle = half // at.SLICES_EACH
    state.histogram[:middle] = state.histogram[0::2] + state.histogram[1::2]
    state.histogram[middle:] = 0
    state.n[at.SLICE] = half
    state.x[at.SLICE_S] *= 2.0
    state.x[at.SLICE_END] = (half + 1) * state.x[at.SLICE_S]


def cut_of(answers: Array, under_way: Array) -> int | None:
    """Slices to leave out: the most that a flow of many requests, or the number under way, asks for."""
    series = [under_way]
    total = answers.sum(axis=1)
    series += [_means(total)]
    series += [_means(answers[:, f]) for f in range(answers.shape[1]) if answers[:, f, 0].mean() >= 10.0]
    cuts = [truncation(each) for each in series if each.size]
    found = [cut for cut in cuts if cut is not None]
    least = -(-under_way.size // _LEAST_CUT)
    return max(least, *found) if len(found) == len(cuts) and found else None


def _means(answers: Array) -> Array:
    """Mean response of each slice; where nothing was answered, the mean of all."""
    count, total = answers[:, at.ANSWERS], answers[:, at.RESPONSE_S]
    whole = total.sum() / max(count.sum(), 1.0)
    return np.divide(total, count, out=np.full(count.size, whole), where=count > 0.0)


def is_exact(batches: Batches, program: Program, settings: Settings) -> bool:
    """Whether every flow is as exact as was asked for, on one run of several."""
    room = math.sqrt(settings.runs)
    for f in np.nonzero(program.requests_per_s > 0.0)[0]:
        ended = batches.answers[:, f, at.ENDED].sum()
        if batches.answers[:, f, at.ANSWERS].sum() == 0.0 and ended * settings.mean_precision**2 >= 1.0:
            continue  # nothing is answered, as far as that can be known
        mean = ratio(
            batches.answers[:, f, at.RESPONSE_S],
            batches.answers[:, f, at.ANSWERS],
            batches.run,
            settings.confidence,
        )
        if mean is None or mean.half > settings.mean_precision * room * mean.value:
            return False
        p99 = quantile_ms(batches.histogram[:, f], 0.99, batches.run, settings.confidence)
        if p99 is None or p99.half > settings.p99_precision * room * p99.value:
            return False
    return True
