"""Which law has the percentiles that were measured: gamma or lognormal."""

from __future__ import annotations

import math
from typing import NamedTuple

#: 99 % point of the standard normal law.
Z99 = 2.3263478740408408
#: Shapes of a gamma law between which one is looked for, and halvings.
_FLATTEST, _STEEPEST, _HALVINGS = 0.02, 1e6, 100


class Fitted(NamedTuple):
    """A law of service times.

    Attributes:
        law: `gamma` or `lognormal`.
        mean: Its mean, in the unit of the percentiles.
        scv: Its squared coefficient of variation.
    """

    law: str
    mean: float
    scv: float


def lognormal_of(p50: float, p99: float) -> Fitted:
    """The lognormal law with two percentiles, 0 < p50 < p99.

    Source: median e^mu, 99 % point e^(mu + z sigma), mean e^(mu + sigma^2/2), scv e^(sigma^2) - 1 (Johnson,
    Kotz and Balakrishnan 1994).
    """
    sigma = math.log(p99 / p50) / Z99
    return Fitted("lognormal", p50 * math.exp(0.5 * sigma**2), math.expm1(sigma**2))


def gamma_of(p50: float, p99: float) -> Fitted:
    """The gamma law with two percentiles, 0 < p50 < p99: their ratio falls as the shape grows."""
    from scipy.special import gammaincinv

    low, high = math.log(_FLATTEST), math.log(_STEEPEST)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        shape = math.exp(middle)
        if float(gammaincinv(shape, 0.99)) * p50 > p99 * float(gammaincinv(shape, 0.5)):
            low = middle
        else:
            high = middle
    shape = math.exp(0.5 * (low + high))
    return Fitted("gamma", shape * p50 / float(gammaincinv(shape, 0.5)), 1.0 / shape)


def fitted(p50: float, p99: float, mean: float | None) -> Fitted:
    """The law that has both percentiles; where the mean is known too, the one of which it is nearer."""
    lognormal = lognormal_of(p50, p99)
    if mean is None or not mean > 0.0:
        return lognormal
    gamma = gamma_of(p50, p99)
    return min((lognormal, gamma), key=lambda law: abs(math.log(law.mean / mean)))
