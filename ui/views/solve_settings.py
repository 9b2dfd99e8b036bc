"""How a scenario is solved: the method, how long, from which seed; and what that will take."""

from __future__ import annotations

import streamlit as st

from models.system.system import System
from models.units import count, duration
from optimizer.solver.choice import choice_of
from optimizer.solver.config import EVALUATIONS, SolveConfig
from optimizer.space import size_of
from ui import cached, drafting
from ui.drafting import Drafted

#: From here on it is said that looking at every design takes long, s.
LONG_S = 600.0
#: The methods, a sentence each.
METHODS = {
    "auto": "Every design where that is a minute of work at most, else the archive search.",
    "exact": "Every design, however long it takes: what comes out is the front, proven.",
    "archive": "A search that keeps every good design it meets and breeds new ones from them.",
    "nsga2": "NSGA-II, the best known genetic search; at its best with two or three dimensions.",
    "nsga3": "NSGA-III, its successor for many dimensions, led by reference directions.",
}


def draw_solve_settings(found: Drafted) -> None:
    """The settings, what they take, and the button."""
    system = found.system or found.subject.system
    st.markdown(_size(system))
    method = st.radio(
        "Method",
        list(METHODS),
        persist_state="session",
        captions=list(METHODS.values()),
        key="solve-method",
        format_func=_title,
    )
    is_search = method not in ("exact",)
    left, middle, right, last = st.columns(4)
    evaluations = left.text_input(
        "Designs looked at, at most",
        key="solve-evaluations",
        persist_state="session",
        placeholder=f"{EVALUATIONS:,}",
        disabled=not is_search,
        help="How many designs a search looks at; more finds more.",
    )
    seconds = middle.text_input(
        "Seconds, at most",
        key="solve-seconds",
        persist_state="session",
        placeholder="any",
        disabled=not is_search,
        help="A search stops after so long; what it has found is kept.",
    )
    seed = right.text_input(
        "Seed",
        value="0",
        key="solve-seed",
        persist_state="session",
        help="Where chance begins: the same seed, the same designs.",
    )
    restarts = last.text_input(
        "Restarts",
        value="1",
        key="solve-restarts",
        persist_state="session",
        disabled=not is_search,
        help="Independent searches whose fronts are united: how much they agree says how far to trust them.",
    )
    config, wrong = config_from(method, evaluations, seconds, seed, restarts)
    for line in wrong:
        st.error(line)
    is_possible = config is not None and not (config.method == "exact" and size_of(system.space) is None)
    if config is not None:
        is_long = cached.work(system.digest, system).seconds > LONG_S and method == "exact"
        (st.warning if is_long or not is_possible else st.caption)(_takes(system, config))
    st.button(
        "Solve with these settings",
        key="solve-with",
        type="primary",
        disabled=not is_possible or found.system is None,
        on_click=drafting.solve,
        args=(found, config or SolveConfig()),
        help="It runs in a process of its own: you can leave the page; the link finds it again.",
    )
    if found.system is None:
        st.caption("Your edits have to be mended first: see above.")


def config_from(
    method: str, evaluations: str, seconds: str, seed: str, restarts: str
) -> tuple[SolveConfig | None, tuple[str, ...]]:
    """The settings that were typed, or what is wrong with them, a sentence each."""
    wrong: list[str] = []

    def number(name: str, text: str, least: int, otherwise: int | None) -> int | None:
        words = text.replace(",", "").replace(" ", "")
        if not words:
            return otherwise
        if not words.isascii() or not words.isdigit() or len(words) > 15 or int(words) < least:
            wrong.append(f"{name}: found {text[:40]!r}; allowed is a whole number from {least} on.")
            return otherwise
        return int(words)

    if method == "exact":
        evaluations, seconds, restarts = "", "", ""
    found = {
        "evaluations": number("Designs looked at", evaluations, 1, None),
        "seconds": number("Seconds", seconds, 1, None),
        "seed": number("Seed", seed, 0, 0),
        "restarts": number("Restarts", restarts, 1, 1),
    }
    if wrong:
        return None, tuple(wrong)
    assert found["seed"] is not None
    assert found["restarts"] is not None
    seconds_allowed = found["seconds"]
    return SolveConfig(
        method=method,
        evaluations=found["evaluations"],
        seconds=None if seconds_allowed is None else float(seconds_allowed),
        seed=found["seed"],
        restarts=found["restarts"],
    ), ()


def _title(method: str) -> str:
    return {"nsga2": "NSGA-II", "nsga3": "NSGA-III"}.get(method, method.capitalize())


def _size(system: System) -> str:
    size = size_of(system.space)
    if size is None:
        return "Its designs can't be counted: a search looks where something is to be found."
    seconds = cached.work(system.digest, system).seconds
    return (
        f"There are {count(size)} designs; looking at all of them takes about {duration(max(seconds, 0.1))}."
    )


def _takes(system: System, config: SolveConfig) -> str:
    """What the settings will take, in words."""
    size = size_of(system.space)
    work = cached.work(system.digest, system)
    whole = work.seconds
    is_whole = config.method == "auto" and choice_of(work, size, config).is_exact
    if config.method == "exact" and size is None:
        return "Exact can't be: the designs can't be counted. Choose a search."
    if config.method == "exact" or is_whole:
        return f"Every design: about {duration(max(whole, 0.1))}."
    most = config.evaluations or (None if config.seconds is not None else EVALUATIONS)
    parts = [f"at most {count(most)} designs"] if most is not None else []
    parts += [f"at most {duration(config.seconds)}"] if config.seconds is not None else []
    times = f", {config.restarts} times" if config.restarts > 1 else ""
    return f"A search: {', '.join(parts)}{times}. Found by search is not proven complete."
