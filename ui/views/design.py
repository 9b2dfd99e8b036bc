"""The Design page, put together: the first screen answers, the tabs tell the rest when they are opened."""

from __future__ import annotations

from functools import partial

import streamlit as st

from optimizer.changes import called
from optimizer.decide.explain.change_effort import taken_by
from optimizer.report.findings import runner_up
from optimizer.report.sections.measured import measured, placed
from ui import state, tokens
from ui.beside import lettered, named
from ui.looked_at import Shown, shown_of
from ui.subject import Solved
from ui.views.design_tabs import draw_tabs
from ui.views.dimensions import draw_dimensions, draw_place
from ui.views.switches import draw_switches

#: Designs of the front up to which each has a place of its own in the list; of more, their number is typed.
MOST_LISTED = 500
#: Where there is room, many decisions scroll beside the numbers; keys reach them all the same.
_STYLE = """<style>@media (min-width:800px){
.st-key-decisions{max-height:44rem;overflow-y:auto;padding-right:.5rem}}</style>"""


def draw_design(subject: Solved) -> None:
    """Everything about one design."""
    shown = shown_of(subject)
    _draw_choice(shown)
    left, right = st.columns([3, 2], gap="medium")
    solution, front = subject.solution, subject.solution.front
    with left:
        name_of = partial(called, subject.system.space, front.X)
        said = placed(shown.place, shown.evaluation, shown.whole)
        draw_place(shown.place, said, name_of, state.look_at)
        rival = runner_up(solution, shown.whole.few, shown.place.position)
        found = measured(shown.evaluation, solution.today, front, rival, shown.whole.goals)
        called_for = "Recommended" if rival == solution.recommended else "Runner-up"
        draw_dimensions(found, shown.evaluation, solution.today, name_of, rival=called_for)
    with right:
        st.subheader("Decisions", anchor=False)
        st.caption("Change one, and the numbers follow at once; the link holds the design that you made.")
        st.html(_STYLE)
        with st.container(key="decisions"):
            draw_switches(
                subject.system,
                shown.x,
                shown.whole.labels,
                taken_by(subject.system, shown.x),
                lambda x: state.look_at(subject.token(x)),
            )
    draw_tabs(shown)


def _draw_choice(shown: Shown) -> None:
    """Which design, and what can be done with it."""
    subject, picks = shown.subject, state.view().picks
    many = len(subject.solution.front)
    names = {
        shown.recommended_token: f"recommended: {named(subject, shown.recommended_token)}",
        tokens.TODAY: "today's design",
    }
    for pick, name in zip(picks, lettered(subject, picks), strict=True):
        names.setdefault(pick, f"picked, {name}")
    if many <= MOST_LISTED:
        for i in range(many):
            names.setdefault(str(i + 1), named(subject, str(i + 1)))
    names.setdefault(shown.token, named(subject, shown.token, shown.x))
    with st.container(horizontal=True, vertical_alignment="bottom", key="design-choice"):
        st.session_state["design-shown"] = shown.token
        st.selectbox(
            "Design",
            list(names),
            format_func=lambda token: names.get(token, token),
            key="design-shown",
            on_change=_turn_to_shown,
            help="Any design of the front, today's, your picks, and the one you make with the switches.",
            width=320,
        )
        if many > MOST_LISTED:
            st.number_input(
                f"or its number, 1 to {many:,}", 1, many, value=None, key="design-number",
                on_change=_turn_to_number, width=170,
            )  # fmt: skip
        is_picked = shown.token in picks
        st.button(
            "Let it go" if is_picked else "Pick it",
            type="secondary" if is_picked else "primary",
            key="design-pick",
            on_click=state.pick,
            args=(shown.token,),
            help="Up to four picked designs stand side by side on Compare, and in the report.",
        )
        st.button("Undo", key="design-undo", on_click=state.look_back, disabled=state.steps_back() == 0,
                  help="Back to the design before.")  # fmt: skip
        if shown.token != shown.recommended_token:
            st.button("Back to the recommended", key="design-recommended", on_click=state.look_at, args=("",))
        if shown.token != tokens.TODAY:
            st.button("Back to today's", key="design-today", on_click=state.look_at, args=(tokens.TODAY,))


def _turn_to_shown() -> None:
    state.look_at(st.session_state["design-shown"])


def _turn_to_number() -> None:
    if (number := st.session_state["design-number"]) is not None:
        state.look_at(str(int(number)))
