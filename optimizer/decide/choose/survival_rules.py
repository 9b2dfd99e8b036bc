"""What do they have in common: the shortest combinations of decisions that make a design survive.

A rule is exact on what was evaluated: no design that meets its conditions misses the target. It is minimal:
no condition can be dropped, and no threshold moved, without that being lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array
from models.space.columns import Column

Mask = NDArray[np.bool_]
Bits = NDArray[np.uint8]

#: Conditions in one rule, rules, and combinations that are looked at, at the most.
LONGEST, MOST_RULES, MOST_LOOKED_AT = 4, 50, 200_000
#: Thresholds of one number at the most; more are thinned to quantiles.
MOST_THRESHOLDS = 8


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a design decides.

    Attributes:
        column: Name of the column.
        relation: `=`, `>=` or `<=`.
        value: The value, as a person writes it.
    """

    column: str
    relation: str
    value: str

    def __str__(self) -> str:
        return f"{self.column} {self.relation} {self.value}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions that all hold together.

    Attributes:
        conditions: The conditions.
        covered: Designs of the target that meet them.
        coverage: The same as a share of the target.
        precision: Share of the designs that meet them that are in the target; 1 for an exact rule.
    """

    conditions: tuple[Condition, ...]
    covered: int
    coverage: float
    precision: float

    def __str__(self) -> str:
        return " and ".join(str(condition) for condition in self.conditions) or "always"


@dataclass(frozen=True, slots=True)
class Rules:
    """What was found.

    Attributes:
        exact: Minimal exact rules, those that cover most first.
        explained: Share of the target that they cover together.
        nearly: The best rule that isn't exact, where they don't cover all; None = they do.
        is_whole: Whether all combinations of up to four conditions were looked at.
    """

    exact: tuple[Rule, ...]
    explained: float
    nearly: Rule | None
    is_whole: bool


def rules_for(X: Array, target: Mask, columns: Sequence[Column]) -> Rules:
    """The minimal exact rules for a set of designs.

    Args:
        X: All designs that were evaluated, `(n, d)`.
        target: Which of them survive (or are on the front, or in a group), `(n,)`.
        columns: The columns.

    Raises:
        ValueError: The shapes don't fit, or there are no designs.

    Source: prime implicants of the target on the designs seen (Quine 1952), found level by level as frequent
    sets are (Agrawal and Srikant 1994).
    """
    if X.ndim != 2 or target.shape != (len(X),) or len(columns) != X.shape[1] or not len(X):
        raise ValueError(
            f"X must be (designs, {len(columns)}) and target one flag for each, but got {X.shape} and "
            f"{target.shape}"
        )
    wanted = int(target.sum())
    if wanted in (0, len(X)):
        always = Rule((), wanted, float(wanted > 0), float(wanted > 0))
        return Rules((always,) if wanted else (), float(wanted > 0), None, True)
    conditions, masks = _conditions(X, columns)
    packed = [np.packbits(mask) for mask in masks]
    found, nearly, is_whole = _search(packed, np.packbits(target), len(X), conditions)
    kept = _weakest(found, packed)
    rules = [_rule(conditions, packed, group, np.packbits(target), wanted) for group in kept]
    order = sorted(range(len(rules)), key=lambda i: (-rules[i].covered, len(rules[i].conditions), i))
    together = np.zeros_like(packed[0])
    for group in kept:
        together |= _both(packed, group)
    explained = _count(together & np.packbits(target)) / wanted
    best = None
    if explained < 1.0 and nearly is not None:
        best = _rule(conditions, packed, nearly, np.packbits(target), wanted)
    return Rules(tuple(rules[i] for i in order[:MOST_RULES]), explained, best, is_whole)


def _conditions(X: Array, columns: Sequence[Column]) -> tuple[list[Condition], list[Mask]]:
    """Every condition that some designs meet and some don't; the weakest thresholds first."""
    found: list[Condition] = []
    masks: list[Mask] = []
    for j, column in enumerate(columns):
        values = np.unique(X[:, j])
        if values.size < 2:
            continue
        if column.kind in ("toggle", "choice"):
            for value in values:
                found.append(Condition(column.name, "=", _written(column, float(value))))
                masks.append(X[:, j] == value)
            continue
        if values.size > MOST_THRESHOLDS:
            values = np.unique(np.quantile(values, np.linspace(0.0, 1.0, MOST_THRESHOLDS), method="nearest"))
        for value in values[1:]:
            found.append(Condition(column.name, ">=", _written(column, float(value))))
            masks.append(X[:, j] >= value)
        for value in values[-2::-1]:
            found.append(Condition(column.name, "<=", _written(column, float(value))))
            masks.append(X[:, j] <= value)
    return found, masks


