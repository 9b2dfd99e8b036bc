"""Laws of a component's own work: gamma or lognormal, by mean and squared coefficient of variation."""

from __future__ import annotations

import math

import numpy as np

from models.performance import program as of
from models.performance.compiled import compiled, normal_below
from models.performance.mixture import MOST_ENTRIES, Cumulants, gamma_cumulants, merge, product
from models.system import layout as at

#: Where a lognormal law is cut into outcomes, as standard normal points: its shares below are 0.7 and 0.98.
#: Each outcome is taken as a shifted gamma law: percentiles from 50 to 99 are within 5 % up to a scv of 4.
CUTS = np.array([-math.inf, 0.5244005127080407, 2.0537489106318225, math.inf])
#: Below this scv one shifted gamma law is as near.
LEAST_SCV = 0.1


@compiled
def law_cumulants(mean: float, scv: float, law: float) -> Cumulants:
    """Cumulants of a law of work.

    Source: skewness of a lognormal law (scv + 3) sqrt(scv), of a gamma law 2 sqrt(scv) (Johnson, Kotz and
    Balakrishnan 1994).
    """
    if law == at.LOGNORMAL:
        return mean, scv * mean**2, (scv + 3.0) * scv**2 * mean**3
    return gamma_cumulants(mean, scv)


@compiled
def with_outcomes(
    entries: np.ndarray, n: int, st: np.ndarray, factor: float, scratch: np.ndarray, room: np.ndarray
) -> int:
    """The outcomes of a response that contains lognormal work, told apart by how long that takes.

    Args:
        entries: Outcomes of the response, the work as one law in each; replaced.
        n: How many.
        st: The station that does the work.
        factor: Work of the call, in that of one.
        scratch: Room for the parts of the work.
        room: Room for the product.

    Source: partial moments of a lognormal law, E[X^k; X < x] = e^(k mu + k^2 s^2/2) Phi(z - k s).
    """
    mean, scv = st[of.UNIT_S] * factor, st[of.UNIT_SCV]
    if st[of.UNIT_LAW] != at.LOGNORMAL or not scv > LEAST_SCV or not mean > 0.0:
        return n
    s2 = math.log1p(scv)
    s = math.sqrt(s2)
    whole = law_cumulants(mean, scv, at.LOGNORMAL)
    for k in range(CUTS.size - 1):
        low, high = CUTS[k], CUTS[k + 1]
        weight = normal_below(high, 0) - normal_below(low, 0)
        m1 = mean * (normal_below(high - s, 0) - normal_below(low - s, 0)) / weight
        m2 = (
            mean**2
            * math.exp(s2)
            * (normal_below(high - 2.0 * s, 0) - normal_below(low - 2.0 * s, 0))
            / weight
        )
        m3 = mean**3 * math.exp(3.0 * s2)
        m3 *= (normal_below(high - 3.0 * s, 0) - normal_below(low - 3.0 * s, 0)) / weight
        scratch[k, 0] = weight
        scratch[k, 1] = m1 - whole[0]
        scratch[k, 2] = m2 - m1 * m1 - whole[1]
        scratch[k, 3] = m3 - 3.0 * m1 * m2 + 2.0 * m1**3 - whole[2]
    total = product(entries, n, scratch, CUTS.size - 1, room)
    return int(merge(room, total, MOST_ENTRIES, entries))
