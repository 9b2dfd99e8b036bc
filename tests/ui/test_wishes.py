"""Wishes and ranges are one thing; places of a slider; merging of picks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation import DIMENSIONS, Dimension
from models.units import quantity
from ui.view import Axes
from ui.views.designs import merged
from ui.views.front import heard
from ui.views.wishes import Wish, places_of, slider_places, wished, with_wish

LATENCY, THROUGHPUT = DIMENSIONS[0], DIMENSIONS[1]


def test_a_wish_is_the_worse_end_of_a_range():
    assert wished(LATENCY, (1.0, 9.0)) == 9.0
    assert wished(THROUGHPUT, (1.0, 9.0)) == 1.0
    assert wished(LATENCY, None) is None
    assert with_wish({"latency": (1.0, 9.0)}, LATENCY, 5.0) == {"latency": (1.0, 5.0)}
    # a wish better than the better end lets go of that end: nothing could be kept otherwise
    assert with_wish({"latency": (4.0, 9.0)}, LATENCY, 2.0) == {"latency": (None, 2.0)}
    assert with_wish({"throughput": (1.0, 9.0)}, THROUGHPUT, 12.0) == {"throughput": (12.0, None)}
    assert with_wish({"latency": (None, 9.0), "cost": (None, 1.0)}, LATENCY, None) == {"cost": (None, 1.0)}


@given(st.floats(1e-3, 1e6), st.floats(1.001, 1e4), st.booleans(), st.sampled_from(["linear", "log"]))
def test_places_run_from_worst_to_best(low, factor, is_lower, scale):
    places = places_of(low, low * factor, is_lower=is_lower, scale=scale)
    assert (places[0], places[-1]) == ((low * factor, low) if is_lower else (low, low * factor))
    assert list(places) == sorted(set(places), reverse=is_lower)


def test_places_of_nines():
    places = places_of(0.9, 0.9999, is_lower=False, scale="nines")
    # three nines lie two thirds of the way from one nine to four
    assert min(range(len(places)), key=lambda k: abs(places[k] - 0.999)) == pytest.approx(
        2 / 3 * (len(places) - 1), abs=1.5
    )


def test_one_place_where_nothing_varies():
    assert places_of(3.0, 3.0, is_lower=True, scale="linear") == (3.0,)


@pytest.mark.parametrize(
    ("before", "shown", "selected", "after"),
    [
        (("1", "2"), ("1", "2", "3"), ("1", "2", "3"), ("1", "2", "3")),
        (("1", "2"), ("1", "2", "3"), ("2",), ("2",)),
        (("9", "1"), ("1", "2"), ("2",), ("9", "2")),  # 9 isn't in the table and stays
        ((), ("1",), (), ()),
    ],
)
def test_picks_after_a_selection(before, shown, selected, after):
    assert merged(before, shown, selected) == after


def test_what_the_front_says_counts_only_where_nothing_has_moved_since():
    said = {
        "kept": {"told": 4, "ranges": {"latency": [None, 80]}, "isWhole": False},
        "layout": {"told": 4, "axes": {"x": "cost", "y": "latency", "order": ["cost"], "flipped": ["cost"]}},
        "picked": 12,
    }
    told = heard(said, 4)
    assert told.ranges == {"latency": (None, 80.0)}
    assert not told.is_whole
    assert told.axes == Axes(order=("cost",), flipped=("cost",))
    assert told.picked == 12
    assert heard(said, 5).ranges is None
    assert heard(said, 5).axes is None


@pytest.mark.parametrize(
    "kept", [None, 3, {"told": 1}, {"told": 1, "ranges": 7}, {"told": 1, "ranges": {"x": "y"}}]
)
def test_nonsense_of_a_browser_does_no_harm(kept):
    assert heard({"kept": kept, "layout": {"told": 1, "axes": 4}, "picked": "x"}, 1).ranges in (None, {})


@given(
    st.lists(st.floats(1.0, 100.0), min_size=2, max_size=30, unique=True),
    st.none() | st.floats(0.5, 120.0),
    st.booleans(),
)
def test_no_two_places_of_a_slider_read_the_same(values, wanted, is_lower):
    dimension = LATENCY if is_lower else Dimension("speed", "ms", "higher")
    ordered = tuple(sorted(values, reverse=is_lower))
    places = slider_places(Wish(dimension, ordered, wanted, None, (0.0, 0.0), ""))
    words = ["any" if place == ordered[0] else quantity(place, "ms") for place in places]
    assert len(set(words)) == len(words)
    assert wanted is None or wanted in places
    assert ordered[0] in places
