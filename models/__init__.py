"""What a system is and how a design scores.

from models import compile_system, evaluate, load_scenario

system = compile_system(load_scenario("scenario.yaml"))
evaluation = evaluate(system, system.space.sample(100, seed=1))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.errors import ScenarioError, TradespaceError
    from models.evaluation import DIMENSIONS, Dimension, Evaluation
    from models.evaluator import evaluate
    from models.explanation.explain import explain
    from models.scenario.load import load_scenario
    from models.scenario.scenario import Scenario
    from models.space.space import DesignSpace
    from models.system.compiler import compile_system
    from models.system.system import System

_HOMES = {
    "DIMENSIONS": "models.evaluation",
    "DesignSpace": "models.space.space",
    "Dimension": "models.evaluation",
    "Evaluation": "models.evaluation",
    "Scenario": "models.scenario.scenario",
    "ScenarioError": "models.errors",
    "System": "models.system.system",
    "TradespaceError": "models.errors",
    "compile_system": "models.system.compiler",
    "evaluate": "models.evaluator",
    "explain": "models.explanation.explain",
    "load_scenario": "models.scenario.load",
}

__all__ = [
    "DIMENSIONS",
    "DesignSpace",
    "Dimension",
    "Evaluation",
    "Scenario",
    "ScenarioError",
    "System",
    "TradespaceError",
    "compile_system",
    "evaluate",
    "explain",
    "load_scenario",
]


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first asked for: the command line starts in a blink."""
    if name not in _HOMES:
        raise AttributeError(f"module 'models' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
