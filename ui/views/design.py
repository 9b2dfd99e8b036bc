"""The Design page, put together: the first screen answers, the tabs tell the rest when they are opened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from models.evaluation import Array, Evaluation
from optimizer.decide.placing import Place, place_of
from optimizer.decide.spending import Addition
from optimizer.decide.taking import taken_by
from optimizer.phrases import joined
from optimizer.report.content import Table, Waterfall
from optimizer.report.findings import Findings, runner_up
from optimizer.report.sections.budget import budget, emergence
from optimizer.report.sections.choice import choice
from optimizer.report.sections.margins import margins
from optimizer.report.sections.measured import measured, placed
from optimizer.report.sections.rules import rules
from optimizer.report.sections.sacrifice import sacrifice
from ui import cached, state, tokens
from ui.subject import Solved
from ui.values import row
from ui.views import figures
from ui.views.blocks import draw_block, draw_section
from ui.views.budget import draw_additions, draw_reserve, draw_spending
from ui.views.call_tree import draw_call_tree
from ui.views.design_figures import Mark, among_front, reserve_of_front
from ui.views.dimensions import draw_dimensions, draw_place
from ui.views.flow_times import choose_flow_and_phase, draw_flow_times
from ui.views.folding import draw_table_folding
from ui.views.switches import draw_switches
from ui.views.words import escaped

#: Designs of the front up to which each has a place of its own in the list; of more, their number is typed.
MOST_LISTED = 500
TABS = (
    "What it gives up",
    "Calls and time",
    "Complexity budget",
    "Among the front",
    "Each decision",
    "Margins and rules",
)
#: Where there is room, many decisions scroll beside the numbers; keys reach them all the same.
_STYLE = """<style>@media (min-width:800px){
.st-key-decisions{max-height:44rem;overflow-y:auto;padding-right:.5rem}}</style>"""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The design that is told of.

    Attributes:
        subject: The solved scenario.
        suggested: What is known of the suggested design, and of the whole.
        token: Its name.
        x: The design, `(d,)`.
        evaluation: The same, evaluated; one row.
        place: Where it stands among the front.
    """

    subject: Solved
    suggested: Findings
    token: str
    x: Array
    evaluation: Evaluation
    place: Place

    @property
    def about(self) -> Findings:
        """What is known of it; asked for when it is needed."""
        return self.subject.about(
            None if self.suggested.is_suggested and self.token == self.suggestion else self.x
        )

    @property
    def suggestion(self) -> str:
        """Name of the suggested design; today's where there is none."""
        return suggestion_of(self.subject)


def suggestion_of(subject: Solved) -> str:
    """Name of the suggested design; today's where no design is feasible."""
    knee = subject.solution.knee
    return tokens.TODAY if knee is None else str(knee + 1)


def draw_design(subject: Solved) -> None:
    """Everything about one design."""
    shown = shown_of(subject)
    _draw_choice(shown)
    left, right = st.columns([3, 2], gap="medium")
    solution, front = subject.solution, subject.solution.front
    with left:
        draw_place(shown.place, placed(shown.place, shown.evaluation, front), state.look_at)
        rival = runner_up(front, shown.suggested.few, shown.place.position)
        found = measured(shown.evaluation, solution.today, front, rival, shown.suggested.goals)
        draw_dimensions(found, shown.evaluation, solution.today)
    with right:
        st.subheader("Decisions", anchor=False)
        st.caption("Change one, and the numbers follow at once; the link holds the design that you made.")
        st.html(_STYLE)
        with st.container(key="decisions"):
            draw_switches(
                subject.system,
                shown.x,
                shown.suggested.labels,
                taken_by(subject.system, shown.x),
                lambda x: state.look_at(subject.token(x)),
            )
    drawers = (_draw_sacrifice, _draw_calls, _draw_budget, _draw_among, _draw_each, _draw_margins)
    for tab, draw in zip(st.tabs(list(TABS), key="design-tab", on_change="rerun"), drawers, strict=True):
        if tab.open:
            with tab:
                draw(shown)


def shown_of(subject: Solved) -> Shown:
    """The design of the address; a note and the suggested one where there is none of that name."""
    wanted = state.view().design or suggestion_of(subject)
    x = subject.row(wanted)
    if x is None:
        st.warning(escaped(f"There is no {tokens.name_of(wanted)} here. This is the suggested design."))
        x = subject.row(suggestion_of(subject))
    assert x is not None
    system = subject.system
    evaluation = cached.evaluated(system.digest, row(x), system)
    place = place_of(evaluation, system.space, subject.solution.front)
    return Shown(subject, subject.about(), subject.token(x), evaluation.X[0], evaluation, place)


