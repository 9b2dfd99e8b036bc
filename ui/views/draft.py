"""What differs from the file: how much, what exactly, whether it can be solved, and the way back."""

from __future__ import annotations

import streamlit as st

from models.scenario.editing.edit import Removed, dotted, value_at, written
from optimizer.solver.config import SolveConfig
from ui import drafting
from ui.drafting import Drafted
from ui.views.findings import draw_findings
from ui.views.words import escaped

#: Edits that are listed.
MOST_LISTED = 200


def draw_draft(found: Drafted) -> None:
    """The edits, if there are any."""
    many = len(found.draft)
    if not many:
        return
    with st.container(border=True):
        noun, verb = ("assumption", "differs") if many == 1 else ("assumptions", "differ")
        st.warning(f"{many} {noun} {verb} from the file. The front belongs to the old values.")
        if found.findings:
            draw_findings(found.findings, "your edits")
        left, middle, right = st.columns([1, 1, 3])
        left.button(
            "Solve again",
            type="primary",
            key="draft-solve",
            disabled=found.system is None,
            help="Your edits become a scenario of your own, which is solved; its run gets a link.",
            on_click=drafting.solve,
            args=(found, SolveConfig()),
        )
        middle.button(
            "Undo edits",
            key="draft-undo",
            help="Back to what stands in the file.",
            on_click=drafting.undo,
            args=(found.subject,),
        )
        with right.expander(f"What differs ({many})"):
            st.markdown("\n".join(f"- {escaped(line)}" for line in lines_of(found)[:MOST_LISTED]))


def lines_of(found: Drafted) -> list[str]:
    """Each edit in words."""
    lines = []
    for place, new in found.draft.changes.items():
        old = value_at(dict(found.tree), place)
        before = "not written" if old is None else _words(old)
        lines.append(f"{dotted(place)}: {before} → {_words(new)}")
    lines += [f"{name}: out of play, at {_words(value)}" for name, value in found.draft.fixed.items()]
    lines += [f"{name}: back in play" for name in found.draft.freed if name not in found.draft.fixed]
    return lines


def _words(value: object) -> str:
    if isinstance(value, Removed):
        return "taken out"
    return value if isinstance(value, str) else "none" if value is None else written(value)
