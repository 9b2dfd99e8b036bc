"""Runs and reports: what was solved before and is under way, the report of what is looked at, batches."""

from __future__ import annotations

import streamlit as st

from models.errors import TradespaceError
from ui.batching import adopt, batches
from ui.saved import BATCH, PART, draw_saved
from ui.subject import Subject, Unreadable, current, store
from ui.views.batch import draw_new_batch
from ui.views.batch_results import draw_batches
from ui.views.downloads import draw_report
from ui.views.findings import draw_unreadable
from ui.views.words import escaped


def draw_batch() -> None:
    """Batches of the scenario that is looked at: a new one, and what came out of others."""
    try:
        subject: Subject | Unreadable = current()
        if isinstance(subject, Unreadable):
            draw_unreadable(subject)
            return
        there = batches(store()[0], subject.system.scenario.name)
        with st.expander("A new batch", expanded=not there, key="batch-new"):
            draw_new_batch(subject)
        draw_batches(there)
    except TradespaceError as error:
        st.error(f"Batches can't be shown: {escaped(str(error))}")


st.header("Runs and reports", anchor=False)
missing = adopt()
if missing:
    st.warning(escaped(missing))
parts = {"Saved runs": draw_saved, "Report": draw_report, BATCH: draw_batch}
tabs = st.tabs(list(parts), key=PART, on_change="rerun")
for tab, draw in zip(tabs, parts.values(), strict=True):
    if tab.open:
        with tab:
            draw()
