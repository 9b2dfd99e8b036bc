"""What is wanted and what is not allowed: limits, targets, tolerances and steps, as tables to type into."""

from __future__ import annotations

import streamlit as st

from models.evaluation import DIMENSIONS
from models.scenario.goals import Goal, Goals, LatencyGoal, Limits
from ui.drafting import Drafted
from ui.views.editor import Cell, cell_of, draw_editor

#: How readily a limit is given up, in words.
TOLERANCES = {
    "never": "the limit holds, whatever it costs",
    "rare": "a wish that weighs most",
    "sometimes": "a wish that may give",
    "pay": "a wish that gives first",
}
_ORDER = (
    *("dimension", "better", "unit", "limit", "target", "tolerance", "step", "percentile", "remark"),
    "breach",
)
_UNITS = {"fraction": "share, 0 to 1"}
_LIMIT_UNITS = {
    "saturation": "share, 0 to 1",
    "emergence": "score, 0 to 1",
    "metastable": "true or false",
    "effort_days": "days",
    "one_time_usd": "USD",
    "complexity_reserve": "share, 0 to 1",
    "failover_s": "s",
    "lost_writes": "writes",
    "backlog": "messages",
    "drain_s": "s",
    "message_age_s": "s",
    "survives": "a list: on the text of the scenario",
    "recovery_s": "s",
}


def draw_goals(found: Drafted) -> None:
    """Both tables."""
    st.markdown(
        "What is wanted of the six dimensions. Limit: what may not be broken. Target: what would be good. "
        "Tolerance: "
        + "; ".join(f"{name}, {words}" for name, words in TOLERANCES.items())
        + ". Step: a smaller difference doesn't matter to anyone. Empty means not said."
    )
    names = [dimension.name for dimension in DIMENSIONS]

    def column(key: str, *, is_text: bool = False) -> list[Cell | None]:
        return [cell_of(found, ("dimensions", name, key), is_text=is_text) for name in names]

    percentiles: list[Cell | None] = [
        cell_of(found, ("dimensions", name, "percentile"), LatencyGoal().percentile)
        if isinstance(getattr(Goals(), name), LatencyGoal)
        else None
        for name in names
    ]
    draw_editor(
        found,
        key="goals",
        shown={
            "dimension": names,
            "better": [f"{'↓' if d.better == 'lower' else '↑'} {d.better}" for d in DIMENSIONS],
            "unit": [_UNITS.get(dimension.unit, dimension.unit) for dimension in DIMENSIONS],
        },
        cells={
            "limit": column("limit"),
            "target": column("target"),
            "tolerance": column("tolerance", is_text=True),
            "step": column("step"),
            "percentile": percentiles,
            "breach": column("breach", is_text=True),
        },
        order=_ORDER,
        config={
            "limit": _text("limit", Goal, "limit"),
            "target": _text("target", Goal, "target"),
            "tolerance": st.column_config.SelectboxColumn(
                "tolerance", options=["", *TOLERANCES], help="How readily the limit is given up."
            ),
            "step": _text("step", Goal, "step"),
            "percentile": _text("percentile", LatencyGoal, "percentile"),
            "breach": _text("what users see beyond the limit", Goal, "breach"),
        },
        alt="Limits, targets, tolerances and steps of the six dimensions; all can be typed into",
    )  # fmt: skip
    st.markdown("What no design may exceed, whatever its dimensions. Empty means no limit.")
    keys = list(Limits.model_fields)
    draw_editor(
        found,
        key="limits",
        shown={
            "limit": keys,
            "unit": [_LIMIT_UNITS.get(key, "") for key in keys],
            "what it is": [" ".join((Limits.model_fields[key].description or "").split()) for key in keys],
        },
        cells={"value": [_limit_cell(found, key) for key in keys]},
        order=("limit", "value", "unit", "remark", "what it is"),
        config={"value": st.column_config.TextColumn("value")},
        alt="What no design may exceed; the values can be typed into",
    )


def _limit_cell(found: Drafted, key: str) -> Cell | None:
    """The cell of a limit; lists can't be typed into a cell."""
    default = Limits.model_fields[key].default
    return None if isinstance(default, tuple) else cell_of(found, ("limits", key), default)


def _text(label: str, part: type[Goal], key: str) -> object:
    words = " ".join((part.model_fields[key].description or "").split()).replace("`", "")
    return st.column_config.TextColumn(label, help=words)
