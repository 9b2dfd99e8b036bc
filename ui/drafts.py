"""What a person has typed and not taken over yet: edits of scenarios, and a text that was refused.

It belongs to the session alone, like what `ui.state` holds, but no link tells of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import streamlit as st

from models.errors import Finding
from models.scenario.draft import Draft


@dataclass(frozen=True, slots=True)
class Refused:
    """A text of the person's own that was refused.

    Attributes:
        text: The text; empty where it is none.
        source: Where it comes from.
        findings: All that is wrong with it.
    """

    text: str
    source: str
    findings: tuple[Finding, ...]


@dataclass
class _Drafts:
    """What a session holds.

    Attributes:
        edits: What is to be different in scenarios, by their text.
        undone: How often such edits were undone.
        refused: The last text that was refused.
    """

    edits: dict[str, Draft] = field(default_factory=dict)
    undone: int = 0
    refused: Refused | None = None


def _drafts() -> _Drafts:
    if "tradespace-drafts" not in st.session_state:
        st.session_state["tradespace-drafts"] = _Drafts()
    return cast(_Drafts, st.session_state["tradespace-drafts"])


def draft_of(text: str) -> Draft:
    """What the person wants to be different in a scenario, by its text."""
    return _drafts().edits.get(text, Draft())


def keep(text: str, draft: Draft) -> None:
    """Keeps what is to be different in a scenario; an empty draft is forgotten."""
    edits = _drafts().edits
    edits.pop(text, None)
    if len(draft):
        edits[text] = draft


def undo(text: str) -> None:
    """Forgets what was to be different; tables of edits forget what was typed into them."""
    keep(text, Draft())
    _drafts().undone += 1


def times_undone() -> int:
    """How often edits were undone: part of the keys of tables of edits."""
    return _drafts().undone


def refuse(text: str, source: str, findings: tuple[Finding, ...]) -> None:
    """Remembers a text that was refused; without findings that none was."""
    _drafts().refused = Refused(text, source, findings) if findings else None


def refused() -> Refused | None:
    """The text that was refused last, until another one is accepted."""
    return _drafts().refused
