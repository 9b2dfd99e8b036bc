"""The little charts: what is far away stands at the edge, and what is near stands to scale."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimizer.sections.content import Axis
from ui.beside import Beside
from ui.views.small_multiples import Span, alt_of, small, told_of


def axis(scale="linear", limit=None, better="lower"):
    return Axis("latency", "ms", better, limit, scale)


def designs(*letters):
    return [
        Beside(letter, letter, "today" if letter == "today" else str(k + 1), np.zeros(1), "#000000", "solid")
        for k, letter in enumerate(letters)
    ]


def marks(figure):
    """Places and signs of the designs."""
    trace = next(trace for trace in figure.data if trace.mode == "markers" and trace.marker.size == 12)
    return list(trace.x), list(trace.marker.symbol)


def test_near_values_stand_to_scale():
    figure = small(axis(), designs("A", "B", "today"), [Span(100.0), Span(200.0), Span(300.0)])
    places, signs = marks(figure)
    assert places == [100.0, 200.0, 300.0]
    assert not any(sign.startswith("triangle-r") for sign in signs)
    assert figure.layout.xaxis.range[0] < 100.0
    assert figure.layout.xaxis.range[1] > 300.0


@pytest.mark.parametrize(("far", "sign"), [(9_000.0, "triangle-right"), (math.inf, "triangle-right")])
def test_what_is_far_away_or_unbounded_stands_at_the_edge(far, sign):
    figure = small(axis(), designs("A", "B", "today"), [Span(100.0), Span(200.0), Span(far)])
    places, signs = marks(figure)
    assert signs[2] == sign
    assert 200.0 < places[2] < figure.layout.xaxis.range[1] < 1_000.0
    assert list(figure.data[1].text)[2] in ("9.00 s", "unbounded")


def test_one_design_beside_todays_is_drawn_to_scale_whatever_the_distance():
    figure = small(axis(), designs("recommended", "today"), [Span(10.0), Span(5_000.0)])
    assert marks(figure)[0] == [10.0, 5_000.0]


def test_the_limit_is_a_line_where_it_is_near_and_an_arrow_where_it_is_far():
    spans = [Span(100.0), Span(110.0)]
    near = small(axis(limit=120.0), designs("A", "B"), spans)
    assert [shape.x0 for shape in near.layout.shapes] == [120.0]
    far = small(axis(limit=3_000.0), designs("A", "B"), spans)
    assert not far.layout.shapes
    assert any(note.text.startswith("limit 3.00 s") for note in far.layout.annotations)


def test_logarithms_and_nines_are_spread_as_they_say():
    log = small(axis("log"), designs("A", "B"), [Span(10.0), Span(1_000.0)])
    assert marks(log)[0] == pytest.approx([1.0, 3.0])
    nines = small(
        Axis("availability", "fraction", "higher", None, "nines"),
        designs("A", "B"),
        [Span(0.99), Span(0.9999)],
    )
    assert marks(nines)[0] == pytest.approx([2.0, 4.0])


def test_a_band_goes_from_its_tenth_to_its_nine_tenths_and_is_told_in_words():
    span = Span(100.0, 90.0, 105.0, 130.0)
    figure = small(axis(), designs("A", "B"), [span, Span(95.0, 80.0, 96.0, 120.0)])
    bands = [trace for trace in figure.data if trace.mode == "lines"]
    assert [list(band.x) for band in bands] == [[90.0, 130.0], [80.0, 120.0]]
    assert marks(figure)[0] == [105.0, 96.0]
    stroke = next(trace for trace in figure.data if trace.marker.symbol == "line-ns-open")
    assert list(stroke.x) == [100.0, 95.0]
    assert told_of(axis(), span) == "90.0 ms to 130 ms, as the file says 100 ms"
    assert "A 90.0 ms to 130 ms" in alt_of(axis(limit=120.0), designs("A"), [span])
    assert "the limit is 120 ms" in alt_of(axis(limit=120.0), designs("A"), [span])
