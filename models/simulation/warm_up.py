"""How much of a run's beginning tells nothing of its steady state."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array

#: Neighbouring values that are put together: the 5 of MSER-5.
GROUP = 5
#: A cut so near the middle says that more had better be cut.
_AT_THE_END = 0.95


def truncation(series: Array) -> int | None:
    """Values at the beginning of a series to leave out: the cut after which its mean is known best.

    Args:
        series: Values in the order of time, `(m,)`.

    Returns:
        How many; None where it would be better to leave out more than half: it has come to no rest.

    Source: MSER-5 (White 1997, An effective truncation heuristic for bias reduction in simulation output;
    White, Cobb and Spratt 2000): the cut d with the least sum of squares about the mean of what is left, over
    the square of its length; looked for in the first half, since a few last values are alike by chance. A run
    begins with nobody there: what is higher at the beginning than later is chance too, and cutting it off
    would make the mean too low (M/M/1 at 95 %, 100 runs of 400,000 events: 5 % too low, else 2 %).
    """
    m = series.size // GROUP
    if m < 4:
        return None
    means = series[: m * GROUP].reshape(m, GROUP).mean(axis=1)
    left = np.arange(m, 0, -1)
    total = np.cumsum(means[::-1])[::-1]
    squares = np.cumsum((means**2)[::-1])[::-1]
    rounding = 1e-12 * squares[0]
    spread = np.maximum(squares - total**2 / left, rounding) / left.astype(np.float64) ** 2
    best = int(np.argmin(spread[: m // 2 + 1]))
    if best == 0 or means[:best].mean() >= means[best:].mean():
        return 0
    return None if best >= _AT_THE_END * (m // 2) else best * GROUP
