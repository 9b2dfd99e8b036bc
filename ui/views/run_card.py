"""One saved run: what it is, what came out, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from optimizer.runs.run import Run
from ui.subject import PRIVATE
from ui.views.runs_table import KINDS, outcome, took, when
from ui.views.words import escaped

#: Letters of a note, and of a tag.
MOST_NOTE, MOST_TAG = 2_000, 80


@dataclass(frozen=True, slots=True)
class Actions:
    """What a person can do with a run: each is told the run, and words where there are some.

    Attributes:
        open: Turns to its front, or its batch.
        start_again: Goes on with it.
        cancel: Asks it to stop.
        delete: Deletes it with all that belongs to it.
        note: Adds a note.
        tag: Adds tags, or takes one away.
        export: The run as the text of a file.
    """

    open: Callable[[Run], None]
    start_again: Callable[[Run], None]
    cancel: Callable[[Run], None]
    delete: Callable[[Run], None]
    note: Callable[[Run, str], None]
    tag: Callable[[Run, tuple[str, ...], bool], None]
    export: Callable[[Run], str]


def draw_run(
    run: Run, choices: dict[str, Any], link: str, actions: Actions, *, can_open: bool, can_start_again: bool
) -> None:
    """A run with its facts, notes, tags and buttons.

    Args:
        run: The run.
        choices: What else was asked for.
        link: Its address.
        actions: What the buttons do.
        can_open: Whether it holds something that a page shows.
        can_start_again: Whether it was cut short and can be gone on with.
    """
    with st.container(border=True, key=f"run-card-{run.id}"):
        st.subheader(
            escaped(f"{run.title or run.name}: {KINDS.get(run.kind, run.kind)} {run.id}"), anchor=False
        )
        (st.error if run.error else st.markdown)(escaped(outcome(run)))
        if PRIVATE in run.tags:
            _draw_private(run, actions)
        _draw_buttons(run, actions, can_open=can_open, can_start_again=can_start_again)
        left, right = st.columns(2)
        with left:
            _draw_notes(run, actions)
        with right:
            _draw_tags(run, actions)
        st.caption("A link to it, to copy; who opens it sees the same in this store.")
        st.code(link, language=None, wrap_lines=True)
        with st.expander("With which settings"):
            _draw_facts(run, choices)


def _draw_private(run: Run, actions: Actions) -> None:
    st.info("Its scenario was brought along: only this session, and who opens its link, can see it.")
    st.button(
        "Show it to all",
        key=f"run-show-{run.id}",
        on_click=actions.tag,
        args=(run, (PRIVATE,), True),
        help="Everybody who uses this store will find it in the list, with the scenario's text.",
    )


def _draw_buttons(run: Run, actions: Actions, *, can_open: bool, can_start_again: bool) -> None:
    with st.container(horizontal=True, gap="small"):
        if can_open and run.kind == "batch":  # it is shown on this page: another part of it is opened
            key = f"run-open-{run.id}"
            st.button("Show its results", key=key, type="primary", on_click=actions.open, args=(run,))
        elif can_open and st.button("Open", key=f"run-open-{run.id}", type="primary"):
            actions.open(run)
        if run.is_live:
            st.button(
                "Stopping" if run.cancel else "Stop",
                key=f"run-cancel-{run.id}",
                disabled=run.cancel,
                on_click=actions.cancel,
                args=(run,),
                help="What was found until then is kept.",
            )
        if can_start_again:
            st.button(
                "Go on" if run.state == "cancelled" else "Start again",
                key=f"run-again-{run.id}",
                on_click=actions.start_again,
                args=(run,),
                help="It goes on from what was kept of it.",
            )
        st.download_button(
            "Download",
            lambda: actions.export(run),
            file_name=f"run-{run.id}.json",
            mime="application/json",
            key=f"run-export-{run.id}",
            on_click="ignore",
            help="The whole run as a file: `tradespace runs import` adds it to another store.",
        )
        with st.popover("Delete", key=f"run-delete-{run.id}"):
            if run.is_live:
                st.markdown("It is under way. Stop it first; then it can be deleted.")
            else:
                st.markdown(
                    f"Run {run.id} goes with its front, notes and tags, for everybody. It can't be undone."
                )
                st.button(
                    f"Delete run {run.id}",
                    key=f"run-delete-now-{run.id}",
                    type="primary",
                    on_click=actions.delete,
                    args=(run,),
                )


def _draw_notes(run: Run, actions: Actions) -> None:
    key = f"run-note-{run.id}"
    st.markdown("**Notes**")
    for words in run.notes:
        st.markdown(f"- {escaped(words)}")

    def add() -> None:
        words = st.session_state[key].strip()
        if words:
            actions.note(run, words)

    with st.form(f"{key}-form", clear_on_submit=True, border=False):
        st.text_area(
            "Add a note", key=key, height=80, max_chars=MOST_NOTE, placeholder="what to remember of this run"
        )
        st.form_submit_button("Keep the note", on_click=add)


def _draw_tags(run: Run, actions: Actions) -> None:
    key = f"run-tag-{run.id}"
    st.markdown("**Tags**")
    with st.container(horizontal=True, gap="small"):
        for tag in run.tags:
            if tag != PRIVATE:
                st.button(
                    f"{escaped(tag)} ×",
                    key=f"run-untag-{run.id}-{tag}",
                    on_click=actions.tag,
                    args=(run, (tag,), True),
                    help="Take this tag away",
                )

    def add() -> None:
        tags = tuple(dict.fromkeys(part.strip()[:MOST_TAG] for part in st.session_state[key].split(",")))
        wanted = tuple(tag for tag in tags if tag and tag != PRIVATE)
        if wanted:
            actions.tag(run, wanted, False)

    with st.form(f"{key}-form", clear_on_submit=True, border=False):
        st.text_input(
            "Add tags",
            key=key,
            max_chars=400,
            placeholder="baseline, for the review",
            help="Several with commas.",
        )
        st.form_submit_button("Keep the tags", on_click=add)


def _draw_facts(run: Run, choices: dict[str, Any]) -> None:
    told: dict[str, object] = {
        "state": run.state,
        "scenario": run.name,
        "asked for": when(run.created),
        "took": took(run),
        "seed": run.seed,
        "version": run.versions.get("tradespace", ""),
        "digest of the scenario": run.digest,
        **{name: value for name, value in run.config.items() if value is not None and name != "seed"},
        **choices,
    }
    rows = [(name, str(value)) for name, value in told.items() if value not in ("", None)]
    st.dataframe(
        {"what": [name for name, _ in rows], "value": [value for _, value in rows]},
        hide_index=True,
        key=f"run-facts-{run.id}",
        alt="Settings of the run",
    )
