"""Runs and reports: what was solved before and is under way, the report of what is looked at, batches."""

from __future__ import annotations

import streamlit as st

from ui.saved import PART, draw_saved
from ui.views.downloads import draw_report

st.header("Runs and reports", anchor=False)
parts = {"Saved runs": draw_saved, "Report": draw_report}
tabs = st.tabs(list(parts), key=PART, on_change="rerun")
for tab, draw in zip(tabs, parts.values(), strict=True):
    if tab.open:
        with tab:
            draw()
