"""Retries in layers, and what is given up after some of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import gammainc, gammaincc

from models.formulas.cumulants import Array, Cumulants, from_raw
from models.formulas.percentiles import shifted_gamma


def layered_attempts(layers: Sequence[Array]) -> Array:
    """Load at the bottom for one call at the top where every layer retries: the attempts multiply."""
    total: Array = np.ones((1, 1))
    for each in layers:
        total = total * each
    return total


def given_up_after(part: Cumulants, *, timeout_s: Array) -> Cumulants:
    """Cumulants of min(X, timeout): the time until a caller with a timeout is free.

    Args:
        part: Cumulants of the response X, s; an infinite mean never ends by itself.
        timeout_s: Longest time waited for, s, broadcasting against them; infinity = any.

    Source: with Y = X - shift and t = timeout - shift, E[min(Y, t)^j] = scale^j (a)_j P(a + j, t / scale) +
    t^j Q(a, t / scale), (a)_j the rising factorial (Abramowitz and Stegun 1964, 6.5.1).
    """
    unlimited, endless = np.isinf(timeout_s), np.isinf(part.mean)
    a, scale, shift = shifted_gamma(*(np.where(endless, 1.0, value) for value in part))
    held = np.maximum(np.where(unlimited, shift, timeout_s) - shift, 0.0)
    u = held / scale
    late = gammaincc(a, u)
    raw, factor = [], np.ones((1, 1))
    for j in (1, 2, 3):
        factor = factor * scale * (a + (j - 1.0))
        raw.append(factor * gammainc(a + j, u) + held**j * late)
    inside = from_raw(*raw)
    # Before the law begins everybody gives up; an endless response is given up by all.
    sure = ~unlimited & (endless | (held <= 0.0))
    limited = (np.where(sure, timeout_s, shift + inside.mean), *(np.where(sure, 0.0, k) for k in inside[1:]))
    return Cumulants(*(np.where(unlimited, x, y) for x, y in zip(part, limited, strict=True)))
