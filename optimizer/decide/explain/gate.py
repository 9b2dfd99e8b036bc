"""Does a decision still hold: every limit, and no design that is better by more than people care about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.evaluation import Array, Evaluation, concatenate
from optimizer.changes import called, changes, told
from optimizer.decide.explain.why_not import dominators
from optimizer.decide.noise import is_equal
from optimizer.model import Model
from optimizer.pareto.front import Front
from optimizer.phrases import differences, excess_text, joined


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked.

    Attributes:
        name: A limit, or `not dominated`.
        holds: Whether it holds.
        told: What was found, in a sentence.
    """

    name: str
    holds: bool
    told: str


def gate(model: Model, front: Front, x: Array) -> tuple[Check, ...]:
    """Checks a chosen design: each limit, and whether a design of the front is better in earnest.

    In earnest is at least as good in everything, and in some dimension better by more than its `step` and by
    more than the model's error.

    Args:
        model: The model.
        front: Its front as it is today; may be empty.
        x: The design that was chosen, `(d,)`.
    """
    space = model.space
    design = model.evaluate(space.canonical(x[None, :]))
    found = []
    for name, over in zip(design.constraints, design.excess[0], strict=True):
        said = f"{name} is broken: {excess_text(name, float(over))} over" if over > 0.0 else f"{name} holds"
        found.append(Check(name, bool(over <= 0.0), said))
    better = _better_in_earnest(model, front, design)
    if better is None:
        said = "no design is better by more than the steps and the model's error"
    else:
        gained = joined(differences(design.dimensions, design.values[0], front.evaluation.values[better]))
        what = told(changes(space, design.X[0], front.X[better]))
        who = called(space, front.X, better)
        said = f"{who}, on the front, is as good in everything, and better in this: {gained}"
        said += f"; it takes {what}"
    found.append(Check("not dominated", better is None, said))
    return tuple(found)


def _better_in_earnest(model: Model, front: Front, design: Evaluation) -> int | None:
    """The design of the front that dominates another one most, by more than a step and the error; or None."""
    for i in map(int, dominators(front, design, model.error)):
        both = concatenate([design, front.evaluation.take(np.array([i]))])
        same = is_equal(both, 0, model.error)[1]
        for j, (dimension, step) in enumerate(zip(both.dimensions, model.steps, strict=True)):
            before, after = dimension.on_scale(both.values[:, j])
            with np.errstate(invalid="ignore"):  # from unbounded to unbounded
                gain = (before - after) * dimension.sign
            if not same[j] and gain > (step or 0.0) * (1.0 + 1e-9):
                return i
    return None
