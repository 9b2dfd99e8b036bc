"""What users are told while a design runs: the notices of its decisions."""

from __future__ import annotations

from dataclasses import dataclass

from models.evaluation import Array
from models.scenario.decision import Choice, Toggle
from models.system.system import System


@dataclass(frozen=True, slots=True)
class Notice:
    """What users are told by one decision.

    Attributes:
        decision: The decision.
        label: Its name for people.
        text: What they are told.
        phases: Phases in which they are; empty = in all.
    """

    decision: str
    label: str
    text: str
    phases: tuple[str, ...] = ()


def notices(system: System, x: Array) -> tuple[Notice, ...]:
    """What users are told while a design runs, in the order of the decisions.

    A toggle tells its notice while it is on, a choice that of the option chosen (or its own while it differs
    from today's), a number its own while it differs from today's.

    Args:
        system: The system.
        x: The design, `(d,)`.
    """
    x = system.space.canonical(x[None, :])[0]
    exists = system.space.active(x[None, :])
    found = []
    for i, entry in enumerate(system.space.decisions):
        decision = system.scenario.decisions[entry.name]
        by_text: dict[str, list[str]] = {}
        for k, j in enumerate(entry.columns):
            column, value = system.space.columns[j], float(x[j])
            there = exists.get(i)
            if there is not None and not there[0, min(k, there.shape[1] - 1)]:
                continue
            text = decision.notice if value != column.today else None
            if isinstance(decision, Toggle):
                text = decision.notice if value > 0.0 else None
            elif isinstance(decision, Choice):
                text = decision.options[column.labels[round(value)]].notice or text
            if text:
                by_text.setdefault(text, []).append(column.phase or "")
        for text, phases in by_text.items():
            is_always = len(phases) == len(entry.columns)
            label = decision.label or entry.name
            found.append(Notice(entry.name, label, text, () if is_always else tuple(phases)))
    return tuple(found)
