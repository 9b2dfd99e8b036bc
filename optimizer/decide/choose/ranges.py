"""Which designs a person keeps by ranges of the dimensions: the same ones as the view of the front keeps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Evaluation

#: Smallest and largest value that is kept; None = open.
Range = tuple[float | None, float | None]


def kept(evaluation: Evaluation, ranges: Mapping[str, Range]) -> NDArray[np.bool_]:
    """The designs within every range, `(n,)`; ranges are closed.

    The view of the front compares the same 64-bit floats: a design at the edge of a range is kept in both or
    in neither.

    Args:
        evaluation: The designs.
        ranges: By name of the dimension.

    Raises:
        ValueError: There is no such dimension.
    """
    names = [dimension.name for dimension in evaluation.dimensions]
    mask = np.ones(len(evaluation), dtype=bool)
    for name, (low, high) in ranges.items():
        if name not in names:
            raise ValueError(f"found a range for {name!r}; allowed: {', '.join(names)}")
        values = evaluation.values[:, names.index(name)]
        if low is not None:
            mask &= values >= low
        if high is not None:
            mask &= values <= high
    return mask


def reachable(evaluation: Evaluation, ranges: Mapping[str, Range]) -> tuple[tuple[float, float] | None, ...]:
    """Worst and best value of each dimension among the designs that are within all other ranges.

    Args:
        evaluation: The designs.
        ranges: By name of the dimension.

    Returns:
        For each dimension worst and best in its unit; None where no design is within the other ranges.

    Raises:
        ValueError: There is no such dimension.
    """
    found: list[tuple[float, float] | None] = []
    for j, dimension in enumerate(evaluation.dimensions):
        others = kept(evaluation, {name: bounds for name, bounds in ranges.items() if name != dimension.name})
        values = evaluation.values[others, j]
        if not values.size:
            found.append(None)
            continue
        ends = (float(values.max()), float(values.min()))
        found.append(ends if dimension.better == "lower" else (ends[1], ends[0]))
    return tuple(found)
