"""What the Design page tells when a tab is opened: nothing of it is worked out before."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

import numpy as np
import streamlit as st

from models.evaluation import Evaluation
from optimizer.changes import called
from optimizer.decide.explain.complexity_budget import Addition
from optimizer.phrases import joined
from optimizer.report.sections.budget import budget, emergence
from optimizer.report.sections.choice import choice
from optimizer.report.sections.margins import loads
from optimizer.report.sections.sacrifice import off_front_text, sacrifice
from optimizer.report.sections.survival import survival
from optimizer.sections.breaking import first_fall_text
from optimizer.sections.content import Bullets, Section, Table, Waterfall
from optimizer.sections.margins import losses
from optimizer.sections.why_not import ways_back
from ui import cached, state, tokens
from ui.beside import named
from ui.looked_at import Shown
from ui.subject import Solved
from ui.values import row
from ui.views import figures
from ui.views.blocks import draw_block
from ui.views.budget import draw_additions, draw_reserve, draw_spending
from ui.views.call_tree import draw_call_tree
from ui.views.design_figures import Mark, among_front, reserve_of_front
from ui.views.flow_times import choose_flow_and_phase, draw_flow_times
from ui.views.folding import draw_table_folding
from ui.views.words import escaped, escaped_cell

TABS = (
    "What it gives up",
    "Calls and time",
    "Complexity budget",
    "Among the front",
    "Each decision",
    "Margins and rules",
)


def draw_tabs(shown: Shown) -> None:
    """The tabs; what isn't open costs nothing."""
    drawers = (_draw_sacrifice, _draw_calls, _draw_budget, _draw_among, _draw_each, _draw_margins)
    for tab, draw in zip(st.tabs(list(TABS), key="design-tab", on_change="rerun"), drawers, strict=True):
        if tab.open:
            with tab:
                draw(shown)


def _draw_sacrifice(shown: Shown) -> None:
    if shown.place.position is None:
        _draw_way_back(shown)
        return
    with st.spinner("Looking for what it gives up"):
        found = shown.about
        section = sacrifice(found)
    _draw_blocks(section, key="sacrifice")
    targets = {
        str(e.to + 1): found.front.evaluation.dimensions[e.dimension].name for e in reversed(found.exchanges)
    }
    if targets:
        st.caption("Look at one of these instead:")
        with st.container(horizontal=True):
            for number, name in reversed(targets.items()):
                st.button(
                    f"Better {name}: {called(found.space, found.front.X, int(number) - 1)}",
                    key=f"exchange-{number}",
                    on_click=state.look_at,
                    args=(number,),
                )


def _draw_way_back(shown: Shown) -> None:
    """What a design that isn't on the front lacks; looked for when asked, else every switch would wait."""
    st.markdown(escaped_cell(off_front_text(shown.evaluation)))
    label = "Look for the smallest change that mends it, and the nearest design of the front"
    if not st.toggle(label, key=f"way-back-{shown.token}"):
        return
    with st.spinner("Trying every change of one decision, and pairs of them"):
        found = shown.about
    why = found.why_not_chosen
    if why is None:
        return
    draw_block(Bullets(tuple(ways_back(found, why))), key="ways-back")
    with st.container(horizontal=True):
        if why.mending is not None:
            token = shown.subject.token(why.mending.design.X[0])
            st.button("Look at the mended design", key="mended", on_click=state.look_at, args=(token,))
        if why.nearest is not None:
            number = str(why.nearest + 1)
            name = called(found.space, found.front.X, why.nearest)
            st.button(f"Look at {name}", key="nearest", on_click=state.look_at, args=(number,))


def _draw_blocks(section: Section | None, *, key: str, only: Collection[str] = ()) -> None:
    """The parts of a section, tables folding where the window is narrow; of tables only some, where named."""
    for k, block in enumerate(section.blocks if section is not None else ()):
        if not isinstance(block, Table):
            draw_block(block, key=f"{key}-{k}")
        elif not only or block.name in only:
            draw_table_folding(block)


def _draw_calls(shown: Shown) -> None:
    system = shown.subject.system
    flows = [flow.label or name for name, flow in system.scenario.flows.items()]
    flow, phase = choose_flow_and_phase(system, flows)
    key = row(shown.x)
    with st.spinner("Following the calls"):
        told = cached.explained(system.digest, key, system)
        times = cached.times_of_flows(system.digest, key, system)
    draw_call_tree(system, told, flow)
    st.markdown("**Where the milliseconds go**")
    draw_flow_times(system, times[flow], phase)


