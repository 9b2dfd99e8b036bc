"""Where the milliseconds of a flow go: by call its own work, waiting, attempts again; by phase."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from models.explanation.time_breakdown import FlowTimes, TimePart
from models.system.system import System
from models.units import quantity
from optimizer.phrases import joined
from optimizer.sections.content import Number
from ui.views import figures
from ui.views.call_tree import name_of_call
from ui.views.design_figures import time_bars
from ui.views.folding import Entry, Head, draw_folding
from ui.views.words import escaped

#: The kinds of time: attribute, name, colour, pattern.
KINDS = (
    ("work_ms", "own work", figures.BLUE, ""),
    ("wait_ms", "waiting", figures.ORANGE, "/"),
    ("network_ms", "on the network", figures.GREEN, "+"),
    ("again_ms", "attempts again and pauses", figures.PURPLE, "x"),
    ("join_ms", "waiting for the slowest", figures.GREY, "."),
)
_BESIDE = ("beside_ms", "meanwhile, not in the sum", "rgba(127,135,144,0.35)", "-")
#: What takes less of the mean than this isn't told.
LEAST = 5e-4
_PARALLEL = (
    "Of calls made at the same time the one that is slowest on average counts; what the slowest takes beyond "
    "that is waiting for the slowest, and the other calls stand beside the sum."
)


def draw_flow_times(system: System, flow: FlowTimes, phase: int) -> None:
    """Where the time of a flow goes in one phase, and in all of them in numbers.

    Args:
        system: The system.
        flow: The flow's times.
        phase: Position of the phase that is drawn.
    """
    mean = float(flow.mean_ms[phase])
    label = system.scenario.flows[flow.flow].label or flow.flow
    where = f"{label} in {system.phases[phase]}"
    if not np.isfinite(mean):
        st.warning(escaped(f"{where}: no request is answered; a queue on its way grows without end."))
    else:
        work, wait, network, again, join = (
            sum(float(getattr(part, kind)[phase]) for part in flow.parts) for kind, *_ in KINDS
        )
        told = f"{where}: {quantity(mean, 'ms')} on average, of which "
        parts = [
            f"{quantity(ms, 'ms')} is {name}"
            for ms, name in (
                (work, "work"),
                (wait, "waiting"),
                (network, "on the network"),
                (again, "attempts again and pauses"),
                (join, "waiting for the slowest of parallel calls"),
            )
            if ms > LEAST * mean
        ]
        told += joined(parts)
        st.markdown(f"{escaped(told + '.')}")
        names = [_name(system, part) for part in flow.parts]
        kinds = [
            (name, colour, pattern, np.array([float(getattr(part, kind)[phase]) for part in flow.parts]))
            for kind, name, colour, pattern in (*KINDS, _BESIDE)
        ]
        kinds = [kind for kind in kinds if LEAST * mean < float(kind[3].sum()) < np.inf]
        figures.draw(
            time_bars(names, kinds), key="flow-times", alt=f"{told}. The table below gives each call."
        )
    with st.expander("In numbers, all phases", key="flow-times-numbers"):
        draw_times_table(system, flow)
    if any(part.call is None for part in flow.parts):
        st.caption(_PARALLEL)


def draw_times_table(system: System, flow: FlowTimes) -> None:
    """What each call takes of the mean response, by phase."""
    rows = [
        [Entry(_name(system, part)), *(_cell(part, p) for p in range(len(system.phases)))]
        for part in flow.parts
    ]
    rows.append(
        [
            Entry("All together"),
            *(Entry(_whole(float(mean)), is_strong=True, is_number=True) for mean in flow.mean_ms),
        ]
    )
    heads = [Head(phase) for phase in system.phases]
    draw_folding("What each call takes of the mean response: work + waiting + the rest", "Call", heads, rows)


def _whole(mean: float) -> str:
    return str(Number(mean, "ms")) if np.isfinite(mean) else "no answer"


def _cell(part: TimePart, phase: int) -> Entry:
    total = float(part.total_ms[phase])
    if part.call is not None and float(part.made[phase]) == 0.0:
        return Entry("not made")
    beside = float(part.beside_ms[phase])
    if beside > 0.0 and total == 0.0:
        return Entry(f"({quantity(beside, 'ms')})", "beside a slower call", is_number=True)
    parts = [(float(getattr(part, kind)[phase]), name) for kind, name, *_ in KINDS]
    note = ", ".join(f"{quantity(ms, 'ms')} {name}" for ms, name in parts if ms > 0.0)
    made = float(part.made[phase])
    if part.call is not None and abs(made - 1.0) > 1e-9:
        note += f"; made {quantity(made, 'times')}"
    return Entry(quantity(total, "ms"), note, is_number=True)


def _name(system: System, part: TimePart) -> str:
    name = "the slowest of them" if part.call is None else name_of_call(system, system.nodes[part.call])
    return f"{'· ' * part.depth}{name}"


def choose_flow_and_phase(system: System, names: Sequence[str]) -> tuple[int, int]:
    """Lets a person choose a flow and a phase; the peak comes first."""
    left, right = st.columns(2)
    flow = left.selectbox(
        "Flow", range(len(names)), format_func=lambda f: names[f], key=f"flow-of-{system.digest[:8]}",
        help="A kind of user request",
    )  # fmt: skip
    phase = right.selectbox(
        "Phase", range(len(system.phases)), index=system.peak, format_func=lambda p: system.phases[p],
        key=f"phase-of-{system.digest[:8]}", help="A stretch of the workload with a rate of its own",
    )  # fmt: skip
    return flow, phase
