"""When enough copies of a store have answered: quorums of copies that all work."""

from __future__ import annotations

import math

import numpy as np

from models.performance.compiled import compiled, internal, log_gamma
from models.performance.copies import all_asked, at_least, common_share, quorums
from models.performance.gamma_table import gamma_below
from models.performance.mixture import Cumulants, from_raw, gamma_cumulants
from models.performance.quadrature import NEAR_SD, gauss_legendre
from models.performance.quorum import trip_of
from models.performance.response_law import far_point, shifted_gamma
from models.system import layout as at

_U, _V = gauss_legendre(24)


@internal
def copy_delays(
    part: np.ndarray,
    waits: tuple[Cumulants, Cumulants, Cumulants],
    unit: tuple[float, float],
    load: tuple[float, float],
    to_all: float,
) -> tuple[Cumulants, Cumulants]:
    """What a read and a write take longer than one copy, in cumulants: less where not all are waited for.

    Args:
        part: Parameters of the store.
        waits: Wait at one copy: over all that reaches it, of a read, and of a write.
        unit: Mean work of a call at its first copy, s, and its squared coefficient of variation.
        load: Utilisation of a copy, and the share of what reaches it that it turns away.
        to_all: Share of what reaches a copy that goes to all of them.
    """
    nothing = (0.0, 0.0, 0.0)
    each, at_read, at_write = waits
    if math.isinf(each[0]) or not load[1] < 1.0:
        return nothing, nothing
    scv = unit[1]
    common = common_share(part[at.BALANCING], scv, load[0], to_all)
    factor = part[at.COPY_WORK]
    own = gamma_cumulants(unit[0], scv)
    further = gamma_cumulants(unit[0] * factor, scv)
    trip = trip_of(part)
    other = (further[0] + trip[0], further[1] + trip[1], further[2] + trip[2])
    read, write = quorums(part)
    replicas, repair = part[at.REPLICAS], all_asked(part)
    reads = (at_read[0] - each[0], at_read[1] - each[1], at_read[2] - each[2])
    if read > 1.0 or repair > 0.0:
        # Reads that meet at a few copies meet others there: independent.
        reads = _longer(each, at_read, own, other, common * repair, (replicas, read, repair, 1.0 - load[1]))
    return reads, _longer(each, at_write, own, other, common, (replicas, write, 1.0, 1.0 - load[1]))


@internal
def _longer(
    each: Cumulants,
    wait: Cumulants,
    own: Cumulants,
    other: Cumulants,
    common: float,
    quorum: tuple[float, float, float, float],
) -> Cumulants:
    """Cumulants of the time until enough copies have answered, less those of one copy."""
    first = (wait[0] + own[0], wait[1] + own[1], wait[2] + own[2])
    further = (wait[0] + other[0], wait[1] + other[1], wait[2] + other[2])
    shared = common * wait[1]
    alone = _apart(first, shared)
    found = enough_of(alone, _apart(further, shared), quorum)
    near = min(found[0] / first[0], 1.0) if first[0] > 0.0 else 1.0
    return (
        found[0] - each[0] - own[0],
        found[1] + (first[1] - alone[1]) * near - each[1] - own[1],
        found[2] + (first[2] - alone[2]) * near**1.5 - each[2] - own[2],
    )


@compiled
def _apart(law: Cumulants, shared: float) -> Cumulants:
    """A law without the part of its variance that all have in common."""
    if not law[1] > 0.0:
        return law
    left = max(1.0 - shared / law[1], 0.0)
    return law[0], law[1] * left, law[2] * left**1.5


@compiled
def enough_of(first: Cumulants, other: Cumulants, quorum: tuple[float, float, float, float]) -> Cumulants:
    """The time until enough of several copies have answered, one of them near.

    Args:
        first: Response of the near copy, s.
        other: That of each other.
        quorum: Copies, whole, 2 or more; how many must answer; the share of calls that ask all copies, the
            rest just as many as must answer; and the share of calls that a copy accepts.

    Source: 1 - F(x) of the r-th smallest of independent durations (David and Nagaraja 2003), with one that is
    distributed otherwise, by the quadrature of `parallel_calls.maximum`.
    """
    replicas, needed, all_share, accepts = quorum
    a, s, d = shifted_gamma(first[0], first[1], first[2])
    b, t, e = shifted_gamma(other[0], other[1], other[2])
    from_first = max(max(d, first[0] - NEAR_SD * math.sqrt(max(first[1], 0.0))), 0.0)
    from_other = max(max(e, other[0] - NEAR_SD * math.sqrt(max(other[1], 0.0))), 0.0)
    # Who waits for two or more waits for one that isn't near; who waits for all waits for the near one too.
    start = min(from_first, from_other) if needed < 2.0 else from_other
    if needed >= 2.0 and (needed >= replicas or all_share == 0.0):
        start = max(from_first, from_other)
    far_end = far_point(a, s, d)
    if needed >= 2.0 or accepts < 1.0:
        far_end = max(far_end, far_point(b, t, e))
    width = max(far_end - start, 0.0)
    a_root, a_norm = 1.0 / math.sqrt(a), log_gamma(a + 1.0, 0)
    b_root, b_norm = 1.0 / math.sqrt(b), log_gamma(b + 1.0, 0)
    answered = 1.0
    if accepts < 1.0:
        answered = all_share * at_least(replicas, needed, accepts) + (1.0 - all_share) * accepts**needed
    m0, m1, m2 = 0.0, 0.0, 0.0
    for j in range(_U.size):
        u = _U[j]
        x = width * (u * u)
        near = accepts * gamma_below(a, a_root, a_norm, max((start + x - d) / s, 0.0))
        far = accepts * gamma_below(b, b_root, b_norm, max((start + x - e) / t, 0.0))
        done = 0.0
        if all_share > 0.0:
            early = at_least(replicas - 1.0, needed - 1.0, far)
            late = at_least(replicas - 1.0, needed, far)
            done = all_share * (near * early + (1.0 - near) * late)
        if all_share < 1.0:
            done += (1.0 - all_share) * near * far ** (needed - 1.0)
        done /= answered
        above = (1.0 - done) * (width * (2.0 * _V[j] * u))
        m0 += above
        m1 += 2.0 * x * above
        m2 += 3.0 * x * x * above
    part = from_raw(m0, m1, m2)
    return start + part[0], part[1], part[2]
