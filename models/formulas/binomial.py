"""How sure a share is that was counted: k of n."""

from __future__ import annotations

from scipy.special import betaincinv


def clopper_pearson(k: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact interval of a probability of which k of n independent trials came true.

    Args:
        k: Trials that came true, 0 <= k <= n.
        n: Trials, >= 1.
        confidence: Probability with which the interval holds the probability at the least, in (0, 1).

    Returns:
        Lower and upper bound: quantiles of beta(k, n - k + 1) and beta(k + 1, n - k); 0 or 1 at the ends.

    Source: Clopper and Pearson 1934; with beta quantiles as in Brown, Cai and DasGupta 2001, section 4.2.1.
    """
    if not (0 <= k <= n and n >= 1 and 0.0 < confidence < 1.0):
        raise ValueError(f"found {k} of {n} at {confidence}; allowed: 0 <= k <= n, n >= 1, within (0, 1)")
    tail = 0.5 * (1.0 - confidence)
    low = float(betaincinv(k, n - k + 1, tail)) if k > 0 else 0.0
    high = float(betaincinv(k + 1, n - k, 1.0 - tail)) if k < n else 1.0
    return low, high
