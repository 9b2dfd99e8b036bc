"""A link reproduces a view: every view survives its address, and no address does harm."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation import DIMENSIONS
from optimizer.decide.choose.ranges import kept
from reports import everything, exercise
from ui.tokens import name_of, row_of, token_of
from ui.view import FIRST, Axes, View, address_of, view_from

NAMES = [dimension.name for dimension in DIMENSIONS]
BOUND = st.none() | st.floats(allow_nan=False, allow_infinity=False)
RANGE = st.tuples(BOUND, BOUND).filter(lambda both: both != (None, None))
DESIGN = st.integers(1, 9_999_999).map(str) | st.just("today") | st.just("~1,0,2.5,inf")
VIEWS = st.builds(
    View,
    scenario=st.sampled_from(["black-friday-exercise", "own"]),
    run=st.just("") | st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    ranges=st.dictionaries(st.sampled_from(NAMES), RANGE),
    group=st.integers(0, 5000),
    picks=st.lists(DESIGN, max_size=4, unique=True).map(tuple),
    design=st.just("") | DESIGN,
    axes=st.builds(
        Axes,
        x=st.sampled_from(NAMES),
        y=st.sampled_from(NAMES),
        colour=st.sampled_from(["", "group", *NAMES]),
        size=st.sampled_from(["", *NAMES]),
        order=st.permutations(NAMES).map(tuple).filter(lambda order: list(order) != NAMES),
        flipped=st.lists(st.sampled_from(NAMES), unique=True).map(tuple),
    ),
    has_others=st.booleans(),
    is_whole=st.booleans(),
    order=st.sampled_from(["", *NAMES]),
)


@given(VIEWS)
def test_a_view_survives_its_address(view):
    told, notes = view_from(address_of(view), ["black-friday-exercise"])
    # a run has its own scenario, which no address can change
    assert told == (replace(view, scenario=FIRST) if view.run else view)
    assert notes == ()
    assert ("scenario" in address_of(view)) != bool(view.run)


@given(
    st.dictionaries(
        st.sampled_from(
            [*address_of(View()), "run", "keep", "pick", "design", "group", "x", "axes", "front", "order"]
        ),
        st.lists(st.text(), max_size=3),
    )
)
def test_any_address_gives_a_view(told):
    view, _ = view_from(told, ["black-friday-exercise"])
    assert view_from(address_of(view), ["black-friday-exercise"])[0] == (
        replace(view, scenario=FIRST) if view.run else view
    )


@pytest.mark.parametrize(
    ("told", "note"),
    [
        ({"scenario": ["nonsense"]}, "nonsense"),
        ({"run": ["../../etc"]}, "../../etc"),
        ({"keep": ["latency:nan..3"]}, "latency:nan..3"),
        ({"keep": ["speed:1..3"]}, "speed:1..3"),
        ({"pick": ["<script>"]}, "can't be read"),
        ({"order": ["speed"]}, "speed"),
        ({"front": ["half"]}, "half"),
    ],
)
def test_what_a_link_gets_wrong_is_said(told, note):
    view, notes = view_from(told, [FIRST])
    assert view == View()
    assert len(notes) == 1
    assert note in notes[0]


def test_a_fifth_pick_takes_the_place_of_the_fourth():
    view = View(picks=("1", "2", "3", "4"))
    more, gone = view.picked("9")
    assert (more.picks, gone) == (("1", "2", "3", "9"), "4")
    fewer, gone = more.picked("2")
    assert (fewer.picks, gone) == (("1", "3", "9"), "")


@pytest.mark.parametrize("case", [exercise, everything])
def test_every_design_has_a_name_that_finds_it_again(case):
    system, found, _ = case()
    space, front = system.space, found.front
    for i, x in enumerate(front.X):
        assert token_of(x, front, space) == str(i + 1)
        assert np.array_equal(row_of(str(i + 1), front, space), x)
    for x in space.sample(32, seed=3):
        assert np.array_equal(row_of(token_of(x, front, space), front, space), space.canonical(x[None, :])[0])
    assert np.array_equal(row_of("today", front, space), space.today)


@pytest.mark.parametrize(
    "token", ["0", "99999", "~", "~1", "~a,b", "~nan,nan,nan,nan,nan", "~" + ",".join(["1"] * 99)]
)
def test_no_design_has_that_name(token):
    system, found, _ = exercise()
    assert row_of(token, found.front, system.space) is None


def test_values_that_a_decision_cannot_have_are_moved():
    system, found, _ = exercise()
    row = row_of("~7,-3,0.4,1,0", found.front, system.space)
    assert row.tolist() == [1.0, 0.0, 0.0, 1.0, 0.0]


def test_names_of_designs():
    assert [name_of(token) for token in ("today", "7", "~1,2")] == [
        "today's design",
        "design 7",
        "my own design",
    ]


def test_a_bound_in_an_address_keeps_the_same_designs():
    _, found, _ = exercise()
    evaluation = found.front.evaluation
    for j, dimension in enumerate(DIMENSIONS):
        for value in evaluation.values[:, j]:
            if not math.isfinite(value):
                continue
            view = View(ranges={dimension.name: (None, float(value))})
            again, _ = view_from(address_of(view), [FIRST])
            assert np.array_equal(kept(evaluation, again.ranges), kept(evaluation, view.ranges))
