"""Load up and down, pushes and a station's drift in words and tables, with numbers that are known."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.resilience.border import Border
from optimizer.resilience.hysteresis import Hysteresis, WayBack
from optimizer.resilience.phase_portrait import Station, portrait
from optimizer.resilience.push_map import PushMap
from optimizer.sections.content import Line, Paragraph, plain
from optimizer.sections.hysteresis import hysteresis, push_map, way_back_text
from optimizer.sections.phase_portrait import phase_portrait

INF, NAN = float("inf"), float("nan")


def played(up, down, falls_at, returns_at):
    """Loads of 10, 20, ... requests/s."""
    rates = 10.0 * np.arange(1, len(up) + 1)
    empty = np.where(np.isnan(down), 0.0, 5.0)
    return Hysteresis(rates, np.array(up), np.array(down), empty, falls_at, returns_at)


def words(section):
    return " ".join(plain(block.text) for block in section.blocks if isinstance(block, Paragraph))


def chart(section):
    (found,) = (block for block in section.blocks if isinstance(block, Line))
    return found


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (played([1, 1, 1, 0], [1, 0, 0, 0], 40.0, 10.0), "it comes back only at 10.0/s"),
        (played([1, 1, 1, 0], [1, 1, 1, 0], 40.0, 30.0), "back as soon as the load is below that"),
        (played([1, 1, 1, 0], [0, 0, 0, 0], 40.0, 0.0), "no load that was tried brings it back"),
        (played([1, 1, 1, 1], [NAN] * 4, INF, INF), "up to 40.0/s"),
        (played([0.6, 0.4, 0.3, 0.2], [0.1, 0.1, NAN, NAN], 20.0, 0.0), "well at no load"),
    ],
)  # fmt: skip
def test_where_it_falls_and_comes_back_is_said(found, told):
    assert told in words(hysteresis(found, None, ()))


def test_the_curve_is_goodput_and_todays_load_is_marked():
    found = played([1.0, 1.0, 0.9, 0.1], [1.0, 0.5, 0.25, 0.1], 40.0, 10.0)
    section = hysteresis(found, WayBack(10.0, 90.0, 0.5), [("today", 20.0)])
    line = chart(section)
    assert line.points == ((10.0, 10.0), (20.0, 20.0), (30.0, 27.0), (40.0, 4.0))
    assert line.more[0][1] == ((10.0, 10.0), (20.0, 10.0), (30.0, 7.5), (40.0, 4.0))
    assert line.marks == (("today", 20.0),)
    assert "shed to 10.0/s (50.0 % of the usual load) for 90.0 s" in words(section)


def test_where_nothing_brings_it_back_nobody_is_let_in():
    assert "let nobody in" in plain(way_back_text(WayBack(0.0, INF, 0.0)))


def test_the_border_of_no_return_by_the_load():
    borders = (Border(60.0, INF, 1), Border(5.0, 6.0, 7), Border(0.0, 0.25, 2))
    line = chart(push_map(PushMap(np.array([10.0, 20.0, 30.0]), borders, 3.0, 60.0), ()))
    assert line.points == ((10.0, 60.0), (20.0, 5.0), (30.0, 0.0))
    assert [plain(row[1]) for row in line.table.rows] == ["60.0 s", "5.00 s", "none"]


def test_a_station_drifts_to_its_failed_state_beyond_the_border():
    """60/s at ten servers of 100 ms, 500 ms and three retries: sustained, as 60 x 4 > 100."""
    found = portrait(Station(60.0, 10.0, 0.1, 0.5, 3.0))
    section = phase_portrait(found, "app")
    assert "a queue without end" in words(section)
    line = chart(section)
    assert line.name == "border of no return"
    ends = {path.is_lost for path in found.paths}
    assert ends == {True, False}
    for path in found.paths:
        waiting = path.points[-1][0]
        assert (waiting > path.points[0][0]) == path.is_lost
    assert len(line.table.rows) > len(found.paths)


def test_a_station_without_retries_has_no_portrait():
    section = phase_portrait(portrait(Station(60.0, 10.0, 0.1, INF, 0.0)), "app")
    assert "no retries can keep it down" in words(section)
    assert len(section.blocks) == 1
