"""What a person wants to be different in the scenario that is looked at: kept, checked, solved again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.errors import Code, Finding, TradespaceError
from models.scenario.editing.draft import Draft
from models.scenario.editing.edit import tree_of
from models.scenario.reading.document import Node
from models.scenario.reading.scalar import Scalar
from models.system.system import System
from optimizer.solver.config import SolveConfig
from ui import cached, drafts, state
from ui.solving import AT_ONCE_S, ask, at_once
from ui.subject import Subject, Unreadable, current


@dataclass(frozen=True, slots=True, eq=False)
class Drafted:
    """A scenario with what is to be different in it.

    Attributes:
        subject: The scenario as it is.
        tree: What its text holds.
        draft: What is to be different.
        text: The text with all changes.
        source: Where that text comes from, for messages.
        system: The changed scenario, compiled; None where it is refused.
        findings: Why it is refused.
    """

    subject: Subject
    tree: Mapping[str, Node]
    draft: Draft
    text: str
    source: str
    system: System | None
    findings: tuple[Finding, ...]


def drafted(subject: Subject) -> Drafted:
    """The scenario with all that is to be different in it, checked as the loader does."""
    draft = drafts.draft_of(subject.text)
    tree = tree_of(subject.text, source=subject.source)
    if not len(draft):
        return Drafted(subject, tree, draft, subject.text, subject.source, subject.system, ())
    source = _edited(subject.source)
    try:
        text = draft.text(subject.text, subject.system.scenario, source=subject.source)
    except TradespaceError as error:
        found = (
            Finding(
                "", str(error), hint="undo the edits, or make them in the text by hand", code=Code.UNREADABLE
            ),
        )
        return Drafted(subject, tree, draft, subject.text, source, None, found)
    system = cached.system_or_findings(text, source)
    if isinstance(system, System):
        return Drafted(subject, tree, draft, text, source, system, ())
    return Drafted(subject, tree, draft, text, source, None, system)


def change(subject: Subject, changes: Mapping[tuple[str | int, ...], tuple[Scalar, Scalar]]) -> None:
    """Puts values into the draft, each with what stands in the file."""
    draft = drafts.draft_of(subject.text)
    for place, (new, old) in changes.items():
        draft = draft.with_change(place, new, old)
    drafts.keep(subject.text, draft)


def decide(subject: Subject, name: str, value: Scalar, held: Scalar) -> None:
    """Takes a decision out of play in the draft, or puts it back (see `Draft.with_decision`)."""
    drafts.keep(subject.text, drafts.draft_of(subject.text).with_decision(name, value, held))


def undo(subject: Subject) -> None:
    """Forgets all that was to be different."""
    drafts.undo(subject.text)


def solve(found: Drafted, config: SolveConfig) -> None:
    """Solves the scenario with its changes: it becomes the person's own, and its run gets a link."""
    subject = found.subject
    if len(found.draft):
        state.show_own(found.text, found.source)
        drafts.keep(subject.text, Draft())
        own = current()
        if isinstance(own, Unreadable):  # it was checked before the button was drawn
            return
        subject = own
    seconds = cached.work(subject.system.digest, subject.system).seconds
    is_quick = config == SolveConfig() and seconds <= AT_ONCE_S
    run = at_once(subject).run if is_quick else ask(subject, config)
    if run is not None:
        state.show_run(run.id)


def take(text: str, source: str) -> tuple[Finding, ...]:
    """Turns to a scenario of the person's own; refused, nothing changes, and the reasons come back."""
    system = cached.system_or_findings(text, source)
    if not isinstance(system, System):
        return system
    state.show_own(text, source)
    return ()


def _edited(source: str) -> str:
    """The name of an edited text."""
    return source if source.endswith(", edited") else f"{source}, edited"
