"""Fronts and designs as columns and as pandas tables: the only module that knows pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Evaluation
from models.space.space import DesignSpace
from optimizer.space import Space

if TYPE_CHECKING:
    import pandas as pd


def design_table(evaluation: Evaluation, space: Space) -> pd.DataFrame:
    """One row a design: its dimensions, its indicators, the excess over each limit, and its decisions.

    Columns are named `dimension`, `indicator.NAME`, `excess.LIMIT` and `decision.NAME`; units stand in
    `frame.attrs["units"]`. Numbers are exactly those of the evaluation.

    Args:
        evaluation: The designs.
        space: Says what the rows of the decision matrix mean.
    """
    import pandas as pd

    frame = pd.DataFrame(design_columns(evaluation, space))
    frame.attrs["units"] = units_of(evaluation)
    return frame


def design_columns(evaluation: Evaluation, space: Space) -> dict[str, NDArray[Any] | list[object]]:
    """The columns of `design_table`, in its order: numbers as arrays, decisions as plain values."""
    columns: dict[str, NDArray[Any] | list[object]] = {"design": np.arange(1, len(evaluation) + 1)}
    for j, dimension in enumerate(evaluation.dimensions):
        columns[dimension.name] = evaluation.values[:, j].copy()
    for name, values in evaluation.indicators.items():
        columns[f"indicator.{name}"] = values.copy()
    for j, name in enumerate(evaluation.constraints):
        columns[f"excess.{name}"] = evaluation.excess[:, j].copy()
    # Also where no design is left.
    decided: dict[str, list[object]] = {name: [] for name in _flat(space.decode(space.today))}
    if isinstance(space, DesignSpace):
        known = space.written_columns(evaluation.X)
        decided = {name: known[name] for name in decided}
    else:
        for x in evaluation.X:
            design = _flat(space.decode(x))
            for name, written in decided.items():
                written.append(design[name])
    return {**columns, **{f"decision.{name}": written for name, written in decided.items()}}


def units_of(evaluation: Evaluation) -> dict[str, str]:
    """Units of the columns that have one."""
    return {dimension.name: dimension.unit for dimension in evaluation.dimensions}


def _flat(design: dict[str, object]) -> dict[str, object]:
    """A design with one entry for each phase of an adaptive decision: `decision@phase`."""
    flat: dict[str, object] = {}
    for name, value in design.items():
        if isinstance(value, dict):
            flat.update({f"{name}@{phase}": part for phase, part in value.items()})
        else:
            flat[name] = value
    return flat


def columns_of_table(table: pd.DataFrame) -> list[tuple[str, str, list[object]]]:
    """The columns of a table of designs: name, unit (empty for none), and plain values."""
    units = table.attrs.get("units", {})
    return [(str(name), str(units.get(name, "")), table[name].tolist()) for name in table.columns]


def plain_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """A table from rows; columns in the order in which they first appear, what a row lacks is missing."""
    import pandas as pd

    names = list(dict.fromkeys(name for row in rows for name in row))
    frame = pd.DataFrame({name: [row.get(name) for row in rows] for name in names})
    frame.attrs["units"] = {}
    return frame
