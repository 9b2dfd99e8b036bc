"""A progress bar with the time left, on standard error, only where somebody watches and it takes a while."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from optimizer.cli.door import is_terminal, output

if TYPE_CHECKING:
    from models.simulation.runs import Progress as SimulationProgress

#: What takes less than this needs no bar, s.
PATIENCE_S = 0.5


@contextmanager
def progress_bar(
    what: str = "designs", beside: str = "on the front"
) -> Iterator[Callable[[int, int, int], None] | None]:
    """Something to tell the progress to; None where nobody watches.

    Args:
        what: What is counted.
        beside: What the third number counts.
    """
    if not is_terminal(sys.stderr):
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(beside + ": {task.fields[front]}"),
        TimeRemainingColumn(),
    )
    bar = Bar(*columns, console=output(sys.stderr), transient=True)
    task = bar.add_task(what, total=None, front=0)
    began = time.monotonic()

    def tell(done: int, total: int, on_front: int) -> None:
        if not bar.live.is_started and time.monotonic() - began > PATIENCE_S:
            bar.start()
        bar.update(task, completed=done, total=total, front=on_front)

    try:
        yield tell
    finally:
        bar.stop()


@contextmanager
def step_told() -> Iterator[Callable[[str], None]]:
    """Tells which of several steps is under way, on standard error, only where somebody watches."""
    if not is_terminal(sys.stderr):
        yield lambda _: None
        return

    with output(sys.stderr).status("") as status:
        yield lambda step: status.update(f"working out {step}")


@contextmanager
def share_bar(what: str) -> Iterator[tuple[Callable[[SimulationProgress], None] | None, Callable[[], bool]]]:
    """Something to tell how far a simulation is, and something that says whether Ctrl-C was pressed.

    The first Ctrl-C ends the simulation with what was found; the second one ends the program.
    """
    pressed = threading.Event()

    def interrupt(_signal: int, _frame: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    before = None
    with suppress(ValueError):  # only the main thread may listen
        before = signal.signal(signal.SIGINT, interrupt)
    try:
        with progress_bar(what, "events") as tell:

            def told(progress: SimulationProgress) -> None:
                if tell is not None:
                    tell(round(1000 * progress.share), 1000, progress.events)

            yield (None if tell is None else told), pressed.is_set
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)
