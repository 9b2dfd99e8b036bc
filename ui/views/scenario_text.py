"""What a scenario is about, and its text as it was written."""

from __future__ import annotations

import streamlit as st

from ui.drafting import Drafted
from ui.views.words import escaped

#: Letters of a text that are shown; all of it can be downloaded.
MOST_SHOWN = 400_000


def draw_about(found: Drafted, *, has_summary: bool) -> None:
    """Title, sources and, where nothing else of the page tells it, the summary."""
    scenario = found.subject.system.scenario
    st.header(escaped(scenario.title or scenario.name), anchor=False)
    if scenario.summary and has_summary:
        st.markdown(escaped(scenario.summary))
    if scenario.sources:
        with st.expander(f"Where its numbers come from ({len(scenario.sources)})"):
            st.markdown("\n".join(f"- {escaped(source)}" for source in scenario.sources))


def draw_text(found: Drafted) -> None:
    """The text with numbered lines, and its download."""
    name = found.subject.system.scenario.name
    if found.system is None:
        st.caption("Your edits are not in this text: they have to be mended first.")
    elif len(found.draft):
        st.caption("With your edits; comments and layout are those of the file.")
    text = found.text if found.system is not None else found.subject.text
    st.download_button(
        "Download as YAML",
        text,
        file_name=f"{name}.yaml",
        mime="application/yaml",
        key="scenario-download",
        on_click="ignore",
        help="The file, comments kept, for the command line or to open here again.",
    )
    st.code(text[:MOST_SHOWN], language="yaml", line_numbers=True, height=600)
    if len(text) > MOST_SHOWN:
        st.caption("This is the beginning; the download has all of it.")
