"""What a person looks at: scenario, run, selection, axes, picks. One value, and the address that holds it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from models.evaluation import COST, DIMENSIONS, LATENCY
from optimizer.decide.choose.ranges import Range

#: The scenario of the first screen.
FIRST = "black-friday-exercise"
#: The name that stands for a scenario of the person's own: its text is in the session, never in the address.
OWN = "own"
#: The name that stands for the scenario of the run that is looked at, which is neither bundled nor one's own.
RUNS = "run"
#: Designs that fit side by side.
MOST_PICKS = 4
#: How a design is named in an address: its number on the front, today's, or the values of its decisions.
_DESIGN = re.compile(r"today|[1-9][0-9]{0,6}|~[-+0-9.e,inf]{1,2000}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_RUN = re.compile(r"[0-9a-f]{4,32}")
_NAMES = tuple(dimension.name for dimension in DIMENSIONS)


@dataclass(frozen=True, slots=True)
class Axes:
    """How the front is laid out.

    Attributes:
        x: Dimension across the scatter.
        y: Dimension up the scatter.
        colour: Dimension that colours; empty = none, `group` = the groups of the representatives.
        size: Dimension that sizes the points; empty = none.
        order: Axes from left to right; what isn't named follows in its usual order.
        flipped: Axes that are upside down.
    """

    x: str = COST.name
    y: str = LATENCY.name
    colour: str = ""
    size: str = ""
    order: tuple[str, ...] = ()
    flipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """Everything that a link to the app holds, but the page, which is its path.

    Attributes:
        scenario: Name of a bundled scenario, or `own`, or `run`; an address that names a run tells none.
        run: The run that is looked at; empty = the newest of the scenario.
        ranges: What is kept, by name of the dimension.
        group: Number of the representative whose group is kept; 0 = all.
        picks: The designs that are picked, at most four, as `ui.tokens` writes them.
        design: The design of the Design page; empty = the recommended one.
        axes: How the front is laid out.
        has_others: Whether designs that are not on the front are shown too.
        is_whole: Whether the whole front is shown, also designs that differ from others by nothing visible.
        order: Dimension by which the table of designs is ordered, best first; empty = by number.
    """

    scenario: str = FIRST
    run: str = ""
    ranges: Mapping[str, Range] = field(default_factory=dict)
    group: int = 0
    picks: tuple[str, ...] = ()
    design: str = ""
    axes: Axes = Axes()
    has_others: bool = False
    is_whole: bool = False
    order: str = ""

    def picked(self, token: str) -> tuple[View, str]:
        """The view with a design picked or no longer picked; the design that had to go, or nothing."""
        if token in self.picks:
            return replace(self, picks=tuple(pick for pick in self.picks if pick != token)), ""
        gone = self.picks[MOST_PICKS - 1] if len(self.picks) >= MOST_PICKS else ""
        return replace(self, picks=(*self.picks[: MOST_PICKS - 1], token)), gone


def address_of(view: View) -> dict[str, list[str]]:
    """A view as parameters of an address; what is as usual is left out, but the scenario.

    A run has a scenario of its own: its address names no other.
    """
    axes, usual = view.axes, Axes()
    told = {"run": [view.run]} if view.run else {"scenario": [view.scenario]}
    ranges = [f"{name}:{_bound(low)}..{_bound(high)}" for name, (low, high) in sorted(view.ranges.items())]
    parts = {
        "keep": ranges,
        "group": [str(view.group)] if view.group else [],
        "pick": list(view.picks),
        "design": [view.design] if view.design else [],
        "x": [axes.x] if axes.x != usual.x else [],
        "y": [axes.y] if axes.y != usual.y else [],
        "colour": [axes.colour] if axes.colour else [],
        "size": [axes.size] if axes.size else [],
        "axes": [",".join(axes.order)] if axes.order and axes.order != _NAMES else [],
        "flipped": [",".join(axes.flipped)] if axes.flipped else [],
        "others": ["yes"] if view.has_others else [],
        "front": ["all"] if view.is_whole else [],
        "order": [view.order] if view.order else [],
    }
    return told | {name: values for name, values in parts.items() if values}


def view_from(told: Mapping[str, Sequence[str]], scenarios: Sequence[str]) -> tuple[View, tuple[str, ...]]:
    """The view of an address; what can't be read is left as usual, and said.

    Args:
        told: The parameters.
        scenarios: Names of the scenarios there are.
    """
    notes: list[str] = []

    def one(name: str, pattern: re.Pattern[str] | None, allowed: Sequence[str], otherwise: str) -> str:
        found = told.get(name, ())
        value = found[-1] if found else ""
        if not value:
            return otherwise
        if (pattern is not None and pattern.fullmatch(value)) or value in allowed:
            return value
        notes.append(f"The link names {name} {value[:60]!r}, which isn't there.")
        return otherwise

    def several(name: str) -> tuple[str, ...]:
        words = [word for text in told.get(name, ())[-1:] for word in text.split(",") if word]
        return tuple(dict.fromkeys(word for word in words if word in _NAMES))

    scenario = one("scenario", None, (*scenarios, OWN), FIRST)
    if not _SLUG.fullmatch(scenario):
        scenario = FIRST
    group = one("group", re.compile(r"[1-9][0-9]{0,6}"), (), "0")
    ranges: dict[str, Range] = {}
    for text in told.get("keep", ()):
        read = _range(text)
        if read is None:
            notes.append(f"The link keeps {text[:60]!r}, which is no range.")
        else:
            ranges[read[0]] = read[1]
    picks = [pick for pick in told.get("pick", ()) if _DESIGN.fullmatch(pick)]
    if len(picks) < len(told.get("pick", ())):
        notes.append("The link picks designs that can't be read.")
    usual = Axes()
    axes = Axes(
        x=one("x", None, _NAMES, usual.x),
        y=one("y", None, _NAMES, usual.y),
        colour=one("colour", None, (*_NAMES, "group"), ""),
        size=one("size", None, _NAMES, ""),
        order=several("axes"),
        flipped=several("flipped"),
    )
    view = View(
        scenario=scenario,
        run=one("run", _RUN, (), ""),
        ranges=ranges,
        group=int(group),
        picks=tuple(dict.fromkeys(picks))[:MOST_PICKS],
        design=one("design", _DESIGN, (), ""),
        axes=axes,
        has_others=one("others", None, ("yes",), "") == "yes",
        is_whole=one("front", None, ("all",), "") == "all",
        order=one("order", None, _NAMES, ""),
    )
    return view, tuple(notes)


def _bound(value: float | None) -> str:
    return "" if value is None else repr(float(value))


def _range(text: str) -> tuple[str, Range] | None:
    """A range as it stands in an address, `latency:..80.0`; None = it is none."""
    name, colon, rest = text.partition(":")
    low, dots, high = rest.partition("..")
    if not colon or not dots or name not in _NAMES or (not low and not high):
        return None
    try:
        bounds = tuple(float(bound) if bound else None for bound in (low, high))
    except ValueError:
        return None
    if any(bound is not None and math.isnan(bound) for bound in bounds):
        return None
    return name, (bounds[0], bounds[1])
