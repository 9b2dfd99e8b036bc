"""Which decisions are open, between which values, and which are taken out of play."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from models.scenario.checks.conditions import allowed_values
from models.scenario.decision import Choice, Decision, Integer, Real
from models.scenario.editing.fixing import fixed_values, options_of
from models.scenario.reading.scalar import Scalar, plain
from models.space.columns import Column
from models.units import count
from optimizer.space import size_of
from ui import drafting, drafts
from ui.drafting import Drafted
from ui.views.words import escaped

#: Values of a whole number that are listed; of longer ranges one is typed.
MOST_LISTED = 60
#: Decisions that are drawn; the rest is found by searching.
MOST_DRAWN = 60
IN_PLAY = "In play"


def draw_decisions(found: Drafted) -> None:
    """All decisions with their ranges and what is left of them."""
    scenario = found.subject.system.scenario
    st.markdown(
        "What the solver may decide. Take a decision out of play where it isn't yours, or is made already: "
        "it keeps one value, and what it takes to get there is still counted. In the file it is a rule that "
        "excludes the other values, or a range of one number."
    )
    _draw_size(found)
    if not scenario.decisions:
        st.info("This scenario has no decisions: there is nothing to choose between. Add some to its text.")
        return
    names = list(scenario.decisions)
    if len(names) > 8:
        words = st.text_input("Find a decision", key="decisions-find").lower().split()
        names = [
            name
            for name in names
            if all(word in f"{name} {scenario.decisions[name].label or ''}".lower() for word in words)
        ]
    if len(names) > MOST_DRAWN:
        st.caption(f"The first {MOST_DRAWN} of {len(names)}; search for the others.")
    held = fixed_values(scenario)
    for name in names[:MOST_DRAWN]:
        _draw_one(found, name, held)


def _draw_size(found: Drafted) -> None:
    before, system = size_of(found.subject.system.space), found.system
    words = f"{count(before)} designs" if before is not None else "more designs than can be counted"
    if system is not None and len(found.draft):
        after = size_of(system.space)
        words += f"; with your edits {count(after) if after is not None else 'more than can be counted'}"
    st.caption(f"{words}.")


def _draw_one(found: Drafted, name: str, held: Mapping[str, Scalar]) -> None:
    decision = found.subject.system.scenario.decisions[name]
    columns = [column for column in found.subject.system.space.columns if column.decision == name]
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.markdown(f"**{escaped(decision.label or name)}**  \n{escaped(_told(name, decision, columns))}")
    value = found.draft.fixed.get(name, None if name in found.draft.freed else held.get(name))
    key = f"decision-{name}-{drafts.times_undone()}"
    values = _values(decision, columns)
    if values is None:
        with right:
            _draw_number(found, name, value, held, key)
        return
    options = [IN_PLAY, *values]
    if name in held and len(values) == 1:
        options = options[1:]  # the file has no other range to go back to
    chosen = IN_PLAY if value is None else str(value)
    right.selectbox(
        f"What is left of {name}",
        options,
        index=options.index(chosen) if chosen in options else 0,
        key=key,
        label_visibility="collapsed",
        on_change=_choose,
        args=(found, name, held.get(name), key, isinstance(decision, Integer)),
    )


def _draw_number(found: Drafted, name: str, value: Scalar, held: Mapping[str, Scalar], key: str) -> None:
    """A number of a long range: typed, empty = in play."""
    st.text_input(
        f"What is left of {name}",
        value="" if value is None else str(value),
        placeholder="in play; type a value to fix it",
        key=key,
        label_visibility="collapsed",
        on_change=_choose,
        args=(found, name, held.get(name), key, True),
    )


def _choose(found: Drafted, name: str, held: Scalar, key: str, is_number: bool) -> None:
    typed = str(st.session_state[key]).strip()
    value: Scalar = None if typed in ("", IN_PLAY) else typed
    if value is not None and is_number:
        try:
            value = plain(typed)
        except ValueError:
            value = typed
    drafting.decide(found.subject, name, value, held)


def _values(decision: Decision, columns: list[Column]) -> list[str] | None:
    """All values of a decision as they are written; None where they are too many."""
    options = options_of(decision)
    if options:
        return list(options)
    assert isinstance(decision, (Integer, Real))
    if isinstance(decision, Real):
        return None
    number = columns[0].count
    if number is None or number > MOST_LISTED:
        return None
    return [str(round(value)) for value in columns[0].values()]


def _told(name: str, decision: Decision, columns: list[Column]) -> str:
    """A decision's range and today's value in words."""
    if isinstance(decision, (Integer, Real)):
        scale = (
            ", evenly over its logarithm" if isinstance(decision, Real) and decision.scale == "log" else ""
        )
        words = f"{allowed_values(decision)}{scale}; sets {', '.join(decision.sets)}"
    elif isinstance(decision, Choice):
        words = f"one of {', '.join(decision.options)}"
    else:
        words = "off or on"
    today = {column.phase: _written(column) for column in columns}
    values = set(today.values())
    told = (
        values.pop() if len(values) == 1 else ", ".join(f"{phase}: {value}" for phase, value in today.items())
    )
    phases = ", a value for each phase" if decision.adaptive else ""
    return f"{name}: {words}{phases}. Today {told}."


def _written(column: Column) -> str:
    value = column.written(column.today)
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
