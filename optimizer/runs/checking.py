"""Which designs of a run are checked by simulation, as who starts it or the environment says."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from models.simulation.runs import Progress
from optimizer.model import Model
from optimizer.solver.checked import Which, checked
from optimizer.solver.solution import Solution

#: Says what is checked where nobody has asked: `none`, `recommended`, `all`.
VARIABLE = "TRADESPACE_VERIFY"
WAYS: Final[tuple[Which, ...]] = ("none", "recommended", "all")

#: Checks a solution that has just been found, or comes from a store.
Checker = Callable[[Solution], Solution]


def which_of(asked: str | None, *, default: Which = "recommended") -> Which:
    """What is checked: as asked, else as the environment says, else what is the default.

    Raises:
        ValueError: There is no such way.
    """
    told = asked if asked is not None else os.environ.get(VARIABLE) or default
    if told not in WAYS:
        where = "" if asked is not None else f" in {VARIABLE}"
        raise ValueError(f"found {told!r}{where}; allowed: {', '.join(WAYS)}")
    return told


def checker_of(
    model: Model,
    which: Which,
    *,
    progress: Callable[[str, Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Checker | None:
    """What checks the solutions of a model; None where nothing is wanted.

    Args:
        model: The model.
        which: What is checked.
        progress: Told which design is simulated, and how far that is.
        stop: Asked whether to stop.
    """
    if which == "none":
        return None
    return lambda solution: checked(model, solution, which, progress=progress, stop=stop)
