"""Hypervolume as a share of the best there is, or of the best that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import moocore
import numpy as np

from benchmarks.problems import Problem, dtlz2_hypervolume
from models.evaluation import Array, concatenate
from optimizer.pareto.dominance import hypervolume, non_dominated
from optimizer.pareto.front import Front, front_of

#: The reference point lies a tenth of the range beyond the worst of the front in each dimension.
BEYOND = 1.1
#: Dimensions up to which hypervolume is exact; beyond, by 100,000 directions (36 sets: error up to 0.16 %).
MOST_EXACT, DIRECTIONS = 4, 100_000
#: Designs evaluated at once, and candidates kept before they are filtered, while all are looked at.
CHUNK, WAITING = 4096, 40_000


@dataclass(frozen=True, slots=True, eq=False)
class Yardstick:
    """What hypervolumes are measured against.

    Attributes:
        says: What it is: the exact front, or the best of all runs.
        ideal: Best loss of its front in each dimension, `(m,)`.
        nadir: Worst loss of its front in each dimension, `(m,)`.
        whole: Hypervolume of its front, in units of the range of each dimension.
    """

    says: str
    ideal: Array
    nadir: Array
    whole: float

    def share(self, losses: Array) -> float:
        """Hypervolume of some losses `(n, m)` as a share of the whole."""
        return volume(losses, self.ideal, self.nadir) / self.whole


def volume(losses: Array, ideal: Array, nadir: Array) -> float:
    """Hypervolume of losses `(n, m)` in units of the range, up to a tenth beyond the nadir."""
    span = np.where(nadir > ideal, nadir - ideal, 1.0)
    scaled = (np.clip(losses, -1e12, 1e12) - ideal) / span
    reference = np.full(len(ideal), BEYOND)
    scaled = scaled[np.all(scaled < reference, axis=1)]
    if len(scaled) == 0:
        return 0.0
    if len(ideal) <= MOST_EXACT:
        return hypervolume(scaled, reference=reference)
    scaled = np.unique(scaled, axis=0)
    scaled = scaled[non_dominated(scaled)]
    return float(moocore.hv_approx(scaled, ref=reference, nsamples=DIRECTIONS, method="Rphi-FWE+"))


def yardstick_of(losses: Sequence[Array], says: str) -> Yardstick:
    """The yardstick of all losses together.

    Raises:
        ValueError: There are no losses at all.
    """
    together = np.concatenate(list(losses))
    if len(together) == 0:
        raise ValueError("no feasible design was found by any run: there is nothing to measure against")
    best = np.clip(together[non_dominated(together)], -1e12, 1e12)
    ideal, nadir = best.min(axis=0), best.max(axis=0)
    return Yardstick(says, ideal, nadir, volume(best, ideal, nadir))


def known_yardstick(problem: Problem, *, exact_up_to: int) -> Yardstick | None:
    """The yardstick of a front that is known: by theory, or by looking at up to so many designs."""
    if problem.name == "DTLZ2":
        m = len(problem.evaluator(problem.space.sample(1, seed=0)).dimensions)
        return Yardstick("known front", np.zeros(m), np.ones(m), dtlz2_hypervolume(m, BEYOND))
    size = problem.space.size
    if size is None or size > exact_up_to:
        return None
    front = exact_front(problem)
    return yardstick_of([front.losses], f"exact front, {len(front):,} of {size:,} designs")


def exact_front(problem: Problem) -> Front:
    """The front of a space that can be counted out, by looking at every design."""
    size = problem.space.size
    assert size is not None
    kept, waiting = [], 0
    for start in range(0, size, CHUNK):
        X = problem.space.designs(start, min(start + CHUNK, size))
        kept.append(front_of(problem.evaluator(X)).evaluation)
        waiting += len(kept[-1])
        if waiting > WAITING:
            kept, waiting = [front_of(concatenate(kept)).evaluation], 0
    return front_of(concatenate(kept))
