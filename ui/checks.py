"""Checks by simulation, made in the background while people look at a shortlist, shown as they come."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np

from models.evaluation import Array
from models.system.system import System
from optimizer.decide.recommend.recommendation import Pick, Recommendation
from optimizer.resilience.verification import NOT_CHECKED, Check
from optimizer.resilience.verify import DEFAULTS, verify
from optimizer.runs.checking import which_of
from optimizer.solver.solution import Solution
from ui.tokens import TODAY

#: What a card says while its design waits for its check, and how often is looked whether it is done, s.
UNDER_WAY, LOOK_S = "being simulated", 1.0
#: Checks that are remembered.
MOST_KEPT = 500
#: One core at a time: the others answer the pages.
_SETTINGS = replace(DEFAULTS, workers=1)


class Checks:
    """The checks of this server, each made once, one after the other."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="check")
        self._made: dict[tuple[str, bytes], Future[Check]] = {}
        self._lock = threading.Lock()

    def ask(self, system: System, x: Array) -> Check | None:
        """What came of the check of a design; None = it is under way."""
        key = (system.digest, np.ascontiguousarray(x).tobytes())
        with self._lock:
            if key not in self._made:
                while len(self._made) >= MOST_KEPT:
                    self._made.pop(next(iter(self._made)))
                self._made[key] = self._pool.submit(_check, system, np.array(x))
            found = self._made[key]
        if not found.done():
            return None
        return NOT_CHECKED if found.exception() is not None else found.result()


def _check(system: System, x: Array) -> Check:
    return verify(system, x, system.peak, _SETTINGS).check


@cache
def checks() -> Checks:
    """The checks of this server."""
    return Checks()


def check_of(system: System, solution: Solution, pick: Pick) -> Check | None:
    """The check of a design of the shortlist, kept or made here; None = it is under way."""
    if pick.check.verdict != "not_checked" or which_of(None) == "none":
        return pick.check
    x = system.space.today if pick.position is None else solution.front.X[pick.position]
    return checks().ask(system, x)


def picks_of(made: Recommendation) -> dict[str, Pick]:
    """The designs of a shortlist, and today's, by how an address names them."""
    named = {TODAY: made.today}
    return named | {str(pick.position + 1): pick for pick in made.picks if pick.position is not None}
