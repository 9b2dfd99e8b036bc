"""What was solved before, read from the folder where `solve --out` wrote it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import DesignError, TradespaceError
from models.evaluating import evaluate
from models.system import System
from optimizer.config import SolveConfig
from optimizer.decide.knee import knee
from optimizer.front import Front, front_of
from optimizer.search.hypervolumes import TracePoint
from optimizer.solution import Certificate, Solution


class FrontError(TradespaceError):
    """A folder that holds no front of this scenario."""


def read_front(system: System, folder: Path) -> Front:
    """The designs of a front that was written before, evaluated anew.

    Args:
        system: The scenario it must belong to.
        folder: Where `solve --out` wrote it.

    Raises:
        FrontError: There is none, it can't be read, or it belongs to another scenario.
    """
    path = folder / "front.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        digest = told["scenario"]["digest"]
        designs = [entry["design"] for entry in told["front"]]
    except (OSError, UnicodeError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from None
    if digest != system.digest:
        raise FrontError(
            f"{folder} holds the front of another scenario, or of this one before it was changed: digest "
            f"{digest} there, {system.digest} here; solve it again"
        )
    try:
        X = np.array([system.space.encode(design) for design in designs])
    except DesignError as error:
        raise FrontError(f"{path} holds a design that can't be: {error}") from None
    if not len(X):
        return Front(evaluate(system, system.space.today[None, :]).take(np.arange(0)))
    return front_of(evaluate(system, X))


def read_solution(system: System, folder: Path) -> Solution:
    """A solution that was written before: its designs evaluated anew, how it was found as it is told there.

    Args:
        system: The scenario it must belong to.
        folder: Where `solve --out` wrote it.

    Raises:
        FrontError: There is none, it can't be read, or it belongs to another scenario.
    """
    front = read_front(system, folder)
    path = folder / "front.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return _solution(system, front, told)
    except (OSError, UnicodeError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from None


def _solution(system: System, front: Front, told: dict[str, Any]) -> Solution:
    given = dict(told["certificate"])
    for derived in ("sentence", "exact"):
        given.pop(derived)
    certificate = Certificate(**given)
    today = evaluate(system, system.space.today[None, :])
    closest = told.get("closest")
    return Solution(
        front=front,
        today=today,
        certificate=certificate,
        broken={str(name): int(many) for name, many in told["excluded"].items()},
        broken_alone={str(name): int(many) for name, many in told["excluded_alone"].items()},
        closest=None
        if closest is None
        else evaluate(system, system.space.encode(closest["design"])[None, :]),
        knee=knee(front),
        config=SolveConfig(**told["config"]),
        provenance={
            "scenario": system.scenario.name,
            "title": system.scenario.title,
            "digest": system.digest,
            "tradespace": str(told["tradespace"]),
        },
        trace=tuple(TracePoint(**point) for point in told["trace"]),
    )


def _unreadable(path: Path, error: Exception) -> FrontError:
    return FrontError(
        f"{path} can't be read as a front ({error}); "
        f"`tradespace solve SCENARIO --out {path.parent}` writes one"
    )