def _draw_budget(shown: Shown) -> None:
    subject = shown.subject
    system, key = subject.system, row(shown.x)
    found = shown.asked
    assert found.system is not None
    health = found.system.health
    draw_reserve(health.budgets[0], warning_share=health.warning_share)
    spent, more = cached.spending(system.digest, key, system)
    section = budget(found)
    for k, block in enumerate(section.blocks if section is not None else ()):
        if isinstance(block, Waterfall):
            draw_block(block, key=f"budget-{k}")
    draw_spending(spent, found.labels)
    st.markdown("**What if just one more?**")
    draw_additions(more, found.labels, lambda one: _token(subject, one), state.look_at)
    st.markdown("**The emergence score**")
    _draw_blocks(emergence(found), key="emergence")
    front = found.front.evaluation
    if len(front):
        st.markdown("**The front by what is left of the budget**")
        x, y = _axes(front)
        figures.draw(
            reserve_of_front(front, x, y, _marks(shown), _name_of(shown)),
            key="reserve-front",
            alt="The designs of the front, with the share of the complexity budget that each leaves.",
            on_click=state.look_at,
        )


def _token(subject: Solved, one: Addition) -> str:
    return subject.token(np.array(one.x))


def _draw_among(shown: Shown) -> None:
    front = shown.whole.front.evaluation
    if not len(front):
        st.info("No design is feasible, so there is no front.")
        return
    x, y = _axes(front)
    figures.draw(
        among_front(front, x, y, _marks(shown), _name_of(shown)),
        key="among-front",
        alt="The designs of the front in two dimensions, with today's design and this one among them.",
        on_click=state.look_at,
    )
    told = ["Click a design to look at it. The two dimensions are those of the scatter on Explore."]
    for values, name in (
        (shown.subject.solution.today.values[0], "today's design"),
        (shown.evaluation.values[0], named(shown.subject, shown.token, shown.x)),
    ):
        endless = [front.dimensions[j].name for j in (x, y) if not np.isfinite(values[j])]
        if endless:
            told.append(f"Not shown: {name}, whose {joined(endless)} is unbounded.")
    st.caption(escaped(" ".join(dict.fromkeys(told))))


def _axes(front: Evaluation) -> tuple[int, int]:
    """The two dimensions of the scatter on Explore."""
    names = [dimension.name for dimension in front.dimensions]
    axes = state.view().axes
    return names.index(axes.x), names.index(axes.y)


def _name_of(shown: Shown) -> Callable[[int], str]:
    """What a design of the front is called, by its position."""
    return partial(called, shown.whole.space, shown.whole.front.X)


def _marks(shown: Shown) -> tuple[Mark, ...]:
    today, place = shown.subject.solution.today, shown.place
    front, space = shown.whole.front.evaluation, shown.whole.space
    marks = [Mark("today", today.values, "diamond", figures.ORANGE, ("today's design",), (tokens.TODAY,))]
    if place.beaten_by.size and place.standing == "dominated":
        rows = place.beaten_by[:3]
        numbers = tuple(str(int(i) + 1) for i in rows)
        names = tuple(f"{called(space, front.X, int(i))}, beats it" for i in rows)
        marks.append(Mark("beats it", front.values[rows], "triangle-up", figures.PURPLE, names, numbers))
    name = named(shown.subject, shown.token, shown.x)
    marks.append(Mark("this design", shown.evaluation.values, "star", figures.BLUE, (name,), (shown.token,)))
    return tuple(marks)


def _draw_each(shown: Shown) -> None:
    with st.spinner("Taking each decision back"):
        section = choice(shown.about)
    _draw_blocks(section, key="choice", only=("choice", "against-today", "against-runner-up"))


def _draw_margins(shown: Shown) -> None:
    found, system = shown.asked, shown.subject.system
    assert found.system is not None
    with st.spinner("Raising the load until each limit is broken"):
        points, rate = found.system.breaking, float(found.system.rate[system.peak])
        table = loads(found.system)
    told = first_fall_text(points, system.components, rate=rate)
    st.markdown(f"**{escaped_cell(told)}**")
    draw_table_folding(table)
    with st.spinner("Taking replicas, zones and hits away"):
        draw_table_folding(losses(found.system.margins))
    st.page_link("ui/pages/breaking.py", label="The whole of it, and the way out, on Breaking points")
    if st.toggle("What the designs that survive have in common", key="design-rules"):
        with st.spinner("Looking for rules without exception"):
            section = survival(shown.whole)
        _draw_blocks(section, key="rules")
