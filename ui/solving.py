"""Solving from the app: small scenarios at once, others by a process of their own that outlives the page.

Who asks for what is being solved already joins it; a page that is loaded again finds it by its run.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from models.errors import TradespaceError
from models.evaluation import DIMENSIONS
from models.units import count, duration
from optimizer.report.sections.answer import lacking_text, load_text
from optimizer.resilience.escape import rates_of
from optimizer.runs.run import Run
from optimizer.runs.so_far import so_far
from optimizer.runs.solving import solve_with_store, wanted_solve
from optimizer.runs.worker import start_worker
from optimizer.scenario_model import limits_of, model_of
from optimizer.solver.choice import choice_of
from optimizer.solver.config import SolveConfig
from optimizer.space import size_of
from ui import cached, drafts, state
from ui.planning import Plan, plan_of_run
from ui.subject import PRIVATE, Solved, Subject, current, store
from ui.values import row
from ui.views.progress import draw_progress
from ui.views.words import escaped, escaped_cell

#: Enumerations that take no longer are done at once, without a process of their own, s.
AT_ONCE_S = 1.5
#: Between two looks at a run that is under way, s.
LOOK_S = 0.5


def solved() -> Solved | None:
    """The scenario that is looked at, solved; None where that is not so, and the page says what is.

    What takes no longer than people wait is solved at once; a bundled scenario that takes longer is begun.
    """
    subject = current()
    if isinstance(subject, Solved):
        name_run(subject)
        _draw_pending(subject)
        _drop_missing(subject)
        return subject
    if not isinstance(subject, Subject):
        from ui.views.findings import draw_unreadable

        draw_unreadable(subject)
        return None
    run = subject.run
    if run is None and cached.work(subject.system.digest, subject.system).seconds <= AT_ONCE_S:
        subject = at_once(subject)
        if isinstance(subject, Solved):
            name_run(subject)
            _drop_missing(subject)
            return subject
    elif run is None and subject.is_public:
        ask(subject, SolveConfig())
        subject = current()
    assert isinstance(subject, Subject)
    draw_unsolved(subject)
    return None


def name_run(subject: Subject) -> None:
    """Makes the address name the run of a person's own scenario: nothing else finds it after a reload."""
    if subject.run is not None and not subject.is_public and not state.view().run:
        state.name_run(subject.run.id)


def _drop_missing(subject: Solved) -> None:
    """Lets go of picks of a link that are not there, and says so: all others have one letter everywhere."""
    picks = state.view().picks
    there = tuple(token for token in picks if subject.row(token) is not None)
    if there != picks:
        state.set_picks(there)
        state.note("Not every picked design is there in this scenario: those that are not were left out.")
        st.rerun()  # the header has named them already


def _draw_pending(subject: Solved) -> None:
    """Says that edits of the scenario are not in what the page shows."""
    many = len(drafts.draft_of(subject.text))
    if many:
        edits = "1 edit of this scenario is" if many == 1 else f"{count(many)} edits of this scenario are"
        st.warning(f"{edits} not solved yet: what stands here belongs to the old values.")
        st.page_link("ui/pages/scenario.py", label="To the edits")


def at_once(subject: Subject) -> Subject:
    """Solves a small scenario here and now, through the store."""
    keeper, _ = store()
    wanted = wanted_solve(model_of(subject.system), SolveConfig(), text=subject.text)
    run = keeper.request(replace(wanted, tags=_tags(subject)))
    if run.state == "queued":
        answered = solve_with_store(keeper, model_of(subject.system), SolveConfig(), text=subject.text)
        state.asked_for(answered.run.id)
    found = current()
    return found if isinstance(found, Subject) else subject


def ask(subject: Subject, config: SolveConfig, *, fresh: bool = False) -> Run:
    """Asks for a scenario to be solved: joins who is at it, or starts a process."""
    keeper, _ = store()
    wanted = wanted_solve(model_of(subject.system), config, text=subject.text)
    run = keeper.request(replace(wanted, tags=_tags(subject)), fresh=fresh)
    state.asked_for(run.id)
    if run.state == "queued":
        start_worker(keeper, run)
    return run


def draw_stopped(subject: Solved) -> None:
    """Says that a run was stopped before its end, and goes on with it where that is wanted."""
    run = subject.run
    if run is None or run.state != "cancelled":
        return
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.warning(
        f"It was stopped after {count(run.done)} designs. What was found until then is shown; it may still "
        "get better."
    )
    if right.button("Go on", key="go-on"):
        ask(subject, SolveConfig(**run.config))  # type: ignore[arg-type]
        st.rerun()


def _tags(subject: Subject) -> tuple[str, ...]:
    return () if subject.is_public else (PRIVATE,)


def draw_unsolved(subject: Subject) -> None:
    """What is known of a scenario that isn't solved: its run under way, or why there is no front yet."""
    run = subject.run
    name_run(subject)
    _draw_about(subject)
    if run is not None and run.is_live:
        _follow(run.id, plan_of_run(run, subject.system))
        return
    if run is not None and run.state in ("failed", "interrupted"):
        words = run.error or "its process has died"
        st.error(
            f"The solver stopped: {escaped(words)}. Run {run.id} is kept; nothing that was found is lost."
        )
    elif run is not None and run.state == "cancelled":
        st.warning("It was stopped before anything was found.")
    else:
        st.info(f"This scenario isn't solved yet. {_how_long(subject)}")
    label = "Solve" if run is None else "Start again"
    if st.button(label, type="primary", key="solve", shortcut="ctrl+enter"):
        ask(subject, SolveConfig())
        st.rerun()


def _draw_about(subject: Subject) -> None:
    """What the scenario is about, and what today's design lacks."""
    scenario, system = subject.system.scenario, subject.system
    if scenario.summary:
        st.markdown(escaped(scenario.summary))
    today = cached.evaluated(system.digest, row(system.space.today), system)
    lacking = lacking_text(
        today, load_text(float(rates_of(system, system.space.today).max())), limits_of(scenario)
    )
    st.markdown(escaped_cell(lacking) if lacking else "Today's design stays within every limit.")


def _how_long(subject: Subject) -> str:
    size = size_of(subject.system.space)
    work = cached.work(subject.system.digest, subject.system)
    designs = f"It has {count(size)} designs." if size is not None else "Its designs can't be counted."
    if choice_of(work, size, SolveConfig()).is_exact:
        return f"{designs} Looking at all of them takes about {duration(max(work.seconds, 1.0))}."
    return f"{designs} That is too many to look at each: a search looks where something is to be found."


@st.fragment(run_every=LOOK_S)
def _follow(name: str, plan: Plan) -> None:
    """A run under way, looked at twice a second; the page is drawn anew when it has ended."""
    keeper, _ = store()
    try:
        keeper.bury()
        run = keeper.get(name)
        found = so_far(keeper, name, DIMENSIONS) if run.is_live else None
    except TradespaceError as error:
        st.error(escaped(str(error)))
        return
    if not run.is_live:
        st.rerun()
    if draw_progress(run, found, DIMENSIONS, plan, now=keeper.clock()):
        keeper.cancel(run.id)
        st.rerun(scope="fragment")
