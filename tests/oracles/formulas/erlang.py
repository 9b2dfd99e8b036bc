"""Erlang B and C for any real number of servers, without a loop over the servers.

Everything starts from I = 1/B, which grows where B vanishes and so keeps its digits. Four ways lead to it,
each where it is cheapest and exact:

- few whole servers: the finite sum of I, a fixed number of terms;
- many servers: Temme's uniform expansion around the saddle point, one `erfcx` and polynomials;
- far in overload: Legendre's continued fraction of the incomplete gamma function;
- few, not whole servers: the incomplete gamma function itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, gammaincc, gammaln

from models.performance.erlang import CORRECTION, ETA_LIMIT, FEW_SERVERS, FRACTION_LEVELS, SCALED_GAMMA
from oracles.formulas.cumulants import Array

_TINY = 1e-300
_HUGE = 1e300


def erlang_b(offered: Array, *, servers: Array) -> Array:
    """Probability that a request finds all servers of a loss system (M/G/c/c) taken.

    Args:
        offered: Offered load in erlangs, `(...)`, >= 0.
        servers: Servers c, broadcasts against `offered`, real, 0.1 to 1e6.

    Returns:
        Probability in [0, 1], broadcast shape; 0 where nothing is offered. Relative error below 1e-10, and
        each element the same to the last bit in whatever company it is worked out.

    Source: Erlang (1917); real servers: Jagerman (1974), 1/B = a int_0^inf exp(-a t) (1 + t)^c dt.
    """
    a, c = np.broadcast_arrays(np.asarray(offered, dtype=np.float64), np.asarray(servers, dtype=np.float64))
    return _blocking(a.ravel(), c.ravel()).reshape(a.shape)


def erlang_c(offered: Array, *, servers: Array, blocked: Array | None = None) -> Array:
    """Probability that an arriving request must wait in an M/M/c station.

    Args:
        offered: Offered load in erlangs, `(...)`, >= 0.
        servers: Servers c, broadcasts against `offered`, real, 0.1 to 1e6.
        blocked: Erlang B of the same, where it is known already.

    Returns:
        Probability in [0, 1], broadcast shape; 1 where `offered >= servers`.

    Source: Erlang (1917): C = B / (1 - rho (1 - B)).
    """
    a, c = np.asarray(offered, dtype=np.float64), np.asarray(servers, dtype=np.float64)
    b = erlang_b(a, servers=c) if blocked is None else blocked
    # c - a is exact where it matters; 1 - a/c would carry the rounding of the quotient.
    idle = np.maximum(c - a, 0.0)
    share = np.where(idle > 0.0, c * b / np.maximum(idle + a * b, _TINY), 1.0)
    return np.clip(share, b, 1.0)


def _blocking(offered: Array, servers: Array) -> Array:
    """Erlang B on flat arrays `(n,)`; the way is chosen for each element by itself."""
    a, c = np.clip(offered, _TINY, _HUGE), servers
    few = c <= FEW_SERVERS
    whole = few & (c == np.floor(c))
    far = ~whole & (a - c > 10.0 * np.sqrt(c) + 10.0)
    ways: tuple[tuple[NDArray[np.bool_], Callable[[Array, Array], Array]], ...] = (
        (whole, _by_sum),
        (~few & ~far, _by_expansion),
        (far, _by_fraction),
        (few & ~whole & ~far, _by_incomplete_gamma),
    )
    found = np.empty_like(a)
    with np.errstate(over="ignore", under="ignore"):
        for mask, way in ways:
            chosen = np.flatnonzero(mask)
            if chosen.size == a.size:
                found = way(a, c)
            elif chosen.size:
                found[chosen] = way(a[chosen], c[chosen])
    return np.where(offered > 0.0, np.minimum(found, 1.0), 0.0)


def _by_sum(a: Array, c: Array) -> Array:
    """I = 1 + c/a (1 + (c-1)/a (1 + ...)) for whole c (Erlang's recursion from the inside out)."""
    per_offered = 1.0 / a
    inverse = np.ones_like(a)
    top = int(c.max()) if c.size else 0
    for j in range(top - 1, -1, -1):
        # Beyond the c-th term the factor is 0, and what was carried so far becomes the innermost 1.
        # How far beyond it the loop starts depends on the company, but all of that is exactly 1.
        inverse *= np.maximum(c - j, 0.0) * per_offered
        inverse += 1.0
    return 1.0 / inverse


def _horner(coefficients: Array, x: Array) -> Array:
    """Value of a polynomial, lowest coefficient first."""
    value = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value *= x
        value += coefficient
    return value


def _by_expansion(a: Array, c: Array) -> Array:
    """I = Gamma*(c) sqrt(pi c / 2) erfcx(eta sqrt(c / 2)) + sum h_k(eta) c^-k (eta: see `_signed_root`)."""
    eta = _signed_root(a, c)
    inverse_c = 1.0 / c
    inverse = _horner(SCALED_GAMMA, inverse_c) * np.sqrt(0.5 * np.pi * c) * erfcx(eta * np.sqrt(0.5 * c))
    held = np.clip(eta, -ETA_LIMIT, ETA_LIMIT)
    correction = _horner(CORRECTION[-1], held)
    for polynomial in CORRECTION[-2::-1]:
        correction *= inverse_c
        correction += _horner(polynomial, held)
    result: Array = 1.0 / (inverse + correction)
    return result


def _signed_root(a: Array, c: Array) -> Array:
    """eta = sign(l - 1) sqrt(2 (l - 1 - ln l)) of l = a/c, to full relative accuracy around l = 1."""
    mu = (a - c) / c
    # mu - ln(1 + mu) cancels near 0; with z = mu / (2 + mu) it is mu z - 2 z^3 (1/3 + z^2/5 + z^4/7 + ...).
    z = mu / (2.0 + mu)
    square = z * z
    tail = np.full_like(z, 1.0 / 17.0)
    for odd in (15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0):
        tail *= square
        tail += 1.0 / odd
    near = z * (mu - 2.0 * square * tail)
    half_square = np.where(np.abs(mu) < 0.2, near, mu - np.log(a / c))
    return np.copysign(np.sqrt(2.0 * np.maximum(half_square, 0.0)), mu)


def _by_fraction(a: Array, c: Array) -> Array:
    """Legendre's fraction; a - c > 10 sqrt(c), so each level gains a factor n c / (a - c)^2 < n / 100."""
    d = a - c
    f = d + 2.0 * FRACTION_LEVELS
    for n in range(FRACTION_LEVELS, 0, -1):
        f = d + 2.0 * (n - 1) + n * (c + 1.0 - n) / f
    return f / a


def _by_incomplete_gamma(a: Array, c: Array) -> Array:
    """B = Poisson mass / Q(c + 1, a); at most FEW_SERVERS servers, so that nothing cancels in the mass."""
    mass = np.exp(c * np.log(a) - a - gammaln(c + 1.0))
    result: Array = mass / gammaincc(c + 1.0, a)
    return result
