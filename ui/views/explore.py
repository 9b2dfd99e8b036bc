"""The Explore page, drawn: what was said, the front and its wishes, the designs that are kept."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from models.evaluation import DIMENSIONS
from models.units import count
from optimizer.changes import called
from optimizer.report.sections.answer import answer, doubt_line
from optimizer.report.sections.front import front as front_section
from ui import cached, state
from ui.beside import lettered
from ui.exploring import (
    closest_of,
    closest_text,
    fixed_of,
    groups_of,
    kept_of,
    next_step,
    pins_of,
    reach_of,
    reliefs_of,
    rows_of,
    unmet_text,
    wishes_of,
)
from ui.solving import draw_stopped
from ui.subject import Solved
from ui.view import MOST_PICKS
from ui.views.again import draw_again
from ui.views.blocks import draw_block, draw_section
from ui.views.designs import draw_designs, merged
from ui.views.front import draw_front
from ui.views.picks import draw_picks
from ui.views.wishes import Relief, draw_closest, draw_unmet, draw_wishes, with_wish
from ui.views.words import escaped, escaped_cell


def draw_explore(subject: Solved) -> None:
    """Draws the page of a scenario that is solved."""
    found = subject.about()
    for k, block in enumerate(answer(found, has_doubts=False).blocks):
        draw_block(block, key=f"answer-{k}")
    draw_stopped(subject)
    if found.chosen is None:
        draw_section(front_section(found), key="excluded", has_title=False)
        st.markdown(f"**{next_step(found, state.view())}**")
        st.page_link("ui/pages/scenario.py", label="To the limits, on the page Scenario")
        st.page_link("ui/pages/design.py", label="To today's design, on the page Design")
        return
    told = str(subject.solution.certificate)
    st.caption(escaped(f"{told[:1].upper()}{told[1:]}."))
    doubts = st.empty()
    if (
        subject.system.scenario.uncertainty
    ):  # last of all, in a line that is there already: the page must not jump
        doubts.caption("Trying the guesses of the scenario ...")
    _selection(subject)
    doubts.caption(escaped_cell(doubt_line(found)))


@st.fragment
def _selection(subject: Solved) -> None:
    """Everything that follows from the selection: drawn anew by each gesture, and nothing else is."""
    found = subject.about()
    head = st.container()
    left, right = st.columns([1, 3])
    with right:
        unmet = st.container()
        _front(subject)  # first of all: what was done in it is heard here
        near = st.container()
        _groups(groups_of(found))
    view = state.view()
    kept = kept_of(found, view)
    with head:
        st.markdown(f"**{escaped(next_step(found, view))}**")
        for note in state.notes():
            st.info(escaped(note))
    told = reach_of(found, view)
    closest = closest_of(told, kept.mask)
    if kept.many == 0:
        with unmet:
            draw_unmet(unmet_text(found, view, told), reliefs_of(found, view, told), _relieve, _reset)
    with left:
        draw_wishes(wishes_of(found, view), fixed_of(found), _wish)
        st.button("Reset", key="reset", on_click=_reset, help="Keep all designs again")
    if told is not None and closest is not None:
        with near:
            name = called(found.space, found.front.X, closest)
            sentence = closest_text(found, told, closest)
            draw_closest(sentence, str(closest + 1), name, view.picks, state.pick, _look)
    draw_picks(view.picks, lettered(subject, view.picks))
    _table(subject, kept.mask, closest)


def _front(subject: Solved) -> None:
    """The front, and what a person has done in it."""
    shown, told = state.shown(), state.times_told()
    found = subject.about()
    group = kept_of(found, shown)
    closest = closest_of(reach_of(found, shown), group.mask)
    has_others = shown.has_others
    heard = draw_front(
        f"{subject.key}-{has_others}",
        cached.front_payload(subject.key, has_others, found, subject.system),
        shown,
        told=told,
        only=group.only,
        only_label=group.label,
        pins=pins_of(((token, subject.row(token)) for token in shown.picks), subject.system),
        closest=None if closest is None else closest + 1,
    )
    if heard.ranges is not None or heard.axes is not None:
        state.heard_from_front(ranges=heard.ranges, is_whole=heard.is_whole, axes=heard.axes)
    if heard.picked is not None:
        state.pick(str(heard.picked), in_front=True)


def _groups(groups: Mapping[int, str]) -> None:
    """The representatives, one click away, and what is missing from the front."""
    view = state.view()
    st.session_state["group"] = view.group if view.group in groups else None
    st.pills(
        "Groups: keep the designs that one of the few stands for",
        list(groups),
        format_func=lambda number: f"{number}: {groups[number]}",
        key="group",
        wrap=True,
        on_change=_group,
        help="A few stand for all: the knee, the best of each dimension, and those furthest from these.",
    )
    st.session_state["others"] = view.has_others
    st.toggle(
        "Show designs that are not on the front, grey",
        key="others",
        on_change=_others,
        help="A square is beaten by another design, a cross breaks a limit; hover in the scatter to see why.",
    )


def _table(subject: Solved, mask: NDArray[np.bool_], closest: int | None) -> None:
    """The designs that are kept."""
    found = subject.about()
    names = [dimension.name for dimension in found.front.evaluation.dimensions]
    columns = st.columns([3, 1, 1], vertical_alignment="bottom")
    many = int(mask.sum())
    columns[0].markdown(
        f"**{count(many)} of {count(len(mask))} designs kept**; a row that is selected is picked."
    )
    order_by = columns[1].selectbox("Order by", ["number", *names], key="order-by", persist_state="session")
    columns[2].download_button(
        "Download as CSV",
        data=lambda: cached.csv_of(subject.key, tuple(np.flatnonzero(mask).tolist()), found),
        file_name=f"{subject.system.scenario.name}-front.csv",
        mime="text/csv",
        on_click="ignore",
        key="csv",
    )
    view = state.view()
    rows = rows_of(found, mask, view.picks, order_by, closest)
    key = f"designs-{hash((subject.key, rows.tokens, state.times_picked()))}"
    selected = draw_designs(rows, key=key)
    if selected is None:
        return
    picks = merged(view.picks, rows.tokens, selected)
    if picks == view.picks:
        return
    if len(picks) > MOST_PICKS:
        state.note(
            f"Four designs fit side by side: {picks[-1]} has taken the place of {picks[MOST_PICKS - 1]}."
        )
        state.set_picks((*picks[: MOST_PICKS - 1], picks[-1]))
    else:
        state.set_picks(picks, in_table=True)
    draw_again()


def _wish(name: str) -> None:
    """A wish was pulled; at the worst of all places it asks for nothing."""
    dimension = next(one for one in DIMENSIONS if one.name == name)
    value = st.session_state[f"wish-{name}"]
    state.keep(with_wish(state.view().ranges, dimension, value), group=state.view().group)


def _look(token: str) -> None:
    state.look_at(token)
    st.switch_page("ui/pages/design.py")


def _relieve(relief: Relief) -> None:
    state.keep(relief.ranges)


def _reset() -> None:
    state.keep({})


def _group() -> None:
    state.keep(state.view().ranges, group=st.session_state["group"] or 0)


def _others() -> None:
    state.show_others(st.session_state["others"])
