"""The recommendation, checked by simulation: what fails is not recommended, the next one takes its place."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Literal

import numpy as np

from models.evaluation import Array
from models.simulation.runs import Progress
from models.simulation.settings import Settings
from models.system.system import System
from optimizer.decide.recommend.recommendation import Pick, Recommendation
from optimizer.decide.recommend.shortlist import recommendation_of
from optimizer.model import Model
from optimizer.pareto.front import Front
from optimizer.resilience.survival import Endured
from optimizer.resilience.survival_trials import SurvivalTrials, survival_trials
from optimizer.resilience.verification import NOT_CHECKED, Check
from optimizer.resilience.verify import DEFAULTS, verify
from optimizer.solver.solution import Solution

#: Which designs are checked: none, the recommended one, the whole shortlist with today's.
Which = Literal["none", "recommended", "all"]
#: Designs that are tried in the place of one that has failed, itself included.
MOST_TRIED = 3
#: Time that the check of one design may take, s: people wait for the answer.
MOST_SECONDS = 10.0


def checked(
    model: Model,
    solution: Solution,
    which: Which = "recommended",
    settings: Settings | None = None,
    *,
    progress: Callable[[str, Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Solution:
    """The solution with its recommendation checked; what was checked before isn't checked again.

    Args:
        model: The model; one that knows of no load is left as it is.
        solution: Its solution.
        which: What is checked.
        settings: Of the simulations; None = as `verify` has them, each for ten seconds at the most.
        progress: Told which design is simulated, and how far that is.
        stop: Asked whether to stop: what hasn't been checked then stays so.
    """
    found = solution.recommendation
    if which == "none" or model.system is None or found is None or not found.picks:
        return solution
    settings = settings or replace(DEFAULTS, cpu_seconds=MOST_SECONDS)
    checking = _Checking(model, model.system, solution.front, settings, progress, stop)
    found = checking.recommended(found)
    if which == "all":
        found = checking.shortlist(found)
    return replace(solution, recommendation=found)


class _Checking:
    """Checks designs of one front, each once."""

    def __init__(
        self,
        model: Model,
        system: System,
        front: Front,
        settings: Settings | None,
        progress: Callable[[str, Progress], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self._model, self._system, self._front = model, system, front
        self._settings, self._progress, self._stop = settings, progress, stop
        self._known: dict[bytes, Check] = {}
        self._trials = survival_trials(system)
        self._endured: dict[bytes, tuple[Endured, ...]] = {}

    def recommended(self, found: Recommendation) -> Recommendation:
        """The record with a recommended design that has not failed, if one of the first few hasn't."""
        refuted = list(found.refuted)
        first: Recommendation | None = None
        while True:
            pick = found.pick("recommended")
            if pick is None or (first is None and pick.is_refuted):
                return found  # others were tried in its place before, and failed too
            pick = self.pick(pick)
            found = _with(found, pick)
            first = first or found
            if not pick.is_refuted:
                return replace(found, refuted=tuple(refuted))
            refuted.append(pick)
            if len(refuted) >= MOST_TRIED or len(refuted) == len(self._front):
                # Nothing better is known: the first stays, with what was found of it.
                return replace(first, refuted=tuple(refuted[1:]))
            out = [one.position for one in refuted if one.position is not None]
            found = without(self._model, self._front, out, trials=self._trials)

    def shortlist(self, found: Recommendation) -> Recommendation:
        """The record with every design of the shortlist checked, and today's."""
        for pick in found.picks:
            found = _with(found, self.pick(pick))
        return replace(found, today=self.pick(found.today))

    def pick(self, pick: Pick) -> Pick:
        """A design of the shortlist with its check; as it is where somebody wants to stop."""
        x = self._system.space.today if pick.position is None else self._front.X[pick.position]
        key = np.ascontiguousarray(x).tobytes()
        if pick.check.verdict != "not_checked":
            self._known.setdefault(key, pick.check)
        if key not in self._known:
            if self._stop is not None and self._stop():
                return pick
            self._known[key] = self._check(x, "today's" if pick.position is None else f"{pick.position + 1}")
        pick = replace(pick, check=self._known[key])
        return pick if pick.check.is_refuted or self._trials is None else self._confirmed(pick, x, key)

    def _confirmed(self, pick: Pick, x: Array, key: bytes) -> Pick:
        """A design with what it survives by steps played event by event too, where numbers are small."""
        assert self._trials is not None
        if key not in self._endured:
            stop = self._stop or (lambda: False)
            self._endured[key] = self._trials.confirmed(x, pick.endured, stop=stop)
        return replace(pick, endured=self._endured[key])

    def _check(self, x: Array, name: str) -> Check:
        def told(progress: Progress) -> None:
            assert self._progress is not None
            self._progress(name, progress)

        found = verify(
            self._system,
            x,
            self._system.peak,
            self._settings,
            progress=None if self._progress is None else told,
            stop=self._stop,
        )
        is_stopped = found.simulated is not None and found.simulated.ended == "stopped"
        return NOT_CHECKED if is_stopped else found.check


def _with(found: Recommendation, pick: Pick) -> Recommendation:
    """The record with what is now known of one of its designs."""
    return replace(found, picks=tuple(pick if one.position == pick.position else one for one in found.picks))


def without(
    model: Model, front: Front, refuted: Collection[int], *, trials: SurvivalTrials | None = None
) -> Recommendation:
    """The recommendation as if some designs weren't on the front; positions are those on the front.

    Args:
        model: The model.
        front: The front; more of it than what is left out.
        refuted: Positions of the designs that are left out.
        trials: What is known of designs that were asked what they survive.
    """
    kept = np.setdiff1d(np.arange(len(front)), np.array(sorted(refuted), dtype=np.intp))
    found = recommendation_of(model, Front(front.evaluation.take(kept)), trials=trials)

    def placed(position: int | None) -> int | None:
        return None if position is None else int(kept[position])

    return replace(
        found,
        picks=tuple(replace(pick, position=placed(pick.position)) for pick in found.picks),
        runner_up=placed(found.runner_up),
    )
