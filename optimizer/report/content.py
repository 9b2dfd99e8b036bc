"""What a report is: sections in their order, the choice as a record, and where the numbers come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.sections.content import Section, Table, Text, tables_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Candidate:
    """One option of a decision, with what speaks for and against it."""

    name: str
    what: Text
    good: tuple[Text, ...]
    bad: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The choice as a record, in the order of MADR (Kopp, Armbruster and Zimmermann 2018).

    Attributes:
        title: The problem and its solution in a line.
        status: `proposed`, as long as nobody has agreed.
        date: When it was proposed, as 2026-11-24.
        context: The problem.
        drivers: What the choice is measured by.
        candidates: The options.
        chosen: Position of the chosen one; None = none can be.
        because: Why it is chosen.
        outcome: What it changes and reaches, and what that gives up.
        good: Consequences that are wanted.
        bad: Consequences that are not.
        confirmation: How it is checked that the decision still holds.
        more: Where the numbers come from.
    """

    title: str
    status: str
    date: str
    context: tuple[Text, ...]
    drivers: tuple[Text, ...]
    candidates: tuple[Candidate, ...]
    chosen: int | None
    because: Text
    outcome: tuple[Text, ...]
    good: tuple[Text, ...]
    bad: tuple[Text, ...]
    confirmation: tuple[Text, ...]
    more: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of sections that is no report of a front.

    Attributes:
        title: Its title.
        subtitle: What it is about.
        sections: Its parts.
        provenance: Where every number comes from.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    provenance: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """A report, ready to be rendered.

    Attributes:
        title: Its title.
        subtitle: What it is about.
        sections: Its parts.
        provenance: Scenario, digest, versions, method: where every number comes from.
        decision: The choice as a record; None = there is none to make.
        designs: The whole front, a row a design (see `optimizer.files.tables.design_table`).
        solution: The solution as plain values (see `optimizer.files.json.solution_answer`).
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    provenance: tuple[tuple[str, Text], ...]
    decision: Decision | None
    designs: pd.DataFrame
    solution: dict[str, object]

    def section(self, name: str) -> Section:
        """A part by its name.

        Raises:
            KeyError: There is none.
        """
        for section in self.sections:
            if section.name == name:
                return section
        raise KeyError(name)

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables, those behind charts too, in their order."""
        return tuple(
            table for section in self.sections for block in section.blocks for table in tables_of(block)
        )
