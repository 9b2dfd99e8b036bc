"""Settings of a solve."""

from __future__ import annotations

from dataclasses import dataclass

#: Designs that are enumerated without being asked: seconds for a small system, ten minutes for a large one.
DEFAULT_LIMIT = 500_000
#: Designs of the largest sample: all of it is held in memory.
MOST_SAMPLED = 10_000_000


@dataclass(frozen=True, slots=True)
class SolveConfig:
    """Settings of a solve.

    Attributes:
        max_designs: Designs that may be evaluated. None = all, up to 500,000; a larger space is refused. A
            number = all designs when there are no more, else a Sobol sample of that many.
        seed: Seed of a sample.
        chunk: Designs that are evaluated together: bounds the memory, never changes the result.
    """

    max_designs: int | None = None
    seed: int = 0
    chunk: int = 4096

    def __post_init__(self) -> None:
        if self.max_designs is not None and self.max_designs < 1:
            raise ValueError(f"max_designs >= 1 must hold, but got {self.max_designs}")
        if self.chunk < 1:
            raise ValueError(f"chunk >= 1 must hold, but got {self.chunk}")
        if self.seed < 0:
            raise ValueError(f"seed >= 0 must hold, but got {self.seed}")
