"""What a page is about: the scenario that is looked at, with the run and the solution that belong to it."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.errors import Finding, TradespaceError
from models.evaluation import Array
from models.system.system import System
from optimizer.report.findings import Findings
from optimizer.runs.connecting import StoreError, url_of
from optimizer.runs.run import Run, config_of, key_of
from optimizer.runs.store import RunStore
from optimizer.solver.config import SolveConfig
from optimizer.solver.solution import Solution
from ui import cached, state, tokens
from ui.view import FIRST, OWN, RUNS

#: Runs whose scenario a person has brought along: listed only for who has asked for them.
PRIVATE = "private"
#: Kinds of runs whose scenario the pages can show.
_WITH_FRONT = ("solve", "report")


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """The scenario that is looked at.

    Attributes:
        text: Its YAML text.
        source: Where the text comes from, for messages.
        is_public: Whether it is one of the bundled scenarios.
        system: The compiled scenario.
        run: The run that is looked at, or works on it; None = it was never solved.
        solution: Its solution; None = there is none yet.
    """

    text: str
    source: str
    is_public: bool
    system: System
    run: Run | None
    solution: Solution | None

    @property
    def key(self) -> str:
        """The same for the same solution of the same scenario."""
        run = self.run
        return self.system.digest if run is None else f"{run.id}@{run.ended}"


@dataclass(frozen=True, slots=True, eq=False)
class Solved(Subject):
    """A scenario that is solved.

    Attributes:
        solution: Its solution.
    """

    solution: Solution

    def row(self, token: str) -> Array | None:
        """The design of a name; None = there is none."""
        return tokens.row_of(token, self.solution.front, self.system.space)

    def token(self, x: Array) -> str:
        """The name of a design."""
        return tokens.token_of(x, self.solution.front, self.system.space)

    def about(self, x: Array | None = None, picks: tuple[tuple[str, Array], ...] = ()) -> Findings:
        """The answers about a design; None = the recommended one."""
        return cached.about(self.key, x, self.system, self.solution, picks)

    @property
    def picks(self) -> tuple[tuple[str, Array], ...]:
        """The designs that are picked, by name."""
        found = ((token, self.row(token)) for token in state.view().picks)
        return tuple((token, x) for token, x in found if x is not None)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A scenario that can't be read: its text and all that is wrong with it."""

    text: str
    source: str
    findings: tuple[Finding, ...]


@cache
def _for_this_server() -> str:
    """A store that is kept only as long as the server runs."""
    folder = tempfile.mkdtemp(prefix="tradespace-")
    return f"sqlite:///{Path(folder) / 'runs.sqlite'}"


def store() -> tuple[RunStore, str]:
    """The run store, and what is to be said of it: empty, or why nothing will be kept."""
    try:
        url = url_of(None)
        if url is None:
            return cached.store_at(
                _for_this_server()
            ), "No store is wanted: nothing of this session will be kept."
        return cached.store_at(url), ""
    except StoreError as error:
        words = f"Runs can't be saved: {error} Everything else works; nothing of this session will be kept."
        return cached.store_at(_for_this_server()), words


def follow_run() -> str:
    """Makes the view name the own scenario of the run that it names, whatever a link says.

    Returns:
        What the run's scenario is called, where it is neither bundled nor one's own; else empty.
    """
    view = state.view()
    if not view.run:
        return ""
    keeper, _ = store()
    try:
        run = keeper.get(view.run)
        text, mine = keeper.inputs(run.id)[0], state.own()
    except StoreError:  # it is said where the page asks for its subject
        return ""
    if not text or not is_seen(run, asked_for=state.runs_asked_for(), named=view.run):
        return ""
    if _is_bundled(run, text):
        state.name_scenario(run.name)
    elif mine is not None and mine.text == text:
        state.name_scenario(OWN)
    elif run.kind in _WITH_FRONT:
        state.name_scenario(RUNS)
        return f"{run.title or run.name} (run {run.id})"
    return ""


def _is_bundled(run: Run, text: str) -> bool:
    """Whether a run's scenario is one of the bundled ones, as it is today."""
    with contextlib.suppress(TradespaceError):
        return cached.bundled_text(run.name) == text
    return False


def current() -> Subject | Unreadable:
    """The scenario that is looked at, solved or not."""
    view = state.view()
    keeper, _ = store()
    run = _run(keeper, view.run) if view.run else None
    mine = state.own()
    if run is not None:
        text = keeper.inputs(run.id)[0]
        source = mine.source if mine is not None and mine.text == text else f"run {run.id}"
        is_public = _is_bundled(run, text)
    elif view.scenario == OWN and mine is not None:
        text, source, is_public = mine.text, mine.source, False
    else:
        name = view.scenario
        if name == OWN:
            state.note(
                "The scenario of this link was brought along by somebody and is gone with their session."
            )
            state.show_scenario(FIRST)
            name = FIRST
        text, source, is_public = cached.bundled_text(name), f"{name}.yaml", True
    system = cached.system_or_findings(text, source)
    if not isinstance(system, System):
        return Unreadable(text, source, system)
    if run is None:
        run = newest(keeper, system, SolveConfig())
    solution = None
    if run is not None and not run.is_live:
        with contextlib.suppress(StoreError):
            solution = cached.solution_of_run(keeper.url, run.id, run.ended or 0.0, system)
    if solution is None:
        return Subject(text, source, is_public, system, run, None)
    return Solved(text, source, is_public, system, run, solution)


def is_seen(run: Run, *, asked_for: frozenset[str], named: str) -> bool:
    """Whether a session may see a run, its name and its text.

    Args:
        run: The run.
        asked_for: Runs that the session has asked for.
        named: The run that its address names, whole: the beginning of a name could be guessed.
    """
    return PRIVATE not in run.tags or run.id in asked_for or run.id == named


def newest(keeper: RunStore, system: System, config: SolveConfig) -> Run | None:
    """The newest run of a scenario with some settings that is done or under way; None = there is none."""
    key = key_of("solve", system.digest, config_of(config))
    found = keeper.runs(key=key)
    return next((run for run in found if run.is_live or run.state == "done"), found[0] if found else None)


def _run(keeper: RunStore, name: str) -> Run | None:
    """The run of a link; None and a note where it isn't there, or holds no scenario."""
    try:
        run = keeper.get(name)
        if not is_seen(run, asked_for=state.runs_asked_for(), named=name):
            raise StoreError("it is not for this session")
        if run.kind in _WITH_FRONT and keeper.inputs(run.id)[0]:
            return run
        state.note(f"Run {run.id} holds no scenario that could be shown here (it is a {run.kind}).")
    except StoreError:
        state.note(
            f"Run {name} is not in this store. It may have been deleted, or belong to another store. "
            "Here is the newest run of the scenario above instead."
        )
    state.show_run("")
    return None
