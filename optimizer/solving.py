"""From a system to a solution: every design where they can be counted out, else a sample when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from models.errors import SpaceTooLargeError
from models.evaluating import evaluate
from models.evaluation import Array
from models.system import System
from models.units import count
from optimizer.config import DEFAULT_LIMIT, MOST_SAMPLED, SolveConfig
from optimizer.decide.knee import knee
from optimizer.exhaustive import Progress, every_design, look_at
from optimizer.protocols import Evaluator, Space, checked
from optimizer.solution import Certificate, Solution


def solve(system: System, config: SolveConfig | None = None, *, progress: Progress | None = None) -> Solution:
    """Finds the Pareto front of a compiled scenario.

    Args:
        system: The system.
        config: Settings; the default looks at every design of a space of up to 500,000.
        progress: Told designs done, designs in all and designs on the front after every chunk.

    Raises:
        SpaceTooLargeError: There are more designs than may be looked at.
    """
    provenance = {
        "scenario": system.scenario.name,
        "title": system.scenario.title,
        "digest": system.digest,
        "tradespace": _version(),
    }
    return solve_with(
        partial(evaluate, system), system.space, config, progress=progress, provenance=provenance
    )


def solve_with(
    evaluator: Evaluator,
    space: Space,
    config: SolveConfig | None = None,
    *,
    progress: Progress | None = None,
    provenance: Mapping[str, str] | None = None,
) -> Solution:
    """Finds the Pareto front of any model: a space of designs and a callable X -> Evaluation.

    Args:
        evaluator: Scores a decision matrix `(n, d)`.
        space: The designs.
        config: Settings.
        progress: Told designs done, designs in all and designs on the front after every chunk.
        provenance: What to say of where the result comes from.

    Raises:
        SpaceTooLargeError: There are more designs than may be looked at.
        EvaluationError: The callable raised, or answered with something that is no Evaluation.
    """
    config = config or SolveConfig()
    scored = checked(evaluator)
    size = _size(space, config)
    today = scored(np.asarray(space.today)[None, :])
    is_exact = size is not None and size <= (config.max_designs or DEFAULT_LIMIT)
    if not is_exact and config.max_designs is None:
        raise SpaceTooLargeError(
            f"the space has {count(size)} designs, more than the {count(DEFAULT_LIMIT)} that are looked at "
            "without being asked; --max-designs N looks at all of them where N is large enough, else at a "
            "Sobol sample of N"
        )
    if is_exact:
        assert size is not None
        chunks: Iterator[Array] = every_design(space, chunk=config.chunk)
        total = size
    else:
        assert config.max_designs is not None
        if config.max_designs > MOST_SAMPLED:
            raise SpaceTooLargeError(
                f"the space has {count(size)} designs, and a sample at most {count(MOST_SAMPLED)}, "
                f"but --max-designs is {count(config.max_designs)}"
            )
        X = space.sample(config.max_designs, seed=config.seed)
        chunks = (X[i : i + config.chunk] for i in range(0, len(X), config.chunk))
        total = len(X)
    tally, ended_early = look_at(scored, chunks, today=today, total=total, progress=progress)
    front = tally.front()
    return Solution(
        front=front,
        today=today,
        certificate=Certificate(
            method="exact" if is_exact else "sample",
            evaluated=tally.evaluated,
            feasible=tally.feasible,
            on_front=len(front),
            size=size,
            ended_early=ended_early,
        ),
        broken=dict(tally.broken),
        broken_alone=dict(tally.broken_alone),
        closest=tally.closest if tally.feasible == 0 else None,
        knee=knee(front),
        config=config,
        provenance=dict(provenance or {}),
    )


def _size(space: Space, config: SolveConfig) -> int | None:
    """Designs there are; None where they can't be counted, which a sample doesn't need."""
    try:
        return space.size
    except SpaceTooLargeError:
        if config.max_designs is None:
            raise
        return None


def _version() -> str:
    try:
        return version("tradespace")
    except PackageNotFoundError:
        return "not installed"
