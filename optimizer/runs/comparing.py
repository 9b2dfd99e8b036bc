"""How two runs differ: scenario, settings, versions, and whose front reaches what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.errors import Remedy
from models.evaluation import Dimension, dimension_from
from models.scenario.load import scenario_from_text
from models.units import quantity
from optimizer.files.json import answer_of
from optimizer.pareto.dominance import hypervolume
from optimizer.pareto.scaling import scale_of
from optimizer.runs.connecting import StoreError
from optimizer.runs.run import Run
from optimizer.runs.store import RunStore
from optimizer.validation import UnreadableError

#: Designs up to which hypervolumes are worked out: beyond, six dimensions take longer than people wait.
MOST_MEASURED = 2000


@dataclass(frozen=True, slots=True, eq=False)
class RunComparison:
    """How two runs differ.

    Attributes:
        settings: What they were asked for differently, `(in the first, in the second)` each.
        scenario: Paths of the scenario that differ, the same way.
        on_front: Designs on each front.
        common: Designs (by their decisions) on both.
        best: By dimension the best value of each front; None where a front is empty.
        hypervolume: Share of a common box that each front dominates; None where that can't be told.
        units: Units of the dimensions.
    """

    settings: Mapping[str, tuple[object, object]]
    scenario: Mapping[str, tuple[object, object]]
    on_front: tuple[int, int]
    common: int
    best: Mapping[str, tuple[float | None, float | None]]
    hypervolume: tuple[float, float] | None
    units: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> dict[str, object]:
        """The same for machines."""
        return {
            "settings": {name: list(pair) for name, pair in self.settings.items()},
            "scenario": {name: list(pair) for name, pair in self.scenario.items()},
            "on_front": list(self.on_front),
            "common": self.common,
            "best": {name: list(pair) for name, pair in self.best.items()},
            "hypervolume": None if self.hypervolume is None else list(self.hypervolume),
        }

    def lines(self) -> list[str]:
        """The same for people."""
        out = [f"{name}: {a} | {b}" for name, (a, b) in {**self.settings, **self.scenario}.items()]
        out = out or ["Scenario, settings and versions are the same."]
        out.append(f"on the front: {self.on_front[0]:,} | {self.on_front[1]:,}, {self.common:,} on both")
        for name, pair in self.best.items():
            a, b = ("none" if value is None else quantity(value, self.units.get(name, "")) for value in pair)
            out.append(f"best {name}: {a} | {b}")
        if self.hypervolume is not None:
            a, b = (f"{share:.4f}" for share in self.hypervolume)
            out.append(f"hypervolume, as a share of their common box: {a} | {b}")
        return out


def compare_runs(store: RunStore, a: Run, b: Run) -> RunComparison:
    """Compares two runs.

    Raises:
        StoreError: One holds no solution.
    """
    answers = [_answer(store, run) for run in (a, b)]
    told = [
        {
            **run.config,
            "version": run.versions.get("tradespace", ""),
            "source": run.versions.get("source", ""),
            "digest": run.digest,
        }
        for run in (a, b)
    ]
    settings = {
        name: (told[0].get(name), told[1].get(name))
        for name in {**told[0], **told[1]}
        if told[0].get(name) != told[1].get(name)
    }
    trees = [
        _flat(scenario_from_text(store.inputs(run.id)[0]).model_dump(mode="json", by_alias=True))
        for run in (a, b)
    ]
    scenario = {
        path: (trees[0].get(path), trees[1].get(path))
        for path in {**trees[0], **trees[1]}
        if trees[0].get(path) != trees[1].get(path)
    }
    dimensions = [[dimension_from(d) for d in answer["dimensions"]] for answer in answers]
    values = [_values(answer) for answer in answers]
    designs = [{json.dumps(d["design"], sort_keys=True) for d in answer["front"]} for answer in answers]
    best: dict[str, tuple[float | None, float | None]] = {}
    for j, dimension in enumerate(dimensions[0]):
        pair = [_best(found, j, dimension) for found in values]
        best[dimension.name] = (pair[0], pair[1])
    volumes = None
    if dimensions[0] == dimensions[1] and all(0 < len(found) <= MOST_MEASURED for found in values):
        volumes = _volumes(values, dimensions[0])
    return RunComparison(
        settings=settings,
        scenario=scenario,
        on_front=(len(values[0]), len(values[1])),
        common=len(designs[0] & designs[1]),
        best=best,
        hypervolume=volumes,
        units={dimension.name: dimension.unit for dimension in dimensions[0]},
    )


def _answer(store: RunStore, run: Run) -> dict[str, Any]:
    found = store.front(run.id) if run.kind in ("solve", "report") else None
    if found is None or found[1] is None:
        raise StoreError(f"run {run.id} ({run.kind}, {run.state}) holds no solution to compare")
    try:
        return answer_of(found[1], where=f"run {run.id}")
    except UnreadableError as error:
        raise StoreError(str(error), remedy=Remedy.SOLVE_ANEW) from None


def _values(answer: dict[str, Any]) -> np.ndarray:
    names = [dimension["name"] for dimension in answer["dimensions"]]
    rows = [[design["dimensions"][name]["value"] for name in names] for design in answer["front"]]
    found = np.array(rows, dtype=np.float64).reshape(len(rows), len(names))
    return np.where(np.isnan(found), np.inf, found)


def _best(values: np.ndarray, j: int, dimension: Dimension) -> float | None:
    if not len(values):
        return None
    column = values[:, j]
    best = float(column.min() if dimension.better == "lower" else column.max())
    return best if np.isfinite(best) else None


def _volumes(values: list[np.ndarray], dimensions: list[Dimension]) -> tuple[float, float]:
    signs = np.array([dimension.sign for dimension in dimensions])
    losses = [found * signs for found in values]
    scale = scale_of(np.concatenate(losses))
    corner = np.full(len(dimensions), 1.1)  # what doesn't vary is 0 everywhere: it takes no part
    volumes = [hypervolume(scale.apply(one), reference=corner) / float(np.prod(corner)) for one in losses]
    return volumes[0], volumes[1]


def _flat(value: Any, path: str = "") -> dict[str, object]:
    """A tree as one line a leaf."""
    if isinstance(value, dict):
        parts = [_flat(part, f"{path}.{key}" if path else str(key)) for key, part in value.items()]
    elif isinstance(value, list) and value and isinstance(value[0], (dict, list)):
        parts = [_flat(part, f"{path}.{i}") for i, part in enumerate(value)]
    else:
        return {path: value}
    return {key: leaf for part in parts for key, leaf in part.items()}
