"""Every design or a search: chosen by counted work, so that every machine chooses the same."""

from __future__ import annotations

from dataclasses import dataclass

from models.units import count, duration
from optimizer.model import PER_S, Work
from optimizer.solver.config import EVALUATIONS, SolveConfig


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen, and why.

    Attributes:
        is_exact: Whether every design is looked at.
        why: Why, as the end of a sentence.
    """

    is_exact: bool
    why: str


def choice_of(work: Work, size: int | None, config: SolveConfig) -> Choice:
    """Whether every design is looked at.

    It is where that is no more work than `exact_seconds` allow, and where a search would be no less: a search
    that takes longer than looking at everything is never begun.

    Args:
        work: What it takes.
        size: Number of designs; None = they can't be counted.
        config: Settings.
    """
    if size is None:
        return Choice(False, "the designs can't be counted out")
    allowed = config.exact_seconds * PER_S
    searched = work_of_search(work, config)
    seconds = duration(max(work.seconds, 0.1))
    takes = f"looking at all {count(size)} designs is about {seconds} of work for two slow cores"
    most = duration(config.exact_seconds)
    if work.all <= allowed:
        return Choice(True, f"{takes}, and up to {most} all are looked at")
    if work.all <= searched:
        return Choice(True, f"{takes}, and a search would be no less")
    return Choice(False, f"{takes}, more than {most}")


def work_of_search(work: Work, config: SolveConfig) -> float:
    """Operations of a search with these settings; 0 where only time bounds it."""
    if config.evaluations is None and config.seconds is not None:
        return 0.0
    return (config.evaluations or EVALUATIONS) * config.restarts * work.each
