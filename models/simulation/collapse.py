"""Whether a run's healthy state lasted: it ends when few are answered, or a queue grows without end."""

from __future__ import annotations

import math

import numpy as np

from models.evaluation import Array
from models.simulation import columns as at
from models.simulation.queues import Queues

#: Requests of a window in which the share of the answered is looked at.
_WINDOW = 400.0
#: A window is bad below this part of the share of good times.
_BAD = 0.5
#: A state in which less than this share is answered was never a healthy one.
_HEALTHY = 0.3
#: Share of the run, at its end, that has to be bad.
_BAD_END = 0.1
#: Waiting at the least where they are said to grow.
_CROWD = 50.0
#: Growth that seems to begin within this share of the run was there from the beginning.
_FROM_THE_BEGINNING = 0.15


def lived(answers: Array, queues: Queues, slice_s: float, patience_s: float) -> float | None:
    """How long the healthy state lasted, s; None = to the end.

    A queue that grows says so only where nobody is ever turned away: one with an end fills, and then the run
    has come to its steady state. What is answered while it fills for the first time is no healthy state.

    Args:
        answers: What was counted of all flows together in each slice of time, `(m, 4)`.
        queues: Who waited where.
        slice_s: Length of a slice, s.
        patience_s: A shorter bad time is none yet: breakers sleep, and callers try again.
    """
    filled = queues.filled_from_the_beginning
    fallen = _fallen(answers[filled:], patience_s / slice_s)
    if fallen is not None:
        return (filled + fallen) * slice_s
    endless = np.nonzero(queues.is_busy & np.isinf(queues.room))[0]
    since = [_growing_since(queues.waiting[:, c]) for c in endless]
    return min((each * slice_s for each in since if each is not None), default=None)


def growth_per_s(under_way: Array, slice_s: float) -> float:
    """Requests by which those under way grew in the last half, 1/s."""
    m = under_way.size
    if m < 8:
        return 0.0
    third, last = under_way[m // 2 : 3 * m // 4], under_way[3 * m // 4 :]
    return float((last.mean() - third.mean()) / (0.25 * m * slice_s))


def _fallen(answers: Array, patience: float) -> float | None:
    """Slices until the share of the answered fell for good; shed requests are neither."""
    m = answers.shape[0]
    ended = np.cumsum(answers[:, at.ENDED] - answers[:, at.SHED_REQUESTS])
    answered = np.cumsum(answers[:, at.ANSWERS])
    if m == 0 or ended[-1] < 5 * _WINDOW:
        return None
    windows = int(min(ended[-1] // _WINDOW, m))
    edges = np.unique(np.searchsorted(ended, np.arange(1, windows + 1) / windows * ended[-1]))
    edges = np.minimum(edges, m - 1)
    count = np.diff(np.concatenate([[0.0], ended[edges]]))
    share = np.diff(np.concatenate([[0.0], answered[edges]])) / np.maximum(count, 1.0)
    good = float(share.max())
    if good < _HEALTHY:
        return None
    bad = share < _BAD * good
    if not bad[-1]:
        return None
    start = int(np.max(np.nonzero(~bad)[0], initial=-1)) + 1
    if bad.size - start < max(2.0, _BAD_END * bad.size):
        return None
    fell = float(edges[start - 1] + 1) if start > 0 else 0.0
    return fell if m - fell >= patience else None


def _growing_since(waiting: Array) -> float | None:
    """Slices until those that wait began to grow without end."""
    m = waiting.size
    if m < 40:
        return None
    third, last = waiting[m // 2 : 3 * m // 4], waiting[3 * m // 4 :]
    rise = float(last.mean() - third.mean()) / (0.25 * m)
    if not (last.min() > third.max() and last.mean() > _CROWD and rise > 0.0):
        return None
    level = float(np.median(waiting[: max(m // 8, 1)]))
    begins = 0.875 * m - (float(last.mean()) - level) / rise
    return 0.0 if begins < _FROM_THE_BEGINNING * m or math.isnan(begins) else begins
