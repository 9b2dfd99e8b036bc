"""The scenario: what its numbers are, which may be doubted, what is open; and solving it again."""

from __future__ import annotations

import streamlit as st

from ui import cached, drafting
from ui.solving import AT_ONCE_S, at_once, draw_unsolved, name_run
from ui.subject import Solved, Subject, Unreadable, current
from ui.views.assumptions import draw_assumptions
from ui.views.decisions_in_play import draw_decisions
from ui.views.draft import draw_draft
from ui.views.findings import draw_unreadable
from ui.views.goals import draw_goals
from ui.views.scenario_text import draw_about, draw_text
from ui.views.solve_settings import draw_solve_settings
from ui.views.upload import draw_upload
from ui.views.words import escaped
from ui.views.workload import draw_workload

subject = current()
if (
    isinstance(subject, Subject)
    and subject.run is None
    and cached.work(subject.system.digest, subject.system).seconds <= AT_ONCE_S
):
    subject = at_once(subject)
if isinstance(subject, Unreadable):
    draw_unreadable(subject)
    st.subheader("Bring your own", anchor=False)
    draw_upload(subject.text)
else:
    name_run(subject)
    found = drafting.drafted(subject)
    draw_about(found, has_summary=isinstance(subject, Solved))
    if isinstance(subject, Solved):
        told = str(subject.solution.certificate)
        st.caption(escaped(f"{told[:1].upper()}{told[1:]}."))
    else:
        draw_unsolved(subject)
    draw_draft(found)
    parts = {
        "Assumptions": draw_assumptions,
        "Load": draw_workload,
        "Wishes and limits": draw_goals,
        "Decisions": draw_decisions,
        "Solve": draw_solve_settings,
        "Text": draw_text,
    }
    tabs = st.tabs([*parts, "Bring your own"], key="scenario-part", on_change="rerun")
    for tab, draw in zip(tabs, parts.values(), strict=False):
        if tab.open:
            with tab:
                draw(found)
    if tabs[-1].open:
        with tabs[-1]:
            draw_upload(subject.text)
