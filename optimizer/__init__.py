"""Finding and choosing: Pareto fronts of systems, or of any model of your own.

from optimizer import SolveConfig, solve, solve_with
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.config import SolveConfig
    from optimizer.decide.knee import knee
    from optimizer.files import write_solution
    from optimizer.front import Front, front_of
    from optimizer.pareto import hypervolume, non_dominated
    from optimizer.solution import Certificate, Solution
    from optimizer.solving import solve, solve_with
    from optimizer.tables import design_table

_HOMES = {
    "Certificate": "optimizer.solution",
    "Front": "optimizer.front",
    "Solution": "optimizer.solution",
    "SolveConfig": "optimizer.config",
    "design_table": "optimizer.tables",
    "front_of": "optimizer.front",
    "hypervolume": "optimizer.pareto",
    "knee": "optimizer.decide.knee",
    "non_dominated": "optimizer.pareto",
    "solve": "optimizer.solving",
    "solve_with": "optimizer.solving",
    "write_solution": "optimizer.files",
}

__all__ = [
    "Certificate",
    "Front",
    "Solution",
    "SolveConfig",
    "design_table",
    "front_of",
    "hypervolume",
    "knee",
    "non_dominated",
    "solve",
    "solve_with",
    "write_solution",
]


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'optimizer' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
