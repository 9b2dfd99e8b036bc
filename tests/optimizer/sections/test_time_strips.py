"""Strips over time: what is drawn is what the runs hold, the middle run in the band, the fault shaded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.faults.injection import Injection
from models.faults.series import Series
from optimizer.resilience.early_warning import EarlyWarning
from optimizer.resilience.experiments import Trial
from optimizer.sections.time_strips import MOST_POINTS, overlaid, time_strips

RUNS, BINS = 5, 600


def trial(name="cut", answered=None):
    """Five runs of ten minutes with one flow, one component and one call."""
    shape = (RUNS, BINS, 1)
    offered = np.full(shape, 100.0)
    answered = offered * np.arange(1, RUNS + 1)[:, None, None] / RUNS if answered is None else answered
    nothing = np.full(shape, np.nan)
    series = Series(
        bin_s=1.0,
        offered=offered,
        answered=answered,
        failed=offered - answered,
        mean_ms=np.full(shape, 5.0),
        quantiles_ms=np.full((*shape, 3), 2000.0),
        oldest_s=np.full(shape, 3.0),
        attempts=np.concatenate([offered, 0.5 * offered, 0.0 * offered, 0.0 * offered], axis=2),
        calls=offered,
        call_failures=0.0 * offered,
        waiting=0.0 * offered,
        busy_share=np.full(shape, 0.25),
        servers=np.ones(shape),
        hit_share=nothing,
        open_share=nothing,
    )
    injection = Injection(0, (), 60.0, 120.0, {}, ())
    return Trial(name, name, "peak", injection, series=series)


def test_the_middle_run_and_where_eight_of_ten_lie():
    load = time_strips(trial())[0]
    assert {y for _, y in load.points} == {60.0}  # the third of 20, 40, 60, 80 and 100 answers a second
    assert {y for _, points in load.more for _, y in points} == {100.0}
    assert {(low, high) for _, low, high in load.band} == {(28.0, 92.0)}  # a tenth of the way to the next run
    assert load.shaded == (60.0, 120.0)


def test_long_runs_are_drawn_by_fewer_points():
    """A ramp of ten minutes: its means over some seconds, and no point beyond its ends."""
    ramp = np.tile(np.arange(BINS, dtype=float)[None, :, None], (RUNS, 1, 1))
    load = time_strips(trial(answered=ramp))[0]
    assert len(load.points) <= MOST_POINTS
    assert all(y == pytest.approx(x - 0.5) for x, y in load.points)


def test_what_nobody_knows_is_not_drawn():
    """No retries but the first, no breaker, no cache."""
    _, tries, waits, guards = time_strips(trial())
    assert [tries.name, *(name for name, _ in tries.more)] == ["first tries", "first retries"]
    assert {y for _, y in waits.points} == {2.0}
    assert guards.name == "busiest part"
    assert not guards.more


def test_designs_over_each_other_keep_their_own_curves():
    other = time_strips(trial(answered=np.full((RUNS, BINS, 1), 10.0)))
    load = overlaid([("mine", time_strips(trial())), ("other", other)])[0]
    assert load.name == "mine"
    assert load.more == (("other", other[0].points),)
    assert [str(cell) for cell in load.table.rows[0][1:]] == ["60.0/s", "10.0/s"]


def test_what_was_not_played_has_none():
    with pytest.raises(ValueError, match="wasn't played"):
        time_strips(Trial("a", "a", "peak"))


def test_the_moments_of_danger_are_marked_on_the_emergence_score():
    """Half the runs and more say 0.8 after 7 s and 0.9 never: one mark, 7 s after the fault begins."""
    played = trial()
    score = np.full((RUNS, BINS), 0.5)
    warning = EarlyWarning(
        score=score,
        danger_s=np.array([7.0, 7.0, 7.0, 9.0, np.inf]),
        imminent_s=np.array([7.0, 8.0, np.inf, np.inf, np.inf]),
        warned_s=np.full(RUNS, np.nan),
    )
    line = time_strips(replace(played, warning=warning))[-1]
    assert {y for _, y in line.points} == {0.5}
    assert line.marks == (("danger (0.8) after 7 s", 67.0),)
