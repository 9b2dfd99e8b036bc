"""Erlang B and C for any real number of servers (see `models.formulas.erlang` for the four ways to them)."""

from __future__ import annotations

import math

import numpy as np

from models.formulas.erlang import _CORRECTION as _RAGGED
from models.formulas.erlang import _SCALED_GAMMA, FEW_SERVERS
from models.performance.compiled import compiled, gamma_upper, log_gamma, scaled_erfc

_ETA_LIMIT = 1.75
_FRACTION_LEVELS = 12
_TINY, _HUGE = 1e-300, 1e300
_CORRECTION = np.zeros((len(_RAGGED), max(row.size for row in _RAGGED)))
for _i, _row in enumerate(_RAGGED):
    _CORRECTION[_i, : _row.size] = _row


@compiled
def erlang_b(offered: float, servers: float) -> float:
    """Probability that a request finds all servers of a loss system taken; 0 where nothing is offered.

    Args:
        offered: Offered load, erlangs, >= 0.
        servers: Servers, real, 0.1 to 1e6.
    """
    if not offered > 0.0:
        return 0.0
    a, c = min(max(offered, _TINY), _HUGE), servers
    if c <= FEW_SERVERS and c == math.floor(c):
        return min(_by_sum(a, c), 1.0)
    if a - c > 10.0 * math.sqrt(c) + 10.0:
        return min(_by_fraction(a, c), 1.0)
    if c > FEW_SERVERS:
        return min(_by_expansion(a, c), 1.0)
    mass = math.exp(c * math.log(a) - a - log_gamma(c + 1.0, 0))
    return min(mass / gamma_upper(c + 1.0, a, 0), 1.0)


@compiled
def erlang_c(offered: float, servers: float, blocked: float) -> float:
    """Probability that a request waits in M/M/c, from Erlang B of the same; 1 from full load on."""
    idle = max(servers - offered, 0.0)
    if not idle > 0.0:
        return 1.0
    share = servers * blocked / max(idle + offered * blocked, _TINY)
    return min(max(share, blocked), 1.0)


@compiled
def _by_sum(a: float, c: float) -> float:
    per_offered = 1.0 / a
    inverse = 1.0
    for j in range(int(c) - 1, -1, -1):
        inverse = inverse * ((c - j) * per_offered) + 1.0
    return 1.0 / inverse


@compiled
def _horner(coefficients: np.ndarray, x: float) -> float:
    value = coefficients[coefficients.size - 1]
    for i in range(coefficients.size - 2, -1, -1):
        value = value * x + coefficients[i]
    return value


@compiled
def _by_expansion(a: float, c: float) -> float:
    eta = _signed_root(a, c)
    inverse_c = 1.0 / c
    inverse = _horner(_SCALED_GAMMA, inverse_c) * math.sqrt(0.5 * math.pi * c)
    inverse = inverse * scaled_erfc(eta * math.sqrt(0.5 * c), 0)
    held = min(max(eta, -_ETA_LIMIT), _ETA_LIMIT)
    correction = 0.0
    for i in range(_CORRECTION.shape[0] - 1, -1, -1):
        correction = correction * inverse_c + _horner(_CORRECTION[i], held)
    return 1.0 / (inverse + correction)


@compiled
def _signed_root(a: float, c: float) -> float:
    mu = (a - c) / c
    if abs(mu) < 0.2:
        z = mu / (2.0 + mu)
        square = z * z
        tail = 1.0 / 17.0
        for odd in (15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0):
            tail = tail * square + 1.0 / odd
        half_square = z * (mu - 2.0 * square * tail)
    else:
        half_square = mu - math.log(a / c)
    return math.copysign(math.sqrt(2.0 * max(half_square, 0.0)), mu)


@compiled
def _by_fraction(a: float, c: float) -> float:
    d = a - c
    f = d + 2.0 * _FRACTION_LEVELS
    for n in range(_FRACTION_LEVELS, 0, -1):
        f = d + 2.0 * (n - 1) + n * (c + 1.0 - n) / f
    return f / a
