"""The front in the app: the report's own view, mounted, with what a person does in it as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from models.evaluation import COST, DIMENSIONS, LATENCY
from optimizer.decide.choose.ranges import Range
from optimizer.report.html import front_script, front_style
from ui import cached
from ui.view import Axes, View

#: The component's key, of which its state goes by the name.
KEY = "front"
#: What the marked designs are, in the legend.
MARKS_ARE = "the designs of the shortlist"
_HERE = Path(__file__).parent
_NAMES = tuple(dimension.name for dimension in DIMENSIONS)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a person has done in the front since Python last moved it.

    Attributes:
        ranges: What is kept; None = nothing new was heard.
        is_whole: Whether all groups are kept.
        axes: The layout; None = nothing new was heard.
        picked: Number of the design that was clicked; None = none was.
    """

    ranges: dict[str, Range] | None = None
    is_whole: bool = True
    axes: Axes | None = None
    picked: int | None = None


def _parts() -> tuple[str, str]:
    """Script and style of the component."""
    script = front_script() + "\n" + (_HERE / "front_mount.js").read_text(encoding="utf-8")
    return script, (_HERE / "front.css").read_text(encoding="utf-8") + "\n" + front_style()


def draw_front(
    key: str,
    front: Mapping[str, object],
    view: View,
    *,
    told: int,
    only: tuple[int, ...] | None,
    only_label: str,
    pins: Sequence[int | list[float | None]],
    closest: int | None,
) -> Heard:
    """Draws the front and tells what the person does in it.

    Args:
        key: The same for the same front: another one is mounted anew.
        front: Its data (`optimizer.report.html.front_data`, with groups and other designs).
        view: What is kept, picked, and how it is laid out.
        told: Grows when Python has moved the selection, so that the front follows.
        only: Numbers of the designs of the group that is kept; None = all.
        only_label: What that group is called.
        pins: What is picked, in the order of the letters: a number, or the values of a design that is not on
            the front (None = unbounded).
        closest: Number of the design that is closest to the wishes; None = nothing is wished for.
    """
    axes = view.axes
    mount = cached.component("tradespace_front", _parts)
    with st.container(gap=None):
        result = mount(
            key=KEY,
            data={
                "key": key,
                "told": told,
                "view": {
                    "ranges": {name: list(range_) for name, range_ in view.ranges.items()},
                    "only": None if only is None else list(only),
                    "onlyLabel": only_label,
                    "pinned": list(pins),
                    "closest": closest,
                },
                "layout": {
                    "x": axes.x,
                    "y": axes.y,
                    "colour": axes.colour,
                    "size": axes.size,
                    "order": list(axes.order),
                    "flipped": list(axes.flipped),
                    "marksAre": MARKS_ARE,
                },
            },
            on_kept_change=_nothing,
            on_layout_change=_nothing,
            on_picked_change=_nothing,
        )
        # What has changed is sent anew: the designs go by themselves, so that a wish or a pick is small.
        mount(key=f"{KEY}-designs", data={"key": key, "front": front})
    return heard(result, told)


def heard(result: Mapping[str, Any], told: int) -> Heard:
    """What came back, where it builds on what Python has told last; what comes from a browser is checked.

    Args:
        result: The component's values.
        told: How often Python has moved the selection: what builds on an older one is out of date.
    """
    kept, layout = (_current(result.get(name), told) for name in ("kept", "layout"))
    ranges, axes, picked = kept.get("ranges"), layout.get("axes"), result.get("picked")
    return Heard(
        ranges=_ranges(ranges) if isinstance(ranges, Mapping) else None,
        is_whole=kept.get("isWhole") is not False,
        axes=_axes(axes) if isinstance(axes, Mapping) else None,
        picked=int(picked) if isinstance(picked, (int, float)) and 1 <= picked < 1e7 else None,
    )


def _current(value: object, told: int) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) and value.get("told") == told else {}


def _ranges(told: Mapping[str, Any]) -> dict[str, Range]:
    found: dict[str, Range] = {}
    for name, bounds in told.items():
        if name in _NAMES and isinstance(bounds, (list, tuple)) and len(bounds) == 2:
            low, high = (float(b) if isinstance(b, (int, float)) else None for b in bounds)
            if (low, high) != (None, None):
                found[name] = (low, high)
    return found


def _axes(told: Mapping[str, Any]) -> Axes:
    def one(name: str, otherwise: str, *more: str) -> str:
        value = told.get(name)
        return value if isinstance(value, str) and value in (*_NAMES, *more) else otherwise

    def several(name: str) -> tuple[str, ...]:
        values = told.get(name)
        return tuple(v for v in values if v in _NAMES) if isinstance(values, (list, tuple)) else ()

    return Axes(
        x=one("x", COST.name),
        y=one("y", LATENCY.name),
        colour=one("colour", "", "group"),
        size=one("size", ""),
        order=several("order"),
        flipped=several("flipped"),
    )


def _nothing() -> None:
    """Streamlit keeps a component's value only where somebody listens to it."""
