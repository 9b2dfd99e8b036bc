"""Batches from the app: what is asked for, checked as on the command line, and worked on by a process."""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import TradespaceError
from models.scenario.editing.edit import tree_of
from models.units import count, duration
from optimizer.batch.cases import values_of
from optimizer.batch.kept import is_kept_whole, wanted_batch
from optimizer.batch.variables import Variable, variables_of
from optimizer.runs.run import Run
from optimizer.runs.store import RunStore
from optimizer.runs.worker import start_worker
from optimizer.solver.choice import choice_of
from optimizer.solver.config import SolveConfig
from optimizer.space import size_of
from ui import cached, listing, state
from ui.subject import PRIVATE, Subject, store

#: Cases of a batch that the app begins; the command line takes more.
MOST_CASES = 200
#: Batches that can be chosen from.
MOST_BATCHES = 50


@dataclass(frozen=True, slots=True)
class Axis:
    """What a person has typed about a number that is to be varied."""

    path: str
    lowest: str
    highest: str
    many: int
    listed: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch that may be asked for.

    Attributes:
        vary: Paths and their values.
        seeds: Seeds of each combination.
        wrong: What is wrong with what was typed, a sentence each.
    """

    vary: tuple[tuple[str, tuple[object, ...]], ...]
    seeds: int
    wrong: tuple[str, ...]

    @property
    def cases(self) -> int:
        """How many cases it has."""
        many = self.seeds
        for _, values in self.vary:
            many *= len(values)
        return many


def variables(subject: Subject) -> tuple[Variable, ...]:
    """The numbers that can be varied."""
    return variables_of(subject.system, tree_of(subject.text, source=subject.source))


def planned(axes: tuple[Axis, ...], seeds: int) -> Planned:
    """What was typed, read as the command line reads it."""
    vary: list[tuple[str, tuple[object, ...]]] = []
    wrong: list[str] = []
    for axis in axes:
        if not axis.path:
            continue
        told = axis.listed.strip() or f"{axis.lowest.strip()}:{axis.highest.strip()}:{axis.many}"
        try:
            path, values = values_of(f"{axis.path}={told}")
        except TradespaceError:
            wrong.append(
                f"{axis.path}: found {told[:60]!r}; allowed are two numbers, from and to, or values with "
                "commas between them."
            )
            continue
        vary.append((path, tuple(dict.fromkeys(values))))
    if len({path for path, _ in vary}) < len(vary):
        wrong.append("The same number is chosen twice: choose another one, or none.")
    if not vary and not wrong:
        wrong.append("Nothing is varied yet: choose a number.")
    found = Planned(tuple(vary), seeds, tuple(wrong))
    if found.cases > MOST_CASES:
        words = (
            f"{count(found.cases)} cases; {MOST_CASES} are allowed here. Choose fewer values, or use "
            "`tradespace batch`, which takes 100,000 and spreads them over machines."
        )
        return Planned(found.vary, seeds, (*found.wrong, words))
    return found


def how_long(subject: Subject, plan: Planned) -> str:
    """How long a batch may take, in words."""
    run = subject.run
    took = run.seconds if run is not None and run.state == "done" else None
    work = cached.work(subject.system.digest, subject.system)
    seconds = took or work.seconds
    words = f"{count(plan.cases)} case{'' if plan.cases == 1 else 's'}"
    if choice_of(work, size_of(subject.system.space), SolveConfig()).is_exact:
        return f"{words}, about {duration(max(plan.cases * seconds, 1.0))} of work."
    return f"{words}, each a search of its own: minutes to hours. It can be stopped; what is done is kept."


def begin(subject: Subject, plan: Planned) -> Run:
    """Asks for a batch: joins who is at it, is answered from the store, or starts a process.

    Raises:
        TradespaceError: A value can't be, or the store can't take it.
    """
    keeper, _ = store()
    tags = () if subject.is_public else (PRIVATE,)
    scenario, config = subject.system.scenario, SolveConfig()
    wanted, _ = wanted_batch(scenario, subject.text, plan.vary, plan.seeds, config, tags=tags)
    run = keeper.request(wanted)
    state.asked_for(run.id)
    if run.state == "queued":
        start_worker(keeper, run)
    return run


def batches(keeper: RunStore, name: str) -> tuple[Run, ...]:
    """The batches of a scenario that the store keeps whole and this session may see, the newest first."""
    keeper.bury()
    found = list(keeper.runs(kind="batch", name=name[:80], limit=MOST_BATCHES, hidden=listing.hidden()))
    wanted = state.batch()
    if wanted and all(run.id != wanted for run in found):
        found.insert(0, keeper.get(wanted))
    return tuple(run for run in listing.seen(found) if is_kept_whole(keeper.inputs(run.id)[1]))


def adopt() -> str:
    """Takes over a batch that the address names: it is shown on this page, not as a front.

    Returns:
        What is to be said of the run that the address names: that it isn't there, or nothing.
    """
    named = state.view().run
    if not named:
        return ""
    keeper, _ = store()
    try:
        run = keeper.get(named)
        is_there = bool(listing.seen([run]))
    except TradespaceError:
        is_there = False
    if not is_there:
        state.show_run("")
        return f"Run {named} is not in this store. It may have been deleted, or belong to another store."
    if run.kind == "batch":
        state.asked_for(run.id)  # who has the link may see it, also when the address names it no longer
        state.show_run("")
        state.show_batch(run.id)
    return ""
