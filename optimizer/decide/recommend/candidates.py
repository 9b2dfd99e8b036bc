"""Which candidate to take: in the order of the rule the first that is likely enough to keep its limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.system.system import System
from models.system.uncertainty import guesses_of
from optimizer.decide.confidence.limits_in_draws import FEW, Holding, draws_for
from optimizer.decide.recommend.order import Rule
from optimizer.decide.recommend.recommendation import Reached
from optimizer.decide.recommend.survivors import Survivors
from optimizer.model import Model
from optimizer.pareto.boxes import widths_of
from optimizer.pareto.front import Front

#: Candidates that are tried at least. Where none of all is likely enough, the first of them are held against
#: each other: what was asked isn't given up without end for a little more certainty.
LEAST_TRIED = 200
#: Candidates that are tried together in all draws, and those that come closest in the few.
CONFIRMED_TOGETHER, CLOSEST_TOGETHER = 4, 16


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """How designs are asked how likely they keep their limits.

    Attributes:
        system: The system.
        wanted: Share of the draws in which all limits must hold.
        seed: Seed of the draws.
    """

    system: System
    wanted: float
    seed: int = 0

    @property
    def draws(self) -> int:
        """Draws in which what is told is tried."""
        return draws_for(self.wanted)

    @property
    def has_guesses(self) -> bool:
        """Whether any number of the file may be off."""
        return bool(guesses_of(self.system))

    @property
    def is_rate_assumed(self) -> bool:
        """Whether the file leaves open how far the rate may be off."""
        return any(guess.is_assumed for guess in guesses_of(self.system))

    def few(self, X: Array) -> Holding:
        """Many designs, to be tried in few draws."""
        return Holding.of(self.system, X, FEW, seed=self.seed)

    def many(self, X: Array) -> Holding:
        """Some designs, to be tried in all draws."""
        return Holding.of(self.system, X, self.draws, seed=self.seed)

    def all(self, X: Array) -> Array:
        """Share of all draws in which each design keeps all limits, `(n,)`."""
        return whole_share(self.many(X), np.arange(len(X)))


def asking_of(model: Model, seed: int = 0) -> Asking | None:
    """How designs of a model are asked how likely they keep their limits; None = it knows of no guesses."""
    return None if model.system is None else Asking(model.system, model.confidence, seed)


def rule_of(model: Model) -> Rule:
    """The order of designs that a model asks for."""
    names = [dimension.name for dimension in model.dimensions]
    return Rule(
        goals=[model.goal(dimension) for dimension in model.dimensions],
        widths=widths_of(model.dimensions, model.steps),
        decide_by=names.index(model.decide_by) if model.decide_by else None,
        today=np.asarray(model.space.today),
        decisions=getattr(model.space, "decisions", ()),  # a space that is only listed has none
    )


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What came of the candidates.

    Attributes:
        reached: Whether one is as likely to keep its limits as was wanted.
        best: Positions of the first and the second, `(<= 2,)`.
        level: Positions of all that are as likely as was wanted, or that come closest, in order.
        trials: All candidates in few draws.
        confirming: The same in all draws, in which they are told.
        tried: How many were tried.
        survives: Whether the first of the best survives what it must; None = nothing is asked.
    """

    reached: Reached
    best: NDArray[np.intp]
    level: NDArray[np.intp]
    trials: Holding
    confirming: Holding
    tried: int
    survives: bool | None = None


def ask(X: Array, order: NDArray[np.intp], asking: Asking, survivors: Survivors | None = None) -> Asked:
    """Tries candidates in their order, all of a short front, until one is likely enough to keep its limits.

    Where it must survive something too, candidates that are likely enough are asked about that; if none of
    those survives, the first of them stays.

    Args:
        X: The designs of the front, `(n, d)`.
        order: Their positions, best first, `(n,)`; at least one.
        asking: How likely that must be.
        survivors: Which of them survive what they must; None = nothing is asked.
    """
    trials, confirming = asking.few(X), asking.many(X)
    trials.hardest_first(X[order[0]])
    tried = 0
    fallen: Asked | None = None
    while tried < len(order):
        some = order[tried : tried + LEAST_TRIED]
        trials.ask(some, asking.wanted)
        tried += len(some)
        level = order[:tried][_reach(trials.share[order[:tried]], asking.wanted)]
        likely, best = _confirmed(confirming, level, asking.wanted, survivors)
        if best.size:
            survives = None if survivors is None else True
            return Asked("reached", best, level, trials, confirming, tried, survives)
        if likely.size and fallen is None:
            fallen = Asked("reached", likely, level, trials, confirming, tried, False)
        if survivors is not None and survivors.is_over:
            break
    if fallen is not None:
        return fallen
    level = _closest(trials, order)
    most = float(np.nanmax(trials.share, initial=0.0))
    best, survives = surviving(level, survivors)
    return Asked("closest" if most > 0.0 else "never", best, level, trials, confirming, tried, survives)


