"""The experiments of a scenario with one design: verdicts, statements, and what happened in time."""

from __future__ import annotations

import streamlit as st

from models.system.system import System
from optimizer.resilience.experiments import Trial, typed_experiments
from optimizer.resilience.stress import FEWEST_RUNS
from optimizer.sections.stress import stress
from optimizer.sections.time_strips import overlaid, time_strips
from ui import playing
from ui.beside import Beside, side_by_side
from ui.subject import Solved
from ui.values import row
from ui.views.blocks import draw_block
from ui.views.words import escaped

#: Designs over each other, at the most.
MOST_OVERLAID = 3
_NONE = (
    "No experiment of this scenario can be played. Add `experiments:` to its text on the Scenario page: "
    "what is broken (`inject`), for how long, and what is expected meanwhile."
)


def draw_experiments(subject: Solved, one: Beside) -> None:
    """The verdicts of all experiments, then one of them with its strips; others can be laid over it."""
    system = subject.system
    names = dict(typed_experiments(system))
    if not names:
        st.info(_NONE)
        return
    found = []
    for name, experiment in names.items():
        with st.spinner(f"Playing {escaped(experiment.title or name)}, {FEWEST_RUNS} times"):
            found.append(playing.tried(system, row(one.x), name))
    for k, block in enumerate(stress(found).blocks[:2]):
        draw_block(block, key=f"verdicts-{k}")
    name = st.selectbox("Experiment", list(names), key="experiment")
    there = [other for other in side_by_side(subject) if other.token != one.token]
    laid = st.multiselect(
        "Lay over it",
        [other.token for other in there],
        format_func=lambda token: next(other.label for other in there if other.token == token),
        max_selections=MOST_OVERLAID - 1,
        key="laid-over",
        help="Up to two of the designs that you picked on Explore, and today's, in the same charts.",
    )
    trial = next(each for each in found if each.name == name)
    _draw_one(trial, system, one, [other for other in there if other.token in laid])


def _draw_one(trial: Trial, system: System, one: Beside, others: list[Beside]) -> None:
    """One experiment: its statements, then what happened in time."""
    for k, block in enumerate(stress([trial]).blocks[2:]):
        draw_block(block, key=f"statements-{k}")
    if trial.series is None:
        return
    strips = time_strips(trial)
    if others:
        laid = [(one.told, strips)]
        for other in others:
            with st.spinner(f"Playing {escaped(trial.name)} with {other.told}"):
                played = playing.tried(system, row(other.x), trial.name)
            if played.series is not None:
                laid.append((other.told, time_strips(played)))
        strips = overlaid(laid)
    st.caption("Shaded: the fault. The line is the middle run; in its band lie eight of ten runs.")
    left, right = st.columns(2)
    for k, strip in enumerate(strips):
        with left if k % 2 == 0 else right:
            draw_block(strip, key=f"strip-{k}")
