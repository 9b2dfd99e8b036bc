"""Runs by steps as series: what was counted in each bin, as shares, means and percentiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.evaluation import Array
from models.faults.series import Series
from models.steps import columns as at
from models.steps.run import Run

_QUANTILES = (0.5, 0.95, 0.99)
_MS = 1e3


def series_of(runs: Sequence[Run], bin_s: float) -> Series:
    """What runs of one design came to."""

    def stacked(name: str) -> Array:
        return np.array([getattr(run, name) for run in runs])

    answered, histogram = stacked("answered"), stacked("histogram")
    steps = bin_s / runs[0].x[at.STEP_S]
    servers = stacked("servers")
    has_none = ~np.isfinite(servers) | (servers <= 0.0)
    guarded = np.array([run.line[:, at.HEARS] >= 0 for run in runs])[:, None, :]
    found = Series(
        bin_s=bin_s,
        offered=stacked("offered"),
        answered=answered,
        failed=stacked("failed"),
        mean_ms=_share(stacked("response"), answered) * _MS,
        quantiles_ms=_quantiles(histogram) * _MS,
        oldest_s=stacked("oldest"),
        attempts=stacked("attempts"),
        calls=stacked("calls"),
        call_failures=stacked("call_failures"),
        waiting=stacked("waiting"),
        busy_share=np.where(has_none, np.nan, np.minimum(stacked("busy") / steps, 1.0)),
        servers=servers,
        hit_share=_share(stacked("hits"), stacked("lookups")),
        open_share=np.where(guarded, np.minimum(stacked("open") / steps, 1.0), np.nan),
    )
    for name in Series.__slots__:
        if name != "bin_s":
            getattr(found, name).setflags(write=False)
    return found


def _share(part: Array, whole: Array) -> Array:
    found: Array = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0.0)
    return found


def _quantiles(histogram: Array) -> Array:
    """Percentiles of the response times of each bin, s, `(r, t, f, 3)`."""
    below = np.cumsum(histogram, axis=-1)
    total = below[..., -1:]
    found = np.full((*histogram.shape[:-1], len(_QUANTILES)), np.nan)
    for k, share in enumerate(_QUANTILES):
        place = np.argmax(below >= share * total, axis=-1)[..., None]
        upper = np.take_along_axis(below, place, axis=-1)
        inside = np.take_along_axis(histogram, place, axis=-1)
        wanted = share * total - (upper - inside)
        part = np.divide(wanted, inside, out=np.zeros_like(inside), where=inside > 0.0)
        told = at.SHORTEST_S * np.exp((place + part) / at.BINS_PER_E)
        found[..., k] = np.where(total > 0.0, told, np.nan)[..., 0]
    return found
