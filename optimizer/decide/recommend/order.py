"""The order in which designs are recommended: what was asked, then what it costs, then what it changes.

The rule is written down in docs/recommendation.md. Values are compared in fixed boxes, and ties are decided
by the decisions themselves: neither the order of the designs nor a dominated one changes what is first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation
from models.space.conditions import DecisionColumns
from optimizer.decide.choose.asks import Ask, Wanted, asks_of, kept, missed_keys
from optimizer.decide.choose.knee import mean_cost
from optimizer.decide.choose.ranking import AUGMENTATION, UNSAID, WEIGHT_OF
from optimizer.pareto.boxes import Width, levelled
from optimizer.pareto.scaling import scale_of

#: Why a design comes before another: what the first key stands for in which they differ.
Reason = Literal["asks", "value", "targets", "knee", "sure", "changes", "effort", "headroom", "order"]
#: How designs that keep the same are compared: by the value of one dimension, by how near they come to what
#: was asked, or as knees.
By = Literal["value", "targets", "knee"]


@dataclass(frozen=True, slots=True, eq=False)
class Keeping:
    """What designs keep of what was asked.

    Attributes:
        asks: What was asked.
        kept: Which design keeps which ask, `(n, asks)`.
        behind: How far each is behind what was asked, less is better, `(n,)`.
    """

    asks: tuple[Ask, ...]
    kept: NDArray[np.bool_]
    behind: Array


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What is needed to put designs in order.

    Attributes:
        goals: What is wanted of each dimension, by position.
        widths: Boxes in which each dimension is compared.
        decide_by: Position of the dimension that decides between designs that keep everything; None = none.
        today: The running system's design, `(d,)`.
        decisions: The decisions, with their columns.
    """

    goals: Sequence[Wanted]
    widths: Sequence[Width]
    decide_by: int | None
    today: Array
    decisions: Sequence[DecisionColumns]

    @property
    def asks(self) -> tuple[Ask, ...]:
        """All wishes and targets."""
        return asks_of(self.goals)

    def keeping(self, evaluation: Evaluation) -> Keeping:
        """What designs keep of what was asked, and how far they are behind it."""
        asks = self.asks
        behind = np.zeros(len(evaluation))
        if asks:
            behind = self._behind(levelled(evaluation, self.widths), asks)
        return Keeping(asks, kept(evaluation, asks), behind)

    def order(self, evaluation: Evaluation, keeping: Keeping | None = None) -> Ordered:
        """Puts designs of a front in order; what isn't on the front may not be among them.

        Args:
            evaluation: The designs.
            keeping: What they keep of what was asked; None = the same values tell it.
        """
        found = self.keeping(evaluation) if keeping is None else keeping
        asks, keeps = found.asks, found.kept
        parts: list[tuple[Reason, Array]] = [("asks", key) for key in missed_keys(keeps, asks).T]
        losses = levelled(evaluation, self.widths)
        decided = np.asarray(keeps.all(axis=1) & (self.decide_by is not None))
        if self.decide_by is not None:
            parts.append(("value", np.where(decided, losses[:, self.decide_by], 0.0)))
        if asks:
            # Among those that miss something; where all is kept the value has decided.
            behind = np.where(decided, 0.0, found.behind)
            parts.append(("targets", np.asarray(np.round(behind, 9), dtype=np.float64)))
        else:
            parts.append(("knee", np.round(mean_cost(losses, scale_of(losses)), 9)))
        parts += self._ties(evaluation)
        keys = np.column_stack([np.asarray(key, dtype=np.float64) for _, key in parts])
        order = np.lexsort((*evaluation.X.T[::-1], *keys.T[::-1]))
        return Ordered(order, keys, tuple(reason for reason, _ in parts), decided, asks, keeps)

    def _behind(self, losses: Array, asks: Sequence[Ask]) -> Array:
        """How far each design is behind what was asked, by the achievement function, `(n,)`.

        A target is the aspiration of its dimension, else the wish. Source: Wierzbicki 1980, "The use of
        reference objectives in multiobjective optimization", augmented; losses scaled to the front.
        """
        scale = scale_of(losses)
        scaled = scale.apply(losses)
        aspired = {ask.dimension: ask for ask in asks}  # targets come after wishes
        worst = np.full(len(losses), -np.inf)
        for j, ask in aspired.items():
            point = np.zeros((1, losses.shape[1]))
            width = self.widths[j]
            point[0, j] = width.floor(width.boxes(np.array([ask.value])))[0]
            short = scaled[:, j] - scale.apply(point)[0, j]
            worst = np.maximum(worst, short * WEIGHT_OF.get(ask.tolerance, UNSAID))
        return np.asarray(worst + AUGMENTATION * scaled.sum(axis=1))

    def _ties(self, evaluation: Evaluation) -> list[tuple[Reason, Array]]:
        """What decides between designs that are equal in all that was asked."""
        differs = self.today != evaluation.X
        changed = [differs[:, list(decision.columns)].any(axis=1) for decision in self.decisions]
        keys: list[tuple[Reason, Array]] = []
        if "unsure" in evaluation.indicators:
            # Of a design of which the model isn't sure its numbers may be further off.
            keys.append(("sure", np.asarray(evaluation.indicators["unsure"] > 0.0, dtype=np.float64)))
        if changed:
            keys.append(("changes", np.sum(changed, axis=0, dtype=np.float64)))
        for reason, name in _INDICATORS:
            if name in evaluation.indicators:
                keys.append((reason, np.round(evaluation.indicators[name], 9)))
        return keys


#: Indicators that decide ties, less being better: headroom is what the busiest component leaves.
_INDICATORS: tuple[tuple[Reason, str], ...] = (("effort", "effort_days"), ("headroom", "utilisation"))


@dataclass(frozen=True, slots=True, eq=False)
class Ordered:
    """Designs in the order in which they are recommended.

    Attributes:
        order: Positions, best first, `(n,)`.
        keys: What they were compared by, smaller is better, `(n, keys)`.
        reasons: What each key stands for.
        decided: Which designs keep everything, so that the value of one dimension tells them apart, `(n,)`.
        asks: What was asked.
        kept: Which design keeps which ask, `(n, asks)`.
    """

    order: NDArray[np.intp]
    keys: Array
    reasons: tuple[Reason, ...]
    decided: NDArray[np.bool_]
    asks: tuple[Ask, ...]
    kept: NDArray[np.bool_]

    def by(self, i: int) -> By:
        """How a design was compared with those that keep the same."""
        return "value" if self.decided[i] else "targets" if self.asks else "knee"

    def why(self, a: int, b: int) -> Reason:
        """What tells designs a and b apart first."""
        differs = np.flatnonzero(self.keys[a] != self.keys[b])
        return self.reasons[int(differs[0])] if differs.size else "order"
