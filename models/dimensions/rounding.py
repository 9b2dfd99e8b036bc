"""How exactly a value is given: rounding noise must not make one design better than another."""

from __future__ import annotations

import numpy as np

from models.evaluation import Array

#: Values are given to this many significant digits (shares: decimals): differences below are rounding, and
#: must not make one design better than another.
SIGNIFICANT_DIGITS = 10
SHARE_DECIMALS = 12


def significant(values: Array) -> Array:
    """Values rounded to `SIGNIFICANT_DIGITS`; infinities stay."""
    with np.errstate(divide="ignore", invalid="ignore"):
        magnitude = np.floor(np.log10(np.abs(values)))
    # Below 1e-200 the scale itself would overflow; nothing that small is told from 0.
    magnitude = np.where(np.isfinite(magnitude), np.maximum(magnitude, -200.0), 0.0)
    scale = 10.0 ** (SIGNIFICANT_DIGITS - 1 - magnitude)
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(values), np.rint(values * scale) / scale, values)


def rounded_share(values: Array) -> Array:
    """Shares rounded to `SHARE_DECIMALS`."""
    return np.asarray(np.round(values, SHARE_DECIMALS))
