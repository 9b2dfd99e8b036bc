"""How a scenario is solved and how fast, as the app tells it while it waits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.model import PER_S, Work
from optimizer.runs.job import CHUNK_S, LEAST_CHUNK, chunk_for
from optimizer.runs.run import Run
from optimizer.solver.choice import choice_of
from optimizer.solver.config import SolveConfig
from ui import cached
from ui.planning import plan_of
from ui.views.progress import pace_of, progress_text

#: A design takes a thousandth of a second; all 10,000 of them take ten.
WORK, SIZE = Work(each=PER_S / 1000.0, all=10.0 * PER_S), 10_000
RUN = Run(
    id="abcdef123456",
    kind="solve",
    key="",
    name="",
    title="",
    digest="",
    config={},
    seed=0,
    versions={},
    state="running",
    done=0,
    total=0,
    on_front=0,
    created=100.0,
    started=100.0,
    ended=None,
    beat=100.0,
    worker="",
    cancel=False,
    summary="",
    error="",
)


@pytest.fixture(autouse=True)
def nobody_has_looked():
    cached.first_look.clear()


@pytest.mark.parametrize(
    ("config", "size", "words", "designs", "seconds"),
    [
        (SolveConfig(), SIZE, "All designs are looked at: ", SIZE, 10.0),
        (SolveConfig(exact_seconds=1.0, evaluations=2000), SIZE, "A search (archive): ", 2000, 2.0),
        (SolveConfig(), None, "A search (archive): the designs can't be counted out.", 20_000, 20.0),
        (SolveConfig(method="exact"), SIZE, "All designs are looked at, as was asked.", SIZE, 10.0),
        (SolveConfig(method="nsga2", evaluations=500), SIZE, "A search (nsga2), as was asked.", 500, 0.5),
        (SolveConfig(method="archive", seconds=7.0, restarts=2), SIZE, "A search (archive), ", None, 14.0),
        (SolveConfig(max_designs=100), SIZE, "A Sobol sample of 100 designs", 100, 0.1),
        (SolveConfig(max_designs=20_000), SIZE, "All 10,000 designs are looked at", SIZE, 10.0),
    ],
)
def test_how_a_scenario_is_solved_is_known_before_anything_is_found(config, size, words, designs, seconds):
    plan = plan_of(WORK, size, config)
    assert plan.method.startswith(words)
    assert plan.designs == designs
    assert plan.seconds == pytest.approx(seconds)
    if config.method == "auto" and config.max_designs is None:
        assert choice_of(WORK, size, config).why in plan.method


def test_rate_and_time_left_are_told_from_the_first_moment():
    plan = plan_of(WORK, SIZE, SolveConfig())
    told = progress_text(RUN, 102.0, plan)
    assert "about 1,000 designs/s by counted work" in told
    assert "about 8.00 s left" in told  # ten by counted work, two of them gone


def test_the_rate_is_measured_once_something_is_done():
    plan = plan_of(WORK, SIZE, SolveConfig())
    # gone on with: 4,000 of them were done before anybody looked, which says nothing of the rate
    first = replace(RUN, done=4000, total=SIZE)
    assert pace_of(first, plan, 101.0).is_counted
    later = replace(first, done=5000)
    assert pace_of(later, plan, 103.0).rate == 500.0
    assert "about 500 designs/s, about 10.0 s left" in progress_text(later, 103.0, plan)


def test_after_the_last_design_it_says_what_is_still_to_do():
    plan = plan_of(WORK, SIZE, SolveConfig())
    told = progress_text(replace(RUN, done=SIZE, total=SIZE), 111.0, plan)
    assert "10,000 of 10,000 designs" in told
    assert "what to recommend is being worked out" in told
    assert "left" not in told


@given(st.floats(1.0, 1e9), st.integers(1, 100_000))
def test_people_see_an_enumeration_move(each, most):
    chunk = chunk_for(Work(each, each), most=most)
    assert 1 <= chunk <= most
    assert chunk <= max(CHUNK_S * PER_S / each, LEAST_CHUNK)
