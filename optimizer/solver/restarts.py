"""A solve by search: one search or several, whose fronts are united and compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from models.errors import Remedy, SpaceTooLargeError
from models.evaluation import Evaluation, concatenate
from models.units import count
from optimizer.evaluator import Evaluator
from optimizer.pareto.front import Front, front_of
from optimizer.pareto.tally import Progress, Tally
from optimizer.search.archive import codes
from optimizer.search.breeding import Suggest
from optimizer.search.by_name import search_by_name
from optimizer.search.checkpoints import Checkpoint, CheckpointError, read_checkpoint
from optimizer.search.driver import ENDS, Budget, Found, search
from optimizer.search.hypervolumes import TracePoint
from optimizer.search.recapture import Recapture, agreement_of_fronts, recapture
from optimizer.solver.config import EVALUATIONS, SolveConfig
from optimizer.space import SearchSpace, Space, can_be_searched, size_of


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """What searches have found together.

    Attributes:
        front: The front of all of them.
        tally: What they counted together; a design that two of them evaluated counts twice.
        swept: Designs on the front of which every single change was evaluated by the search that found them.
        trace: How the hypervolume of the first search grew.
        ended: Why they ended.
        missed: With several searches an estimate of how much is still missed; None = there was one.
    """

    front: Front
    tally: Tally
    swept: int
    trace: tuple[TracePoint, ...]
    ended: str
    missed: Recapture | None


def searched(
    evaluator: Evaluator,
    space: Space,
    config: SolveConfig,
    *,
    today: Evaluation,
    steps: Sequence[float | None] | None = None,
    suggest: Suggest | None = None,
    progress: Progress | None = None,
    checkpoint: Path | None = None,
    identity: str = "",
) -> Searched:
    """Searches as often as asked.

    Args:
        evaluator: Scores a decision matrix.
        space: The designs.
        config: Settings.
        today: The running system's design, evaluated.
        steps: Differences in each dimension that people care about.
        suggest: Proposes changes of some designs.
        progress: Told how far it is.
        checkpoint: File to which a search is written while it runs, and from which it goes on.
        identity: Digest of what is searched, for the checkpoint.

    Raises:
        SpaceTooLargeError: The space doesn't tell enough of itself to be searched.
        CheckpointError: The checkpoint is of something else, or the algorithm keeps none.
    """
    if not can_be_searched(space):
        raise SpaceTooLargeError(
            f"the space has {count(size_of(space))} designs and only lists or samples them: a search needs "
            "its columns, decisions, canonical() and is_allowed() (models.space.space.DesignSpace has them); "
            "`max_designs` looks at all of them where it is large enough, else at a Sobol sample of so many",
            remedy=Remedy.SAMPLE,
        )
    asked = config.evaluations
    if asked is None and config.seconds is None:
        asked = EVALUATIONS
    budget = Budget(asked, config.seconds)
    name = "archive" if config.method == "auto" else config.method
    if name != "archive" and checkpoint is not None:
        raise CheckpointError(
            f"{name} keeps no checkpoint: its state belongs to another library; keep none, or search with "
            "the archive",
            remedy=Remedy.NO_CHECKPOINT_OR_SEARCH,
        )

    def one(k: int) -> Found:
        known, seed = cast(SearchSpace, space), config.seed + k
        if name != "archive":
            return search_by_name(
                name, evaluator, known, today=today, budget=budget, seed=seed, progress=progress
            )
        keep, journey = None, None
        if checkpoint is not None:
            path = _numbered(checkpoint, k, config.restarts)
            is_like = {"digest": identity, "seed": seed, "evaluations": asked, "seconds": config.seconds}
            keep = Checkpoint(path, is_like)
            journey = read_checkpoint(path, is_like, like=today, space=known) if path.exists() else None
        return search(
            evaluator,
            known,
            today=today,
            budget=budget,
            seed=seed,
            steps=steps,
            suggest=suggest,
            progress=progress,
            journey=journey,
            checkpoint=keep,
        )

    found: list[Found] = []
    for k in range(config.restarts):
        found.append(one(k))
        if found[-1].ended not in ENDS:
            break  # interrupted, or the model failed
    return united(found)


def _numbered(path: Path, k: int, restarts: int) -> Path:
    return path if restarts == 1 else path.with_name(f"{path.stem}-{k + 1}{path.suffix}")


def united(found: Sequence[Found]) -> Searched:
    """What several searches have found together: on the front each design counts once, swept or not."""
    if len(found) == 1:
        only = found[0]
        return Searched(only.front, only.tally, only.swept, only.trace, only.ended, None)
    front = front_of(concatenate([one.front.evaluation for one in found]))
    tally = Tally()
    for one in found:
        tally.merge(one.tally)
    swept = np.concatenate([one.front.X[one.is_swept] for one in found])
    agreed = agreement_of_fronts([one.front for one in found])
    ended = next((one.ended for one in found if one.ended != "complete"), "complete")
    return Searched(
        front=front,
        tally=tally,
        swept=int(np.isin(codes(front.X), codes(swept)).sum()),
        trace=found[0].trace,
        ended=ended,
        missed=recapture(agreed.found) if len(front) else None,
    )
