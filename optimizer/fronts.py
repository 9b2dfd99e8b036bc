"""A front that was solved before, read from the folder where `solve --out` wrote it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from models.errors import DesignError, TradespaceError
from models.evaluating import evaluate
from models.system import System
from optimizer.front import Front, front_of


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
        raise FrontError(
            f"{path} can't be read as a front ({error}); "
            f"`tradespace solve SCENARIO --out {folder}` writes one"
        ) from None
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
