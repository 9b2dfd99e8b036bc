"""Drawing anew what has changed: the fragment where one is being drawn, else the page."""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitAPIException


def draw_again() -> None:
    """Ends this run and draws anew what belongs together."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:  # the whole page is being drawn
        st.rerun()
