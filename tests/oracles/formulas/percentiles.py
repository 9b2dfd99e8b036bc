"""The percentile of one law alone."""

from __future__ import annotations

import numpy as np
from scipy.special import gammainccinv

from models.formulas.cumulants import Array, Cumulants
from models.formulas.percentiles import _check, shifted_gamma


def plain_percentile(part: Cumulants, probability: float) -> Array:
    """The percentile of one shifted gamma law; arguments and errors as for `percentile`.

    Source: the inverse of the incomplete gamma function (Abramowitz and Stegun 1964, 6.5.3).
    """
    _check(probability)
    endless = np.isinf(part.mean) | np.isinf(part.variance)
    law = shifted_gamma(*(np.where(endless, 1.0, value) for value in part))
    return np.where(endless, np.inf, law.shift + law.scale * gammainccinv(law.shape, 1.0 - probability))
