"""One decision for many scenarios: worst case, expected value, regret, and what safety costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation
from optimizer.batch.overall import Overall, overall
from optimizer.batch.solving import whole
from optimizer.batch.together import Together, joined
from optimizer.decide.choose.knee import mean_regret
from optimizer.pareto.dominance import non_dominated
from optimizer.pareto.scaling import scale_of
from optimizer.pareto.tally import Progress
from optimizer.solver.config import EVALUATIONS, SolveConfig
from optimizer.solver.solver import solve
from optimizer.space import size_of


@dataclass(frozen=True, slots=True, eq=False)
class Across:
    """What designs of shared decisions do in all scenarios.

    Attributes:
        X: The designs that were looked at, `(n, d)`.
        is_all: Whether they are all there are.
        parts: What each scenario says of them.
        survives: Which survive in which scenario, `(n, scenarios)`.
        worst: The worst value of each dimension in any scenario, `(n, 6)`.
        expected: The weighted mean of each dimension, `(n, 6)`.
        regret: How much worse than the best survivor of a scenario, at the worst over the scenarios, as a
            share of the range of its survivors, `(n, 6)`.
        worst_front: Positions of the designs that survive everywhere and that none of these dominates by
            their worst values.
        expected_front: The same by their expected values.
        regret_front: The same by their regrets.
        knees: Position of the knee of each of the three fronts; None where a front is empty.
        overall: What is recommended for all scenarios; None where the rule can't tell (`overall`).
    """

    X: Array
    is_all: bool
    parts: tuple[Evaluation, ...]
    survives: NDArray[np.bool_]
    worst: Array
    expected: Array
    regret: Array
    worst_front: NDArray[np.intp]
    expected_front: NDArray[np.intp]
    regret_front: NDArray[np.intp]
    knees: tuple[int | None, int | None, int | None]
    overall: Overall | None

    @property
    def survivors(self) -> NDArray[np.intp]:
        """Positions of the designs that survive in every scenario."""
        return np.flatnonzero(self.survives.all(axis=1))


@dataclass(frozen=True, slots=True)
class Safety:
    """What it costs in one scenario to take a design that is safe in all.

    Attributes:
        cheapest: Position of the scenario's own cheapest survivor; None = it has none.
        cheapest_usd: Its cost there.
        safe_usd: Cost there of the design that is safe everywhere and cheapest on average.
    """

    cheapest: int | None
    cheapest_usd: float
    safe_usd: float


def solve_across(
    found: Together, config: SolveConfig | None = None, *, progress: Progress | None = None
) -> Across:
    """Looks at the shared decisions in every scenario.

    All designs where there are no more than a search would evaluate; else those that searches meet: of the
    worst case, of the expected value, and of each scenario by itself.

    Args:
        found: The scenarios.
        config: Settings of the searches.
        progress: Told designs done, in all (of all searches together), and on the front.

    Raises:
        KeyboardInterrupt: A search was interrupted: the others would tell only a part of the truth.
    """
    config = config or SolveConfig()
    size = size_of(found.space)
    is_all = size is not None and size <= (config.evaluations or EVALUATIONS)
    if is_all and size is not None:
        X = found.space.designs(0, size)
    else:
        settings = SolveConfig(
            method="archive", evaluations=config.evaluations, seed=config.seed, workers=config.workers
        )
        models = [found.model("worst"), found.model("expected")]
        models += [_alone(found, k).model("worst") for k in range(len(found.systems))]
        fronts = []
        for k, model in enumerate(models):
            part = None if progress is None else _part_of(progress, k, len(models))
            fronts.append(whole(solve(model, settings, progress=part)).front.X)
        X = np.unique(np.concatenate([found.space.today[None, :], *fronts]), axis=0)
    return gathered(found, X, is_all=is_all)


def gathered(found: Together, X: Array, *, is_all: bool) -> Across:
    """What designs do in all scenarios.

    Args:
        found: The scenarios.
        X: The designs, `(n, d)`.
        is_all: Whether they are all there are.
    """
    X = X[found.allowed(X)]
    parts = tuple(found.each(X))
    survives = np.stack([part.feasible for part in parts], axis=1).reshape(len(X), len(parts))
    worst = joined(found, X, parts, "worst")
    expected = joined(found, X, parts, "expected")
    regret = np.zeros((len(X), worst.values.shape[1]))
    for k, part in enumerate(parts):
        if survives[:, k].any():
            scaled = scale_of(part.losses[survives[:, k]]).apply(part.losses)
            regret = np.maximum(regret, np.maximum(scaled, 0.0))
    everywhere = np.flatnonzero(survives.all(axis=1))
    fronts = [
        everywhere[non_dominated(losses[everywhere])] if everywhere.size else everywhere
        for losses in (worst.losses, expected.losses, regret)
    ]
    knees = [
        int(front[np.argmin(np.round(mean_regret(losses[front]), 12))]) if front.size else None
        for front, losses in zip(fronts, (worst.losses, expected.losses, regret), strict=True)
    ]
    return Across(
        X=X,
        is_all=is_all,
        parts=parts,
        survives=survives,
        worst=worst.values,
        expected=expected.values,
        regret=regret,
        worst_front=fronts[0],
        expected_front=fronts[1],
        regret_front=fronts[2],
        knees=(knees[0], knees[1], knees[2]),
        overall=overall(found, X, parts, everywhere),
    )


def safety(found: Across, dimension: int) -> tuple[int | None, tuple[Safety, ...]]:
    """What it costs to be safe everywhere.

    Args:
        found: What designs do in all scenarios.
        dimension: Position of the cost.

    Returns:
        Position of the design that survives everywhere and is cheapest on average (None = there is none),
        and for each scenario what it costs there beside the scenario's own cheapest survivor.
    """
    everywhere = found.survivors
    safe = int(everywhere[np.argmin(found.expected[everywhere, dimension])]) if everywhere.size else None
    told = []
    for k, part in enumerate(found.parts):
        own = np.flatnonzero(found.survives[:, k])
        cheapest = int(own[np.argmin(part.values[own, dimension])]) if own.size else None
        told.append(
            Safety(
                cheapest=cheapest,
                cheapest_usd=np.nan if cheapest is None else float(part.values[cheapest, dimension]),
                safe_usd=np.nan if safe is None else float(part.values[safe, dimension]),
            )
        )
    return safe, tuple(told)


def _part_of(progress: Progress, k: int, parts: int) -> Progress:
    """The progress of one search of several of the same size."""

    def tell(done: int, total: int, on_front: int) -> None:
        progress(k * total + done, parts * total, on_front)

    return tell


def _alone(found: Together, k: int) -> Together:
    """One of the scenarios, with the shared decisions open only."""
    return Together(
        systems=(found.systems[k],),
        weights=(1.0,),
        space=found.space,
        places=(found.places[k],),
        shared=found.shared,
        apart=(found.apart[k],),
    )
