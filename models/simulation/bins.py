"""What a run tells bin by bin, and the series that several runs come to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.faults.series import TRIES, Series
from models.simulation import columns as at
from models.simulation.batches import response_s
from models.simulation.breaking import close_bin
from models.simulation.state import State

_SHARES = (0.5, 0.95, 0.99)


class Counts:
    """What one run tells, by bin.

    Attributes:
        answers: What was counted of the flows (`columns.ANSWER`), `(t, f, 5)`.
        quantiles: 50th, 95th and 99th percentile of the responses, ms, `(t, f, 3)`.
        oldest: Age of the oldest request, s, `(t, f)`.
        tried: What was counted of the calls (`columns.TRIED`), `(t, i, 7)`.
        waiting: How many wait, `(t, c)`.
        counted: What was counted of the components (`columns.COUNTED`), `(t, c, 9)`.
        slots: Servers that are up, `(t, c)`.
    """

    def __init__(self, bins: int, sizes: tuple[int, int, int]) -> None:
        """Room for so many bins of so many flows, components and calls."""
        flows, components, calls = sizes
        self.answers = np.zeros((bins, flows, at.ANSWER))
        self.quantiles = np.full((bins, flows, len(_SHARES)), np.nan)
        self.oldest = np.zeros((bins, flows))
        self.tried = np.zeros((bins, calls, at.TRIED))
        self.waiting = np.zeros((bins, components))
        self.counted = np.zeros((bins, components, at.SINCE))
        self.slots = np.zeros((bins, components))

    def put_away(self, state: State, k: int, began_s: float) -> None:
        """Puts away what was counted in bin k, and begins the next; of the warm-up, -1, nothing is kept."""
        row = max(k, 0)
        close_bin(state, began_s, self.oldest[row], self.waiting[row], self.counted[row])
        if k >= 0:
            self.answers[k], self.tried[k] = state.answers, state.tried
            self.slots[k] = _slots_of(state)
            for f in np.nonzero(state.answers[:, at.ANSWERS] > 0.0)[0]:
                self.quantiles[k, f] = [response_s(state.histogram[0, f], share) * 1e3 for share in _SHARES]
        state.answers[:], state.histogram[:] = 0.0, 0
        state.tried[:, : at.OPEN_SINCE] = 0.0


def _slots_of(state: State) -> Array:
    """Servers that are up, `(c,)`: slots, or cores of CPU quotas; NaN where it is somebody else's."""
    kind, part = state.kind, state.part
    up = (kind[:, at.NO_READS] == 0) | (kind[:, at.NO_WRITES] == 0)
    slots = np.where(part[:, at.RATION] > 0.0, part[:, at.RATION], kind[:, at.SLOTS].astype(np.float64))
    return np.where(kind[:, at.OUTSIDE] > 0, np.nan, np.where(up, slots, 0.0))


def series_of(
    runs: Sequence[Counts],
    bin_s: float,
    bins: int,
    sizes: tuple[int, int, int],
    has_breaker: NDArray[np.bool_],
) -> Series:
    """The series of some runs.

    Args:
        runs: What each told; there may be none.
        bin_s: Length of a bin, s.
        bins: Bins.
        sizes: Flows, components and calls.
        has_breaker: Whether a call has a breaker, `(i,)`.
    """
    empty = Counts(bins, sizes)

    def stacked(name: str) -> Array:
        rows = [getattr(run, name) for run in runs]
        return np.stack(rows) if rows else np.zeros((0, *getattr(empty, name).shape))

    answers, tried, counted, slots = (stacked(name) for name in ("answers", "tried", "counted", "slots"))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = answers[..., at.RESPONSE_S] / answers[..., at.ANSWERS] * 1e3
        busy = counted[..., at.BUSY_S] / (slots * bin_s)
        hits = counted[..., at.HITS] / counted[..., at.LOOKUPS]
    found = Series(
        bin_s=bin_s,
        offered=answers[..., at.OFFERED],
        answered=answers[..., at.ANSWERS],
        failed=answers[..., at.ENDED] - answers[..., at.ANSWERS],
        mean_ms=np.where(answers[..., at.ANSWERS] > 0.0, mean, np.nan),
        quantiles_ms=stacked("quantiles"),
        oldest_s=stacked("oldest"),
        attempts=tried[..., :TRIES].sum(axis=2),
        calls=tried[..., :TRIES].sum(axis=3),
        call_failures=tried[..., at.FAILURES],
        waiting=stacked("waiting"),
        busy_share=np.where(slots > 0.0, busy, np.nan),
        servers=slots,
        hit_share=np.where(counted[..., at.LOOKUPS] > 0.0, hits, np.nan),
        open_share=np.where(has_breaker, tried[..., at.OPEN_S] / bin_s, np.nan),
    )
    for name in Series.__slots__:
        value = getattr(found, name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return found
