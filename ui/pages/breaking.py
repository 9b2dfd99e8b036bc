"""Breaking points: where one design breaks, what users see then, and the way out."""

from __future__ import annotations

import streamlit as st

from optimizer.report.sections.margins import way_out
from optimizer.report.sections.plan import plan
from optimizer.report.sections.under_load import falls_at
from optimizer.sections.margins import losses
from ui import cached
from ui.solving import solved
from ui.values import row
from ui.views.breaking import draw_falls, draw_falls_table, draw_load_slider, draw_verdict
from ui.views.choosing import choose_design
from ui.views.folding import draw_blocks_folding, draw_table_folding
from ui.views.growing import draw_drivers, draw_slow_parts

_FALLS = "The load of all phases is raised together, the design kept as it is, until each limit is broken."
_BUSY = (
    "Utilisation is the share of its capacity that a part uses; above 70 % waits grow steeply, at 100 % "
    "there is no time left. The busiest parts where the first limit is broken are drawn."
)

subject = solved()
if subject is not None:
    system, digest = subject.system, subject.system.digest
    one = choose_design(subject)
    key = row(one.x)
    found = subject.about()
    curve = cached.over_load(digest, key, system)
    rate = curve.planned_rate
    with st.spinner("Raising the load until each limit is broken"):
        points = cached.breaks(digest, key, system)
        places = falls_at(points, 0)
        there = cached.over_load(digest, key, system, places) if places else None
    draw_verdict(system, points, curve, rate)
    left, right = st.columns(2)
    with left:
        st.subheader("Where each limit is broken", anchor=False, help=_FALLS)
        draw_falls(points, rate)
    with right:
        st.subheader("How busy the parts get, and what is broken", anchor=False, help=_BUSY)
        draw_load_slider(found, curve, float(points.margin[0]))
    st.subheader("Limit by limit", anchor=False)
    draw_falls_table(found, points, rate, there)
    names = ["A part gets slower", "A driver grows", "Losses", "The way out", "The runbook"]
    slow, driver, lost, out, book = st.tabs(names, key="breaking-tabs", on_change="rerun")
    if slow.open:
        with slow:
            draw_slow_parts(subject, key)
    if driver.open:
        with driver:
            draw_drivers(subject, key)
    about = subject.about(one.x)
    assert about.system is not None
    if lost.open:
        with lost, st.spinner("Taking away replicas, zones, hits and speed"):
            draw_table_folding(losses(about.system.margins))
    if out.open:
        with out, st.spinner("Looking for switches that move the break"):
            if int(points.first[0]) >= 0 and about.system.furthest is None:
                st.markdown("No change of a single decision moves the first break further.")
            draw_blocks_folding(way_out(about, about.system), key="way-out")
    if book.open:
        with book, st.spinner("Working out when to switch"):
            told = plan(about)
            draw_blocks_folding(() if told is None else told.blocks, key="plan")
