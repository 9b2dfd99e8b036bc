"""How long a call is at one station: its own work, and for some calls a wait before it."""

from __future__ import annotations

import math
import sys

import numpy as np

from models.evaluation import Array
from models.performance.mixture import Cumulants, from_raw, to_raw


def sojourn(wait: Cumulants, work: Cumulants) -> Array:
    """Wait and work as two outcomes: served at once, or after a wait.

    One law for both would begin below 0 where few calls wait for long.

    Args:
        wait: Cumulants of the wait over all calls; infinite where the queue has no end.
        work: Cumulants of the work.

    Returns:
        A mixture, `(2, 4)`: weight, mean (s), variance and third cumulant of each outcome.

    Source: for exponential waits of a share p of the calls E[W] = p w and E[W^2] = 2 p w^2 (Erlang's delay
    formula), so that p = 2 E[W]^2 / E[W^2]; where the waits vary less than that everybody waits.
    """
    at_once = _from_zero(work)
    share, late = 1.0, (math.inf, math.inf, math.inf)
    if not math.isinf(wait[0]):
        share, those = _waiting(wait)
        late = (those[0] + work[0], those[1] + work[1], those[2] + work[2])
    return np.array([(1.0 - share, *at_once), (share, *late)])


def _waiting(wait: Cumulants) -> tuple[float, Cumulants]:
    """Share of the calls that waits, and cumulants of their wait."""
    first, second, third = to_raw(wait)
    share = min(2.0 * first * first / second, 1.0) if second > 0.0 else 0.0
    if not share >= sys.float_info.min:  # a wait whose square, or the share of it, underflows is none
        return 0.0, (0.0, 0.0, 0.0)
    return share, _from_zero(from_raw(first / share, second / share, third / share))


def _from_zero(part: Cumulants) -> Cumulants:
    """The same mean and variance, with a third cumulant for which the law doesn't begin below 0."""
    m, v, k = part
    return (m, v, max(k, 2.0 * v * v / m)) if m > 0.0 else (m, v, max(k, 0.0))
