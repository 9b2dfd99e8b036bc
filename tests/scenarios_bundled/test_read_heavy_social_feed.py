"""read-heavy-social-feed: put together at reading or at posting, and how old answers get, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models import System
from models.evaluation import Evaluation
from optimizer import front_of
from stories import broken, bundled, told
from whole_fronts import assert_every_decision_is_a_trade_off, every_design

#: In the evening: 95.5 % of 8,000 requests read a feed, 1.5 % are posts.
READS, POSTS = 7_640.0, 120.0


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("read_heavy_social_feed")


@pytest.fixture(scope="module")
def designs(system: System) -> Evaluation:
    return every_design(system)


def test_the_rates_are_a_hundredth_of_twitters_in_2012(system: System) -> None:
    # Published: 300,000 reads/s; 4,600 posts/s on average, 12,000 at the peak; each to 75 followers.
    day, evening, famous = system.scenario.workload.phases
    share = {name: flow.share for name, flow in system.scenario.flows.items()}
    assert day.rate * share["home"] == pytest.approx(300_000 / 100, rel=0.02)
    assert day.rate * share["post"] == pytest.approx(4_600 / 100, rel=0.02)
    assert evening.rate * share["post"] == pytest.approx(12_000 / 100)
    assert famous.rate == evening.rate
    # A million feeds share what arrives at all followers, 345,000/s.
    cache = system.scenario.components["feed_cache"]
    assert cache.writes_per_key_per_s * cache.keys == pytest.approx(345_000 / 100, rel=0.02)


def test_reading_together_is_too_much_for_the_store_of_posts(system: System) -> None:
    evening = told(system)["phases"]["evening"]["components"]
    # Six queries a read and the saves take 3 ms each on 4 shards x 3 copies x 8; reads of posts come on top.
    least = (READS * 6 + POSTS) * 0.003 / 96
    assert least > 1
    assert evening["posts"]["utilisation"] > least
    assert told(system)["dimensions"]["latency"]["value"] is None  # unbounded
    assert {"saturation", "latency", "availability"} <= broken(system)


def test_writing_at_posting_frees_the_posts_and_loads_the_feeds(system: System) -> None:
    phases = told(system, fan_out="on_write", feed_ttl="s0")["phases"]
    evening, famous = phases["evening"]["components"], phases["famous"]["components"]
    assert evening["posts"]["utilisation"] < 0.7
    # 75 followers are 15 calls of 5, later four times as many; 1 ms each on 4 shards x 2 copies x 4 slots.
    assert evening["feeds"]["arrivals_per_s"] == pytest.approx(READS + POSTS * 15, rel=0.002)
    assert famous["feeds"]["arrivals_per_s"] == pytest.approx(READS + POSTS * 15 * 4, rel=0.002)
    assert famous["feeds"]["utilisation"] == pytest.approx((READS + POSTS * 60) * 0.001 / 32, rel=0.002)


def test_a_mix_is_less_shaken_by_famous_authors(system: System) -> None:
    def growth(fan_out: str) -> float:
        phases = told(system, fan_out=fan_out)["phases"]
        now, before = (
            phases[name]["components"]["feeds"]["arrivals_per_s"] for name in ("famous", "evening")
        )
        return now - before

    # 15 calls become 60, 6 become 24
    assert growth("on_write") == pytest.approx(POSTS * 45, rel=0.01)
    assert growth("mixed") == pytest.approx(POSTS * 18, rel=0.01)


def test_who_posts_waits_for_the_followers(system: System) -> None:
    def wait(phase: str, fan_out: str) -> float:
        flow = told(system, fan_out=fan_out, post_shards=10)["phases"][phase]["flows"]["post"]
        return float(flow["response_ms"])

    # 15 and 60 calls of 1 ms, one after the other, on feeds that are hardly busy
    assert wait("evening", "on_write") - wait("evening", "on_read") == pytest.approx(15, abs=1.5)
    assert wait("famous", "on_write") - wait("evening", "on_write") == pytest.approx(45, rel=0.05)


@pytest.mark.parametrize(("option", "ttl_s"), [("s30", 30), ("s120", 120)])
def test_a_kept_feed_saves_reads_and_is_older(system: System, option: str, ttl_s: float) -> None:
    evening = told(system, fan_out="on_write", feed_ttl=option)["phases"]["evening"]
    # Popularity of a million users summed one by one: one with a rate of r answers r T of every 1 + r T.
    popularity = np.arange(1, 1_000_001) ** -0.6
    rate = READS * popularity / popularity.sum()
    hit = float(np.sum(rate * rate * ttl_s / (1 + rate * ttl_s)) / READS)
    saved = READS * (1 - hit) + POSTS * 15
    assert evening["components"]["feeds"]["arrivals_per_s"] == pytest.approx(saved, rel=0.01)
    written = 0.0035 * ttl_s
    stale = hit * (1 - (1 - math.exp(-written)) / written)
    none = told(system, fan_out="on_write")["phases"]["evening"]["flows"]["home"]["fresh_share"]
    kept = evening["flows"]["home"]["fresh_share"]
    # a miss is as fresh as without the cache, a hit as old as its entry
    assert kept == pytest.approx((1 - hit) * none + hit - stale, abs=0.003)


def test_two_read_and_two_written_of_three_copies_always_meet(system: System) -> None:
    profile = told(system, post_shards=10, read_two_copies="on")["phases"]["day"]["flows"]["profile"]
    loose = told(system, post_shards=10, replication="one")["phases"]["day"]["flows"]["profile"]
    # What is left is the age of posts in the cache: at most 0.0005 writes/s x 60 s / 2.
    assert profile["fresh_share"] > 1 - 0.0005 * 60 / 2
    assert loose["fresh_share"] < profile["fresh_share"]


def test_every_decision_is_open_on_the_front(system: System, designs: Evaluation) -> None:
    assert_every_decision_is_a_trade_off(system, designs)
    assert len(front_of(designs)) >= 8


def test_reading_together_survives_only_with_more_shards_or_kept_feeds(
    system: System, designs: Evaluation
) -> None:
    names = [c.name for c in system.space.columns]
    X = {name: designs.X[designs.feasible, j] for j, name in enumerate(names)}
    on_read = X["fan_out"] == 0
    assert on_read.any()
    assert np.all((X["post_shards"][on_read] > 4) | (X["feed_ttl"][on_read] > 0))
    assert (X["fan_out"] == 1).any()
    assert (X["fan_out"] == 2).any()
