"""Checks of goals and uncertainty: values in range, names that exist."""

from __future__ import annotations

from collections.abc import Iterator

from models.errors import Code, Finding
from models.evaluation import DIMENSIONS
from models.scenario.checks.effects import path_findings, slots_of, value_findings
from models.scenario.goals import Goals
from models.scenario.paths import Slot, nearest, quantity_of, written_value
from models.scenario.reading.findings import described, listed
from models.scenario.scenario import Scenario
from models.scenario.uncertainty import Certain, Distribution, Lognormal, Normal, Triangular, Uniform


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in dimensions and uncertainty."""
    yield from _dimensions(scenario.dimensions)
    yield from _decide_by(scenario.decide_by)
    first: dict[Slot, str] = {}
    for path, distribution in scenario.uncertainty.items():
        where = f"uncertainty.{path}"
        yield from path_findings(scenario, path, where)
        yield from _distribution(scenario, path, distribution, where)
        for slot in slots_of(scenario, path):
            if slot in first:
                found = f"the same parameter as uncertainty.{first[slot]}"
                yield Finding(
                    where, found, "one distribution for each parameter", "remove one", code=Code.DUPLICATE
                )
                break
            first[slot] = path


def _dimensions(goals: Goals) -> Iterator[Finding]:
    for dimension in DIMENSIONS:
        lower, upper = dimension.range
        for key in ("limit", "target"):
            value: float | None = getattr(getattr(goals, dimension.name), key)
            if value is None or ((lower is None or lower <= value) and (upper is None or value <= upper)):
                continue
            is_percent = upper is not None and upper < value <= 100.0
            hint = f"write {value / 100:.12g}: shares are numbers from 0 to 1" if is_percent else ""
            allowed = f"a number from {lower:g} " + ("on" if upper is None else f"to {upper:g}")
            yield Finding(
                f"dimensions.{dimension.name}.{key}", described(value), allowed, hint, code=Code.OUT_OF_RANGE
            )


def _decide_by(name: str) -> Iterator[Finding]:
    known = [dimension.name for dimension in DIMENSIONS]
    if name not in known:
        hint = nearest(name, known)
        yield Finding("decide_by", described(name), listed(known), hint, code=Code.UNKNOWN_NAME)


def _distribution(scenario: Scenario, path: str, distribution: Distribution, where: str) -> Iterator[Finding]:
    for slot in slots_of(scenario, path):
        quantity = quantity_of(scenario, slot)
        if not quantity.is_number:
            yield Finding(
                where,
                f"{path} is {quantity.allowed()}, not a number",
                "a parameter that is a number",
                code=Code.WRONG_TYPE,
            )
            return
        is_one_value = slot.owner not in ("workload", "driver")
        if is_one_value and written_value(scenario, slot) is None:
            yield Finding(
                where,
                f"{path} has no value (null)",
                "a parameter with a value",
                "give it one first",
                code=Code.NO_VALUE,
            )
            return
    if isinstance(distribution, Certain):
        return
    if isinstance(distribution, Normal):
        yield from value_findings_of_number(scenario, path, distribution.mean, f"{where}.mean")
    elif isinstance(distribution, Lognormal):
        yield from value_findings_of_number(scenario, path, distribution.median, f"{where}.median")
    else:
        yield from value_findings_of_number(scenario, path, distribution.low, f"{where}.low")
        yield from value_findings_of_number(scenario, path, distribution.high, f"{where}.high")
        yield from _order(distribution, where)


def value_findings_of_number(scenario: Scenario, path: str, value: float, where: str) -> Iterator[Finding]:
    """An error when a number is out of a parameter's bounds; a mean of whole numbers may be broken."""
    rounded = float(round(value))
    slots = slots_of(scenario, path)
    is_whole = any(quantity_of(scenario, slot).is_whole for slot in slots)
    yield from value_findings(scenario, path, rounded if is_whole else value, where)


def _order(distribution: Triangular | Uniform, where: str) -> Iterator[Finding]:
    low, high = distribution.low, distribution.high
    if low >= high:
        found = f"low {low:g} and high {high:g}"
        hint = "swap them" if low > high else "a number that is certain needs no distribution"
        yield Finding(f"{where}.low", found, "low below high", hint, code=Code.WRONG_ORDER)
    elif isinstance(distribution, Triangular) and not low <= distribution.mode <= high:
        found = f"mode {distribution.mode:g}"
        yield Finding(
            f"{where}.mode", found, f"a number from {low:g} to {high:g} (low to high)", code=Code.OUT_OF_RANGE
        )
