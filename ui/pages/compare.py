"""Compare: the picked designs and today's side by side, in everything that tells them apart."""

from __future__ import annotations

import streamlit as st

from models.units import quantity
from optimizer.report.sections.front import axes_of
from ui import cached
from ui.beside import picks_of, side_by_side
from ui.solving import solved
from ui.views.bands import draw_bands
from ui.views.breaking import draw_first_falls
from ui.views.compared_designs import draw_compared, draw_without_picks
from ui.views.comparison import choose_first, draw_decisions, draw_dimensions, draw_moves
from ui.views.small_multiples import Span, draw_small_multiples

_ROBUST = (
    "The scenario's guesses are drawn by chance within their bands, all of them together, many times; a "
    "design is robust where all limits hold in at least {} of the draws."
)
_BREAKS = (
    "The load of all phases is raised together, each design kept as it is, until its first limit is broken."
)

subject = solved()
if subject is not None:
    system, digest = subject.system, subject.system.digest
    found, designs = subject.about(), side_by_side(subject)
    if not picks_of(subject):
        draw_without_picks(has_recommended=len(designs) > 1)
    draw_compared(subject, designs)
    rows = tuple(one.row for one in designs)
    evaluation = cached.evaluated_together(digest, rows, system)
    axes = axes_of(evaluation, found.goals)
    draw_dimensions(found, designs, evaluation, cached.health(subject.key, rows, system, subject.solution))
    if len(designs) > 1:
        st.subheader("What is won, and what is paid", anchor=False)
        ordered = choose_first(designs)
        with st.spinner("Putting the designs side by side"):
            compared = cached.compared(digest, tuple(one.row for one in ordered), system)
        draw_moves(found, ordered, compared)
    st.subheader("Dimension by dimension", anchor=False)
    values = evaluation.values
    spans = [[Span(float(values[i, j])) for i in range(len(designs))] for j in range(len(axes))]
    draw_small_multiples(axes, designs, spans, key="values")
    st.caption("An arrow at the edge points to what lies too far away to be drawn to scale.")
    if len(designs) > 1:
        st.subheader("Decisions that differ", anchor=False)
        draw_decisions(found, ordered, compared)
    st.subheader(
        "If the guesses are off",
        anchor=False,
        help=_ROBUST.format(quantity(system.scenario.confidence, "fraction")),
    )
    with st.spinner("Drawing the guesses"):
        robust = [cached.robustness(digest, one.row, system) for one in designs]
    draw_bands(axes, designs, evaluation, robust)
    st.subheader("Where each breaks", anchor=False, help=_BREAKS)
    with st.spinner("Raising the load until each limit is broken"):
        breaks = [cached.breaks(digest, one.row, system) for one in designs]
        loads = [cached.over_load(digest, one.row, system) for one in designs]
    draw_first_falls(system, designs, breaks, loads)
