"""The Explore page, drawn: what was said, the front and its wishes, the designs that are kept."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from models.evaluation import DIMENSIONS
from models.units import count
from optimizer.decide.recommend.visible_front import visible_words
from optimizer.report.findings import Findings
from optimizer.report.sections.answer import answer, measure_first_text, today_text
from optimizer.report.sections.front import front as front_section
from optimizer.sections.content import Paragraph, Table, text
from optimizer.sections.verdict import verdict
from ui import cached, state
from ui.beside import LETTERS, lettered
from ui.checks import LOOK_S, check_of, picks_of
from ui.exploring import (
    closest_of,
    closest_text,
    fixed_of,
    kept_of,
    next_step,
    ordered,
    pins_of,
    reach_of,
    reliefs_of,
    rows_of,
    unmet_text,
    wishes_of,
)
from ui.shown import Shown
from ui.solving import draw_stopped
from ui.subject import Solved
from ui.view import MOST_PICKS
from ui.views.again import draw_again
from ui.views.blocks import draw_block, draw_section
from ui.views.designs import draw_designs, merged
from ui.views.front import draw_front
from ui.views.picks import draw_picks
from ui.views.shortlist_cards import draw_cards, draw_check
from ui.views.wishes import TYPED, Relief, draw_closest, draw_unmet, draw_wishes, from_typed, with_wish
from ui.views.words import escaped, escaped_cell

#: The table of the answer that the cards show.
SHORTLIST = "shortlist"


def draw_explore(subject: Solved) -> None:
    """Draws the page of a scenario that is solved."""
    found, made = subject.about(), subject.solution.recommendation
    if found.chosen is None:
        _without_design(subject, found)
        return
    above = (Paragraph(today_text(found)), *(verdict(found.model, subject.solution, made) if made else ()))
    for k, block in enumerate(above):
        draw_block(block, key=f"verdict-{k}")
    first = st.empty()
    first.caption("Trying the guesses of the scenario: which to measure first ...")
    draw_stopped(subject)
    _selection(subject)
    st.subheader("Why, and what it gives up", anchor=False)
    for k, block in enumerate(answer(found, has_doubts=False).blocks):
        if block not in above and not (isinstance(block, Table) and block.name == SHORTLIST):
            draw_block(block, key=f"answer-{k}")
    told = str(subject.solution.certificate)
    st.caption(escaped(f"{told[:1].upper()}{told[1:]}."))
    first.caption(escaped_cell(measure_first_text(found) or text("No number of the scenario may be off.")))


def _without_design(subject: Solved, found: Findings) -> None:
    """What excludes all designs, and where to go."""
    for k, block in enumerate(answer(found, has_doubts=False).blocks):
        draw_block(block, key=f"answer-{k}")
    draw_stopped(subject)
    draw_section(front_section(found), key="excluded", has_title=False)
    st.markdown(f"**{next_step(found, state.view())}**")
    st.page_link("ui/pages/scenario.py", label="To the limits, on the page Scenario")
    st.page_link("ui/pages/design.py", label="To today's design, on the page Design")


def _shown(subject: Solved, *, is_whole: bool) -> Shown:
    return cached.shown_front(subject.key, is_whole, subject.about())


@st.fragment
def _selection(subject: Solved) -> None:
    """Everything that follows from the selection: drawn anew by each gesture, and nothing else is."""
    cards, many = st.container(), st.container()
    left, right = st.columns([1, 3])
    with right:
        unmet = st.container()
        _front(subject)  # first of all: what was done in it is heard here
        near = st.container()
    view = state.view()
    shown = _shown(subject, is_whole=view.is_whole)
    with cards:
        for note in state.notes():
            st.info(escaped(note))
        letters = dict(zip(view.picks, LETTERS, strict=False))
        told_on = draw_cards(
            cached.cards(subject.key, subject.system, subject.solution), letters, pick=state.pick, look=_look
        )
        if told_on:
            _checks(subject, told_on)
    with many:
        _how_many(len(_shown(subject, is_whole=False).positions), len(subject.solution.front))
    kept = kept_of(shown, view)
    told = reach_of(shown, view)
    closest = closest_of(shown, told, kept.mask)
    if kept.many == 0:
        with unmet:
            draw_unmet(unmet_text(shown, view, told), reliefs_of(shown, view, told), _relieve, _reset)
    with left:
        draw_wishes(wishes_of(shown, view), fixed_of(shown), _wish)
        st.button("Reset", key="reset", on_click=_reset, help="Keep all designs again")
    with near:
        if told is not None and closest is not None:
            sentence, token = closest_text(shown, told, closest), str(shown.number(closest))
            draw_closest(sentence, token, shown.called(closest), view.picks, state.pick, _look)
        _groups(shown.names_of_few())
    st.markdown(f"**{escaped(next_step(subject.about(), view))}**")
    draw_picks(view.picks, lettered(subject, view.picks))
    _table(subject, shown, kept.mask, closest)


def _checks(subject: Solved, places: Mapping[str, DeltaGenerator]) -> None:
    """What simulations say of the cards' designs, shown as it comes."""
    made = subject.solution.recommendation
    picks = {} if made is None else picks_of(made)

    def draw() -> bool:
        checks = {token: check_of(subject.system, subject.solution, picks[token]) for token in places}
        for token, check in checks.items():
            draw_check(places[token], check)
        return None in checks.values()

    def draw_until_done() -> None:
        if not draw():
            st.rerun()  # without looking again and again

    if draw():
        st.fragment(run_every=LOOK_S)(draw_until_done)()


