"""A search from its first design to its certificate: budget, trace, checkpoints, interruptions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.errors import EvaluationError
from models.evaluation import Array, Evaluation
from optimizer.evaluator import Evaluator
from optimizer.pareto.front import Front
from optimizer.pareto.tally import Progress, Tally, tell
from optimizer.search.archive import codes, empty_archive
from optimizer.search.breeding import Breeding, BreedingState, Suggest, batch_for, swept_of
from optimizer.search.hypervolumes import GROWTH, TracePoint, trace_of
from optimizer.space import SearchSpace

#: Batches in a row that bring nothing before a search goes over to its last sweeps.
STAGNATION = 12
#: Share of the evaluations that is kept for sweeps of the front at the end.
LAST_SWEEPS = 0.2
#: The front is swept at the end when that takes at most this many times what is left: half of it is worth it.
WITHIN_REACH = 2.0
#: How a search ends that nothing cut short.
ENDS = ("complete", "evaluations", "seconds")
#: Said when a search finds nothing to begin with.
NOTHING = "no design was found that keeps the rules"


@dataclass(frozen=True, slots=True)
class Budget:
    """What a search may take.

    Attributes:
        evaluations: Designs at the most; None = any number.
        seconds: Time at the most, s; None = any.
    """

    evaluations: int | None
    seconds: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search has found.

    Attributes:
        front: All feasible designs ever evaluated that no other dominates.
        tally: What was counted.
        is_swept: Of each design on the front: whether every single change of it was evaluated, `(front,)`.
        trace: How the hypervolume grew.
        ended: Why it ended: `complete` (nothing new to look at), `evaluations`, `seconds`, or words.
    """

    front: Front
    tally: Tally
    is_swept: NDArray[np.bool_]
    trace: tuple[TracePoint, ...]
    ended: str

    @property
    def swept(self) -> int:
        """Designs on the front of which every single change was evaluated."""
        return int(self.is_swept.sum())


@dataclass
class Journey:
    """A search under way; all that a checkpoint must hold.

    Attributes:
        state: Where the algorithm stands.
        moments: Evaluations, and losses of the front then.
        idle: Batches in a row that brought nothing.
        is_last: Whether it is in its last sweeps.
        spent_s: Time taken before it was resumed, s.
    """

    state: BreedingState
    moments: list[tuple[int, Array]] = field(default_factory=list)
    idle: int = 0
    is_last: bool = False
    spent_s: float = 0.0


def search(
    evaluator: Evaluator,
    space: SearchSpace,
    *,
    today: Evaluation,
    budget: Budget,
    seed: int,
    steps: Sequence[float | None] | None = None,
    suggest: Suggest | None = None,
    progress: Progress | None = None,
    journey: Journey | None = None,
    checkpoint: Callable[[Journey], None] | None = None,
) -> Found:
    """Searches a space with the archive search.

    Args:
        evaluator: Scores a decision matrix.
        space: The designs.
        today: The running system's design, evaluated; the search begins with it.
        budget: What it may take.
        seed: Same seed and same number of evaluations, same front.
        steps: Differences in each dimension that people care about; None = a share of the range.
        suggest: Proposes changes of some designs; None = nobody does.
        progress: Told designs evaluated, designs allowed (or evaluated) and designs on the front.
        journey: A search that was interrupted, to go on with.
        checkpoint: Given the journey after every batch, to keep it.

    Returns:
        What was found; Ctrl-C, and a model that fails, end it with what there is.

    Raises:
        EvaluationError: The model failed before anything was found.
    """
    steps = [None] * len(today.dimensions) if steps is None else steps
    breeding = Breeding(space, today.X, steps, suggest, batch_for(budget.evaluations))
    if journey is None:
        journey = Journey(breeding.begin(empty_archive(today), seed=seed))
    archive = journey.state.archive

    def turn() -> str:
        X = _next(breeding, journey, budget)
        if not len(X):
            return "complete" if archive.tally.evaluated else NOTHING
        brought = breeding.tell(journey.state, evaluator(X))
        journey.idle = 0 if brought else journey.idle + 1
        return ""

    ended = until_over(journey, budget, turn, progress=progress, checkpoint=checkpoint)
    return gathered(space, journey, ended)


def until_over(
    journey: Journey,
    budget: Budget,
    turn: Callable[[], str],
    *,
    progress: Progress | None = None,
    checkpoint: Callable[[Journey], None] | None = None,
) -> str:
    """Takes turns until one of them says that it is over, the budget is spent, or somebody interrupts.

    Args:
        journey: The search; its time and its moments are kept up to date.
        budget: What it may take.
        turn: Evaluates the next designs; says why it is over, or nothing.
        progress: Told how far it is after every turn.
        checkpoint: Given the journey after every turn.

    Returns:
        Why it ended.

    Raises:
        EvaluationError: The model failed before anything was found.
    """
    began = time.monotonic() - journey.spent_s
    tally = journey.state.archive.tally
    try:
        while True:
            journey.spent_s = time.monotonic() - began
            ended = over(budget, journey) or turn()
            if ended:
                return ended
            _remember(journey)
            if checkpoint is not None:
                checkpoint(journey)
            archive = journey.state.archive
            most = max(budget.evaluations or 0, tally.evaluated)
            tell(progress, tally.evaluated, most, len(archive.members), archive.front)
    except KeyboardInterrupt:
        return "interrupted"
    except EvaluationError as error:
        if not tally.evaluated:
            raise
        return f"the model failed ({error})"


def over(budget: Budget, journey: Journey) -> str:
    """Which part of the budget is spent: nothing, `evaluations` or `seconds`."""
    evaluated = journey.state.archive.tally.evaluated
    if budget.evaluations is not None and evaluated >= budget.evaluations:
        return "evaluations"
    if budget.seconds is not None and journey.spent_s >= budget.seconds:
        return "seconds"
    return ""


def _next(breeding: Breeding, journey: Journey, budget: Budget) -> Array:
    """The next batch: bred while that brings something, then sweeps of what is not swept yet."""
    evaluated = journey.state.archive.tally.evaluated
    left = 2**31 if budget.evaluations is None else budget.evaluations - evaluated
    if budget.evaluations is not None and left <= LAST_SWEEPS * budget.evaluations:
        journey.is_last = journey.is_last or breeding.sweeping_takes(journey.state) <= WITHIN_REACH * left
    if journey.idle >= STAGNATION:
        journey.is_last = True
    if journey.is_last and len(journey.state.archive.members):
        X = breeding.last_sweep(journey.state, most=min(left, 2048))
        if len(X) or journey.idle >= STAGNATION:
            return X
    return breeding.ask(journey.state, most=left)


def _remember(journey: Journey) -> None:
    """Keeps a moment of the journey for its trace, when enough has happened since the last."""
    archive = journey.state.archive
    last = journey.moments[-1][0] if journey.moments else 0
    if archive.tally.evaluated >= GROWTH * last:
        journey.moments.append((archive.tally.evaluated, archive.members.losses))


def gathered(space: SearchSpace, journey: Journey, ended: str) -> Found:
    """What a search has found, with the reason why it ended."""
    archive = journey.state.archive
    front = archive.front()
    moments = journey.moments
    if not moments or moments[-1][0] != archive.tally.evaluated:
        moments = [*moments, (archive.tally.evaluated, front.losses)]
    swept = archive.members.X[swept_of(space, journey.state)]
    is_swept = np.isin(codes(front.X), codes(swept))
    return Found(front, archive.tally, is_swept, trace_of(moments, front.losses), ended)