def surviving(order: NDArray[np.intp], survivors: Survivors | None) -> tuple[NDArray[np.intp], bool | None]:
    """The first two of some designs that survive what they must, and whether any does.

    Args:
        order: Positions of the designs, best first.
        survivors: Which of them survive; None = nothing is asked.

    Returns:
        The first two of all where nothing is asked, or none survives.
    """
    if survivors is None:
        return order[:2], None
    found: list[int] = []
    for i in order.tolist():
        if len(found) == 2 or survivors.is_over:
            break
        if survivors.survives(i):
            found.append(i)
    return (np.array(found, dtype=np.intp), True) if found else (order[:2], False)


def _closest(trials: Holding, order: NDArray[np.intp]) -> NDArray[np.intp]:
    """Candidates that come closest, in order: within a standard error of the most likely of the first ones.

    All of them are held against each other only where one further down is at least twice as likely.
    """
    first = order[:LEAST_TRIED]
    most = float(surest(trials, first).max())
    twice = max(2.0 * most, 1.0 / len(trials.draws))
    if twice <= 1.0:
        trials.ask(order, twice)
        if _reach(trials.share[order], twice).any():
            first = order
    share = surest(trials, first)
    most = float(share.max())
    # Draws can't tell them apart.
    return np.asarray(first[_reach(share, most - float(np.sqrt(most * (1.0 - most) / len(trials.draws))))])


@dataclass(frozen=True, slots=True)
class First:
    """The design that comes first of some.

    Attributes:
        position: Its position on the front.
        reached: Whether it is as likely to keep its limits as was wanted.
        confidence: Share of the draws in which it keeps them; None = nothing is known of guesses.
    """

    position: int
    reached: Reached
    confidence: float | None


def first_of(model: Model, front: Front, order: NDArray[np.intp], *, seed: int = 0) -> First | None:
    """The design that the rule puts first of some of a front.

    Args:
        model: The model.
        front: Its front.
        order: Positions of some designs in the order of the rule.
        seed: Of the draws of the guesses.

    Returns:
        None where there are none.
    """
    if not order.size:
        return None
    asking = asking_of(model, seed)
    if asking is None or not asking.has_guesses:
        return First(int(order[0]), "not_asked", None)
    asked = ask(front.X, order, asking)
    i = int(asked.best[0])
    return First(i, asked.reached, float(asking.all(front.X[[i]])[0]))


def whole_share(holding: Holding, rows: NDArray[np.intp]) -> Array:
    """Share of the draws in which designs keep all limits, tried in every one, `(len(rows),)`."""
    holding.ask(rows, 0.0)
    return holding.share[rows]


def surest(trials: Holding, rows: NDArray[np.intp]) -> Array:
    """Share of the draws in which designs keep all limits, `(len(rows),)`.

    It is exact for those within a standard error of the most likely one; the others are told as 0.
    """
    while True:
        share = trials.share[rows]
        most = float(np.nanmax(share, initial=0.0))
        least = most - float(np.sqrt(most * (1.0 - most) / len(trials.draws)))
        unknown = rows[np.isnan(share) & (trials.at_most[rows] >= least)]
        if not unknown.size:
            return np.where(np.nan_to_num(share, nan=0.0) >= least, np.nan_to_num(share, nan=0.0), 0.0)
        best_first = unknown[np.argsort(-trials.at_most[unknown], kind="stable")]
        trials.ask(best_first[:CLOSEST_TOGETHER], least)


def _reach(share: Array, least: float) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):  # not tried to the end
        return np.asarray(share >= least - 1e-12)


def _confirmed(
    confirming: Holding, level: NDArray[np.intp], wanted: float, survivors: Survivors | None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first two that are likely enough in all draws too, and of such the first two that survive."""
    likely: list[int] = []
    best: list[int] = []
    for start in range(0, len(level), CONFIRMED_TOGETHER):
        some = level[start : start + CONFIRMED_TOGETHER]
        confirming.ask(some, wanted)
        good = some[_reach(confirming.share[some], wanted)].tolist()
        likely += good
        best += good if survivors is None else [i for i in good if survivors.survives(i)]
        if len(best) >= 2 or (survivors is not None and survivors.is_over):
            break
    return np.array(likely[:2], dtype=np.intp), np.array(best[:2], dtype=np.intp)
