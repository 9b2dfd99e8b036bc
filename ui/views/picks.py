"""What is picked, and the way on to comparing."""

from __future__ import annotations

import streamlit as st

from ui import state, tokens
from ui.beside import LETTERS
from ui.views.words import escaped

#: Room that is there before anything is picked: the table below must not jump. Narrow, it takes more.
_STYLE = "<style>.st-key-picks {min-height: 56px}</style>"


def draw_picks(picks: tuple[str, ...]) -> None:
    """The picked designs, each with a button that lets it go, and the way on."""
    st.html(_STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="picks"):
        if not picks:
            st.markdown("Nothing is picked yet: select a row of the table, or click a point of the scatter.")
            return
        st.markdown("Picked:", width="content")
        for letter, pick in zip(LETTERS, picks, strict=False):
            st.button(
                escaped(f"{letter}: {tokens.name_of(pick)} ×"),
                key=f"unpick-{letter[1]}",
                on_click=state.pick,
                args=(pick,),
                help="Click to let it go",
            )
        few = len(picks)
        st.page_link("ui/pages/design.py", label="Look at one")
        st.page_link(
            "ui/pages/compare.py", label=f"Compare {few} designs" if few > 1 else "Compare with today's"
        )
