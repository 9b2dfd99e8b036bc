"""The numbers that a person may doubt, as a table that can be typed into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from models.explanation.assumptions import Assumption, assumptions_of
from models.explanation.bands import centre_of
from models.scenario.editing.edit import Place, same, value_at
from models.scenario.reading.scalar import Scalar
from ui.drafting import Drafted
from ui.views.editor import Cell, draw_editor
from ui.views.words import escaped

#: Parts of a file as people call them.
GROUPS = {
    "workload": "Load",
    "components": "Components",
    "flows": "Requests and calls",
    "decisions": "What decisions do and take",
    "complexity": "Complexity budget",
    "costs": "Costs",
    "uncertainty": "Bands",
}
_BAND = "how far it may be off"
_ORDER = ("of", "number", "value", "unit", "remark", "source", _BAND, "what it is", "allowed")
_ALL, _GUESSES, _BANDS, _CHANGED = "All", "Guesses", "With a band", "Changed"


def draw_assumptions(found: Drafted) -> None:
    """The table, with the ways to find a number in it."""
    scenario = found.subject.system.scenario
    st.markdown(
        "Every number that the front rests on. Type another value where you know better: it is checked at "
        "once, and nothing is solved until you ask for it. Empty means none (no limit, not given)."
    )
    if scenario.assumptions:
        with st.expander(f"What the scenario itself calls assumptions ({len(scenario.assumptions)})"):
            st.markdown("\n".join(f"- {escaped(line)}" for line in scenario.assumptions))
    left, middle, right = st.columns([3, 3, 2], vertical_alignment="bottom")
    words = left.text_input(
        "Find",
        key="assumptions-find",
        persist_state="session",
        placeholder="a part, a path, a unit, a source",
        help="Any part of a row.",
    )
    kept = middle.segmented_control(
        "Show",
        [_ALL, _GUESSES, _BANDS, _CHANGED],
        default=_ALL,
        key="assumptions-show",
        help="Guesses: their source says so, or they have none. A band says how far it may be off.",
    )
    has_defaults = right.checkbox(
        "Also what the file leaves out",
        key="assumptions-defaults",
        help="Parameters with the default of the format: what you type for one is written into the file.",
    )
    rows = assumptions_of(found.subject.system, found.tree, has_defaults=has_defaults)
    groups = [group for group in GROUPS if any(row.group == group for row in rows)]
    chosen = st.pills(
        "Parts", groups, selection_mode="multi", format_func=GROUPS.__getitem__, key="assumptions-groups"
    )
    rows = filtered(found, rows, words=words or "", kept=kept or _ALL, groups=chosen or ())
    st.caption(f"{len(rows)} number{'s' if len(rows) != 1 else ''}")
    if not rows:
        st.info("No number is like that. Search for less, or show all.")
        return
    draw_editor(
        found,
        key="assumptions",
        shown={
            "of": [row.owner for row in rows],
            "number": [row.path for row in rows],
            "unit": [row.unit for row in rows],
            "source": [row.source for row in rows],
            _BAND: [row.band or "not said" for row in rows],
            "what it is": [row.meaning for row in rows],
            "allowed": [row.allowed for row in rows],
        },
        cells={"value": [Cell(row.place, row.value) for row in rows]},
        order=_ORDER,
        config={
            "of": st.column_config.TextColumn("of", width="small"),
            "number": st.column_config.TextColumn("number", width="medium"),
            "value": st.column_config.TextColumn("value", help="Type another value.", width="small"),
            "unit": st.column_config.TextColumn("unit", width="small"),
            "source": st.column_config.TextColumn("source", width="small"),
        },
        further=lambda place, new, old: following(found, rows, place, new, old),
        alt="The numbers of the scenario; the column value can be typed into",
    )  # fmt: skip


def filtered(
    found: Drafted, rows: Sequence[Assumption], *, words: str, kept: str, groups: Sequence[str]
) -> tuple[Assumption, ...]:
    """The rows that a person wants to see."""
    wanted = words.lower().split()

    def is_wanted(row: Assumption) -> bool:
        text = f"{row.owner} {row.path} {row.unit} {row.source} {row.meaning}".lower()
        if not all(word in text for word in wanted) or (groups and row.group not in groups):
            return False
        if kept == _GUESSES:
            return "guess" in row.source.lower()
        if kept == _BANDS:
            return bool(row.band)
        return kept != _CHANGED or row.place in found.draft.changes

    return tuple(row for row in rows if is_wanted(row))


def following(
    found: Drafted, rows: Sequence[Assumption], place: Place, new: Scalar, old: Scalar
) -> Mapping[Place, tuple[Scalar, Scalar]]:
    """The middle of a number's band, which goes with the number where it was the same."""
    row = next((row for row in rows if row.place == place), None)
    centre = None if row is None else centre_of(found.subject.system.scenario, row.path)
    if centre is None or isinstance(new, (bool, str)) or new is None:
        return {}
    held = value_at(dict(found.tree), centre)
    if not same(held, old) or isinstance(held, (dict, tuple)):
        return {}
    return {centre: (new, held)}
