"""Finding and choosing: Pareto fronts of systems, or of any model of your own.

from optimizer import Model, SolveConfig, model_of, solve
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.decide.choose.knee import knee
    from optimizer.files.solution import write_solution
    from optimizer.files.tables import design_table
    from optimizer.model import Model
    from optimizer.pareto.dominance import hypervolume, non_dominated
    from optimizer.pareto.front import Front, front_of
    from optimizer.scenario_model import model_of
    from optimizer.solver.config import SolveConfig
    from optimizer.solver.solution import Certificate, Solution
    from optimizer.solver.solver import solve

_HOMES = {
    "Certificate": "optimizer.solver.solution",
    "Front": "optimizer.pareto.front",
    "Model": "optimizer.model",
    "Solution": "optimizer.solver.solution",
    "SolveConfig": "optimizer.solver.config",
    "design_table": "optimizer.files.tables",
    "front_of": "optimizer.pareto.front",
    "hypervolume": "optimizer.pareto.dominance",
    "knee": "optimizer.decide.choose.knee",
    "model_of": "optimizer.scenario_model",
    "non_dominated": "optimizer.pareto.dominance",
    "solve": "optimizer.solver.solver",
    "write_solution": "optimizer.files.solution",
}

__all__ = [
    "Certificate",
    "Front",
    "Model",
    "Solution",
    "SolveConfig",
    "design_table",
    "front_of",
    "hypervolume",
    "knee",
    "model_of",
    "non_dominated",
    "solve",
    "write_solution",
]


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'optimizer' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
