"""When it breaks: experiments with a design, six ways to collapse, load up and down, states of a part."""

from __future__ import annotations

import streamlit as st

from ui.solving import solved
from ui.values import row
from ui.views.choosing import choose_design
from ui.views.collapse import draw_loads, draw_patterns, draw_station
from ui.views.experiments import draw_experiments

subject = solved()
if subject is not None:
    one = choose_design(subject)
    names = ["Experiments", "Six ways to collapse", "Load up and down", "One part"]
    experiments, patterns, loads, part = st.tabs(names, key="stress-tabs", on_change="rerun")
    if experiments.open:
        with experiments:
            draw_experiments(subject, one)
    if patterns.open:
        with patterns:
            draw_patterns(subject.system, row(one.x))
    if loads.open:
        with loads:
            draw_loads(subject.system, row(one.x))
    if part.open:
        with part:
            draw_station(subject.system, row(one.x))
