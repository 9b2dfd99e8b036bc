"""Which candidates survive what the recommended design must (`limits.survives`): asked in order, not all."""

from __future__ import annotations

from models.evaluation import Array
from optimizer.resilience.survival_trials import SurvivalTrials

#: Candidates that are asked at the most, and after the first survivor until a second is found.
MOST_ASKED, MOST_AFTER_THE_FIRST = 200, 16
#: Steps of all runs, at the most: about two minutes of a slow core. Long experiments ask fewer candidates.
MOST_STEPS = 40e6


class Survivors:
    """Candidates of one front.

    Args:
        trials: How designs are asked.
        X: The designs of the front, `(n, d)`.
    """

    def __init__(self, trials: SurvivalTrials, X: Array) -> None:
        self.trials = trials
        self._X = X
        self._known: dict[int, bool] = {}
        self._most = MOST_ASKED

    @property
    def asked(self) -> int:
        """Candidates that were asked."""
        return len(self._known)

    @property
    def is_over(self) -> bool:
        """Whether no more are asked: there were enough of them, or they have taken their time."""
        return self.asked >= self._most or self.trials.steps >= MOST_STEPS

    def survives(self, i: int) -> bool:
        """Whether the design at a position survives; False where no more are asked.

        The first that does is the one to take: of a second one a first look is enough.
        """
        if i not in self._known:
            if self.is_over:
                return False
            is_second = any(self._known.values())
            x = self._X[i]
            self._known[i] = self.trials.is_open(x) if is_second else self.trials.survives(x)
            if self._known[i]:
                self._most = min(self._most, self.asked + MOST_AFTER_THE_FIRST)
        return self._known[i]
