"""Saved runs as a session may see them: nobody is shown what another person has brought along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.runs.run import Run
from optimizer.runs.shelf import Hidden
from optimizer.runs.store import RunStore, Wanted
from optimizer.runs.worker import start_worker
from ui import state
from ui.subject import PRIVATE, is_seen

#: Runs that a page of the list shows.
PAGE = 50
#: Runs under way that are shown with their progress.
MOST_LIVE = 20


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person wants to see of the list; None = all."""

    state: str | None = None
    name: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list: its runs, how many there are in all, the first one's place from 0."""

    runs: tuple[Run, ...]
    many: int
    offset: int


def seen(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Those of some runs that this session may see."""
    asked_for, named = state.runs_asked_for(), state.view().run
    return tuple(run for run in runs if is_seen(run, asked_for=asked_for, named=named))


def hidden() -> Hidden:
    """The same for the store, so that what isn't shown takes no place of a page."""
    return Hidden(PRIVATE, state.runs_asked_for() | {state.view().run})


def listed(keeper: RunStore, wanted: Filters, *, page: int) -> Listed:
    """A page of the list, the newest run first.

    Args:
        keeper: The store.
        wanted: What is to be seen.
        page: Number of the page, from 1; one that isn't there any more is the last.
    """
    asked = {"state": wanted.state, "name": wanted.name, "tag": wanted.tag}
    many = keeper.many(hidden=hidden(), **asked)
    offset = PAGE * (min(page, pages(many)) - 1)
    found = keeper.runs(limit=PAGE, offset=offset, hidden=hidden(), **asked)
    return Listed(seen(found), many, offset)


def pages(many: int) -> int:
    """Pages that a list of so many runs has."""
    return max(1, -(-many // PAGE))


def live(keeper: RunStore) -> tuple[Run, ...]:
    """The runs that are under way, the newest first."""
    keeper.bury()
    found = [keeper.runs(state=name, limit=MOST_LIVE, hidden=hidden()) for name in ("running", "queued")]
    return seen([run for part in found for run in part])


def start_again(keeper: RunStore, run: Run) -> Run:
    """Goes on with a run that was cut short; a live one of the same is joined."""
    text, choices = keeper.inputs(run.id)
    wanted = Wanted(
        kind=run.kind,
        key=run.key,
        name=run.name,
        title=run.title,
        digest=run.digest,
        scenario=text,
        config=run.config,
        seed=run.seed,
        choices=choices,
        tags=tuple(tag for tag in run.tags if tag == PRIVATE),
    )
    again = keeper.request(wanted)
    state.asked_for(again.id)
    if again.state == "queued":
        start_worker(keeper, again)
    return again


def can_start_again(run: Run, choices: dict[str, object]) -> bool:
    """Whether a run was cut short and can be gone on with from here."""
    is_ours = run.kind == "solve" or (run.kind == "batch" and "vary" in choices)
    return is_ours and run.state in ("failed", "interrupted", "cancelled")
