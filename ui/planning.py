"""How a scenario is solved, why so, and how long that is expected to take: known before anything is found."""

from __future__ import annotations

from dataclasses import dataclass

from models.system.system import System
from models.units import count
from optimizer.files.json import config_from
from optimizer.model import PER_S, Work
from optimizer.runs.run import Run
from optimizer.solver.choice import choice_of, work_of_search
from optimizer.solver.config import EVALUATIONS, SolveConfig
from optimizer.space import size_of
from ui import cached

#: The search that is chosen where nobody names one.
_USUAL_SEARCH = "archive"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a scenario is solved.

    Attributes:
        method: The method, in a sentence, with why it was chosen.
        designs: Designs that are looked at; None = as many as the time allows.
        seconds: How long that takes by its counted work, s, on two slow cores; None = nobody can tell.
    """

    method: str
    designs: int | None
    seconds: float | None

    @property
    def rate(self) -> float | None:
        """Designs/s by their counted work; None = nobody can tell."""
        return None if self.designs is None or not self.seconds else self.designs / self.seconds


def plan_of_run(run: Run, system: System) -> Plan:
    """How a run solves its scenario."""
    config = config_from(run.config, where=f"run {run.id}")
    return plan_of(cached.work(system.digest, system), size_of(system.space), config)


def plan_of(work: Work, size: int | None, config: SolveConfig) -> Plan:
    """How a scenario is solved with some settings.

    Args:
        work: What looking at its designs takes.
        size: Number of designs; None = they can't be counted.
        config: Settings.
    """
    if config.max_designs is not None:
        if size is not None and size <= config.max_designs:
            return Plan(f"All {count(size)} designs are looked at, as was asked.", size, work.seconds)
        most = config.max_designs
        words = f"A Sobol sample of {count(most)} designs is looked at, as was asked."
        return Plan(words, most, most * work.each / PER_S)
    if config.method == "exact":
        return Plan("All designs are looked at, as was asked.", size, work.seconds)
    if config.method != "auto":
        return _search(work, config, f"A search ({config.method}), as was asked.")
    choice = choice_of(work, size, config)
    if choice.is_exact:
        return Plan(f"All designs are looked at: {choice.why}.", size, work.seconds)
    return _search(work, config, f"A search ({_USUAL_SEARCH}): {choice.why}.")


def _search(work: Work, config: SolveConfig, words: str) -> Plan:
    if config.evaluations is None and config.seconds is not None:
        return Plan(words, None, config.seconds * config.restarts)
    designs = (config.evaluations or EVALUATIONS) * config.restarts
    return Plan(words, designs, work_of_search(work, config) / PER_S)
