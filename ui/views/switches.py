"""The decisions of a design as switches, selects and sliders in place; a change comes back as a design."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import streamlit as st

from models.evaluation import Array
from models.scenario.decision import Choice, Decision, Value
from models.space.columns import Column
from models.space.conditions import DecisionColumns
from models.system.system import System
from optimizer.decide.explain.change_effort import Taken
from optimizer.model import Labels
from optimizer.phrases import joined
from optimizer.sections.content import Number
from ui.views.words import escaped

#: Values that a slider has at the most; of more, and of reals, this many are offered.
MOST_STOPS = 201
#: Takes the design that a person has made by a change.
Decide = Callable[[Array], None]


def draw_switches(
    system: System, x: Array, labels: Labels, taken: Mapping[str, Taken], decide: Decide
) -> None:
    """All decisions of a design, by the part of the system they belong to.

    Args:
        system: The system.
        x: The design, `(d,)`, canonical.
        labels: Names for people.
        taken: What each decision takes that differs from today's.
        decide: Called with the design after a change, `(d,)`.
    """
    groups: dict[str, list[DecisionColumns]] = {}
    for entry in system.space.decisions:
        groups.setdefault(_group(system, system.scenario.decisions[entry.name]), []).append(entry)
    exists = {system.space.decisions[i].name: mask[0] for i, mask in system.space.active(x[None, :]).items()}
    for group, entries in groups.items():
        changed = sum(entry.name in taken for entry in entries)
        count = f"{len(entries)} decision{'s' if len(entries) > 1 else ''}"
        told = f"{count}, {changed} changed" if changed else count
        is_open = len(groups) <= 3 or changed > 0
        with st.expander(f"{escaped(group)} ({told})", expanded=is_open, key=f"decisions-{group}"):
            for entry in entries:
                _draw_decision(system, x, labels, entry, exists, taken.get(entry.name), decide)


def _group(system: System, decision: Decision) -> str:
    """The part of the system that a decision belongs to, in words."""
    scenario = system.scenario
    if decision.component is not None and decision.component in scenario.components:
        return scenario.components[decision.component].label or decision.component
    if decision.flow is not None and decision.flow in scenario.flows:
        return f"flow {scenario.flows[decision.flow].label or decision.flow}"
    return "The whole system"


def _draw_decision(
    system: System,
    x: Array,
    labels: Labels,
    entry: DecisionColumns,
    exists: Mapping[str, Array | np.ndarray],
    taken: Taken | None,
    decide: Decide,
) -> None:
    decision = system.scenario.decisions[entry.name]
    label = labels.decision(entry.name)
    mask = exists.get(entry.name)
    by_phase = len(entry.columns) > 1
    if by_phase:
        st.markdown(f"**{escaped(label)}**, by phase", help=_help(decision))
    for k, j in enumerate(entry.columns):
        column = system.space.columns[j]
        is_there = True if mask is None else bool(mask[min(k, mask.size - 1)])
        shown = column.phase or label if by_phase else label
        _draw_column(system, x, labels, j, shown, "" if by_phase else _help(decision), is_there, decide)
    if mask is not None and not bool(np.all(mask)):
        st.caption(escaped(_why_not_there(labels, decision)))
    if taken is not None:
        st.caption(escaped(_changed(system, labels, entry.name, taken)))


def _draw_column(
    system: System,
    x: Array,
    labels: Labels,
    j: int,
    label: str,
    help_: str,
    is_there: bool,
    decide: Decide,
) -> None:
    """One value of a decision; the widget always shows the value of the design."""
    column = system.space.columns[j]
    key = f"decide-{column.name}"
    value = float(x[j])

    def changed(widget: str = key) -> None:
        chosen = st.session_state[widget]
        if chosen is not None:
            after = x.copy()
            # Today's value may be one that the decision doesn't offer.
            after[j] = chosen if chosen == column.today else column.clip(np.array(float(chosen)))
            decide(after)

    words = escaped(label)
    if column.kind == "toggle":
        st.session_state[key] = bool(value)
        st.toggle(words, key=key, help=help_ or None, on_change=changed, disabled=not is_there)
        return
    stops = stops_of(column, value)
    written = partial(_written, column, labels)
    if len(stops) < 2:
        st.markdown(f"{words}: {escaped(written(value))}")
        return
    st.session_state[key] = value
    place = st.container()
    if column.count is None or column.count > MOST_STOPS:
        place, beside = st.columns([3, 1], vertical_alignment="bottom")
        exact = f"exactly-{column.name}"
        st.session_state[exact] = value if np.isfinite(value) else None
        beside.number_input(
            f"{words}, exactly",
            key=exact,
            format="%g",
            step=column.step or None,
            help=escaped(column.allowed()),
            on_change=partial(changed, exact),
            disabled=not is_there,
            label_visibility="collapsed",
        )
    draw: Mapping[str, Callable[..., object]] = {"choice": place.selectbox}
    draw.get(column.kind, place.select_slider)(
        words,
        stops,
        format_func=written,
        key=key,
        help=help_ or None,
        on_change=changed,
        disabled=not is_there,
    )


def stops_of(column: Column, value: float) -> list[float]:
    """The values that a decision can be moved to, in order, with the one it has and today's.

    A number with more than 201 values, and a real, offers 201 of them, spread as the column spreads them.
    """
    if column.count is not None and column.count <= MOST_STOPS:
        offered = {float(stop) for stop in column.values()}
    else:
        spread = column.spread(np.linspace(0.0, 1.0, MOST_STOPS))
        offered = {float(f"{stop:.4g}") if column.kind == "real" else float(stop) for stop in spread}
        offered = {float(column.clip(np.array(stop))) for stop in offered}
    return sorted(offered | {value, column.today})


def _written(column: Column, labels: Labels, stop: float) -> str:
    return labels.value(column.decision, column.written(stop))


def _help(decision: Decision) -> str:
    """Why one would decide so, what users are told, and what a change takes."""
    parts = [
        part for part in (decision.why, decision.notice and f"Users are told: {decision.notice}") if part
    ]
    if isinstance(decision, Choice):
        for name, option in decision.options.items():
            told = ", ".join([*([option.why] if option.why else []), *_takes(option)])
            if told:
                parts.append(f"{option.label or name}: {told}.")
    if takes := _takes(decision):
        parts.append(f"A change takes {joined(takes)}.")
    if decision.switch_minutes is not None:
        parts.append(
            f"It can be switched while the system runs, in {Number(decision.switch_minutes, 'min')}."
        )
    return "\n\n".join(escaped(part) for part in parts)


def _takes(one: object) -> list[str]:
    parts = (("effort_days", "days"), ("one_time_usd", "USD"))
    return [str(Number(getattr(one, name), unit)) for name, unit in parts if getattr(one, name)]


def _why_not_there(labels: Labels, decision: Decision) -> str:
    """What must be so that a decision exists."""
    wanted = [
        f"{labels.decision(name)} is {joined([_value(labels, name, v) for v in _listed(values)], last='or')}"
        for name, values in decision.when.items()
    ]
    return f"Can't be decided now: it exists only while {joined(wanted)}."


def _listed(values: object) -> Iterator[Value]:
    yield from values if isinstance(values, tuple) else (values,)


def _value(labels: Labels, name: str, value: Value) -> str:
    return labels.value(name, value)


def _changed(system: System, labels: Labels, name: str, taken: Taken) -> str:
    """That a decision differs from today's, and what that takes."""
    today = system.space.decode(system.space.today).get(name)
    parts = ((taken.days, "days"), (taken.one_time_usd, "USD"), (taken.complexity, "points"))
    takes = [str(Number(amount, unit)) for amount, unit in parts if amount > 0.0]
    brings = [str(Number(-amount, unit)) for amount, unit in parts if amount < 0.0]
    told = f"takes {joined(takes)}" if takes else "takes nothing" if not brings else ""
    told += (", " if takes and brings else "") + (f"brings {joined(brings)}" if brings else "")
    return f"Changed, {labels.value(name, today)} today; {told}."
