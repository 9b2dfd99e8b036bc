"""What happened in time: load and answers, attempts by try, waits, guards, all on one axis of time."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.dimensions.emergence import DANGER, IMMINENT
from models.evaluation import Array
from models.faults.series import Series
from optimizer.resilience.early_warning import EarlyWarning
from optimizer.resilience.experiments import Trial
from optimizer.sections.content import Cell, Line, Number, Table

#: Points of a strip, and rows of the table behind it, at the most.
MOST_POINTS, MOST_ROWS = 240, 25
#: Runs between which a band lies: the lower and the upper tenth.
_BAND = (10.0, 90.0)
_TRIES = ("first tries", "first retries", "second retries", "later ones")
_TIME = "time since the beginning"


def time_strips(one: Trial) -> tuple[Line, ...]:
    """Strips of one experiment, the fault shaded, the middle run and where eight of ten runs lie.

    Load and answers, attempts by try, waits, guards, and how near the emergence score saw the end.

    Args:
        one: An experiment that was played.

    Raises:
        ValueError: It wasn't.
    """
    series, injection = one.series, one.injection
    if series is None or injection is None:
        raise ValueError(f"{one.name} wasn't played")
    shaded = (injection.from_s, max(injection.to_s, injection.from_s + series.bin_s))
    width = max(int(np.ceil(series.bins / MOST_POINTS)), 1)
    strips = (
        _Strip("load", "Load and answers", "requests", "requests/s", _answers(series)),
        _Strip("tries", "Attempts at calls, by try", "attempts", "requests/s", _attempts(series)),
        _Strip("waits", "Waits", "time", "s", _waits(series)),
        _Strip(
            "guards",
            "Breakers, caches and the part that falls first",
            "share",
            "fraction",
            _guards(one, series),
        ),
    )
    told = tuple(strip.line(one.name, series.bin_s, width, shaded) for strip in strips if strip.curves)
    return told if one.warning is None else (*told, _emergence(one, one.warning, width, shaded))


def _emergence(one: Trial, warning: EarlyWarning, width: int, shaded: tuple[float, float]) -> Line:
    """The emergence score over time, and the moments at which the middle run said danger and imminent."""
    assert one.series is not None
    strip = _Strip("emergence", "Emergence score", "score", "", [("emergence score", warning.score)])
    line = strip.line(one.name, one.series.bin_s, width, shaded)
    marks = []
    for name, level, reached in (
        ("danger", DANGER, warning.danger_s),
        ("imminent", IMMINENT, warning.imminent_s),
    ):
        # The middle run of all: where fewer than half get there it doesn't.
        after = float(np.median(reached))
        if np.isfinite(after):
            marks.append((f"{name} ({level:g}) after {after:.0f} s", shaded[0] + after))
    return replace(line, marks=tuple(marks))


class _Strip:
    """One strip before it is drawn: curves by name, `(r, t)` each."""

    def __init__(
        self, name: str, title: str, label: str, unit: str, curves: Sequence[tuple[str, Array]]
    ) -> None:
        self.name, self.title, self.label, self.unit, self.curves = name, title, label, unit, curves

    def line(self, of: str, bin_s: float, width: int, shaded: tuple[float, float]) -> Line:
        """The strip as a chart."""
        means = [(name, _coarser(values, width)) for name, values in self.curves]
        at_s: Array = (np.arange(means[0][1].shape[1], dtype=np.float64) + 0.5) * (width * bin_s)
        middles = [(name, _of_runs(values, 50.0)) for name, values in means]
        low, high = (_of_runs(means[0][1], share) for share in _BAND)
        points = [(name, _points(at_s, middle)) for name, middle in middles]
        every = max(int(np.ceil(at_s.size / MOST_ROWS)), 1)
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (Number(float(at_s[k]), "s"), *(_cell(middle[k], self.unit) for _, middle in middles))
            for k in range(0, at_s.size, every)
        )
        caption = f"{of}: {self.title[:1].lower()}{self.title[1:]}, the middle run"
        table = Table(f"{self.name}-{of}", caption, (_TIME, *(name for name, _ in middles)), rows)
        return Line(
            title=f"{of}: {self.title[:1].lower()}{self.title[1:]}",
            alt=f"{self.title} over time; the fault lasts from {shaded[0]:g} to {shaded[1]:g} s.",
            x_label=_TIME,
            y_label=self.label,
            x_unit="s",
            y_unit=self.unit,
            points=points[0][1],
            table=table,
            name=points[0][0],
            more=tuple(points[1:]),
            band=tuple(
                (float(x), float(a), float(b))
                for x, a, b in zip(at_s, low, high, strict=True)
                if np.isfinite(a) and np.isfinite(b)
            ),
            shaded=shaded,
        )


def overlaid(strips: Sequence[tuple[str, Sequence[Line]]]) -> tuple[Line, ...]:
    """The strips of several designs over each other: of each design the first curve.

    Args:
        strips: By design what it is called, and its strips (`time_strips`).
    """
    found = []
    for k, first in enumerate(strips[0][1]):
        others = [(name, lines[k].points) for name, lines in strips[1:] if k < len(lines)]
        rows = tuple(
            (row[0], row[1], *(_nearest(points, row[0], first.y_unit) for _, points in others))
            for row in first.table.rows
        )
        head = (_TIME, *(name for name, _ in strips))
        table = replace(first.table, columns=head, rows=rows, caption=f"{first.table.caption}: {first.name}")
        title = f"{first.title}: {first.name}"
        found.append(replace(first, title=title, name=strips[0][0], more=tuple(others), table=table))
    return tuple(found)


def _nearest(points: Sequence[tuple[float, float]], at: Cell, unit: str) -> Cell:
    if not points or not isinstance(at, Number):
        return None
    x, y = min(points, key=lambda point: abs(point[0] - at.value))
    return Number(y, unit) if abs(x - at.value) < 1.0 else None


def _answers(series: Series) -> list[tuple[str, Array]]:
    answered, offered = (table.sum(2) / series.bin_s for table in (series.answered, series.offered))
    return [("answered", answered), ("load", offered)]


def _attempts(series: Series) -> list[tuple[str, Array]]:
    found = [(name, series.attempts[:, :, k] / series.bin_s) for k, name in enumerate(_TRIES)]
    return found[:1] + [(name, values) for name, values in found[1:] if values.any()]


def _waits(series: Series) -> list[tuple[str, Array]]:
    slowest = _worst(series.quantiles_ms[..., 2]) / 1e3
    oldest = _worst(series.oldest_s)
    found = [("p99 of the slowest flow", slowest), ("oldest request under way", oldest)]
    return [(name, values) for name, values in found if np.isfinite(values).any()]


def _guards(one: Trial, series: Series) -> list[tuple[str, Array]]:
    found = [
        ("breakers open, most on one call", _worst(series.open_share)),
        ("hits of the coldest cache", -_worst(-series.hit_share)),
    ]
    if one.stress is not None and one.fell_first >= 0:
        found.append((f"busy: {one.stress.fell_first}", series.busy_share[:, :, one.fell_first]))
    else:
        found.append(("busiest part", _worst(series.busy_share)))
    return [(name, values) for name, values in found if np.isfinite(values).any()]


def _worst(values: Array) -> Array:
    """The largest along the last axis; NaN where nothing is known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return (
            np.asarray(np.nanmax(values, axis=-1)) if values.shape[-1] else np.full(values.shape[:-1], np.nan)
        )


def _coarser(values: Array, width: int) -> Array:
    """Means over `width` bins each; the rest at the end belongs to the last."""
    many = max(values.shape[1] // width, 1)
    parts = np.array_split(values[:, : many * width], many, axis=1) if width > 1 else None
    if parts is None:
        return values
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.column_stack([np.nanmean(part, axis=1) for part in parts])


def _of_runs(values: Array, percent: float) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.array(np.nanpercentile(values, percent, axis=0), dtype=np.float64)


def _points(at_s: Array, values: Array) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in zip(at_s, values, strict=True) if np.isfinite(y))


def _cell(value: float, unit: str) -> Cell:
    return Number(float(value), unit) if np.isfinite(value) else None
