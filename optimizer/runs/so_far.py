"""What a run that is under way has found so far: the best of each dimension, and how its front grew."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.evaluation import Dimension
from optimizer.files.json_schema import MomentForm, plain
from optimizer.files.solution import parquet_columns
from optimizer.runs.store import RunStore
from optimizer.search.hypervolumes import TracePoint
from optimizer.validation import from_values


@dataclass(frozen=True, slots=True)
class SoFar:
    """What was found so far.

    Attributes:
        on_front: Designs on the front.
        best: The best value of each dimension among them, in its unit; None = nothing finite.
        trace: How the hypervolume grew, as a share of the box of the front so far.
    """

    on_front: int
    best: tuple[float | None, ...]
    trace: tuple[TracePoint, ...]


def so_far(store: RunStore, run: str, dimensions: tuple[Dimension, ...]) -> SoFar | None:
    """What a run has found so far; None = nothing was kept yet."""
    kept = store.front(run)
    if kept is None:
        return None
    columns, told = parquet_columns(kept[0], [dimension.name for dimension in dimensions])
    best: list[float | None] = []
    for dimension in dimensions:
        values = [v for v in columns.get(dimension.name, []) if v is not None and math.isfinite(v)]
        better = min if dimension.better == "lower" else max
        best.append(better(values) if values else None)
    trace = from_values(told.get("trace", []), list[MomentForm], where=f"run {run}")
    many = max((len(values) for values in columns.values()), default=0)
    return SoFar(many, tuple(best), tuple(TracePoint(**plain(point)) for point in trace))
