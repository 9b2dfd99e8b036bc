"""Checks of effects: paths that lead somewhere, values that the parameter can have."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Code, Finding
from models.scenario.decision import Choice, Decision, Toggle
from models.scenario.effect import Effect
from models.scenario.paths import PathError, Slot, place_of, quantity_of, resolve, written_value
from models.scenario.quantity import Quantity
from models.scenario.reading.findings import described
from models.scenario.scenario import Scenario

#: Parameters that say how a system is built or judged: the same for every design and in every draw.
FIXED = {
    ("call", "write"): "whether a call writes",
    ("call", "async"): "whether a call is waited for",
    ("component", "visibility_s"): "how a queue gives its messages away",
    ("component", "max_receives"): "how a queue gives its messages away",
    ("component", "retention_s"): "how long a queue keeps its messages",
    ("flow", "percentile"): "the percentile of a flow's own limit",
    ("flow", "limit_ms"): "a flow's own limit",
    ("flow", "target_ms"): "a flow's own target",
}


def slots_of(scenario: Scenario, path: str) -> tuple[Slot, ...]:
    """The parameters of a path; none when it leads nowhere (which is a finding of its own)."""
    try:
        return resolve(scenario, path)
    except PathError:
        return ()


def path_findings(scenario: Scenario, path: str, where: str) -> Iterator[Finding]:
    """An error when a path leads nowhere, or to what is the same for every design."""
    try:
        for slot in resolve(scenario, path):
            what = FIXED.get((slot.owner, slot.parameter))
            if what is not None:
                found = f"{path} is {what}: it stays as it is written"
                yield Finding(where, found, "a parameter that can change", "remove it", code=Code.CONFLICT)
                return
    except PathError as error:
        yield Finding(where, str(error), error.allowed, error.hint, code=Code.UNKNOWN_NAME, about=error.about)


def value_problem(quantity: Quantity, value: object) -> bool:
    """Whether a parameter can't have a value; numbers of any size are compared, never converted."""
    if value is None:
        return not quantity.can_be_none
    if isinstance(value, str) or quantity.words:
        return value not in quantity.words
    if isinstance(value, bool) or quantity.is_switch:
        return not (isinstance(value, bool) and quantity.is_switch)
    if not isinstance(value, (int, float)) or not quantity.lower <= value <= quantity.upper:
        return True
    return quantity.is_whole and value != int(value)


def value_findings(scenario: Scenario, path: str, value: object, where: str) -> Iterator[Finding]:
    """An error when one of the parameters of a path can't have a value."""
    for slot in slots_of(scenario, path):
        quantity = quantity_of(scenario, slot)
        if value_problem(quantity, value):
            hint = ""
            if isinstance(value, (int, float)) and quantity.upper == 1.0 and 1 < value <= 100:
                hint = "" if quantity.is_switch else f"write {value / 100:.12g}: shares are from 0 to 1"
            yield Finding(where, described(value), quantity.allowed(), hint, code=Code.OUT_OF_RANGE)
            return


def paths_of(decision: Decision) -> tuple[str, ...]:
    """Every path that a decision changes."""
    if isinstance(decision, Toggle):
        return tuple(decision.on.paths)
    if isinstance(decision, Choice):
        return tuple(path for option in decision.options.values() for path in option.paths)
    return decision.sets


def effects_of(scenario: Scenario) -> Iterator[tuple[str, Effect]]:
    """Every effect of decisions and phases, with its path in the file."""
    for name, decision in scenario.decisions.items():
        if isinstance(decision, Toggle):
            yield f"decisions.{name}.on", decision.on
        elif isinstance(decision, Choice):
            for option, effect in decision.options.items():
                yield f"decisions.{name}.options.{option}", effect
    for i, phase in enumerate(scenario.workload.phases):
        yield f"workload.phases[{i}].effect", phase.effect


def effect_findings(scenario: Scenario, effect: Effect, where: str, given: set[Slot]) -> Iterator[Finding]:
    """Errors in one effect.

    Args:
        scenario: The scenario it belongs to.
        effect: The effect.
        where: Its path in the file.
        given: Parameters that something sets, so that they can be multiplied though the file leaves them out.
    """
    for part in ("set", "multiply", "add"):
        for path in getattr(effect, part):
            yield from path_findings(scenario, path, f"{where}.{part}.{path}")
    for path, value in effect.set.items():
        yield from value_findings(scenario, path, value, f"{where}.set.{path}")
    for path, factor in effect.multiply.items():
        if factor < 0:
            yield Finding(
                f"{where}.multiply.{path}", described(factor), "a factor from 0 on", code=Code.OUT_OF_RANGE
            )
    for part in ("multiply", "add"):
        for path in getattr(effect, part):
            yield from _changed(scenario, path, f"{where}.{part}.{path}", part, given)
    yield from _set_twice(scenario, effect, where)


def _changed(scenario: Scenario, path: str, where: str, part: str, given: set[Slot]) -> Iterator[Finding]:
    """Errors in what is multiplied or added to: it must be a number that somebody gave."""
    for slot in slots_of(scenario, path):
        quantity = quantity_of(scenario, slot)
        if not quantity.is_number:
            found = f"{part} of {'a switch' if quantity.is_switch else f'words ({quantity.allowed()})'}"
            allowed = f"set: {{{path}: {'true' if quantity.is_switch else quantity.words[0]}}}"
            yield Finding(where, found, allowed, "use set", code=Code.WRONG_TYPE)
            return
        if slot.owner in ("workload", "driver") or slot in given:
            continue
        if written_value(scenario, slot) is None:
            hint = f"give {quantity.name} a value first"
            yield Finding(
                where,
                f"{part} of {path}, which has no value (null)",
                quantity.allowed(),
                hint,
                code=Code.NO_VALUE,
                about=(place_of(slot),),
            )
            return


def _set_twice(scenario: Scenario, effect: Effect, where: str) -> Iterator[Finding]:
    first: dict[Slot, str] = {}
    for path in effect.set:
        for slot in slots_of(scenario, path):
            if slot in first:
                found = f"the same parameter as {first[slot]}"
                yield Finding(
                    f"{where}.set.{path}",
                    found,
                    "one value for each parameter",
                    "remove one",
                    code=Code.DUPLICATE,
                )
                break
            first[slot] = path
