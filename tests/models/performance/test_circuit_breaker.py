"""How far a circuit breaker is open, against one that runs."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.performance.circuit_breaker import breaker_opening, opens_in_window


def running(failure, rate, call_s, trips, sleep_s, *, seconds, seed):
    """Share let through by a breaker that counts: attempts come at random, and fail or not after `call_s`."""
    threshold, volume, window_s = trips
    rng = np.random.default_rng(seed)
    window: deque[tuple[float, bool]] = deque()
    under_way: deque[tuple[float, bool, int]] = deque()
    failed, era, probing, opened_until, is_open = 0, 0, False, -1.0, False
    through = asked = 0
    now = 0.0
    while now < seconds:
        now += rng.exponential(1.0 / rate)
        while under_way and under_way[0][0] <= now:
            ended, fails, of_era = under_way.popleft()
            if of_era != era:
                continue
            if probing:
                probing, era = False, era + 1
                is_open = fails
                opened_until = ended + sleep_s
                window.clear()
                failed = 0
                continue
            window.append((ended, fails))
            failed += fails
            while window[0][0] < ended - window_s:
                failed -= window.popleft()[1]
            if len(window) >= volume and failed >= threshold * len(window):
                is_open, opened_until, era = True, ended + sleep_s, era + 1
                window.clear()
                failed = 0
        asked += 1
        if is_open and (now < opened_until or probing):
            continue
        probing = is_open
        through += 1
        under_way.append((now + call_s, bool(rng.random() < failure), era))
    return through / asked


CASES = [
    # failure, rate, call_s, (threshold, volume, window_s), sleep_s
    (0.9, 100.0, 0.1, (0.5, 20.0, 10.0), 5.0),
    (0.6, 100.0, 0.1, (0.5, 20.0, 10.0), 5.0),
    (0.6, 50.0, 1.0, (0.5, 20.0, 10.0), 5.0),
    (1.0, 200.0, 0.5, (0.5, 100.0, 10.0), 2.0),
    (0.8, 20.0, 0.05, (0.3, 10.0, 5.0), 1.0),
    (0.48, 100.0, 0.1, (0.5, 20.0, 10.0), 5.0),
    (0.45, 20.0, 0.1, (0.5, 20.0, 10.0), 5.0),
    (0.45, 5.0, 0.1, (0.5, 20.0, 10.0), 5.0),
    (0.4, 20.0, 0.1, (0.5, 20.0, 10.0), 5.0),
    (0.3, 100.0, 0.05, (0.5, 20.0, 10.0), 5.0),
    (0.1, 100.0, 0.05, (0.5, 20.0, 10.0), 5.0),
]


@pytest.mark.parametrize("case", CASES)
def test_against_a_running_breaker(case):
    failure, rate, call_s, trips, sleep_s = case
    runs = [running(*case, seconds=50_000.0 / rate, seed=seed) for seed in range(2)]
    got = breaker_opening(failure, rate, call_s, trips, sleep_s)
    assert got == pytest.approx(np.mean(runs), abs=0.05, rel=0.15)


def test_too_few_attempts_for_the_volume_never_open_it():
    assert breaker_opening(0.9, 0.1, 0.1, (0.5, 20.0, 10.0), 5.0) == pytest.approx(1.0, abs=1e-9)


def test_everything_fails_and_only_probes_pass():
    """One attempt each (sleep + call), of the attempts that come in that time."""
    got = breaker_opening(1.0, 1000.0, 1.0, (0.5, 20.0, 10.0), 5.0)
    assert got == pytest.approx(1.0 / 6000.0, rel=1e-12)


@pytest.mark.parametrize(("volume", "failure"), [(4, 0.3), (10, 0.4), (20, 0.2)])
def test_opening_in_the_first_window_is_a_random_walk(volume, failure):
    """By exhaustive steps of the walk: failures less half of the attempts, from the volume on."""
    reach = 4000
    share = {0: 1.0}
    opened = 0.0
    for n in range(1, reach):
        after: dict[int, float] = {}
        for k, weight in share.items():
            for fails, chance in ((1, failure), (0, 1.0 - failure)):
                k_now, gained = k + fails, weight * chance
                if n >= volume and 2 * k_now >= n:
                    opened += gained
                elif gained > 1e-13:
                    after[k_now] = after.get(k_now, 0.0) + gained
        share = after
        if not share or (n > 200 and max(share.values()) < 1e-6):
            break
    assert opens_in_window(failure, 0.5, float(volume)) == pytest.approx(opened, rel=0.02)


@settings(max_examples=200, deadline=None)
@given(
    failure=st.floats(0.0, 1.0),
    rate=st.floats(0.0, 1e6),
    call_s=st.one_of(st.floats(0.0, 100.0), st.just(math.inf)),
    threshold=st.floats(0.01, 1.0),
    volume=st.integers(1, 10_000),
    window_s=st.floats(0.0, 1e4),
    sleep_s=st.floats(0.0, 1e4),
)
def test_a_share_whatever_the_numbers(failure, rate, call_s, threshold, volume, window_s, sleep_s):
    got = breaker_opening(failure, rate, call_s, (threshold, float(volume), window_s), sleep_s)
    assert 0.0 <= got <= 1.0
    assert (
        got
        <= breaker_opening(failure, rate, call_s, (threshold, float(volume), window_s), sleep_s / 2.0) + 1e-12
    )
