"""What came out of a batch: progress, moves of the recommended design, a row a case, each to open."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from models.errors import TradespaceError
from optimizer.batch.kept import case_text, cases_csv
from optimizer.batch.running import Batch
from optimizer.report.content import Report
from optimizer.report.writing import FORMATS, report_bytes
from optimizer.runs.run import Run
from optimizer.runs.store import RunStore
from optimizer.sections.content import Line, Section
from ui import cached, drafting, listing, state
from ui.solving import LOOK_S
from ui.subject import store
from ui.views.blocks import draw_block, draw_section
from ui.views.downloads import TOLD
from ui.views.runs_table import draw_live, when
from ui.views.words import escaped

#: Formats of a batch's summary: the whole fronts of all cases are not kept.
SUMMARY = ("html", "md", "xlsx", "json")
#: Charts beside each other.
ACROSS = 2


def draw_batches(found: Sequence[Run]) -> None:
    """The batches of a scenario, one of them shown."""
    keeper, _ = store()
    if not found:
        st.info(
            "There is no batch of this scenario yet. Begin one above; it runs on when you close the page."
        )
        return
    run = _chosen(found)
    if run.is_live:
        _follow(run.id)
    elif run.state != "done":
        words = run.error or f"It was stopped: {run.summary or 'no case was finished'}"
        st.warning(f"{escaped(words)}. What was finished is kept and shown below.")
        st.button("Go on with it", key=f"batch-again-{run.id}", on_click=_again, args=(keeper, run))
    try:
        batch, report = cached.batch(keeper.url, run.id, run.ended or run.beat or run.created)
    except TradespaceError as error:
        st.error(f"The batch can't be shown: {escaped(str(error))}")
        return
    if not batch.results:
        st.caption("No case is finished yet.")
        return
    for section in report.sections:
        if section.name.startswith("along-"):
            _draw_along(section, key=f"batch-{run.id}-{section.name}")
        elif section.name != "cases":
            draw_section(section, key=f"batch-{run.id}")
    with st.expander("Case by case", expanded=len(batch.cases) <= 12):
        for section in report.sections:
            if section.name == "cases":
                draw_section(section, key=f"batch-{run.id}-cases", has_title=False)
    _draw_open(run, batch)
    _draw_files(run, batch, report)


def _draw_along(section: Section, *, key: str) -> None:
    """How the recommended design moves along one number: a chart a dimension, then all in numbers."""
    st.subheader(escaped(section.title), anchor=False)
    charts = [block for block in section.blocks if isinstance(block, Line)]
    if not charts:
        st.markdown(
            "The recommended design stays the same in every dimension, or there are too few values for a "
            "line."
        )
    for first in range(0, len(charts), ACROSS):
        for k, column in enumerate(st.columns(ACROSS)):
            if first + k < len(charts):
                with column:
                    draw_block(charts[first + k], key=f"{key}-{first + k}")
    for k, block in enumerate(section.blocks):
        if not isinstance(block, Line):
            draw_block(block, key=f"{key}-table-{k}")


def _chosen(found: Sequence[Run]) -> Run:
    names = [run.id for run in found]
    key = "batch-chosen"
    wanted = state.batch() if state.batch() in names else names[0]
    st.session_state[key] = wanted
    st.selectbox(
        "Batch",
        names,
        key=key,
        format_func=lambda name: _told(found[names.index(name)]),
        on_change=lambda: state.show_batch(st.session_state[key]),
    )
    return found[names.index(wanted)]


def _told(run: Run) -> str:
    return f"{when(run.created)}: {run.title}, {run.summary if run.state == 'done' else run.state}"


@st.fragment(run_every=LOOK_S)
def _follow(name: str) -> None:
    """A batch under way, looked at twice a second; the page is drawn anew when it has ended."""
    try:
        keeper, _ = store()
        keeper.bury()
        run = keeper.get(name)
        if not run.is_live:
            st.rerun()
        if draw_live(run, now=keeper.clock()):
            keeper.cancel(run.id)
            st.rerun(scope="fragment")
    except TradespaceError as error:
        st.error(escaped(str(error)))
        return
    st.caption("You can leave or close this page: the batch runs on, and stopped it keeps what is finished.")
    if run.done and st.button("Show what is finished so far", key=f"batch-look-{name}"):
        st.rerun()


def _again(keeper: RunStore, run: Run) -> None:
    try:
        state.show_batch(listing.start_again(keeper, run).id)
    except TradespaceError as error:
        state.note(f"That was not done: {error}.")


def _draw_open(run: Run, batch: Batch) -> None:
    """A case as a scenario of its own."""
    cases = {case.number: case for case in batch.cases}
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    number = left.selectbox(
        "A case to open",
        list(cases),
        key=f"batch-case-{run.id}",
        format_func=lambda n: (
            f"Case {n}: {', '.join(f'{path} = {value}' for path, value in cases[n].changes)}"
        ),
        help="It is opened as a scenario of your own, with the values of the case, and solved again.",
    )
    if right.button("Open the case", key=f"batch-open-{run.id}", width="stretch"):
        source = f"case {number} of batch {run.id}"
        found = drafting.take(case_text(cases[number]), source)
        if found:
            st.error(f"The case can't be opened: {escaped(found[0].found)}")
            return
        st.switch_page("ui/pages/explore.py")


def _draw_files(run: Run, batch: Batch, report: Report) -> None:
    st.caption("The summary as files; `tradespace batch` keeps the whole front of every case too.")
    with st.container(horizontal=True, gap="small"):
        for name in SUMMARY:
            file, media, _ = FORMATS[name]
            st.download_button(
                TOLD[name][0],
                lambda name=name: report_bytes(report, name)[2],  # type: ignore[misc]
                file_name=f"batch-{run.id}-{file}",
                mime=media,
                key=f"batch-{run.id}-{name}",
                on_click="ignore",
                help=TOLD[name][1],
            )
        st.download_button(
            "Cases (CSV)",
            lambda: cases_csv(batch),
            file_name=f"batch-{run.id}-cases.csv",
            mime="text/csv",
            key=f"batch-{run.id}-cases",
            on_click="ignore",
            help="A row a case: what was changed, what survived, what is recommended, what breaks first.",
        )
