"""The choice of one design among those that a person knows: the recommended one, the picks, today's."""

from __future__ import annotations

import streamlit as st

from ui import state, tokens
from ui.beside import Beside, picks_of, recommended_of, today_of
from ui.subject import Solved
from ui.views.figures import BLUE

_KEY = "chosen-design"


def choose_design(subject: Solved) -> Beside:
    """Lets a person choose a design; it stays chosen on the other pages that tell of one."""
    known = _known(subject)
    wanted = state.view().design
    x = subject.row(wanted) if wanted else None
    token = subject.token(x) if x is not None else next(iter(known))
    if x is not None and token not in known:
        known[token] = Beside("own", tokens.name_of(token), token, x, BLUE, "solid")
    st.session_state[_KEY] = token
    st.selectbox(
        "Design",
        list(known),
        format_func=lambda name: _label(known[name]),
        key=_KEY,
        on_change=_choose,
        help="The recommended design, those you picked, and today's; pick others on Explore.",
    )
    return known[token]


def _choose() -> None:
    state.look_at(st.session_state[_KEY])


def _known(subject: Solved) -> dict[str, Beside]:
    """The designs by the name that an address gives them, each once; picks keep their letters."""
    found: dict[str, Beside] = {}
    recommended = recommended_of(subject)
    if recommended is not None:
        found[recommended.token] = recommended
    today = today_of(subject)
    for one in (*picks_of(subject), today):
        name = subject.token(one.x)
        if one.is_pick or name not in found:
            found[name] = one
    return found


def _label(one: Beside) -> str:
    name = one.label
    return name[:1].upper() + name[1:]