def _written(column: Column, value: float) -> str:
    told = column.written(value)
    if isinstance(told, bool):
        return "on" if told else "off"
    return f"{told:g}" if isinstance(told, float) else str(told)


Group = tuple[int, ...]


def _search(
    masks: Sequence[Bits], target: Bits, n: int, conditions: Sequence[Condition]
) -> tuple[list[Group], Group | None, bool]:
    """Minimal exact groups of conditions, the best group that isn't exact, and whether all were looked at."""
    others = ~target
    spare = 8 * target.size - n
    if spare:  # the bits beyond the last design count for nobody
        others[-1] &= np.uint8((0xFF << spare) & 0xFF)
    exact: list[Group] = []
    level: list[tuple[Group, Bits]] = [((), np.full_like(target, 0xFF))]
    nearly: tuple[float, Group] | None = None
    looked_at, wanted = 0, _count(target)
    same = [[_same(one, other) for other in conditions] for one in conditions]
    for _ in range(LONGEST):
        following: list[tuple[Group, Bits]] = []
        for group, mask in level:
            for i in range(group[-1] + 1 if group else 0, len(masks)):
                if any(same[i][k] for k in group):
                    continue
                new = (*group, i)
                if any(set(found) <= set(new) for found in exact):
                    continue
                looked_at += 1
                if looked_at > MOST_LOOKED_AT:
                    return exact, None if nearly is None else nearly[1], False
                both = mask & masks[i]
                inside = _count(both & target)
                if not inside:
                    continue
                outside = _count(both & others)
                if not outside:
                    exact.append(new)
                    continue
                following.append((new, both))
                # F1: as many of the target as possible, and few others.
                score = 2.0 * inside / (inside + outside + wanted)
                if nearly is None or score > nearly[0]:
                    nearly = (score, new)
        level = following
    return exact, None if nearly is None else nearly[1], True


def _same(a: Condition, b: Condition) -> bool:
    """Whether two conditions speak of one column in one direction: together they say no more than one."""
    return a.column == b.column and (a.relation == b.relation or "=" in (a.relation, b.relation))


def _weakest(found: Sequence[Group], masks: Sequence[Bits]) -> list[Group]:
    """Groups that no other group of at most as many conditions covers wholly."""
    covers = [_both(masks, group) for group in found]
    dropped: set[int] = set()
    for a, b in combinations(range(len(found)), 2):
        for one, other in ((a, b), (b, a)):
            if other in dropped or len(found[other]) > len(found[one]):
                continue
            if not np.any(covers[one] & ~covers[other]) and (
                np.any(covers[other] & ~covers[one]) or len(found[other]) < len(found[one])
            ):
                dropped.add(one)
    return [group for k, group in enumerate(found) if k not in dropped]


def _both(masks: Sequence[Bits], group: Group) -> Bits:
    together = np.full_like(masks[0], 0xFF)
    for i in group:
        together = together & masks[i]
    return together


def _rule(
    conditions: Sequence[Condition], masks: Sequence[Bits], group: Group, target: Bits, wanted: int
) -> Rule:
    both = _both(masks, group)
    covered = _count(both & target)
    return Rule(tuple(conditions[i] for i in group), covered, covered / wanted, covered / _count(both))


def _count(bits: Bits) -> int:
    return int(np.bitwise_count(bits).sum())
