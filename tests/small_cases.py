"""Small inputs of `tests/cases/`, read as a user's files are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from models import System, compile_system, explain, load_scenario
from models.evaluator import Run, run

FOLDER = Path(__file__).with_name("cases")


def case_file(name: str) -> Path:
    """The file of a case."""
    return FOLDER / f"{name}.yaml"


def case(name: str) -> System:
    """A case, compiled."""
    return compile_system(load_scenario(case_file(name)))


def designs_of(system: System, **values: Any) -> np.ndarray:
    """Today's design with other values of some decisions, one row."""
    x = system.space.today.copy()
    for name, value in values.items():
        for decision in system.space.decisions:
            if decision.name == name:
                x[list(decision.columns)] = value
    return x[None, :]


def evaluated(system: System, X: np.ndarray | None = None) -> Run:
    """Designs with every step; today's where none are given."""
    return run(system, system.space.today[None, :] if X is None else X)


def told(system: System, x: np.ndarray | None = None) -> dict[str, Any]:
    """The first phase of what is said of a design: `components` and `flows`."""
    answer: Any = explain(system, system.space.today if x is None else x)
    return answer["phases"][0]


def dimensions(system: System, X: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """The six dimensions by name, `(n,)` each."""
    names = ("latency", "throughput", "consistency", "availability", "cost", "complexity")
    return dict(zip(names, evaluated(system, X).values.T, strict=True))
