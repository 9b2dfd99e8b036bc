"""Two saved runs side by side: what they were asked, and whose front reaches what."""

from __future__ import annotations

import streamlit as st

from models.units import count, quantity
from optimizer.runs.comparing import RunComparison
from optimizer.runs.run import Run
from ui.views.runs_table import when
from ui.views.words import escaped

#: Letters of a value that a table shows.
_MOST = 200


def draw_pair(a: Run, b: Run, found: RunComparison) -> None:
    """How two runs differ."""
    st.subheader(f"Runs {a.id} and {b.id}", anchor=False)
    heads = [f"{run.id}, {when(run.created)}" for run in (a, b)]
    if heads[0] == heads[1]:
        heads[1] += " "
    differ = {**found.settings, **found.scenario}
    if differ:
        st.table(
            {
                "what differs": [escaped(name) for name in differ],
                **{head: [_value(pair[k]) for pair in differ.values()] for k, head in enumerate(heads)},
            },
            hide_index=True,
            alt="Settings and numbers in which the two runs differ",
        )
    else:
        st.markdown("Scenario, settings and versions are the same.")
    rows = {"designs on the front": tuple(count(many) for many in found.on_front)}
    for name, pair in found.best.items():
        unit = found.units.get(name, "")
        rows[f"best {name}"] = tuple("none" if v is None else quantity(v, unit) for v in pair)
    if found.hypervolume is not None:
        rows["hypervolume"] = tuple(f"{share:.4f}" for share in found.hypervolume)
    st.table(
        {
            "what came out": [escaped(name) for name in rows],
            **{head: [escaped(pair[k]) for pair in rows.values()] for k, head in enumerate(heads)},
        },
        hide_index=True,
        alt="What the fronts of the two runs reach",
    )
    words = f"{count(found.common)} designs are on both fronts."
    if found.hypervolume is not None:
        words += " Hypervolume: the share of their common box that a front dominates; more is better."
    st.caption(words)


def _value(value: object) -> str:
    words = "as usual" if value is None else str(value)
    return escaped(words if len(words) <= _MOST else f"{words[:_MOST]} and so on")
