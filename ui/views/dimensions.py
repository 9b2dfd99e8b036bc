"""One design in six dimensions: against today's, runner-up and best reachable; and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from models.evaluation import Evaluation
from models.units import quantity
from optimizer.decide.explain.standing import Place
from optimizer.phrases import POINTS
from optimizer.report.sections.choice import BESIDE
from optimizer.report.sections.measured import Measured
from optimizer.sections.content import Number, Text, plain
from ui.views.words import as_html, escaped

#: Designs that beat another and get a button.
MOST_BUTTONS = 3
_ACROSS = 3
_STYLE = """<style>
.card{font-size:.88rem;line-height:1.35;overflow-wrap:anywhere}
.card p{margin:0 0 .3rem;padding-left:.45rem;border-left:3px solid rgba(128,128,128,.5)}
.card .better{border-left-color:#0072B2;font-weight:600}
.card .worse,.card .missed{border-left-color:#D55E00;font-weight:600}
.card .missed{border-left-style:double;border-left-width:5px}
.card ul{margin:.5rem 0 0;padding:0;list-style:none}
.card li{margin:0 0 .15rem;padding:0;font-size:.84rem}
.card li span{opacity:.75}
</style>"""


def draw_place(
    place: Place, said: Sequence[Text], name_of: Callable[[int], str], look_at: Callable[[str], None]
) -> None:
    """Where the design stands, in a box, with buttons to the designs that beat it.

    Args:
        place: Where it stands.
        said: That in sentences.
        name_of: What a design of the front is called, by its position.
        look_at: Turns to a design, by its name in an address.
    """
    words = "\n\n".join(escaped(plain(one)) for one in said)
    if place.standing in ("front", "unseen"):
        st.info(words)
    else:
        st.warning(words)
    if place.standing == "dominated":
        with st.container(horizontal=True):
            for i in place.beaten_by[:MOST_BUTTONS]:
                number, name = str(int(i) + 1), name_of(int(i))
                st.button(f"Look at {name}", key=f"beaten-by-{number}", on_click=look_at, args=(number,))


def draw_dimensions(
    found: Sequence[Measured],
    design: Evaluation,
    today: Evaluation,
    name_of: Callable[[int], str],
    *,
    rival: str,
) -> None:
    """A card for each dimension, and a line of what it takes to get there.

    Args:
        found: The dimensions.
        design: The design, evaluated; one row.
        today: Today's.
        name_of: What a design of the front is called, by its position.
        rival: What the design is called that would be taken instead.
    """
    for start in range(0, len(found), _ACROSS):
        for column, one in zip(st.columns(_ACROSS), found[start : start + _ACROSS], strict=False):
            with column, st.container(border=True, height="stretch", key=f"dimension-{one.name}"):
                _draw_card(one, name_of, rival)
    told = [
        f"{label.capitalize()}: {quantity(float(design.indicators[name][0]), unit)}"
        + (f" (today {quantity(float(today.indicators[name][0]), unit)})" if name == "utilisation" else "")
        for name, label, unit in BESIDE
        if name in design.indicators
    ]
    st.caption(escaped(" · ".join(told)))


def _draw_card(one: Measured, name_of: Callable[[int], str], rival: str) -> None:
    """The value with its help, then in words what is better or worse, and what else could be had."""
    st.metric(one.name.capitalize(), str(one.value), help=escaped(one.meaning) or None)
    st.html(_STYLE + card_html(one, name_of, rival=rival))


def card_html(one: Measured, name_of: Callable[[int], str], *, rival: str = "Runner-up") -> str:
    """What stands under a value: arrows and words, so that no colour is needed."""
    if one.is_better is None:
        lines = [_line("same", "as today")]
    elif one.within_error:
        lines = [_line("same", f"≈ {plain(one.against_today)} than today: within the model's error")]
    else:
        sign, kind = ("▲ better", "better") if one.is_better else ("▼ worse", "worse")
        lines = [_line(kind, f"{sign} than today: {plain(one.against_today)}")]
    if one.limit is not None:
        kind = "wish" if one.is_wish else "limit"
        lines.append(
            _line("kept", f"{kind} {one.limit}: kept")
            if one.keeps
            else _line("missed", f"{kind} {one.limit}: not kept{_by(one.value, one.limit)}")
        )
    told = [("Today", str(one.today))]
    if one.runner_up is not None:
        same = str(one.runner_up) == str(one.value)
        against = "the same" if same else f"this is {plain(one.against_runner_up)}"
        told.append((rival, f"{one.runner_up} ({against})"))
    if one.best is not None and one.reached_by is not None:
        best = "this one" if one.is_best else f"{one.best} ({name_of(one.reached_by)})"
        told.append(("Best reachable", best))
    terms = "".join(f"<li><span>{as_html(term)}</span> {as_html(words)}</li>" for term, words in told)
    return f'<div class="card">{"".join(lines)}<ul>{terms}</ul></div>'


def _by(value: Number, bound: Number) -> str:
    """By how much a bound is missed by a value that reads the same."""
    if str(value) != str(bound):
        return ""
    amount = abs(value.value - bound.value)
    by = quantity(100.0 * amount, POINTS) if bound.unit == "fraction" else quantity(amount, bound.unit)
    return f", by {by}"


def _line(kind: str, words: str) -> str:
    return f'<p class="{kind}">{as_html(words)}</p>'
