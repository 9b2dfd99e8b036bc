"""Decisions taken out of play: written into the file so that only one value is left of them.

A toggle or a choice gets a rule that excludes its other values (a rule on what doesn't exist doesn't hold, so
that decisions with `when` are left alone where they don't exist). An integer gets a range of one number, or
such a rule where other rules name its values. A real, which can't have one, becomes a choice between today's
value and the new one, with the same rule. Today's design stays what it is, and what it takes to change from
it is still counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.scenario.checks.conditions import value_today
from models.scenario.checks.overlaps import normal, values_of
from models.scenario.decision import Choice, Decision, Integer, Real, Toggle
from models.scenario.editing.edit import REMOVED, EditError, New, Place, edited, same, tree_of, value_at
from models.scenario.reading.scalar import Scalar
from models.scenario.scenario import Scenario

#: What is written beside a rule that takes a decision out of play.
WHY = "taken out of play"
#: Values of an integer that one rule excludes at the most.
MOST_EXCLUDED = 1000
#: Names of the options of a real that was taken out of play.
_TODAY, _FIXED = "today", "fixed"


def fixed_values(scenario: Scenario) -> dict[str, Scalar]:
    """The decisions of which a rule or the range leaves one value, with it; a toggle's is `on` or `off`."""
    found: dict[str, Scalar] = {}
    for name, decision in scenario.decisions.items():
        if isinstance(decision, Real):
            continue
        excluded = _excluded(scenario, name)
        if isinstance(decision, Integer):
            values = range(decision.integer[0], decision.integer[1] + 1, decision.step)
            if len(values) > len(excluded) + 1:
                continue
            whole = [value for value in values if value not in excluded]
            if len(whole) == 1:
                found[name] = whole[0]
            continue
        left = [value for value in options_of(decision) if value not in excluded]
        if len(left) == 1:
            found[name] = left[0]
    return found


def options_of(decision: Decision) -> tuple[str, ...]:
    """The values of a toggle or a choice, as they are written; none for a number."""
    if isinstance(decision, Toggle):
        return ("off", "on")
    return tuple(decision.options) if isinstance(decision, Choice) else ()


def with_fixed(
    text: str, scenario: Scenario, fixed: Mapping[str, Scalar], *, source: str = "scenario"
) -> str:
    """The text with decisions taken out of play.

    Args:
        text: The scenario's text.
        scenario: The scenario.
        fixed: The value that is left of each decision: `on` or `off`, an option's name, a number.
        source: Where the text comes from, for messages.

    Raises:
        EditError: A decision doesn't exist or can't have the value, or the text can't be changed safely.
    """
    for name, value in fixed.items():
        changes = _changes(text, scenario, name, value)
        text = edited(text, changes, source=source)
    return text


def without_fixed(text: str, scenario: Scenario, name: str, *, source: str = "scenario") -> str:
    """The text with a decision put back into play: the rules on it alone are taken out.

    Raises:
        EditError: No rule fixes it.
    """
    places = [("rules", i) for i, rule in enumerate(scenario.rules) if set(rule.not_) == {name}]
    if not places:
        raise EditError(f"{name} is not fixed by a rule; change its range in the text")
    for place in reversed(places):
        text = edited(text, {place: REMOVED}, source=source)
    return text


def _changes(text: str, scenario: Scenario, name: str, value: Scalar) -> dict[Place, New]:
    """What is written to leave one value of a decision."""
    decision = scenario.decisions.get(name)
    if decision is None:
        raise EditError(f"there is no decision {name}")
    tree = tree_of(text)
    if isinstance(decision, Integer):
        is_whole = not isinstance(value, bool) and isinstance(value, (int, float)) and value == int(value)
        if not is_whole:
            raise EditError(f"{name} can't be fixed at {value}: a whole number is needed")
        assert isinstance(value, (int, float))
        values = range(decision.integer[0], decision.integer[1] + 1, decision.step)
        if _is_named(scenario, name) and int(value) in values:
            if len(values) > MOST_EXCLUDED:
                raise EditError(
                    f"{name} has {len(values):,} values and rules that name some: set its range in the text"
                )
            return _rule(tree, name, [other for other in values if other != value])
        return {("decisions", name, "integer"): [int(value), int(value)]}
    if isinstance(decision, Real):
        return _changes_of_real(scenario, tree, name, decision, value)
    options = options_of(decision)
    if value not in options:
        raise EditError(f"{name} can't be fixed at {value}: allowed are {', '.join(options)}")
    return _rule(tree, name, [option for option in options if option != value])


def _changes_of_real(
    scenario: Scenario, tree: Mapping[str, object], name: str, decision: Real, value: Scalar
) -> dict[Place, New]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise EditError(f"{name} can't be fixed at {value}: a number is needed")
    place: Place = ("decisions", name)
    today = scenario.today.get(name, ...)
    if isinstance(today, Mapping):
        raise EditError(f"{name} has a value for each phase today: change it in the text by hand")
    held = value_today(scenario, decision) if today is ... else today
    first: New = {} if today is ... else {"set": dict.fromkeys(decision.sets, today)}
    options: dict[str, New] = {_TODAY: first}
    changes: dict[Place, New] = {}
    if not same(held, value):
        options[_FIXED] = {"set": dict.fromkeys(decision.sets, value)}
        changes = _rule(tree, name, [_TODAY])
    changes |= {(*place, "options"): options, (*place, "real"): REMOVED, (*place, "sets"): REMOVED}
    if value_at(dict(tree), (*place, "scale")) is not None:  # type: ignore[arg-type]
        changes[(*place, "scale")] = REMOVED
    if today is not ...:
        changes[("today", name)] = REMOVED
    return changes


def _rule(tree: Mapping[str, object], name: str, others: Sequence[Scalar]) -> dict[Place, New]:
    """A rule that excludes values of a decision; none where nothing is to be excluded."""
    if not others:
        return {}
    rules = tree.get("rules")
    count = len(rules) if isinstance(rules, tuple) else 0
    written: New = others[0] if len(others) == 1 else list(others)
    return {("rules", count): {"not": {name: written}, "why": WHY}}


def _is_named(scenario: Scenario, name: str) -> bool:
    """Whether rules or conditions name values of a decision."""
    conditions = [part for rule in scenario.rules for part in (rule.if_, rule.then, rule.not_)]
    return any(name in part for part in (*conditions, *(d.when for d in scenario.decisions.values())))


def _excluded(scenario: Scenario, name: str) -> set[object]:
    """The values of a decision that rules exclude whatever the other decisions are."""
    return {
        normal(value)
        for rule in scenario.rules
        if set(rule.not_) == {name}
        for value in values_of(rule.not_[name])
    }
