"""The report of what is looked at: its questions asked, put together once, kept as a run, given as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from models.errors import TradespaceError
from models.evaluation import Array
from optimizer.files.designs import design_text
from optimizer.report.content import Report
from optimizer.report.system_findings import Tell
from optimizer.report.writing import report_bytes
from optimizer.runs.run import Run
from optimizer.runs.store import RunStore
from ui import cached, state
from ui.beside import Beside, picks_of
from ui.subject import PRIVATE, Solved, store
from ui.values import row


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """A report that a person may want.

    Attributes:
        subject: What it is about.
        x: The chosen design, `(d,)`; None = the recommended one.
        token: Its name in an address.
        picks: The designs beside it, with their names.
        made: The day that is put on it.
        keeper: Where it is kept that it was made.
        ask: Tells the session that it has asked for a run; may be called from another thread.
    """

    subject: Solved
    x: Array | None
    token: str
    picks: tuple[tuple[str, Array], ...]
    made: date
    keeper: RunStore
    ask: Callable[[str], None]

    @property
    def name(self) -> str:
        """The beginning of the names of its files."""
        return self.subject.system.scenario.name


def ordered(subject: Solved, chosen: Beside) -> Order:
    """The report about a design, with the other picks beside it.

    Args:
        subject: What it is about.
        chosen: The design it is about.
    """
    recommended = subject.solution.recommended
    is_recommended = recommended is not None and np.array_equal(
        chosen.x, subject.solution.front.X[recommended]
    )
    picks = tuple(
        (f"{one.name.partition(',')[0]} {one.letter}", one.x)
        for one in picks_of(subject)
        if not np.array_equal(one.x, chosen.x)
    )
    made = datetime.now().astimezone().date()
    x = None if is_recommended else chosen.x
    return Order(subject, x, chosen.token, picks, made, store()[0], state.asking())


def is_made(order: Order) -> bool:
    """Whether every question of a report is answered already, so that its files come at once."""
    return order.subject.about(order.x, order.picks).is_asked


def made(order: Order, tell: Tell | None = None) -> Report:
    """The report; its questions are asked unless they were before, and a run is kept of it.

    Args:
        order: What is wanted.
        tell: Told what is being worked out.
    """
    subject = order.subject
    found = subject.about(order.x, order.picks)
    found.ask_all(tell or (lambda _: None))
    x = None if order.x is None else row(order.x)
    picks = tuple((name, row(pick)) for name, pick in order.picks)
    report = cached.report(subject.key, x, picks, order.made, found)
    if (run := _kept(order)) is not None:
        order.ask(run.id)
    return report


def _kept(order: Order) -> Run | None:
    """The run of a report; None where the store can't take it, which is no reason to give no report."""
    subject = order.subject
    choices: dict[str, object] = {
        "design": order.token,
        "picks": [subject.token(x) for _, x in order.picks],
        "made": order.made.isoformat(),
    }
    tags = () if subject.is_public else (PRIVATE,)
    try:
        return cached.report_run(
            order.keeper.url, subject.key, choices, tags, subject.text, subject.system, subject.solution
        )
    except TradespaceError:
        return None


def content(order: Order, name: str) -> bytes:
    """The report in one format."""
    return report_bytes(made(order), name)[2]


def design_file(subject: Solved, chosen: Beside) -> str:
    """A design as a file for `tradespace gate`."""
    return design_text(subject.system, chosen.x)
