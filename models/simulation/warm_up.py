"""How much of a run's beginning tells nothing of its steady state."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array

#: Neighbouring values that are put together: the 5 of MSER-5.
GROUP = 5


def truncation(series: Array) -> int | None:
    """Values at the beginning of a series to leave out: the cut after which its mean is known best.

    Args:
        series: Values in the order of time, `(m,)`.

    Returns:
        How many; None where the best cut lies in the last half: the series has come to no rest.

    Source: MSER-5 (White 1997, An effective truncation heuristic for bias reduction in simulation output;
    White, Cobb and Spratt 2000): the cut d with the least sum of squares about the mean of what is left, over
    the square of its length.
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
    best = int(np.argmin(spread[: m - 2]))
    return None if best > m // 2 else best * GROUP
