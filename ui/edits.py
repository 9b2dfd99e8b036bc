"""What a person has typed and not taken over yet, as values: edits of scenarios, a text that was refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.errors import Finding
from models.scenario.editing.draft import Draft


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
class Edits:
    """What a session holds of it; no link tells of it.

    Attributes:
        drafts: What is to be different in scenarios, by their text.
        undone: How often such drafts were undone.
        refused: The last text that was refused.
    """

    drafts: dict[str, Draft] = field(default_factory=dict)
    undone: int = 0
    refused: Refused | None = None
