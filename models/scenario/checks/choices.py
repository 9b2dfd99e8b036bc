"""Checks of choices: shares that are left to nobody, or to two branches at once."""

from __future__ import annotations

import math
from collections.abc import Iterator

from models.errors import Code, Finding
from models.scenario.checks.effects import effects_of, slots_of
from models.scenario.checks.flows import SHARE_TOLERANCE, placed_steps
from models.scenario.decision import Integer, Real
from models.scenario.flow import AnyStep, Exclusive, branches, within
from models.scenario.paths import Slot
from models.scenario.scenario import Scenario

#: Ways that a request of one flow may go; each is reckoned with by itself.
MOST_COURSES = 64


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Errors in the shares of branches."""
    for name, flow in scenario.flows.items():
        where = f"flows.{name}.trace"
        count = courses(flow.trace)
        if count > MOST_COURSES:
            found = f"its choices make {count:,} ways that a request may go"
            hint = "put branches together that hardly differ, or write flows with shares instead"
            yield Finding(where, found, f"at most {MOST_COURSES}", hint, code=Code.OUT_OF_RANGE)
        written = [branch.share for branch in branches(flow.trace)]
        first = 0
        for place, step in _choices(flow.trace, where):
            own = range(first, first + len(step.choice))
            first += len(step.choice)
            yield from _shares(place, [written[k] for k in own])
            slots = {Slot("branch", name, "share", k): k - own[0] for k in own}
            yield from _changed(scenario, place, [written[k] for k in own], slots)


def courses(steps: tuple[AnyStep, ...]) -> int:
    """How many ways some steps may go, by the branches that are taken."""
    total = 1
    for step in steps:
        inside = [courses(inner) for _, inner in within(step)]
        total *= sum(inside) + 1 if isinstance(step, Exclusive) else math.prod(inside)
    return total


def _choices(steps: tuple[AnyStep, ...], where: str) -> Iterator[tuple[str, Exclusive]]:
    """Every choice with its path in the file, in the order of `flow.branches`."""
    for place, step in placed_steps(steps, where):
        if isinstance(step, Exclusive):
            yield place, step


def _shares(place: str, shares: list[float | None]) -> Iterator[Finding]:
    total = math.fsum(share or 0.0 for share in shares)
    if total > 1.0 + SHARE_TOLERANCE:
        told = " + ".join(f"{share:.9g}" for share in shares if share is not None)
        found = f"the shares of the branches sum to {total:.9g} ({told})"
        hint = f"take {total - 1.0:.9g} away: what is left over does nothing here"
        yield Finding(f"{place}.choice", found, "a sum of at most 1", hint, code=Code.WRONG_SUM)
    left = [k for k, share in enumerate(shares) if share is None]
    if len(left) > 1:
        found = f"{len(left)} branches without a share, each of which would get all that is left"
        hint = "give a share to all but one of them"
        yield Finding(f"{place}.choice[{left[1]}]", found, "one of them", hint, code=Code.CONFLICT)


def _changed(
    scenario: Scenario, place: str, shares: list[float | None], slots: dict[Slot, int]
) -> Iterator[Finding]:
    """What one decision or phase makes of the shares, the others being as they are written."""
    for where, values in _values(scenario):
        changed, last = list(shares), ""
        for path, value in values.items():
            for slot in slots_of(scenario, path):
                if slot in slots:
                    changed[slots[slot]], last = value, path
        total = math.fsum(share or 0.0 for share in changed)
        if last and total > 1.0 + SHARE_TOLERANCE:
            found = f"it makes the shares of the branches at {place} sum to {total:.9g}"
            hint = "change the shares of all branches together, or leave one without a share: the rest"
            yield Finding(
                f"{where}.{last}" if where.endswith(".set") else where,
                found,
                "at most 1",
                hint,
                code=Code.WRONG_SUM,
                about=(f"{place}.choice",),
            )


def _values(scenario: Scenario) -> Iterator[tuple[str, dict[str, float | None]]]:
    """What decisions and phases set, each with its path in the file; of a range its upper end."""
    for where, effect in effects_of(scenario):
        yield (
            f"{where}.set",
            {
                path: float(value) if isinstance(value, (int, float)) else None
                for path, value in effect.set.items()
            },
        )
    for name, decision in scenario.decisions.items():
        if isinstance(decision, Integer):
            yield f"decisions.{name}.integer", dict.fromkeys(decision.sets, float(decision.integer[1]))
        elif isinstance(decision, Real):
            yield f"decisions.{name}.real", dict.fromkeys(decision.sets, float(decision.real[1]))
