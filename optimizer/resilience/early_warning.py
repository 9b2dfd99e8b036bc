"""The emergence score over time: when it said danger, and how long before the fall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.dimensions.emergence import DANGER, IMMINENT, THRESHOLDS, emergence_score
from models.evaluation import Array
from models.evaluator import run
from models.faults.series import Series
from models.system.system import System
from optimizer.resilience.recovery import Trigger, recovery_of

#: Bins in a row in which a score counts: one alone may be chance.
_IN_A_ROW = 2


@dataclass(frozen=True, slots=True, eq=False)
class EarlyWarning:
    """The emergence score of each run over time.

    Attributes:
        score: In [0, 1], by run and bin, `(r, t)`; NaN where nothing was answered.
        danger_s: Time from the beginning of the trigger until it was 0.8, s; infinite = never, `(r,)`.
        imminent_s: The same for 0.9, `(r,)`.
        warned_s: Seconds from 0.8 to the fall; below 0 where it came later, NaN where nothing fell or it
            never came, `(r,)`.
    """

    score: Array
    danger_s: Array
    imminent_s: Array
    warned_s: Array


def warning_of(system: System, design: Array, series: Series, trigger: Trigger) -> EarlyWarning:
    """Works the score out, bin by bin.

    Args:
        system: The compiled scenario.
        design: One row of the decision matrix, `(d,)`.
        series: Its runs.
        trigger: When it was pushed.
    """
    # How closely components depend on each other, and what collecting garbage takes, are the design's own.
    own = run(system, design[None, :]).emergence.terms
    attempts = series.attempts.sum(2)
    retries = np.divide(
        series.attempts[:, :, 1:].sum(2), attempts, out=np.zeros_like(attempts), where=attempts > 0.0
    )
    weight = series.answered / np.maximum(series.answered.sum(2, keepdims=True), 1.0)
    tail = series.quantiles_ms[..., 2] / series.quantiles_ms[..., 0]
    ratio = np.where(weight.sum(2) > 0.0, np.nansum(weight * np.nan_to_num(tail), axis=2), np.nan)
    busy = np.nan_to_num(series.busy_share).max(2)
    found = emergence_score(
        utilisation=busy,
        coupling=np.full(busy.shape, own["coupling"][0] * THRESHOLDS["coupling"]),
        retry_rate=retries,
        # Where nobody is answered there is no tail: what was told last stands.
        p99_over_p50=_last_known(ratio),
        gc_share=np.full(busy.shape, own["gc_share"][0] * THRESHOLDS["gc_share"]),
    )
    first = max(int(trigger.from_s / series.bin_s), 1)
    danger = _reached(found.score, DANGER, first, series.bin_s)
    fell = recovery_of(system, series, trigger).fell_s
    with np.errstate(invalid="ignore"):
        warned = np.where(np.isfinite(fell) & np.isfinite(danger), fell - danger, np.nan)
    return EarlyWarning(found.score, danger, _reached(found.score, IMMINENT, first, series.bin_s), warned)


def _reached(score: Array, level: float, first: int, bin_s: float) -> Array:
    """Time from a bin on until a score is reached in bins in a row, s, `(r,)`."""
    above = score[:, first:] >= level
    for k in range(1, _IN_A_ROW):
        above = above[:, :-1] & (score[:, first + k : first + k + above.shape[1] - 1] >= level)
    found = np.full(score.shape[0], np.inf)
    for r in range(score.shape[0]):
        if above[r].any():
            found[r] = float(np.argmax(above[r])) * bin_s
    return found


def _last_known(values: Array) -> Array:
    """Values with gaps filled by the last one before, and 1 before the first."""
    found = values.copy()
    for row in found:
        last = 1.0
        for t in range(row.size):
            if np.isnan(row[t]):
                row[t] = last
            last = row[t]
    return found
