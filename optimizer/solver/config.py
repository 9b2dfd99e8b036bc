"""Settings of a solve."""

from __future__ import annotations

from dataclasses import dataclass

#: An enumeration that takes longer than this isn't begun without being asked, s.
EXACT_SECONDS = 60.0
#: Designs of the largest sample: all of it is held in memory.
MOST_SAMPLED = 10_000_000
#: Designs that a search evaluates when nothing else is said.
EVALUATIONS = 20_000


@dataclass(frozen=True, slots=True)
class SolveConfig:
    """Settings of a solve.

    Attributes:
        method: `auto` = every design where that is no more work than `exact_seconds`, or than a search would
            be, else a search; `exact` = every design, however long it takes; or the name of a search
            algorithm.
        max_designs: Instead of `method`: all designs when there are no more than this, else a Sobol sample of
            that many.
        exact_seconds: Largest enumeration that `auto` begins, s of two slow cores, counted and not timed
            (`optimizer.solver.choice`).
        all_values: Whether every design is evaluated, also those that are over a limit for certain.
        evaluations: Designs that a search evaluates at the most; None = 20,000, or no limit where `seconds`
            is given.
        seconds: Longest time of a search, s; None = any.
        restarts: Independent searches, whose fronts are compared and united.
        seed: Seed of a sample or a search.
        workers: Cores that evaluate designs: threads for scenarios, processes for models of one's own and for
            searches; never changes the result.
        chunk: Designs that are evaluated together: bounds the memory, never changes the result.
    """

    method: str = "auto"
    max_designs: int | None = None
    exact_seconds: float = EXACT_SECONDS
    evaluations: int | None = None
    seconds: float | None = None
    restarts: int = 1
    seed: int = 0
    workers: int = 1
    chunk: int = 8192
    all_values: bool = False

    def __post_init__(self) -> None:
        least = {"max_designs": 1, "evaluations": 1, "restarts": 1, "seed": 0, "workers": 1, "chunk": 1}
        for name, lowest in least.items():
            value = getattr(self, name)
            if value is None and name in ("max_designs", "evaluations"):
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
                raise ValueError(f"{name} must be a whole number >= {lowest}, but got {value!r}")
        for name in ("exact_seconds", "seconds"):
            value = getattr(self, name)
            if value is None and name == "seconds":
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0.0:
                raise ValueError(f"{name} must be a number > 0, but got {value!r}")
