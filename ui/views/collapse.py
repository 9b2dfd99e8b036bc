"""How a design collapses whatever is broken: six patterns, load up and down, the states of one part."""

from __future__ import annotations

import streamlit as st

from models.errors import RefusedError
from models.scenario.experiments.pattern import Pattern
from models.system.system import System
from optimizer.resilience.hysteresis import marked_loads, way_back
from optimizer.resilience.phase_portrait import portrait, station_of
from optimizer.sections import hysteresis as sections
from optimizer.sections.content import Section
from optimizer.sections.patterns import NAMES, patterns
from optimizer.sections.phase_portrait import phase_portrait
from ui import playing
from ui.values import Row, array
from ui.views.blocks import draw_block
from ui.views.words import escaped


def draw_patterns(system: System, x: Row) -> None:
    """The six patterns: verdicts at once, borders and defences where they are asked for."""
    st.caption(
        "No experiment is needed: each pattern is set off in the peak phase where the design is weakest."
    )
    is_whole = st.toggle(
        "Look for the largest trigger that is survived, and for what would help",
        key="patterns-whole",
        help="Takes some ten times as long: a minute or two for a large scenario.",
    )
    found, place = [], st.empty()
    for one in Pattern:
        with place, st.spinner(f"Playing the {NAMES[one][0]}"):
            try:
                found.append((one, playing.pattern_tried(system, x, one, is_whole=is_whole)))
            except RefusedError as error:
                st.info(escaped(str(error)))
                return
    with place, st.spinner("Looking for the longest pause"):
        pause = playing.pause_survived(system, x) if is_whole else None
    place.empty()
    _draw(patterns(found, system.components, pause), key="patterns")


def draw_loads(system: System, x: Row) -> None:
    """Load up and down, the way back, and at each load the longest push that is survived."""
    design = array(x)
    try:
        with st.spinner("Raising the load, and lowering it after a collapse"):
            found = playing.load_up_and_down(system, x)
        marks = marked_loads(system, design)
        way = way_back(found, dict(marks)[system.phases[system.peak]])
        _draw(sections.hysteresis(found, way, marks), key="hysteresis")
        if not st.toggle(
            "Push it at each load, and see how long a push may be",
            key="push-map",
            help="Three times the load for up to a minute; takes half a minute for a large scenario.",
        ):
            return
        with st.spinner("Pushing it at each load"):
            border = playing.pushes(system, x)
    except RefusedError as error:
        st.info(escaped(str(error)))
        return
    _draw(sections.push_map(border, marks), key="map")


def draw_station(system: System, x: Row) -> None:
    """One part: from which states it comes back by itself."""
    stations = {
        name: station_of(system, array(x), system.peak, c)
        for c, (name, part) in enumerate(zip(system.components, system.parts, strict=True))
        if part.traits.is_ours
    }
    repeated = [name for name, station in stations.items() if station.is_repeated]
    if not repeated:
        st.info("No call of this design is given up and repeated: no retries can keep any part of it down.")
        return
    name = st.selectbox("Part", repeated, key="portrait", help="Parts whose calls are repeated.")
    _draw(phase_portrait(portrait(stations[name]), name), key="portrait-of")


def _draw(section: Section, *, key: str) -> None:
    for k, block in enumerate(section.blocks):
        draw_block(block, key=f"{key}-{k}")
