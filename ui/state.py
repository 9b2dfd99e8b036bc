"""The state of a session, typed, in one place; and the address, which always says the same.

No other module uses `st.session_state` for what a person looks at, or `st.query_params` for anything. Keys of
widgets are the widgets' own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

import streamlit as st

from optimizer.decide.choose.ranges import Range
from optimizer.files.gallery import names
from ui.edits import Edits
from ui.view import FIRST, OWN, RUNS, Axes, View, address_of, view_from

#: Designs that a person can go back through.
_MOST_STEPS_BACK = 99


@dataclass(frozen=True, slots=True)
class OwnText:
    """A scenario of the person's own: uploaded, or edited from another one.

    Attributes:
        text: The YAML text.
        source: Where it comes from, for messages.
    """

    text: str
    source: str


@dataclass
class _Session:
    """What a session holds beyond the view.

    Attributes:
        view: The view.
        own: The person's own scenario.
        written: The address as it was written last.
        page: The page that was drawn last.
        notes: What is to be said once.
        told: How often the selection was moved from outside the front, which follows then.
        shown: The view as the front was told it last.
        picked: How often picks were changed from outside the table of designs.
        runs: Runs that this session has asked for.
        chosen: Saved runs that are chosen in their list.
        batch: The batch that the page Runs and reports tells of.
        looked_at: The designs that the Design page told of before, the last one last.
        edits: What was typed and not taken over yet.
    """

    view: View = field(default_factory=View)
    own: OwnText | None = None
    written: dict[str, list[str]] = field(default_factory=dict)
    page: str = ""
    notes: list[str] = field(default_factory=list)
    told: int = 0
    shown: View = field(default_factory=View)
    picked: int = 0
    runs: set[str] = field(default_factory=set)
    chosen: tuple[str, ...] = ()
    batch: str = ""
    looked_at: list[str] = field(default_factory=list)
    edits: Edits = field(default_factory=Edits)


def _session() -> _Session:
    if "tradespace" not in st.session_state:
        st.session_state["tradespace"] = _Session()
    return cast(_Session, st.session_state["tradespace"])


def _moved(session: _Session) -> None:
    """The selection was moved from outside the front."""
    session.told += 1
    session.shown = session.view


def view() -> View:
    """What the person looks at."""
    return _session().view


def read_address(page: str) -> None:
    """Follows the address where it has changed (a link, the way back), else writes it again.

    A change of page leaves the address bare; then it is the session that knows.

    Args:
        page: Name of the page that is about to be drawn.
    """
    session = _session()
    told = {name: st.query_params.get_all(name) for name in st.query_params}
    if told and told != session.written:
        session.view, notes = view_from(told, names())
        session.notes += notes
        session.picked += 1
        _moved(session)
    if page != session.page:  # the front is mounted anew and must be told what is kept
        _moved(session)
        session.page = page
    write_address()


def write_address() -> None:
    """Makes the address say what the person looks at."""
    session = _session()
    wanted = address_of(session.view)
    found = {name: st.query_params.get_all(name) for name in st.query_params}
    if found != wanted:
        st.query_params.from_dict(wanted)
    session.written = wanted


def show_scenario(name: str) -> None:
    """Turns to another scenario: nothing of the old selection holds there."""
    session = _session()
    session.view = View(scenario=name, axes=session.view.axes)
    session.looked_at = []
    session.picked += 1
    _moved(session)


def show_own(text: str, source: str) -> None:
    """Turns to a scenario of the person's own."""
    _session().own = OwnText(text, source)
    show_scenario(OWN)


def edits() -> Edits:
    """What was typed and not taken over yet."""
    return _session().edits


def own() -> OwnText | None:
    """The person's own scenario, which no other session sees."""
    return _session().own


def show_run(run: str) -> None:
    """Turns to a run; its designs have other numbers, so nothing stays picked."""
    session = _session()
    scenario = FIRST if not run and session.view.scenario == RUNS else session.view.scenario
    session.view = View(scenario=scenario, run=run, axes=session.view.axes)
    session.looked_at = []
    session.picked += 1
    _moved(session)


def name_scenario(name: str) -> None:
    """Makes the view name the scenario of its run; nothing that is looked at changes."""
    session = _session()
    session.view = replace(session.view, scenario=name)


def name_run(run: str) -> None:
    """Makes the address name the run of what is looked at, which stays as it is: a link finds it again."""
    session = _session()
    session.view = replace(session.view, run=run)
    session.shown = replace(session.shown, run=run)
    write_address()


