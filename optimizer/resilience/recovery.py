"""What a series says of a fall and a recovery: how many are answered, since when, and what fell first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.faults.series import Series
from models.system.system import System

#: Requests of a window at the least: shares of fewer are mostly chance.
WINDOW_REQUESTS = 400.0
#: Below this part of the healthy share of answers a window counts as bad; below the second one it has fallen.
BACK, FALLEN = 0.95, 0.5
#: Standard errors by which a window may miss it by chance.
_CHANCE = 3.0
#: More calls than before that fail at a component at the least, where it counts as fallen.
_FAILING = 0.10
#: Share of a component's servers that works where it counts as saturated, and calls that wait then.
_BUSY, _QUEUE = 0.99, 10.0


@dataclass(frozen=True, slots=True)
class Trigger:
    """From when until when something pushes a system.

    Attributes:
        from_s: Its beginning, s.
        to_s: Its end, s; infinite where it stays.
    """

    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Recovery:
    """What a trigger did to each run, `(r,)` each.

    Attributes:
        healthy_share: Share of the requests that was answered before it.
        is_lost: Whether answers weren't back within the horizon.
        back_s: Time from its end until they were, s; 0 where they never fell, infinite where they didn't
            come back.
        fell_s: Time from its beginning until less than half of what was answered before is, s; infinite =
            never.
        amplification: Most attempts for each request in a window, over what it was before.
        fell_first: Position of the component that fell first, -1 where none did.
    """

    healthy_share: Array
    is_lost: NDArray[np.bool_]
    back_s: Array
    fell_s: Array
    amplification: Array
    fell_first: NDArray[np.int64]


def recovery_of(system: System, series: Series, trigger: Trigger) -> Recovery:
    """Reads a series.

    A flow is judged by itself where a window of at most a quarter of the horizon holds enough of its
    requests; all flows together always are.
    """
    r, t, f = series.offered.shape
    first = max(int(trigger.from_s / series.bin_s), 1)
    healthy = _share(series.answered[:, :first].sum((1, 2)), series.offered[:, :first].sum((1, 2)))
    back, fell = np.zeros(r), np.full(r, np.inf)
    for flow in (None, *range(f)):
        offered = series.offered.sum(2) if flow is None else series.offered[:, :, flow]
        answered = series.answered.sum(2) if flow is None else series.answered[:, :, flow]
        width = window_bins(offered, first)
        if width > t // 4 and flow is not None:
            continue
        own_back, own_fell = _course(offered, answered, min(width, t), first, trigger, series.bin_s)
        back, fell = np.maximum(back, own_back), np.minimum(fell, own_fell)
    return Recovery(
        healthy_share=healthy,
        is_lost=~np.isfinite(back),
        back_s=back,
        fell_s=fell,
        amplification=_amplification(series, first),
        fell_first=_fell_first(system, series, first),
    )


def window_bins(offered: Array, first: int) -> int:
    """Bins of a window that holds enough requests, by what came before the trigger; `offered` is `(r, t)`."""
    before = float(offered[:, :first].mean())
    return int(np.ceil(WINDOW_REQUESTS / before)) if before > 0.0 else offered.shape[1] + 1


def moving_sum(values: Array, width: int) -> Array:
    """Sums of `width` neighbouring bins, `(r, t - width + 1)`."""
    total = np.cumsum(np.concatenate([np.zeros((values.shape[0], 1)), values], axis=1), axis=1)
    found: Array = total[:, width:] - total[:, :-width]
    return found


def _course(
    offered: Array, answered: Array, width: int, first: int, trigger: Trigger, bin_s: float
) -> tuple[Array, Array]:
    """When a flow's answers are back, and when they had fallen, `(r,)` each, s."""
    r = offered.shape[0]
    healthy = float(answered[:, :first].sum() / max(offered[:, :first].sum(), 1.0))
    many, good = moving_sum(offered, width), moving_sum(answered, width)
    share = good / np.maximum(many, 1.0)
    # Answers of a window belong to requests of a little earlier: what crosses its edges is chance as well.
    edges = float(offered[:, :first].mean()) / np.maximum(many, 1.0)
    spread = healthy * max(1.0 - healthy, 0.0) + edges
    chance = _CHANCE * np.sqrt(spread / np.maximum(many, 1.0))
    begins = np.arange(share.shape[1])
    is_after = (begins + width > first) & (many > 0.0)
    is_bad = (share < BACK * healthy - chance) & is_after
    has_fallen = (share < FALLEN * healthy) & is_after
    end_s = trigger.from_s if np.isinf(trigger.to_s) else trigger.to_s
    back, fell = np.zeros(r), np.full(r, np.inf)
    for run in range(r):
        bad = np.nonzero(is_bad[run])[0]
        if bad.size:
            # A window is back where its middle is.
            is_lost = bad[-1] >= share.shape[1] - max(width // 4, 1)
            middle = (bad[-1] + 1.0 + 0.5 * width) * bin_s
            back[run] = np.inf if is_lost else max(middle - end_s, 0.0)
        down = np.nonzero(has_fallen[run])[0]
        if down.size:
            fell[run] = max((down[0] + 0.5 * width) * bin_s - trigger.from_s, 0.0)
    return back, fell


def _amplification(series: Series, first: int) -> Array:
    """Most attempts for each request, over what they were before, `(r,)`."""
    attempts, offered = series.attempts.sum(2), series.offered.sum(2)
    before = float(attempts[:, :first].sum() / max(offered[:, :first].sum(), 1.0))
    width = min(max(window_bins(offered, first) // 4, 1), max(offered.shape[1] // 2, 1))
    made, came = moving_sum(attempts, width), moving_sum(offered, width)
    # Retries come later than the requests that they belong to: those of the window before count too.
    earlier = np.concatenate([came[:, :1].repeat(width, axis=1), came[:, :-width]], axis=1)
    ratio = made / np.maximum(np.maximum(came, earlier), 1.0)
    found: Array = ratio.max(1) / before if before > 0.0 else np.ones(offered.shape[0])
    return found


def _fell_first(system: System, series: Series, first: int) -> NDArray[np.int64]:
    """The component that is saturated, or fails more calls than before, first; the deepest of several."""
    r, t = series.offered.shape[:2]
    c_n = len(system.components)
    calls, failures = np.zeros((r, t, c_n)), np.zeros((r, t, c_n))
    for node in system.nodes:
        calls[:, :, node.component] += series.calls[:, :, node.index]
        failures[:, :, node.component] += series.call_failures[:, :, node.index]
    failing = failures / np.maximum(calls, 1.0)
    before = failing[:, :first].mean(axis=(0, 1))
    queue = series.waiting[:, :first].max(axis=(0, 1), initial=0.0)
    saturated = (np.nan_to_num(series.busy_share) >= _BUSY) & (series.waiting > 2.0 * queue + _QUEUE)
    down = (saturated | ((failing > before + _FAILING) & (calls >= _QUEUE))) & (
        np.arange(t)[None, :, None] >= first
    )
    depth = {c: k for k, c in enumerate(system.callers_first)}
    found = np.full(r, -1, dtype=np.int64)
    for run in range(r):
        fallen = [
            (int(np.argmax(down[run, :, c])), -depth[c], c) for c in range(c_n) if down[run, :, c].any()
        ]
        if fallen:
            found[run] = min(fallen)[2]
    return found


def _share(part: Array, whole: Array) -> Array:
    found: Array = part / np.maximum(whole, 1.0)
    return found
