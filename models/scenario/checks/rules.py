"""Check that the rules leave any design at all, where that can be seen by trying a few combinations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product

from models.errors import Code, Finding
from models.scenario.checks.overlaps import normal, values_of
from models.scenario.decision import Choice, OneOf, Toggle
from models.scenario.scenario import Scenario

#: Combinations that are tried at the most; with more the solver finds out.
MAX_COMBINATIONS = 4096
#: Stands for all values of a number that no rule names.
_OTHER = object()

Assignment = Mapping[str, object]


def findings(scenario: Scenario) -> Iterator[Finding]:
    """An error when no combination of values keeps all rules."""
    names = _involved(scenario)
    if not names or any(name not in scenario.decisions for name in names):
        return
    if any(scenario.decisions[name].adaptive for name in names):
        return  # phases may differ: the solver finds out
    values = [_values(scenario, name) for name in names]
    if math.prod(map(len, values)) > MAX_COMBINATIONS:
        return
    if not any(_is_allowed(scenario, dict(zip(names, row, strict=True))) for row in product(*values)):
        found = "the rules contradict each other: they exclude every design"
        yield Finding(
            "rules",
            found,
            "rules that leave a design",
            "relax or remove one of them",
            code=Code.NO_DESIGN_LEFT,
            about=("decisions",),
        )


def _involved(scenario: Scenario) -> list[str]:
    """The decisions of the rules, and those their existence depends on."""
    waiting = [name for rule in scenario.rules for name in (*rule.if_, *rule.then, *rule.not_)]
    names: dict[str, None] = {}
    while waiting:
        name = waiting.pop()
        if name not in names:
            names[name] = None
            waiting += scenario.decisions[name].when if name in scenario.decisions else ()
    return list(names)


def _values(scenario: Scenario, name: str) -> list[object]:
    """The values of a decision; of a number those that conditions name, and one for all others."""
    decision = scenario.decisions[name]
    if isinstance(decision, Toggle):
        return ["off", "on"]
    if isinstance(decision, Choice):
        return list(decision.options)
    named = {value for written in _written(scenario, name) for value in values_of(written)}
    return [*named, _OTHER]


def _written(scenario: Scenario, name: str) -> Iterator[OneOf]:
    conditions = [part for rule in scenario.rules for part in (rule.if_, rule.then, rule.not_)]
    conditions += [decision.when for decision in scenario.decisions.values()]
    return (part[name] for part in conditions if name in part)


def _is_allowed(scenario: Scenario, design: Assignment) -> bool:
    for rule in scenario.rules:
        if rule.not_ and _all_hold(scenario, design, rule.not_):
            return False
        is_given = _all_hold(scenario, design, rule.if_)
        if rule.then and is_given and not _all_hold(scenario, design, rule.then):
            return False
    return True


def _all_hold(scenario: Scenario, design: Assignment, conditions: Mapping[str, OneOf]) -> bool:
    """Whether conditions hold; on a decision that doesn't exist none does."""
    return all(
        normal(design[name]) in values_of(written) and _exists(scenario, design, name, ())
        for name, written in conditions.items()
    )


def _exists(scenario: Scenario, design: Assignment, name: str, above: tuple[str, ...]) -> bool:
    # `above` ends the walk where decisions depend on each other in a circle, which is a finding of its own.
    return name not in above and all(
        normal(design[other]) in values_of(written) and _exists(scenario, design, other, (*above, name))
        for other, written in scenario.decisions[name].when.items()
    )
