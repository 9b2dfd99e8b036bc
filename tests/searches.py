"""Spaces with every kind of decision and a cheap model on them, small enough to look at every design."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from models.evaluation import Dimension, Evaluation
from models.space.space import design_space
from scenarios import scenario

PHASES = [{"name": "calm", "rate": 50, "hours": 20}, {"name": "peak", "rate": 300, "hours": 4}]
DIMENSIONS = tuple(
    Dimension(name, unit, better)
    for name, unit, better in (
        ("price", "USD", "lower"),
        ("wait", "ms", "lower"),
        ("quality", "", "higher"),
        ("risk", "", "lower"),
    )
)
#: Weights of the columns in the four losses; made by chance once, so that no decision is always best.
_WEIGHTS = np.random.default_rng(20261124).uniform(-1.0, 1.0, size=(4, 40))


def space_of_every_kind(*, reals: int = 0, without: Collection[str] = ()):
    """A space with toggles, choices, integers, adaptive decisions, conditions and rules; 55,296 designs.

    Args:
        reals: Decisions more that are real numbers.
        without: Decisions that it does without, where a smaller space will do.
    """
    toggle = {"on": {"multiply": {"web.service_ms": 0.9}}}
    decisions = {
        "cache": toggle,
        "ttl": {"options": {"short": {}, "medium": {}, "long": {}, "endless": {}}, "when": {"cache": "on"}},
        "copies": {"integer": [2, 9], "sets": "web.replicas"},
        "slots": {"integer": [2, 8], "step": 2, "sets": "web.slots"},
        "shed": {**toggle, "adaptive": True},
        "level": {"options": {"one": {}, "two": {}, "three": {}}, "adaptive": True},
        "boost": {**toggle, "when": {"ttl": ["medium", "long"]}},
        "guard": toggle,
        "spread": {"options": {"near": {}, "far": {}, "both": {}}},
    }
    for k in range(reals):
        decisions[f"real_{k}"] = {"real": [1, 100], "scale": "log", "sets": "web.service_ms"}
    decisions = {name: decision for name, decision in decisions.items() if name not in without}
    rules = [{"not": {"copies": 9, "guard": "on"}}, {"if": {"boost": "on"}, "then": {"guard": "on"}}]
    return design_space(scenario(phases=PHASES, decisions=decisions, rules=rules))


class Model:
    """Four losses that pull in different directions, in whole steps, and a limit on the first two.

    A class, so that it can be sent to another process.
    """

    def __init__(self, space, *, most: float = np.inf) -> None:
        self.lower, self.width = space.lower, np.maximum(space.upper - space.lower, 1.0)
        self.most = most

    def __call__(self, X) -> Evaluation:
        u = (X - self.lower) / self.width
        weights = _WEIGHTS[:, : u.shape[1]]
        plain = u @ weights.T + (u - 0.5) ** 2 @ np.abs(weights).T
        twisted = plain + 0.3 * np.sin(7.0 * plain[:, [1, 2, 3, 0]])
        losses = np.round(twisted, 2)
        signs = np.array([dimension.sign for dimension in DIMENSIONS])
        excess = losses[:, :2] - self.most if np.isfinite(self.most) else np.full((len(X), 2), -1.0)
        return Evaluation(
            X=np.array(X),
            values=losses * signs,
            excess=excess,
            constraints=("price", "wait"),
            dimensions=DIMENSIONS,
        )


def space_around_a_running_system_outside_it():
    """Values that no decision offers: in the running system, and as defaults of what doesn't exist."""
    toggle = {"on": {"multiply": {"web.service_ms": 0.9}}}
    decisions = {
        "cache": toggle,
        # The running system has 2 replicas and 4 slots.
        "copies": {"integer": [4, 9], "sets": "web.replicas", "when": {"cache": "on"}},
        "slots": {"integer": [5, 13], "step": 4, "sets": "web.slots"},
        "level": {"options": {"one": {}, "two": {}, "three": {}}, "adaptive": True},
        "guard": toggle,
    }
    rules = [{"not": {"cache": "off", "guard": "off"}}]
    return design_space(scenario(phases=PHASES, decisions=decisions, rules=rules))


def space_of_one_design_among_many():
    """Rules that leave one combination of 2^18; the running system is another."""
    toggle = {"on": {"multiply": {"web.service_ms": 0.9}}}
    links = [{"if": {f"t{i}": "on"}, "then": {f"t{i + 1}": "on"}} for i in range(17)]
    decisions = {f"t{i}": toggle for i in range(18)}
    return design_space(scenario(phases=PHASES, decisions=decisions, rules=[*links, {"not": {"t0": "off"}}]))
