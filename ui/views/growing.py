"""A part that gets slower, a driver that grows: how far, until the first limit is broken."""

from __future__ import annotations

import streamlit as st

from ui import cached
from ui.subject import Solved
from ui.values import Row
from ui.views.breaking import draw_grown
from ui.views.words import escaped

#: Parts that are asked about without being told to.
AT_ONCE = 6


def draw_slow_parts(subject: Solved, x: Row) -> None:
    """How much slower each part may get until the first limit is broken."""
    system = subject.system
    parts = system.components
    st.markdown(
        "How many times its time each part may take at the planned load: what calls it waits, holds its "
        "slots longer, and fails in turn."
    )
    chosen = parts
    if len(parts) > AT_ONCE:
        every = st.toggle(f"All {len(parts)} parts (this takes a while)", key="slow-all")
        if not every:
            some = st.selectbox("Part", parts, index=None, key="slow-part", placeholder="Choose a part")
            chosen = () if some is None else (some,)
    if not chosen:
        st.caption("Choose a part, and its answer stands here.")
        return
    found = {}
    place = st.empty()
    for k, part in enumerate(chosen):
        with place, st.spinner(escaped(f"Slowing down {part}, {k + 1} of {len(chosen)}")):
            found[part] = cached.breaks(system.digest, x, system, component=part)
    place.empty()
    draw_grown(
        found,
        system.components,
        name="slow",
        caption="A part gets slower: how far, until the first limit is broken",
        head="part",
        until="holds to, times its time",
    )


def draw_drivers(subject: Solved, x: Row) -> None:
    """How far each driver may grow until the first limit is broken."""
    system = subject.system
    drivers = tuple(system.scenario.drivers)
    if not drivers:
        st.info(
            "The scenario names no drivers: numbers beside the load that decide about money or limits, such "
            "as the volatility of a market. Name them under `drivers`, and this shows how far each may grow."
        )
        return
    with st.spinner("Raising the drivers until a limit is broken"):
        found = {name: cached.breaks(system.digest, x, system, driver=name) for name in drivers}
    draw_grown(
        found,
        system.components,
        name="drivers",
        caption="A driver grows in all phases: how far, until the first limit is broken",
        head="driver",
        until="holds to, times the plan",
    )