def asked_for(run: str) -> None:
    """Remembers that this session has asked for a run."""
    _session().runs.add(run)


def asking() -> Callable[[str], None]:
    """The same for later: it may be called from a thread that belongs to no session."""
    return _session().runs.add


def runs_asked_for() -> frozenset[str]:
    """Runs that this session has asked for."""
    return frozenset(_session().runs)


def choose_runs(runs: tuple[str, ...]) -> None:
    """Chooses saved runs in their list."""
    _session().chosen = runs


def chosen_runs() -> tuple[str, ...]:
    """Saved runs that are chosen in their list."""
    return _session().chosen


def show_batch(run: str) -> None:
    """Turns to a batch; empty = to none."""
    _session().batch = run


def batch() -> str:
    """The batch that is looked at; empty = none."""
    return _session().batch


def heard_from_front(
    *, ranges: Mapping[str, Range] | None = None, is_whole: bool = True, axes: Axes | None = None
) -> None:
    """Takes over what the person did in the front, which knows it already."""
    session = _session()
    if ranges is not None:
        group = 0 if is_whole else session.view.group
        session.view = replace(session.view, ranges=dict(ranges), group=group)
    if axes is not None:
        session.view = replace(session.view, axes=axes)
    write_address()


def keep(ranges: Mapping[str, Range], *, group: int = 0) -> None:
    """Keeps designs by ranges, and by a group; the front follows."""
    session = _session()
    session.view = replace(session.view, ranges=dict(ranges), group=group)
    _moved(session)
    write_address()


def pick(token: str, *, in_front: bool = False) -> None:
    """Picks a design, or no longer; a fifth takes the place of the fourth, and that is said.

    Args:
        token: The design.
        in_front: Whether it was clicked in the front, which shows it already.
    """
    session = _session()
    session.view, gone = session.view.picked(token)
    if gone:
        session.notes.append(f"Four designs fit side by side: {token} has taken the place of {gone}.")
    session.picked += 1
    if gone or not in_front:
        _moved(session)
    write_address()


def set_picks(tokens: tuple[str, ...], *, in_table: bool = False) -> None:
    """Picks these designs and no others.

    Args:
        tokens: The designs.
        in_table: Whether they were chosen in the table of designs, which shows it already.
    """
    session = _session()
    session.view = replace(session.view, picks=tokens)
    session.picked += 0 if in_table else 1
    _moved(session)
    write_address()


def look_at(token: str) -> None:
    """Chooses the design that the Design page tells of; empty = the recommended one."""
    session = _session()
    if token != session.view.design:
        session.looked_at = [*session.looked_at[-_MOST_STEPS_BACK:], session.view.design]
    session.view = replace(session.view, design=token)
    write_address()


def look_back() -> None:
    """Goes back to the design that the Design page told of before."""
    session = _session()
    if session.looked_at:
        session.view = replace(session.view, design=session.looked_at.pop())
        write_address()


def steps_back() -> int:
    """How many designs the person can go back to."""
    return len(_session().looked_at)


def show_others(has_others: bool) -> None:
    """Shows designs that are not on the front, or no longer."""
    session = _session()
    session.view = replace(session.view, has_others=has_others)
    _moved(session)
    write_address()


def show_whole(is_whole: bool) -> None:
    """Shows the whole front, or only designs that differ visibly; its groups are others then."""
    session = _session()
    session.view = replace(session.view, is_whole=is_whole, group=0)
    session.picked += 1
    _moved(session)
    write_address()


def order_by(name: str) -> None:
    """Orders the table of designs by a dimension, best first; empty = by number."""
    session = _session()
    session.view = replace(session.view, order=name)
    session.picked += 1
    write_address()


def shown() -> View:
    """The view as the front was told it last; what the person did in it since, it knows itself."""
    return _session().shown


def times_picked() -> int:
    """How often picks were changed from outside the table of designs: it follows when this grows."""
    return _session().picked


def times_told() -> int:
    """How often the selection was moved from outside the front: it follows when this grows."""
    return _session().told


def note(words: str) -> None:
    """Says something once, on the next page that is drawn."""
    _session().notes.append(words)


def notes() -> tuple[str, ...]:
    """What is to be said, once."""
    session = _session()
    told, session.notes = tuple(dict.fromkeys(session.notes)), []
    return told
