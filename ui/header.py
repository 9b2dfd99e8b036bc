"""What stands above every page: which scenario, what is to be said, what is picked."""

from __future__ import annotations

import contextlib

import streamlit as st

from models.errors import TradespaceError
from optimizer.files.gallery import names
from ui import cached, state, tokens
from ui.beside import LETTERS, lettered
from ui.subject import Subject, current, follow_run, store
from ui.view import OWN
from ui.views.words import escaped

#: Less room above the page, and none that makes it scroll sideways; charts write in the colour of the page's
#: text, light or dark, where Streamlit's grey has a contrast of 3.7:1.
_STYLE = """<style>[data-testid=stMainBlockContainer] {padding-top: 4rem; padding-bottom: 3rem}
[data-testid=stPlotlyChart] :is(.xtick, .ytick, .g-xtitle, .g-ytitle, .legend, .annotation, .textpoint) text,
[data-testid=stPlotlyChart] text.bartext-outside {fill: currentColor !important}</style>"""


def draw_header(*, is_exploring: bool) -> None:
    """Scenario, notes and picks; the page Explore draws its picks itself."""
    st.html(_STYLE)
    of_run = follow_run()
    view = state.view()
    options = [*names(), *([OWN] if state.own() is not None or view.scenario == OWN else [])]
    titles = {name: _title(name) for name in options} | ({view.scenario: of_run} if of_run else {})
    options = list(titles)
    st.session_state["header-scenario"] = view.scenario
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    left.selectbox(
        "Scenario",
        options,
        format_func=titles.__getitem__,
        key="header-scenario",
        on_change=_turn,
        help="The bundled scenarios; the page Scenario takes a file of your own.",
    )
    if is_exploring:
        help_ = "A YAML file, checked line by line; it stays yours."
        if right.button("Bring your own scenario", key="header-own", type="tertiary", help=help_):
            st.session_state["scenario-part"] = "Bring your own"
            st.switch_page("ui/pages/scenario.py")
    if view.picks and not is_exploring:
        right.caption(escaped(f"Picked, {len(view.picks)} of 4: {', '.join(_picked(view.picks))}"))
    if view.run:
        right.caption(f"Run {view.run}: the link to this page shows it to whom you send it.")
    _, words = store()
    if words:
        st.warning(words)
    for note in state.notes():
        st.info(escaped(note))


def _turn() -> None:
    state.show_scenario(st.session_state["header-scenario"])


def _picked(picks: tuple[str, ...]) -> tuple[str, ...]:
    """What the picks are called."""
    with contextlib.suppress(TradespaceError):  # it is said where the page asks for its subject
        subject = current()
        if isinstance(subject, Subject):
            return lettered(subject, picks)
    return tuple(f"{letter}: {tokens.name_of(pick)}" for letter, pick in zip(LETTERS, picks, strict=False))


def _title(name: str) -> str:
    """A scenario's title, as plain text."""
    if name == OWN:
        mine = state.own()
        return f"My own: {mine.source}" if mine is not None else "My own"
    try:
        return cached.bundled_title(name)
    except TradespaceError:
        return name
