"""Saved runs: the list, and what people do with runs; every failure of the store is said in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec
from urllib.parse import urlencode, urlsplit

import streamlit as st

from models.errors import TradespaceError
from optimizer.batch.kept import is_kept_whole
from optimizer.runs.connecting import StoreError
from optimizer.runs.moving import runs_text
from optimizer.runs.run import Run
from optimizer.runs.store import RunStore
from ui import cached, listing, state
from ui.solving import LOOK_S
from ui.subject import store
from ui.view import View, address_of
from ui.views.run_card import Actions, draw_run
from ui.views.run_pair import draw_pair
from ui.views.runs_table import draw_filters, draw_live, draw_pages, draw_table
from ui.views.words import escaped

P = ParamSpec("P")
#: Key of the parts of the page, and the part that tells of a batch.
PART, BATCH = "runs-part", "Batch"
#: Kinds of runs that hold a front.
FRONTS = ("solve", "report")


def draw_saved() -> None:
    """The runs under way, the list, and what can be done with those that are chosen."""
    try:
        _draw(store()[0])
    except StoreError as error:
        st.error(f"The saved runs can't be read: {escaped(str(error))}")


def _draw(keeper: RunStore) -> None:
    under_way = tuple(run.id for run in listing.live(keeper))
    if under_way:
        st.subheader("Under way", anchor=False)
        _follow(under_way)
    hidden = listing.hidden()
    wanted = draw_filters(keeper.names(hidden=hidden), keeper.tags(hidden=hidden))
    many = keeper.many(hidden=hidden, state=wanted.state, name=wanted.name, tag=wanted.tag)
    if not many:
        is_filtered = any((wanted.state, wanted.name, wanted.tag))
        st.info(
            "No run is like that; choose Any above."
            if is_filtered
            else "Nothing was solved in this store yet. Open a scenario on Explore: its run is kept here."
        )
        return
    place = st.container()
    found = listing.listed(keeper, wanted, page=draw_pages(many))
    with place:
        state.choose_runs(draw_table(found, state.chosen_runs()))
    chosen = [run for run in found.runs if run.id in state.chosen_runs()]
    if len(chosen) == 1:
        _draw_one(keeper, chosen[0])
    elif len(chosen) == 2:
        _draw_two(keeper, chosen[0], chosen[1])
    elif chosen:
        st.info(f"{len(chosen)} runs are chosen: choose one to open it, two to compare them.")


def _draw_one(keeper: RunStore, run: Run) -> None:
    _, choices = keeper.inputs(run.id)
    holds_front = run.kind in FRONTS and (run.is_live or bool(run.summary))
    actions = Actions(
        open=_open,
        start_again=_told(lambda one: _again(keeper, one)),
        cancel=_told(lambda one: keeper.cancel(one.id)),
        delete=_told(lambda one: _delete(keeper, one)),
        note=_told(lambda one, words: keeper.note(one.id, words)),
        tag=_told(lambda one, tags, remove: keeper.tag(one.id, tags, remove=remove)),
        export=lambda one: runs_text(keeper, [one.id])[1],
    )
    draw_run(
        run,
        choices,
        _link(run),
        actions,
        can_open=holds_front or (run.kind == "batch" and is_kept_whole(choices)),
        can_start_again=listing.can_start_again(run, choices),
    )


def _draw_two(keeper: RunStore, a: Run, b: Run) -> None:
    try:
        with st.spinner("Comparing"):
            found = cached.runs_compared(keeper.url, (a.id, a.ended or 0.0), (b.id, b.ended or 0.0))
    except TradespaceError as error:
        st.warning(f"These two can't be compared: {escaped(str(error))}.")
        return
    draw_pair(a, b, found)


@st.fragment(run_every=LOOK_S)
def _follow(before: tuple[str, ...]) -> None:
    """Runs under way, looked at twice a second; the page is drawn anew when one has ended or come."""
    try:
        keeper = store()[0]
        found = listing.live(keeper)
        if tuple(run.id for run in found) != before:
            st.rerun()
        for run in found:
            if draw_live(run, now=keeper.clock()):
                keeper.cancel(run.id)
                st.rerun(scope="fragment")
    except StoreError as error:
        st.error(escaped(str(error)))


def _told(act: Callable[P, object]) -> Callable[P, None]:
    """An action whose failure is said on the next page that is drawn."""

    def acted(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            act(*args, **kwargs)
        except TradespaceError as error:
            state.note(f"That was not done: {error}.")

    return acted


def _again(keeper: RunStore, run: Run) -> None:
    again = listing.start_again(keeper, run)
    state.choose_runs((again.id,))


def _delete(keeper: RunStore, run: Run) -> None:
    keeper.delete([run.id])
    state.choose_runs(())
    if state.view().run == run.id:
        state.show_run("")
    state.note(f"Run {run.id} is deleted.")


def _open(run: Run) -> None:
    """Turns to a run: its front on Explore, a batch on this page."""
    if run.kind == "batch":
        state.show_batch(run.id)
        st.session_state[PART] = BATCH
        return
    state.show_run(run.id)
    st.switch_page("ui/pages/explore.py")


def _link(run: Run) -> str:
    """The whole address of a run, which names nothing else: its scenario is its own."""
    query = urlencode(address_of(View(run=run.id)), doseq=True)
    here = urlsplit(st.context.url or "")
    path = "/runs" if run.kind == "batch" else "/"
    return f"{here.scheme}://{here.netloc}{path}?{query}" if here.netloc else f"{path}?{query}"
