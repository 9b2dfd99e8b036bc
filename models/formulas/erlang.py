"""Erlang's formulas for any number of servers, whole or not, without a loop over them."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincc, gammaln

from models.formulas.cumulants import Array

#: Levels of the continued fraction; far above the number of servers each gains a factor of at least 8.
LEVELS = 12
_HALF_LOG_TWO_PI = 0.5 * np.log(2.0 * np.pi)


def erlang_b(offered: Array, *, servers: Array) -> Array:
    """Probability that a request finds all servers busy and is lost in an M/M/c/c station.

    Args:
        offered: Offered load in erlangs, >= 0.
        servers: Servers c, > 0, broadcasting against `offered`; need not be whole.

    Returns:
        Probability in [0, 1], in the broadcast shape; 0 where nothing is offered.

    Source: Erlang 1917; for c that is not whole, Jagerman 1974: B = a^c e^-a / Gamma(c + 1, a). The Poisson
    mass in Loader's form (Loader 2000); far above c Legendre's continued fraction of Gamma(c + 1, a).
    """
    a, c = np.broadcast_arrays(np.asarray(offered, dtype=np.float64), np.asarray(servers, dtype=np.float64))
    shape = a.shape
    a, c = a.reshape(-1), c.reshape(-1)
    blocked = np.zeros(a.shape)
    far = (a - c) > 10.0 * np.sqrt(c) + 10.0
    near = (a > 0.0) & ~far
    if far.any():
        blocked[far] = _far_above(a[far], c[far])
    if near.any():
        blocked[near] = np.exp(_log_poisson(a[near], c[near])) / gammaincc(c[near] + 1.0, a[near])
    return np.minimum(blocked, 1.0).reshape(shape)


def erlang_c(offered: Array, *, servers: Array, blocked: Array | None = None) -> Array:
    """Probability that an arriving request must wait in an M/M/c station.

    Args:
        offered: Offered load in erlangs, >= 0.
        servers: Servers c, > 0, broadcasting against `offered`.
        blocked: Erlang B of the same, where it is known already.

    Returns:
        Probability in [0, 1], in the broadcast shape; 1 where `offered >= servers`.

    Source: Erlang 1917; C = B / (1 - rho (1 - B)), with 1 - rho as (c - a) / c so that it does not cancel.
    """
    b = erlang_b(offered, servers=servers) if blocked is None else blocked
    free = (servers - offered) / servers
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = b / (free + (1.0 - free) * b)
    return np.where(free <= 0.0, 1.0, waits)


def _far_above(a: Array, c: Array) -> Array:
    d = a - c
    f = d + 2.0 * LEVELS
    for level in range(LEVELS, 0, -1):
        f = d + 2.0 * (level - 1) + level * (c + 1.0 - level) / f
    return f / a


def _log_poisson(a: Array, c: Array) -> Array:
    """log(a^c e^-a / Gamma(c + 1)) without the cancellation of c log a - a - log Gamma."""
    return c * _log1p_less_itself((a - c) / c) - _stirling_error(c) - 0.5 * np.log(c) - _HALF_LOG_TWO_PI


def _log1p_less_itself(x: Array) -> Array:
    """log(1 + x) - x."""
    series = np.zeros(x.shape)
    for power in range(9, 1, -1):
        series = series * x + (-1.0) ** (power + 1) / power
    return np.where(np.abs(x) < 0.02, series * x * x, np.log1p(x) - x)


def _stirling_error(c: Array) -> Array:
    """log Gamma(c + 1) less Stirling's formula for it."""
    square = 1.0 / (c * c)
    series = (
        1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0)))
    ) / c
    small = c <= 15.0
    if not small.any():
        return np.asarray(series)
    direct = gammaln(c + 1.0) - (c + 0.5) * np.log(c) + c - _HALF_LOG_TWO_PI
    return np.where(small, direct, series)
