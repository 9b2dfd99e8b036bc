"""How each metric of a statement is read from runs, over stretches of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array
from models.faults.series import Series
from models.scenario.experiments.metric import METRICS, Metric, Subject
from models.system.system import System

#: Position of each percentile in `Series.quantiles_ms`.
_P50, _P95, _P99 = range(3)


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Runs, read over all stretches of some bins: the first begins with the first bin, each next a bin later.

    Attributes:
        series: The runs.
        bins: Bins of a stretch.
        flows: Flows that are read.
        component: Component that is read; -1 = none.
        calls: Calls of that component.
    """

    series: Series
    bins: int
    flows: tuple[int, ...]
    component: int
    calls: tuple[int, ...]

    def summed(self, values: Array) -> Array:
        """Sums over stretches of numbers by bin, `(r, t)` to `(r, t - bins + 1)`."""
        total = np.cumsum(np.nan_to_num(values), axis=1)
        total = np.concatenate([np.zeros((total.shape[0], 1)), total], axis=1)
        return np.asarray(total[:, self.bins :] - total[:, : -self.bins])

    def ratio(self, above: Array, below: Array) -> Array:
        """Ratio of two sums; NaN where the lower one is nothing."""
        upper, lower = self.summed(above), self.summed(below)
        # Differences of running sums of whole numbers are exact; others leave dust.
        there = lower > 1e-9 * np.maximum(np.nan_to_num(below).max(initial=0.0), 1e-300)
        return np.asarray(np.divide(upper, lower, out=np.full(lower.shape, np.nan), where=there))

    def mean(self, values: Array, weights: Array | None = None) -> Array:
        """Mean over stretches, `(r, t)` to `(r, t - bins + 1)`; NaN values count for nothing."""
        known = np.isfinite(values)
        weighted = known.astype(np.float64) if weights is None else np.where(known, weights, 0.0)
        return self.ratio(np.where(known, values, 0.0) * weighted, weighted)

    def of_flows(self, table: Array) -> Array:
        """Sum of a table of flows over those that are read, `(r, t)`."""
        return np.asarray(table[:, :, list(self.flows)].sum(axis=2))

    def of_answers(self, table: Array) -> Array:
        """Mean of a table of flows over those that are read, weighted by answers."""
        weights = self.series.answered[:, :, list(self.flows)]
        values = table[:, :, list(self.flows)]
        weights = np.where(np.isfinite(values), weights, 0.0)
        return self.ratio((np.nan_to_num(values) * weights).sum(axis=2), weights.sum(axis=2))

    def of_calls(self, table: Array) -> Array:
        """Sum of a table of calls over those of the component, `(r, t)`."""
        return np.asarray(table[:, :, list(self.calls)].sum(axis=2))


def _per_s(s: Stretches, table: Array) -> Array:
    return s.summed(s.of_flows(table)) / (s.bins * s.series.bin_s)


def _oldest_s(s: Stretches) -> Array:
    oldest = np.nan_to_num(s.series.oldest_s[:, :, list(s.flows)]).max(axis=2)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(oldest, s.bins, axis=1).max(axis=2))


def _open_share(s: Stretches) -> Array:
    """The largest share of the breakers on its calls; 0 where there is none."""
    found = [s.mean(s.series.open_share[:, :, i]) for i in s.calls]
    return np.asarray(np.max([np.nan_to_num(each) for each in found], axis=0))


def _attempts_per_call(s: Stretches) -> Array:
    return s.ratio(s.series.attempts.sum(axis=2), s.series.attempts[:, :, 0])


def _hit_share(s: Stretches) -> Array:
    return s.mean(s.series.hit_share[:, :, s.component], s.of_calls(s.series.calls))


def _success_share(s: Stretches) -> Array:
    answered, failed = s.of_flows(s.series.answered), s.of_flows(s.series.failed)
    return s.ratio(answered, answered + failed)


def _answered_calls(s: Stretches) -> Array:
    calls, failures = s.of_calls(s.series.calls), s.of_calls(s.series.call_failures)
    # A failure is known later than the attempt was made.
    return np.clip(1.0 - s.ratio(failures, calls), 0.0, 1.0)


#: How each metric that needs a run is read: values by stretch, `(r, t - bins + 1)`; NaN says nothing.
READERS: Mapping[str, Callable[[Stretches], Array]] = {
    "success_share": _success_share,
    "error_share": lambda s: 1.0 - _success_share(s),
    "goodput_per_s": lambda s: _per_s(s, s.series.answered),
    "offered_per_s": lambda s: _per_s(s, s.series.offered),
    "mean_ms": lambda s: s.of_answers(s.series.mean_ms),
    "p50_ms": lambda s: s.of_answers(s.series.quantiles_ms[..., _P50]),
    "p95_ms": lambda s: s.of_answers(s.series.quantiles_ms[..., _P95]),
    "p99_ms": lambda s: s.of_answers(s.series.quantiles_ms[..., _P99]),
    "oldest_s": _oldest_s,
    "attempts_per_call": _attempts_per_call,
    "answered_calls_share": _answered_calls,
    "utilisation": lambda s: s.mean(s.series.busy_share[:, :, s.component]),
    "waiting": lambda s: s.mean(s.series.waiting[:, :, s.component]),
    "servers": lambda s: s.mean(s.series.servers[:, :, s.component]),
    "hit_share": _hit_share,
    "open_share": _open_share,
}


def stretches_of(series: Series, system: System, metric: Metric, of: str | None, bins: int) -> Stretches:
    """Runs cut into stretches, for one subject.

    Args:
        series: The runs.
        system: The compiled scenario.
        metric: What shall be read.
        of: Its subject: a flow or a component, as the metric wants it.
        bins: Bins of a stretch.
    """
    flows = tuple(range(len(system.flows)))
    if metric.subject is Subject.FLOW and of is not None:
        flows = (system.flows.index(of),)
    is_of_flows = metric.subject in (Subject.FLOW, Subject.SYSTEM)
    component = -1 if is_of_flows or of is None else system.components.index(of)
    calls = tuple(node.index for node in system.nodes if node.component == component)
    return Stretches(series, bins, flows, component, calls)


def read(series: Series, system: System, metric: str, of: str | None, stretch_s: float) -> Array:
    """A metric over all stretches of a length, `(r, t - bins + 1)`; NaN where nothing is said.

    Args:
        series: The runs.
        system: The compiled scenario.
        metric: Name of a metric that needs a run.
        of: Its subject.
        stretch_s: Length of a stretch, s; a bin at the least, and no longer than the run.
    """
    bins = min(bins_of(series, stretch_s), series.bins)
    return READERS[metric](stretches_of(series, system, METRICS[metric], of, bins))


def bins_of(series: Series, stretch_s: float) -> int:
    """Bins of a stretch."""
    return max(1, round(stretch_s / series.bin_s))
