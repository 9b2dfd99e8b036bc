"""The designs that are compared, a card each, with what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from optimizer.sections.content import plain
from optimizer.sections.wording import against_today
from ui import state
from ui.beside import LETTERS, Beside
from ui.subject import Solved
from ui.view import MOST_PICKS
from ui.views.words import escaped

#: Changes that a card names before it says how many more there are.
_MOST_NAMED = 3


def draw_without_picks(*, has_recommended: bool) -> None:
    """How to pick, where nothing is picked."""
    if not has_recommended:
        st.info(
            "No design is feasible, so none is recommended, and today's stands alone. Make others on the "
            "page Design, pick them, and they stand beside it."
        )
        st.page_link("ui/pages/design.py", label="Make designs on Design")
        return
    st.info(
        "Pick two to four designs on Explore, by their row or a click on a point. Meanwhile: today's design "
        "beside the recommended one."
    )
    st.page_link("ui/pages/explore.py", label="Pick designs on Explore")


def draw_compared(subject: Solved, designs: Sequence[Beside]) -> None:
    """A card for each design: its letter, what it changes, and what can be done with it."""
    picks = state.view().picks
    for k, (column, one) in enumerate(zip(st.columns(len(designs), border=True), designs, strict=True)):
        with column:
            st.markdown(f"**{escaped(one.letter)}**" if one.name == one.letter else _title(one))
            st.caption(escaped(_changed(subject, one)))
            with st.container(horizontal=True, gap="small"):
                if st.button("Look at it", key=f"look-{one.token}", help=f"Everything about {one.name}"):
                    state.look_at(one.token)
                    st.switch_page("ui/pages/design.py")
                if st.button("Where it breaks", key=f"breaks-{one.token}"):
                    state.look_at(one.token)
                    st.switch_page("ui/pages/breaking.py")
                if one.is_pick:
                    st.button("Unpick", key=f"unpick-{one.token}", on_click=state.pick, args=(one.token,))
                    if k:
                        before = designs[k - 1].letter
                        st.button(
                            escaped(f"Swap with {before}"),
                            key=f"swap-{one.token}",
                            on_click=state.set_picks,
                            args=(_swapped(picks, one.token, designs[k - 1].token),),
                            help=escaped(f"It becomes {before}; the others are compared with {LETTERS[0]}."),
                        )
                elif len(picks) < MOST_PICKS:
                    st.button("Pick", key=f"pick-{one.token}", on_click=state.pick, args=(one.token,))


def _title(one: Beside) -> str:
    name = one.name[:1].upper() + one.name[1:]
    return f"**{escaped(one.letter)}** · {escaped(name)}" if one.is_pick else f"**{escaped(name)}**"


def _swapped(picks: tuple[str, ...], one: str, other: str) -> tuple[str, ...]:
    places = {one: other, other: one}
    return tuple(places.get(pick, pick) for pick in picks)


def _changed(subject: Solved, one: Beside) -> str:
    told = against_today(subject.about().labels, subject.system.space, one.x, most=_MOST_NAMED)
    return f"Changes {plain(told)}."
