"""The part of the page that begins batches: what is varied, from where to where, how many cases that is."""

from __future__ import annotations

import streamlit as st

from models.errors import TradespaceError
from models.units import quantity
from optimizer.batch.variables import Variable
from ui import state
from ui.batching import Axis, Planned, begin, how_long, planned, variables
from ui.subject import Subject
from ui.views.words import escaped

_NONE = "nothing"
#: Values between the ends, before somebody says how many; and the most there may be.
_MANY, _MOST = 5, 100
#: How far from today's value a range reaches before somebody says so.
_LOW, _HIGH = 0.5, 1.5


def draw_new_batch(subject: Subject) -> None:
    """What a batch is to vary, and the button that begins it."""
    st.markdown(
        "A batch solves the scenario again and again, each time with other values of one or two numbers, and "
        "shows how the recommended design moves."
    )
    known = {variable.path: variable for variable in variables(subject)}
    axes = (_draw_axis("Vary", known, 0), _draw_axis("And also", known, 1))
    seeds = st.number_input(
        "Seeds",
        min_value=1,
        max_value=20,
        value=1,
        key="batch-seeds",
        help="Each case is solved with so many seeds: more show how much of a move is chance of the search.",
        width=160,
    )
    plan = planned(axes, int(seeds))
    for words in plan.wrong:
        st.warning(escaped(words))
    if not plan.wrong:
        st.markdown(how_long(subject, plan))
    if st.button("Begin the batch", type="primary", key="batch-begin", disabled=bool(plan.wrong)):
        _begin(subject, plan)


def _begin(subject: Subject, plan: Planned) -> None:
    try:
        run = begin(subject, plan)
    except TradespaceError as error:
        st.error(f"This batch can't be: {escaped(str(error))}.")
        return
    state.show_batch(run.id)
    st.rerun()


def _draw_axis(label: str, known: dict[str, Variable], k: int) -> Axis:
    """One number that is to be varied."""
    with st.container(border=True, key=f"batch-axis-{k}"):
        path = st.selectbox(
            label,
            [_NONE, *known] if k else list(known),
            key=f"batch-path-{k}",
            format_func=lambda name: _told(known, name),
            accept_new_options=True,
            help="A number of the scenario, or the name of a decision; type to search.",
        )
        if path == _NONE:
            return Axis("", "", "", 1, "")
        variable = known.get(path)
        if variable is not None and variable.meaning:
            st.caption(escaped(variable.meaning))
        value = None if variable is None else variable.value
        left, middle, right = st.columns(3)
        key = f"{k}-{path}"
        lowest = left.text_input("From", _typed(value, _LOW), key=f"batch-from-{key}")
        highest = middle.text_input("To", _typed(value, _HIGH), key=f"batch-to-{key}")
        many = right.number_input(
            "Values",
            min_value=1,
            max_value=_MOST,
            value=_MANY,
            key=f"batch-many-{key}",
            help="At equal steps.",
        )
        listed = st.text_input(
            "Or exactly these values",
            key=f"batch-listed-{key}",
            placeholder="on, off" if variable is None else "with commas between them",
        )
    return Axis(path, lowest, highest, int(many), listed)


def _typed(value: float | None, factor: float) -> str:
    """An end of a range as a person would type it; whole where the number is."""
    if value is None:
        return ""
    found = value * factor
    if value.is_integer():
        found = float(max(round(found), 1)) if value >= 1.0 else found
    elif 0.0 < value <= 1.0:
        found = min(found, 1.0)
    return f"{found:.6g}" if abs(found) < 1e6 else f"{found:.0f}"


def _told(known: dict[str, Variable], path: str) -> str:
    if path not in known:
        return path
    return f"{path}, now {quantity(known[path].value, known[path].unit)}"
