"""What a person does with edits of scenarios that are not solved yet, and with a text that was refused."""

from __future__ import annotations

from models.errors import Finding
from models.scenario.editing.draft import Draft
from ui import state
from ui.edits import Refused


def draft_of(text: str) -> Draft:
    """What the person wants to be different in a scenario, by its text."""
    return state.edits().drafts.get(text, Draft())


def keep(text: str, draft: Draft) -> None:
    """Keeps what is to be different in a scenario; an empty draft is forgotten."""
    drafts = state.edits().drafts
    drafts.pop(text, None)
    if len(draft):
        drafts[text] = draft


def undo(text: str) -> None:
    """Forgets what was to be different; tables of edits forget what was typed into them."""
    keep(text, Draft())
    state.edits().undone += 1


def times_undone() -> int:
    """How often edits were undone: part of the keys of tables of edits."""
    return state.edits().undone


def refuse(text: str, source: str, findings: tuple[Finding, ...]) -> None:
    """Remembers a text that was refused; without findings that none was."""
    state.edits().refused = Refused(text, source, findings) if findings else None


def refused() -> Refused | None:
    """The text that was refused last, until another one is accepted."""
    return state.edits().refused
