"""Whether a run's healthy state lasted: it ends when few are answered, or ever more are under way."""

from __future__ import annotations

import math

import numpy as np

from models.evaluation import Array
from models.simulation import columns as at

#: Requests of a window in which the share of the answered is looked at.
_WINDOW = 400.0
#: A window is bad below this part of the share of good times.
_BAD = 0.5
#: A state in which less than this share is answered was never a healthy one.
_HEALTHY = 0.3
#: Share of the run, at its end, that has to be bad.
_BAD_END = 0.1
#: Slots of a component count as all taken from this share on.
_ALL_TAKEN = 0.995
#: Under way at the least where they are said to grow.
_CROWD = 50.0


def lived(
    answers: Array, under_way: Array, busiest: float, slice_s: float, patience_s: float
) -> float | None:
    """How long the healthy state lasted, s; None = to the end.

    Args:
        answers: What was counted of all flows together in each slice of time, `(m, 3)`.
        under_way: Requests under way at the end of each slice, `(m,)`.
        busiest: The largest share of taken slots of a component in the last half.
        slice_s: Length of a slice, s.
        patience_s: A shorter bad time is none yet: breakers sleep, and callers try again.
    """
    fallen = _fallen(answers, patience_s / slice_s)
    if fallen is not None:
        return fallen * slice_s
    if busiest >= _ALL_TAKEN:
        grows = _growing_since(under_way)
        if grows is not None:
            return grows * slice_s
    return None


def growth_per_s(under_way: Array, slice_s: float) -> float:
    """Requests by which those under way grew in the last half, 1/s."""
    m = under_way.size
    if m < 8:
        return 0.0
    third, last = under_way[m // 2 : 3 * m // 4], under_way[3 * m // 4 :]
    return float((last.mean() - third.mean()) / (0.25 * m * slice_s))


def _fallen(answers: Array, patience: float) -> float | None:
    """Slices until the share of the answered fell for good."""
    m = answers.shape[0]
    ended, answered = np.cumsum(answers[:, at.ENDED]), np.cumsum(answers[:, at.ANSWERS])
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


def _growing_since(under_way: Array) -> float | None:
    """Slices until the requests under way began to grow without end."""
    m = under_way.size
    if m < 40:
        return None
    third, last = under_way[m // 2 : 3 * m // 4], under_way[3 * m // 4 :]
    rise = float(last.mean() - third.mean()) / (0.25 * m)
    if not (last.min() > third.max() and last.mean() > _CROWD and rise > 0.0):
        return None
    level = float(np.median(under_way[: max(m // 8, 1)]))
    begins = 0.875 * m - (float(last.mean()) - level) / rise
    return 0.0 if begins < 0.3 * m or math.isnan(begins) else begins
