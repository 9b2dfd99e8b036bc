"""What is picked, and the way on to comparing."""

from __future__ import annotations

import streamlit as st

from ui import state
from ui.views.words import escaped

#: Room that is there before anything is picked: the table below must not jump. Narrow, it takes more.
_STYLE = "<style>.st-key-picks {min-height: 56px}</style>"


def draw_picks(picks: tuple[str, ...], names: tuple[str, ...]) -> None:
    """The picked designs, each with a button that lets it go, and the way on.

    Args:
        picks: Their names in an address.
        names: What they are called: `[A]: design 5`.
    """
    st.html(_STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="picks"):
        if not picks:
            st.markdown("Nothing is picked yet: select a row of the table, or click a point of the scatter.")
            return
        st.markdown("Picked:", width="content")
        for pick, name in zip(picks, names, strict=True):
            st.button(
                escaped(f"{name} ×"),
                key=f"unpick-{name[1]}",
                on_click=state.pick,
                args=(pick,),
                help="Click to let it go",
            )
        few = len(picks)
        st.page_link("ui/pages/design.py", label="Look at one")
        st.page_link(
            "ui/pages/compare.py", label=f"Compare {few} designs" if few > 1 else "Compare with today's"
        )