def _draw_choice(shown: Shown) -> None:
    """Which design, and what can be done with it."""
    subject, picks = shown.subject, state.view().picks
    many = len(subject.solution.front)
    names = {
        shown.suggestion: f"suggested: {tokens.name_of(shown.suggestion)}",
        tokens.TODAY: "today's design",
    }
    for letter, pick in zip("ABCD", picks, strict=False):
        names.setdefault(pick, f"picked, {letter}: {tokens.name_of(pick)}")
    if many <= MOST_LISTED:
        for i in range(many):
            names.setdefault(str(i + 1), tokens.name_of(str(i + 1)))
    names.setdefault(shown.token, tokens.name_of(shown.token))
    with st.container(horizontal=True, vertical_alignment="bottom", key="design-choice"):
        st.session_state["design-shown"] = shown.token
        st.selectbox(
            "Design",
            list(names),
            format_func=lambda token: names.get(token, token),
            key="design-shown",
            on_change=_turn_to_shown,
            help="Any design of the front, today's, your picks, and the one you make with the switches.",
            width=320,
        )
        if many > MOST_LISTED:
            st.number_input(
                f"or its number, 1 to {many:,}", 1, many, value=None, key="design-number",
                on_change=_turn_to_number, width=170,
            )  # fmt: skip
        is_picked = shown.token in picks
        st.button(
            "Let it go" if is_picked else "Pick it",
            type="secondary" if is_picked else "primary",
            key="design-pick",
            on_click=state.pick,
            args=(shown.token,),
            help="Up to four picked designs stand side by side on Compare, and in the report.",
        )
        st.button("Undo", key="design-undo", on_click=state.look_back, disabled=state.steps_back() == 0,
                  help="Back to the design before.")  # fmt: skip
        if shown.token != shown.suggestion:
            st.button("Back to the suggested", key="design-suggested", on_click=state.look_at, args=("",))
        if shown.token != tokens.TODAY:
            st.button("Back to today's", key="design-today", on_click=state.look_at, args=(tokens.TODAY,))


def _turn_to_shown() -> None:
    state.look_at(st.session_state["design-shown"])


def _turn_to_number() -> None:
    if (number := st.session_state["design-number"]) is not None:
        state.look_at(str(int(number)))


def _draw_sacrifice(shown: Shown) -> None:
    with st.spinner("Looking for what it gives up"):
        found = shown.about
        section = sacrifice(found)
    if section is None:
        return
    for k, block in enumerate(section.blocks):
        if isinstance(block, Table):
            draw_table_folding(block)
        else:
            draw_block(block, key=f"sacrifice-{k}")
    targets = {
        str(e.to + 1): found.front.evaluation.dimensions[e.dimension].name for e in reversed(found.exchanges)
    }
    if targets:
        st.caption("Look at one of these instead:")
        with st.container(horizontal=True):
            for number, name in reversed(targets.items()):
                st.button(
                    f"Better {name}: design {number}",
                    key=f"exchange-{number}",
                    on_click=state.look_at,
                    args=(number,),
                )


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
    found = shown.about
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
    draw_section(emergence(found), key="emergence")
    front = found.front.evaluation
    if len(front):
        st.markdown("**The front by what is left of the budget**")
        x, y = _axes(front)
        figures.draw(
            reserve_of_front(front, x, y, _marks(shown)),
            key="reserve-front",
            alt="The designs of the front, with the share of the complexity budget that each leaves.",
        )


def _token(subject: Solved, one: Addition) -> str:
    return subject.token(np.array(one.x))


def _draw_among(shown: Shown) -> None:
    front = shown.suggested.front.evaluation
    if not len(front):
        st.info("No design is feasible, so there is no front.")
        return
    x, y = _axes(front)
    figures.draw(
        among_front(front, x, y, _marks(shown)),
        key="among-front",
        alt="The designs of the front in two dimensions, with today's design and this one among them.",
    )
    told = ["The two dimensions are those of the scatter on Explore."]
    for values, name in (
        (shown.subject.solution.today.values[0], "today's design"),
        (shown.evaluation.values[0], tokens.name_of(shown.token)),
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


def _marks(shown: Shown) -> tuple[Mark, ...]:
    today, place = shown.subject.solution.today, shown.place
    front = shown.suggested.front.evaluation
    marks = [Mark("today", today.values, "diamond", figures.ORANGE, ("today's design",))]
    if place.beaten_by.size and place.standing == "dominated":
        rows = place.beaten_by[:3]
        names = tuple(f"design {int(i) + 1}, beats it" for i in rows)
        marks.append(Mark("beats it", front.values[rows], "triangle-up", figures.PURPLE, names))
    name = tokens.name_of(shown.token)
    marks.append(Mark("this design", shown.evaluation.values, "star", figures.BLUE, (name,)))
    return tuple(marks)


def _draw_each(shown: Shown) -> None:
    with st.spinner("Taking each decision back"):
        section = choice(shown.about)
    if section is None:
        return
    for k, block in enumerate(section.blocks):
        if isinstance(block, Table):
            if block.name in ("choice", "against-today", "against-runner-up"):
                draw_table_folding(block)
        else:
            draw_block(block, key=f"choice-{k}")


def _draw_margins(shown: Shown) -> None:
    with st.spinner("Raising the load until each limit falls"):
        section = margins(shown.about)
        common = rules(shown.about)
    for part in (section, common):
        if part is None:
            continue
        st.subheader(escaped(part.title), anchor=False)
        for k, block in enumerate(part.blocks):
            if isinstance(block, Table):
                draw_table_folding(block)
            else:
                draw_block(block, key=f"{part.name}-{k}")
        if part is section:
            st.page_link("ui/pages/breaking.py", label="More on Breaking points")
