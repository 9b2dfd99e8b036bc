"""Does a decision still hold: every limit, likely enough, and no design better by more than people mind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.evaluation import Array, Evaluation, concatenate
from models.units import quantity
from optimizer.changes import called, changes, told
from optimizer.decide.explain.why_not import dominators
from optimizer.decide.noise import is_equal
from optimizer.decide.recommend.candidates import Asking, asking_of
from optimizer.decide.recommend.recommendation import Recommendation
from optimizer.model import Model
from optimizer.pareto.front import Front
from optimizer.phrases import breach, differences, joined


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked.

    Attributes:
        name: A limit, `confidence`, or `not dominated`.
        holds: Whether it holds.
        told: What was found, in a sentence.
    """

    name: str
    holds: bool
    told: str


def gate(model: Model, front: Front, x: Array, record: Recommendation | None = None) -> tuple[Check, ...]:
    """Checks a chosen design: each limit, how likely it keeps them, and whether another is better in earnest.

    In earnest is at least as good in everything, and in some dimension better by more than its `step` and by
    more than the model's error.

    Args:
        model: The model.
        front: Its front as it is today; may be empty.
        x: The design that was chosen, `(d,)`.
        record: What is recommended of the front; None = how likely limits hold isn't checked.
    """
    space = model.space
    design = model.evaluate(space.canonical(x[None, :]))
    found = []
    for name, over in zip(design.constraints, design.excess[0], strict=True):
        said = (
            f"{name} is broken: {breach(model.limits, name, float(over))}" if over > 0.0 else f"{name} holds"
        )
        found.append(Check(name, bool(over <= 0.0), said))
    asking = None if record is None else asking_of(model, record.seed)
    if record is not None and asking is not None:
        found.append(_likely(model, front, design.X[0], record, asking))
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


def _likely(model: Model, front: Front, x: Array, record: Recommendation, asking: Asking) -> Check:
    """Whether a design is as likely to keep its limits as the scenario wants.

    Where no design of the front is, it need not be surer than the recommended one.
    """
    best = record.pick("recommended")
    place = None if best is None else best.position
    is_best = place is not None and bool(np.all(front.X[place] == x))
    sure = best.confidence if best is not None and is_best else None
    if sure is None:
        sure = float(asking.all(x[None, :])[0])
    least, wanted = model.confidence, quantity(model.confidence, "fraction")
    said = f"all limits hold in {quantity(sure, 'fraction')} of the draws of the guesses"
    said += f"; at least {wanted} are asked for"
    if record.reached in ("closest", "never") and best is not None and best.confidence is not None:
        least = best.confidence
        said += f", and no design that was tried gets there: the recommended one {_gets(least)}"
    if place is not None and not is_best:
        what = told(changes(model.space, x, front.X[place]))
        said += f"; recommended is {called(model.space, front.X, place)}: it takes {what}"
    return Check("confidence", sure >= least - 1e-12, said)


def _gets(share: float) -> str:
    return f"keeps its limits in {quantity(share, 'fraction')}"


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
