"""What is picked, and the way on to comparing."""

from __future__ import annotations

import streamlit as st

from ui import state, tokens


def draw_picks(picks: tuple[str, ...]) -> None:
    """The picked designs, each with a button that lets it go, and the way on."""
    if not picks:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Picked:", width="content")
        for letter, pick in zip("ABCD", picks, strict=False):
            st.button(
                f"{letter}: {tokens.name_of(pick)} ×",
                key=f"unpick-{letter}",
                on_click=state.pick,
                args=(pick,),
                help="Click to let it go",
            )
        few = len(picks)
        st.page_link("ui/pages/design.py", label="Look at one")
        st.page_link(
            "ui/pages/compare.py", label=f"Compare {few} designs" if few > 1 else "Compare with today's"
        )
