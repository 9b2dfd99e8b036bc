"""Bundled scenarios and named designs of them, for the tests of what each scenario tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from models import Evaluation, System, compile_system, evaluate, explain
from models.scenario.load import load_with_warnings
from models.space.design import encode

FOLDER = Path(__file__).parents[1] / "data" / "scenarios"


def bundled(name: str) -> System:
    """A bundled scenario, compiled; it must give no warning."""
    scenario, warnings = load_with_warnings(FOLDER / f"{name}.yaml")
    assert all(finding.severity == "note" for finding in warnings)
    return compile_system(scenario)


@cache
def _explained(system: System, row: bytes) -> dict[str, Any]:
    answer = explain(system, np.frombuffer(row))
    return {**answer, "phases": {phase["name"]: phase for phase in answer["phases"]}}


def told(system: System, **design: object) -> dict[str, Any]:
    """Everything about one design; what is not named stays as today. Phases by name."""
    return _explained(system, encode(system.space, design).tobytes())


def scored(system: System, designs: Sequence[Mapping[str, object]]) -> Evaluation:
    """Several designs at once."""
    return evaluate(system, np.array([encode(system.space, design) for design in designs]))


def values_of(system: System, **design: object) -> dict[str, float]:
    """The six dimensions of one design."""
    return {name: found["value"] for name, found in told(system, **design)["dimensions"].items()}


def broken(system: System, **design: object) -> set[str]:
    """Names of the limits that one design breaks."""
    return {limit["name"] for limit in told(system, **design)["limits"] if not limit["holds"]}


def combinations(**options: Sequence[object]) -> Iterator[dict[str, object]]:
    """Every combination of the options."""
    for values in product(*options.values()):
        yield dict(zip(options, values, strict=True))


def assert_well_described(system: System) -> None:
    """What every scenario of the gallery has: sources, guesses, 8 to 30 decisions that say what they are."""
    scenario = system.scenario
    assert len(scenario.sources) >= 3
    assert len(scenario.assumptions) >= 5
    assert len(scenario.uncertainty) >= 5
    assert 8 <= len(scenario.decisions) <= 30
    assert all(decision.label for decision in scenario.decisions.values())
    assert all(
        getattr(scenario.dimensions, d).tolerance and getattr(scenario.dimensions, d).step
        for d in type(scenario.dimensions).model_fields
    )
    assert system.space.size is not None
    assert system.space.size <= 100_000


def assert_front_is_open(system: System, *, n: int = 1024, seed: int = 1) -> None:
    """On the front of a sample: five designs or more, every dimension differs, and so does every decision."""
    from optimizer import front_of

    front = front_of(evaluate(system, system.space.sample(n, seed=seed)))
    assert len(front.X) >= 5
    assert np.all(np.ptp(front.evaluation.values, axis=0) > 0)
    constant = [
        d.name for d in system.space.decisions if not np.ptp(front.X[:, list(d.columns)], axis=0).any()
    ]
    assert constant == []
