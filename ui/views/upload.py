"""A scenario of one's own: a file, or a text typed or pasted; what is wrong with it stands beside it."""

from __future__ import annotations

import streamlit as st

from models.errors import Code, Finding, ScenarioError
from models.scenario.reading.document import MAX_BYTES, decoded
from ui import drafting, drafts, state
from ui.views.findings import draw_findings

_AREA, _FILE = "upload-text", "upload-file"
#: Letters of a refused text that are shown with numbered lines.
MOST_SHOWN = 200_000


def draw_upload(shown: str) -> None:
    """Where a file or a text is taken, and what came of it.

    Args:
        shown: The text of the scenario that is looked at, to begin from.
    """
    st.markdown(
        "A scenario is one YAML file. It stays in this session and, once it is solved, in the run store; no "
        "other session is shown it, it is never executed, and no file that it names is read."
    )
    mega = MAX_BYTES // 1_000_000
    st.file_uploader(
        f"A file of your own (YAML, at most {mega} MB)",
        key=_FILE,
        max_upload_size=mega,
        on_change=_received,
        help="Any name will do; what counts is what is in it.",
    )
    st.text_area(
        "Or its text",
        key=_AREA,
        height=280,
        placeholder="schema: 1\nname: my-shop\n...",
        help="What you upload stands here too, so that it can be mended on the spot.",
        persist_state="session",
    )
    left, right = st.columns([1, 3])
    left.button("Check and open", key="upload-check", type="primary", on_click=_typed)
    right.button(
        "Begin with the scenario above",
        key="upload-begin",
        on_click=_begin,
        args=(shown,),
        help="Puts its text here, to change it into your own.",
    )
    refused = drafts.refused()
    if refused is not None:
        draw_findings(refused.findings, refused.source)
        if refused.text:
            st.code(refused.text[:MOST_SHOWN], language="yaml", line_numbers=True, height=480)
        st.caption("Nothing was changed: the scenario above is still the one that you look at.")


def _received() -> None:
    """A file has arrived, or was taken away."""
    file = st.session_state[_FILE]
    if file is None:
        return
    name = file.name[:80]
    try:
        text = decoded(file.getvalue(), name)
    except ScenarioError as error:
        drafts.refuse("", name, tuple(error.findings))
        return
    st.session_state[_AREA] = text
    _open(text, name)


def _begin(text: str) -> None:
    st.session_state[_AREA] = text
    drafts.refuse("", "", ())


def _typed() -> None:
    text = st.session_state[_AREA]
    before = drafts.refused()
    _open(text, before.source if before is not None else "your text")


def _open(text: str, source: str) -> None:
    if not text.strip():
        found: tuple[Finding, ...] = (
            Finding("", "there is no text", hint="upload a file, or paste its text", code=Code.UNREADABLE),
        )
    else:
        found = drafting.take(text, source)
    if found:
        drafts.refuse(text, source, found)
    else:
        drafts.refuse("", "", ())
        state.note(f"{source} is read: this is your own scenario now. Solve it to see its front.")
