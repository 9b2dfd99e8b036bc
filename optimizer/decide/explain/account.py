"""Everything that is to be said about one design of a front, gathered: what explains it to a person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation
from models.explanation.notices import Notice, notices
from optimizer.changes import Change, changes
from optimizer.decide.choose.knee import reason
from optimizer.decide.explain.trade_offs import Exchange, Sacrifice, exchanges, sacrifices
from optimizer.decide.explain.why_not import WhyNot, why_not
from optimizer.decide.noise import alike
from optimizer.decide.recommend.visible_front import ShownFront, shown_front
from optimizer.model import Model
from optimizer.pareto.front import Front
from optimizer.resilience.breaking_points import BreakingPoints, breaking_points


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """What is to be said about one design.

    Attributes:
        design: The design, evaluated; one row.
        position: Its position on the front; None = it isn't on it.
        changed: Decisions that differ from today's.
        notices: What users are told while it runs.
        is_knee: Whether it is the knee.
        reason: Why it is, in words; empty where it isn't, or two dimensions don't tell it.
        rivals: Designs that could be the knee as well within the model's error, where it is the knee.
        alike: Dimensions in which all designs of the front are alike within the model's error, by position.
        gives_up: What it gives up against the best of each dimension, where it is on the front.
        exchanges: The cheapest way to more of each dimension, where it is on the front.
        why_not: Why it isn't on the front, where it isn't.
        breaking: Where it breaks as the load grows; None = the model knows of no load.
    """

    design: Evaluation
    position: int | None
    changed: tuple[Change, ...]
    notices: tuple[Notice, ...]
    is_knee: bool
    reason: str
    rivals: NDArray[np.intp]
    alike: tuple[int, ...]
    gives_up: tuple[Sacrifice, ...]
    exchanges: tuple[Exchange, ...]
    why_not: WhyNot | None
    breaking: BreakingPoints | None


def account(model: Model, front: Front, x: Array, shown: ShownFront | None = None) -> Account:
    """Everything that is to be said about one design.

    Args:
        model: The model.
        front: Its front; may be empty.
        x: The design, `(d,)`.
        shown: The designs of the front that are shown, whose knee is told; None = those that differ visibly.
    """
    error, system = model.error, model.system
    seen = shown_front(model, front) if shown is None else shown
    row = model.space.canonical(x[None, :])
    here = np.flatnonzero(np.all(row == front.X, axis=1)) if len(front) else np.zeros(0, dtype=np.intp)
    position = int(here[0]) if here.size else None
    is_knee = position is not None and position == seen.knee
    return Account(
        design=front.evaluation.take(here[:1]) if position is not None else model.evaluate(row),
        position=position,
        changed=changes(model.space, np.asarray(model.space.today), row[0]),
        notices=() if system is None else notices(system, row[0]),
        is_knee=is_knee,
        reason=reason(front, position, error) if is_knee and position is not None else "",
        rivals=seen.rivals(position, error),
        alike=tuple(int(j) for j in np.flatnonzero(alike(seen.front.evaluation, error))),
        gives_up=() if position is None else sacrifices(front, position, error),
        exchanges=() if position is None else exchanges(front, position, steps=model.steps, error=error),
        why_not=why_not(model, front, row[0]) if position is None else None,
        breaking=None if system is None else breaking_points(system, row),
    )
