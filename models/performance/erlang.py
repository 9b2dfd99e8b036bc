"""Erlang B and C for any real number of servers, without a loop over many servers.

Everything starts from I = 1/B, which grows where B vanishes and so keeps its digits. Four ways lead to it,
each where it is cheapest and exact:

- few whole servers: the finite sum of I;
- many servers: Temme's uniform expansion around the saddle point, one `erfcx` and polynomials;
- far in overload: Legendre's continued fraction of the incomplete gamma function;
- few, not whole servers: the incomplete gamma function itself.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.polynomial import chebyshev

from models.performance.compiled import compiled, gamma_upper, log_gamma, scaled_erfc

#: Up to here whole servers take the sum, above all take the expansion.
FEW_SERVERS = 20
#: Largest |eta| of the expansion: at more than FEW_SERVERS the fraction takes over at eta = 1.70. Below
#: -1.75 the correction is less than 1e-14 of the leading term, so holding it there changes nothing.
ETA_LIMIT = 1.75
#: What the truncated polynomials may leave out of I (which is at least 1).
_LEFT_OUT = 3e-12
FRACTION_LEVELS = 12
_TINY, _HUGE = 1e-300, 1e300


def _expansion_terms() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Polynomials in eta of Temme's correction, and the series of the scaled gamma function in 1/c.

    With tau - 1 - ln tau = z^2/2 and f = d tau / d z, integration by parts gives, from f_0 = f,
    h_k = (f_k - f_k(0)) / z and f_(k+1) = h_k': the correction is sum h_k(eta) c^-k, and the scaled gamma
    function sum f_k(0) c^-k. The Taylor series in z (radius 2 sqrt(pi)) are exact recursions; written in
    Chebyshev polynomials on the range of eta, few terms carry all digits that count.

    Returns:
        The polynomials, one a row, lowest coefficient first; how many coefficients each has; and the series.

    Source: Temme (1979), "The asymptotic expansion of the incomplete gamma functions", section 3.
    """
    n_taylor = 90
    tau = [0.0, 1.0]
    for n in range(2, n_taylor):
        tau.append((tau[n - 1] - sum(j * tau[j] * tau[n - j + 1] for j in range(2, n))) / (n + 1))
    f = np.array([n * tau[n] for n in range(1, n_taylor)])
    gamma_terms, weight = [], 1.0
    polynomials: list[np.ndarray] = []
    for _ in range(8):
        gamma_terms.append(float(f[0]))
        h = f[1:]
        waves = chebyshev.poly2cheb(h * ETA_LIMIT ** np.arange(h.size))
        left_out = np.cumsum(np.abs(waves)[::-1])[::-1] * weight
        kept = max(1, int(np.count_nonzero(left_out > _LEFT_OUT / 2.0)))
        short = chebyshev.cheb2poly(waves[:kept])
        polynomials.append(short / ETA_LIMIT ** np.arange(short.size))
        f = np.arange(1, h.size) * h[1:]
        weight /= FEW_SERVERS
    table = np.zeros((len(polynomials), max(row.size for row in polynomials)))
    for i, row in enumerate(polynomials):
        table[i, : row.size] = row
    return table, np.array([row.size for row in polynomials]), np.array(gamma_terms)


CORRECTION, LENGTHS, SCALED_GAMMA = _expansion_terms()


@compiled
def erlang_b(offered: float, servers: float) -> float:
    """Probability that a request finds all servers of a loss system (M/G/c/c) taken.

    Args:
        offered: Offered load, erlangs, >= 0.
        servers: Servers c, real, 0.1 to 1e6.

    Returns:
        Probability in [0, 1], of a relative error below 1e-10; 0 where nothing is offered.

    Source: Erlang (1917); real servers: Jagerman (1974), 1/B = a int_0^inf exp(-a t) (1 + t)^c dt. The last
    way is B = Poisson mass / Q(c + 1, a): so few servers that nothing cancels in the mass.
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
    """Probability that an arriving request must wait in M/M/c; 1 from full load on.

    Args:
        offered: Offered load, erlangs, >= 0.
        servers: Servers c, real, 0.1 to 1e6.
        blocked: Erlang B of the same.

    Source: Erlang (1917): C = B / (1 - rho (1 - B)).
    """
    # c - a is exact where it matters; 1 - a/c would carry the rounding of the quotient.
    idle = max(servers - offered, 0.0)
    if not idle > 0.0:
        return 1.0
    share = servers * blocked / max(idle + offered * blocked, _TINY)
    return min(max(share, blocked), 1.0)


@compiled
def _by_sum(a: float, c: float) -> float:
    """I = 1 + c/a (1 + (c-1)/a (1 + ...)) for whole c (Erlang's recursion from the inside out)."""
    per_offered = 1.0 / a
    inverse = 1.0
    for j in range(int(c) - 1, -1, -1):
        inverse = inverse * ((c - j) * per_offered) + 1.0
    return 1.0 / inverse


@compiled
def _horner(coefficients: np.ndarray, length: int, x: float) -> float:
    """Value of a polynomial of so many coefficients, lowest first."""
    value = coefficients[length - 1]
    for i in range(length - 2, -1, -1):
        value = value * x + coefficients[i]
    return value


@compiled
def _by_expansion(a: float, c: float) -> float:
    """I = Gamma*(c) sqrt(pi c / 2) erfcx(eta sqrt(c / 2)) + sum h_k(eta) c^-k (eta: see `_signed_root`)."""
    eta = _signed_root(a, c)
    inverse_c = 1.0 / c
    inverse = _horner(SCALED_GAMMA, SCALED_GAMMA.size, inverse_c) * math.sqrt(0.5 * math.pi * c)
    inverse = inverse * scaled_erfc(eta * math.sqrt(0.5 * c), 0)
    held = min(max(eta, -ETA_LIMIT), ETA_LIMIT)
    correction = 0.0
    for i in range(CORRECTION.shape[0] - 1, -1, -1):
        correction = correction * inverse_c + _horner(CORRECTION[i], LENGTHS[i], held)
    return 1.0 / (inverse + correction)


@compiled
def _signed_root(a: float, c: float) -> float:
    """eta = sign(l - 1) sqrt(2 (l - 1 - ln l)) of l = a/c, to full relative accuracy around l = 1."""
    mu = (a - c) / c
    # mu - ln(1 + mu) cancels near 0; with z = mu / (2 + mu) it is mu z - 2 z^3 (1/3 + z^2/5 + z^4/7 + ...).
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
    """Legendre's fraction; a - c > 10 sqrt(c), so each level gains a factor n c / (a - c)^2 < n / 100."""
    d = a - c
    f = d + 2.0 * FRACTION_LEVELS
    for n in range(FRACTION_LEVELS, 0, -1):
        f = d + 2.0 * (n - 1) + n * (c + 1.0 - n) / f
    return f / a