def _how_many(seen: int, on_front: int) -> None:
    """How many designs differ visibly, and all of them one click away."""
    if seen == on_front:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escaped(visible_words(seen, on_front))}**", width="content")
        st.session_state["whole"] = state.view().is_whole
        st.toggle(
            f"Show all {count(on_front)}",
            key="whole",
            on_change=_whole,
            help="Of designs that nobody could tell apart one is shown: the one that is recommended first.",
        )


def _front(subject: Solved) -> None:
    """The front, and what a person has done in it."""
    view, told = state.shown(), state.times_told()
    shown = _shown(subject, is_whole=view.is_whole)
    group = kept_of(shown, view)
    closest = closest_of(shown, reach_of(shown, view), group.mask)
    heard = draw_front(
        f"{subject.key}-{view.is_whole}-{view.has_others}",
        cached.front_payload(subject.key, view.is_whole, view.has_others, shown, subject.system),
        view,
        told=told,
        only=group.only,
        only_label=group.label,
        pins=pins_of(shown, ((token, subject.row(token)) for token in view.picks), subject.system),
        closest=None if closest is None else shown.number(closest),
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


def _table(subject: Solved, shown: Shown, mask: NDArray[np.bool_], closest: int | None) -> None:
    """The designs that are kept, all of them in order."""
    view = state.view()
    names = [dimension.name for dimension in shown.evaluation.dimensions]
    columns = st.columns([3, 1, 1], vertical_alignment="bottom")
    many = int(mask.sum())
    columns[0].markdown(
        f"**{count(many)} of {count(len(mask))} designs kept**; a row that is selected is picked, and the "
        "head of a column orders all of them."
    )
    st.session_state["order-by"] = view.order
    columns[1].selectbox(
        "Order by",
        ["", *names],
        format_func=lambda name: f"{name}, best first" if name else "number",
        key="order-by",
        on_change=_order,
    )
    columns[2].download_button(
        "Download as CSV",
        data=lambda: cached.csv_of(
            subject.key, tuple(shown.positions[ordered(shown, mask, view.order)].tolist()), shown.found
        ),
        file_name=f"{subject.system.scenario.name}-front.csv",
        mime="text/csv",
        on_click="ignore",
        key="csv",
    )
    rows = rows_of(shown, mask, view.picks, view.order, closest)
    key = f"designs-{hash((subject.key, rows.tokens, state.times_picked()))}"
    selected = draw_designs(rows, key=key)
    if selected is None:
        return
    if selected.head:
        state.order_by(selected.head if selected.head in names else "")
        draw_again()
    picks = merged(view.picks, rows.tokens, selected.tokens)
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


def _wish(name: str, widget: str) -> None:
    """A wish was pulled or typed; the worst of all places, or an empty field, asks for nothing."""
    dimension = next(one for one in DIMENSIONS if one.name == name)
    value = st.session_state[widget]
    if widget.startswith(TYPED):
        value = from_typed(value, dimension.unit)
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


def _whole() -> None:
    state.show_whole(st.session_state["whole"])


def _order() -> None:
    state.order_by(st.session_state["order-by"])


def _others() -> None:
    state.show_others(st.session_state["others"])
