"""The rules of a whole space: what survives, is on the front, or keeps a limit, of all or a sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.evaluator import evaluate
from models.system.system import System
from optimizer.decide.choose.survival_rules import Rules, rules_for
from optimizer.pareto.dominance import non_dominated
from optimizer.space import size_of

#: Designs that are looked at where there are more.
SAMPLE = 4096


@dataclass(frozen=True, slots=True)
class CommonGround:
    """What the designs of a target have in common.

    Attributes:
        target: `feasible`, `front`, or the limit that holds.
        rules: The rules.
        seen: Designs that were looked at.
        meeting: Those that meet the target.
        is_all: Whether they are all there are; else a Sobol sample.
    """

    target: str
    rules: Rules
    seen: int
    meeting: int
    is_all: bool


def common_ground(system: System, target: str = "feasible", *, sample: int = SAMPLE) -> CommonGround:
    """The shortest combinations of decisions that meet a target, exact on what was evaluated.

    Args:
        system: The system.
        target: `feasible`, `front`, or the name of a limit that is to hold.
        sample: Designs to look at where there are more.

    Raises:
        ValueError: There is no such target.
    """
    size = size_of(system.space)
    is_all = size is not None and size <= sample
    X = system.space.designs(0, size) if is_all and size is not None else system.space.sample(sample, seed=0)
    found = evaluate(system, X)
    if target == "feasible":
        mask = found.feasible
    elif target == "front":
        mask = np.zeros(len(found), dtype=bool)
        feasible = np.flatnonzero(found.feasible)
        mask[feasible[non_dominated(found.losses[feasible])]] = True
    elif target in found.constraints:
        mask = found.excess[:, found.constraints.index(target)] <= 0.0
    else:
        allowed = ", ".join(("feasible", "front", *found.constraints))
        raise ValueError(f"found the target {target!r}; allowed: {allowed}")
    rules = rules_for(found.X, mask, system.space.columns)
    return CommonGround(target, rules, len(X), int(mask.sum()), is_all)
