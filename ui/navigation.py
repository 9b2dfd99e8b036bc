"""The pages of the app and the way between them; each page is a file in `ui/pages`."""

from __future__ import annotations

import streamlit as st

from ui import state
from ui.header import draw_header


def draw_app() -> None:
    """Draws header, navigation, and the page that is open. Paths are seen from the script that is run."""
    st.set_page_config(page_title="Tradespace", page_icon="ui/icon.svg", layout="wide")
    page = st.navigation(
        [
            st.Page(
                "ui/pages/explore.py",
                title="Explore",
                default=True,
                help="The front: what is possible, and what gives.",
            ),
            st.Page(
                "ui/pages/design.py",
                title="Design",
                help="One design: what it does, what it spends, what changes.",
            ),
            st.Page(
                "ui/pages/compare.py",
                title="Compare",
                help="Up to four picked designs and today's, side by side.",
            ),
            st.Page(
                "ui/pages/breaking.py",
                title="Breaking points",
                help="Where a design breaks, and the way out.",
            ),
            st.Page(
                "ui/pages/stress.py",
                title="When it breaks",
                help="The scenario's experiments played with a design: survived, degraded or lost.",
            ),
            st.Page(
                "ui/pages/scenario.py",
                title="Scenario",
                help="Assumptions, load, limits, decisions; solve again.",
            ),
            st.Page(
                "ui/pages/runs.py", title="Runs and reports", help="What was solved; reports and batches."
            ),
        ],
        position="top",
    )
    state.read_address(page.title)
    draw_header(is_exploring=page.url_path == "")
    page.run()
    state.write_address()
