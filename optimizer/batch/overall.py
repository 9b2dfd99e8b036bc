"""The one design that is recommended for several scenarios, in the order in which one is for each alone.

Likely to keep its limits in every scenario; of these the designs that keep most of what each scenario asks;
of these the cheapest on average. The rule is written down in docs/recommendation.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation
from optimizer.batch.together import Together, joined
from optimizer.decide.confidence.limits_in_draws import FEW, Holding
from optimizer.decide.recommend.candidates import LEAST_TRIED, Asking, asking_of, rule_of
from optimizer.decide.recommend.order import Keeping, Rule
from optimizer.decide.recommend.recommendation import Reached
from optimizer.pareto.boxes import widths_of
from optimizer.pareto.dominance import non_dominated
from optimizer.scenario_model import model_of


@dataclass(frozen=True, slots=True, eq=False)
class Overall:
    """What is recommended for all scenarios together.

    Attributes:
        position: Its position among the designs that were looked at.
        reached: Whether it is as likely to keep its limits, in every scenario, as that scenario wants.
        confidence: Share of the draws of each scenario in which it keeps all limits there, `(scenarios,)`.
        wanted: The share that each scenario wants, `(scenarios,)`.
        kept: How much it keeps of what the scenarios ask.
        asked: How much they ask, each for itself.
        candidates: How many designs were tried.
    """

    position: int
    reached: Reached
    confidence: tuple[float, ...]
    wanted: tuple[float, ...]
    kept: int
    asked: int
    candidates: int


def overall(
    together: Together,
    X: Array,
    parts: tuple[Evaluation, ...],
    survivors: NDArray[np.intp],
    *,
    seed: int = 0,
) -> Overall | None:
    """What is recommended for all scenarios together.

    Args:
        together: The scenarios.
        X: The designs that were looked at, `(n, d)`.
        parts: What each scenario says of them.
        survivors: Positions of those that survive everywhere.
        seed: Of the draws of the guesses.

    Returns:
        None where none survives everywhere, or the scenarios don't let the same dimension decide.
    """
    models = [model_of(system) for system in together.systems]
    if not survivors.size or len({model.decide_by for model in models}) > 1:
        return None
    front = survivors[non_dominated(np.concatenate([part.losses[survivors] for part in parts], axis=1))]
    rules = [rule_of(model) for model in models]
    keeping = [rule.keeping(part.take(front)) for rule, part in zip(rules, parts, strict=True)]
    expected = joined(together, X[front], [part.take(front) for part in parts], "expected")
    steps = [
        told[0] if len(set(told)) == 1 else None
        for told in zip(*(model.steps for model in models), strict=True)
    ]
    rule = Rule(
        goals=[],
        widths=widths_of(expected.dimensions, steps),
        decide_by=rules[0].decide_by,
        today=together.space.today,
        decisions=together.space.decisions,
    )
    ordered = rule.order(expected, _all_of(keeping))
    askings = [one for model in models if (one := asking_of(model, seed)) is not None]
    designs = [together.own(k, X[front]) for k in range(len(askings))]
    reached, i, tried = _first_likely(designs, ordered.order, askings)
    return Overall(
        position=int(front[i]),
        reached=reached,
        confidence=tuple(float(one.all(own[[i]])[0]) for one, own in zip(askings, designs, strict=True)),
        wanted=tuple(one.wanted for one in askings),
        kept=int(ordered.kept[i].sum()),
        asked=len(ordered.asks),
        candidates=tried,
    )


def _all_of(found: list[Keeping]) -> Keeping:
    """What is asked in all scenarios, each in its own; behind as where a design is furthest behind."""
    return Keeping(
        tuple(ask for one in found for ask in one.asks),
        np.concatenate([one.kept for one in found], axis=1),
        np.max([one.behind for one in found], axis=0),
    )


def _first_likely(
    designs: list[Array], order: NDArray[np.intp], askings: list[Asking]
) -> tuple[Reached, int, int]:
    """The first design that is likely enough in every scenario; else, of the first, the most likely one."""
    trials = [one.few(own) for one, own in zip(askings, designs, strict=True)]
    for start in range(0, len(order), LEAST_TRIED):
        level = order[start : start + LEAST_TRIED]
        for one, found in zip(askings, trials, strict=True):
            found.ask(level, one.wanted)
            level = level[np.nan_to_num(found.share[level], nan=0.0) >= one.wanted - 1e-12]
        for i in level.tolist():
            if all(
                one.all(own[[i]])[0] >= one.wanted - 1e-12 for one, own in zip(askings, designs, strict=True)
            ):
                return "reached", i, min(start + LEAST_TRIED, len(order))
    return _closest(trials, order[:LEAST_TRIED])


def _closest(trials: list[Holding], first: NDArray[np.intp]) -> tuple[Reached, int, int]:
    """Of the first designs those that are about as likely as the likeliest, and of these the first."""
    for found in trials:
        found.ask(first, 0.0)
    share = np.min([found.share[first] for found in trials], axis=0)
    most = float(share.max())
    near = first[share >= most - float(np.sqrt(most * (1.0 - most) / FEW)) - 1e-12]
    return ("closest" if most > 0.0 else "never"), int(near[0]), len(first)
