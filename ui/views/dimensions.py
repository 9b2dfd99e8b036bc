"""One design in six dimensions: against today's, runner-up and best reachable; and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from models.evaluation import Evaluation
from models.units import quantity
from optimizer.decide.placing import Place
from optimizer.report.content import Number, Text, plain
from optimizer.report.sections.measured import Measured
from ui.views.words import escaped

#: Designs that beat another and get a button.
MOST_BUTTONS = 3
_ACROSS = 3
#: What else tells a design: indicator, words, unit.
_BESIDE = (
    ("effort_days", "Work to get there", "days"),
    ("one_time_usd", "Money beforehand", "USD"),
    ("utilisation", "Busiest part", "fraction"),
)


def draw_place(place: Place, said: Sequence[Text], look_at: Callable[[str], None]) -> None:
    """Where the design stands, in a box, with buttons to the designs that beat it."""
    words = "\n\n".join(escaped(plain(one)) for one in said)
    if place.standing in ("front", "unseen"):
        st.info(words)
    else:
        st.warning(words)
    if place.standing == "dominated":
        with st.container(horizontal=True):
            for i in place.beaten_by[:MOST_BUTTONS]:
                number = str(int(i) + 1)
                st.button(
                    f"Look at design {number}", key=f"beaten-by-{number}", on_click=look_at, args=(number,)
                )


def draw_dimensions(found: Sequence[Measured], design: Evaluation, today: Evaluation) -> None:
    """A card for each dimension, and a line of what it takes to get there."""
    for start in range(0, len(found), _ACROSS):
        for column, one in zip(st.columns(_ACROSS), found[start : start + _ACROSS], strict=False):
            with column, st.container(border=True, height="stretch", key=f"dimension-{one.name}"):
                _draw_card(one)
    told = [
        f"{label}: {quantity(float(design.indicators[name][0]), unit)}"
        + (f" (today {quantity(float(today.indicators[name][0]), unit)})" if name == "utilisation" else "")
        for name, label, unit in _BESIDE
        if name in design.indicators
    ]
    st.caption(escaped(" · ".join(told)))


def _draw_card(one: Measured) -> None:
    against = plain(one.against_today)
    if one.is_better is None:
        delta, colour, arrow = "as today", "gray", "off"
    else:
        delta = against
        colour = "blue" if one.is_better else "orange"
        # The arrow says better or worse, the words how: no colour is needed.
        arrow = "up" if one.is_better else "down"
    st.metric(
        one.name.capitalize(),
        str(one.value),
        f"{'better' if one.is_better else 'worse'}: {delta}" if one.is_better is not None else delta,
        delta_color=colour,  # type: ignore[arg-type]
        delta_arrow=arrow,  # type: ignore[arg-type]
        help=escaped(one.meaning) or None,
    )
    if one.within_error:
        st.caption("The difference is within the model's error.")
    lines = [f"Today {_told(one.today)}"]
    if one.runner_up is not None:
        lines.append(f"Runner-up {_told(one.runner_up)}")
    if one.best is not None:
        best = "this is the best reachable" if str(one.best) == str(one.value) else _told(one.best)
        lines.append(f"Best reachable {best}" if best != "this is the best reachable" else best.capitalize())
    st.caption(escaped(" · ".join(lines)))
    if one.limit is not None:
        _draw_limit(one)


def _draw_limit(one: Measured) -> None:
    kind = "Wish" if one.is_wish else "Limit"
    if one.keeps:
        st.caption(escaped(f"{kind} {one.limit}: kept"))
    else:
        st.markdown(f"⚠ **{escaped(f'{kind} {one.limit}: not kept')}**")


def _told(value: Number) -> str:
    return str(value)
