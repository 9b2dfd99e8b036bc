"""How long a call is at one station: its own work, and for some calls a wait before it."""

from __future__ import annotations

import numpy as np

from models.formulas.cumulants import Array, Cumulants, add, from_raw, to_raw
from models.formulas.mixtures import Mixture, either, single


def sojourn(wait: Cumulants, work: Cumulants) -> Mixture:
    """Wait and work as two outcomes: served at once, or after a wait.

    One law for both would begin below 0 where few calls wait for long.

    Args:
        wait: Cumulants of the wait over all calls, s; infinite where the queue has no end.
        work: Cumulants of the work, s.

    Source: for exponential waits of a share p of the calls E[W] = p w and E[W^2] = 2 p w^2 (Erlang's delay
    formula), so that p = 2 E[W]^2 / E[W^2]; where the waits vary less than that everybody waits.
    """
    endless = np.isinf(wait.mean)
    finite = Cumulants(*(np.where(endless, 0.0, part) for part in wait))
    first, second, third = to_raw(finite)
    share = np.minimum(2.0 * first**2 / np.where(second > 0.0, second, np.inf), 1.0)
    waits = share >= np.finfo(float).tiny  # a wait whose square, or the share of it, underflows is none
    share = np.where(waits, share, 0.0)
    first, second, third = (np.where(waits, part, 0.0) for part in (first, second, third))
    some = np.where(waits, share, 1.0)
    those = _from_zero(from_raw(first / some, second / some, third / some))
    those = Cumulants(*(np.where(endless, np.inf, part) for part in those))
    share = np.where(endless, 1.0, share)
    return either([1.0 - share, share], [single(_from_zero(work)), single(add(those, work))])


def _from_zero(part: Cumulants) -> Cumulants:
    """The same mean and variance, with a third cumulant for which the law doesn't begin below 0."""
    some = np.where(part.mean > 0.0, part.mean, 1.0)
    least = np.where(part.mean > 0.0, 2.0 * part.variance**2 / some, 0.0)
    with np.errstate(invalid="ignore"):
        third: Array = np.where(np.isfinite(part.variance), np.maximum(part.third, least), part.third)
    return Cumulants(part.mean, part.variance, third)
