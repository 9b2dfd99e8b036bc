"""`stress`: what becomes of a design in the scenario's experiments."""

from __future__ import annotations

import json

import pytest

from reports import ROOT

DISNEY = "disney-cache-expiry"
EXERCISE = ROOT / "tests" / "first_release" / "black_friday_exercise.yaml"


def test_a_store_that_can_not_refill_its_cache_is_lost(tradespace):
    code, out, _ = tradespace("stress", DISNEY, "--design", "today", "--json")
    (found,) = json.loads(out)["experiments"]
    assert code == 1
    assert found["verdict"] == "lost"
    assert found["healthy_before"] is True
    assert found["fell_first"] in ("composer", "catalog")  # who builds pages, and what it builds them from
    assert found["runs"]["lost"]["k"] == found["runs"]["lost"]["n"] == 50
    held = {(one["role"], one["metric"]): one["held"]["k"] for one in found["statements"]}
    assert held["steady_state", "utilisation"] == 50
    assert held["success", "utilisation"] == 0


def test_the_same_seed_gives_the_same_answer(tradespace):
    options = ("stress", DISNEY, "--design", "today", "--runs", "5", "--json")
    first = tradespace(*options)
    assert first == tradespace(*options)
    assert first != tradespace(*options, "--seed", "7")


def test_too_few_runs_are_no_verdict(tradespace):
    code, out, _ = tradespace("stress", DISNEY, "--design", "today", "--runs", "5")
    assert code == 0
    assert "uncertain" in out
    assert "5 of 5 lost (47.8 % to 100 %)" in out  # Clopper and Pearson: 0.025^(1/5)


def test_what_needs_no_run_is_judged_without(tradespace):
    """Writes that both sides took for 43 s, and what nobody can know."""
    code, out, _ = tradespace("stress", "github-split-brain", "--design", "today", "--json")
    (found,) = json.loads(out)["experiments"]
    assert code == 0
    assert found["verdict"] is None
    readings = {one["metric"]: one["value"] for one in found["readings"]}
    # 4,000 requests/s, a tenth of them with two writes, two of five copies cut off for 43.02 s
    assert readings["diverged_writes"] == pytest.approx(4000 * 0.1 * 2 * 0.4 * 43.0, rel=0.01)
    assert found["assumed"]


def test_what_is_not_there_is_refused(tradespace):
    code, _, err = tradespace("stress", DISNEY, "--experiment", "flood")
    assert code == 2
    assert "flushed_home_page" in err
    code, _, err = tradespace("stress", EXERCISE, "--design", "today")
    assert code == 2
    assert "no experiment" in err


def station(tmp_path, **call):
    """Ten servers of 100 ms under 80/s, a time-out of 500 ms and three retries."""
    path = tmp_path / "station.yaml"
    options = ", ".join(f"{key}: {value}" for key, value in {"timeout_ms": 500, "retries": 3, **call}.items())
    path.write_text(
        "schema: 2\nname: station\nsources: [a test]\n"
        "workload: {phases: [{name: day, rate: 60, hours: 1}]}\n"
        "components: {app: {kind: service, slots: 10, service_ms: 100}}\n"
        f"flows: {{all: {{share: 1, trace: [{{call: app, {options}}}]}}}}\n",
        encoding="utf-8",
    )
    return path


def test_a_push_is_the_end_of_who_repeats_and_not_of_who_has_a_breaker(tradespace, tmp_path):
    """60/s after a push of 20 s: none comes back with plain retries, all do with a breaker (simulated)."""
    options = ("--design", "today", "--pattern", "metastable_state", "--json")
    code, out, _ = tradespace("stress", station(tmp_path), *options)
    (plain,) = json.loads(out)["patterns"]
    assert code == 1
    assert plain["verdict"] == "lost"
    helped = {one["defence"]: one["survived_with_it"]["k"] for one in plain["defences"] if not one["there"]}
    assert helped["breaker"] >= 9
    code, out, _ = tradespace("stress", station(tmp_path, breaker="true"), *options)
    (guarded,) = json.loads(out)["patterns"]
    assert code == 0
    assert guarded["verdict"] == "survived"
    assert guarded["survives_up_to"] > plain["survives_up_to"]


def test_a_pattern_that_is_none_is_refused(tradespace, tmp_path):
    code, _, err = tradespace("stress", station(tmp_path), "--design", "today", "--pattern", "flood")
    assert code == 2
    assert "thundering_herd" in err


def test_the_reference_station_by_its_load(tradespace, tmp_path):
    """Falls between 80 and 100/s, returns between 20 and 30/s (capacity over four attempts: 25/s)."""
    code, out, _ = tradespace("stress", station(tmp_path), "--design", "today", "--hysteresis", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["is_wide"] is True
    assert 80.0 <= found["falls_at"] <= 100.0
    assert 18.0 <= found["returns_at"] <= 30.0
    assert 0.0 < found["way_back"]["shed_to_per_s"] <= 24.0
    code, out, _ = tradespace("runbook", station(tmp_path), "--design", "today", "--json")
    assert json.loads(out)["way_back"] == found["way_back"]
    code, out, _ = tradespace(
        "stress", station(tmp_path, breaker="true"), "--design", "today", "--hysteresis", "--json"
    )
    assert json.loads(out)["is_wide"] is False


def test_the_longest_push_is_shorter_at_a_higher_load(tradespace, tmp_path):
    code, out, _ = tradespace("stress", station(tmp_path), "--design", "today", "--map", "--json")
    found = [one["survives_s"] for one in json.loads(out)["loads"]]
    assert code == 0
    assert found == sorted(found, reverse=True)
    # 15/s with three retries are 60/s at the most, of 100: every push is survived; at 90/s none is
    assert found[0] == 60.0
    assert found[-1] == 0.0


def test_where_a_station_drifts(tradespace, tmp_path):
    code, out, _ = tradespace("stress", station(tmp_path), "--design", "today", "--portrait", "app", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["failed"]["waiting"] is None  # a queue without end
    assert found["failed"]["retries"] == pytest.approx(3.0 * 60.0 * 0.5, rel=0.03)
    code, _, err = tradespace("stress", station(tmp_path), "--design", "today", "--portrait", "ape")
    assert code == 2
    assert "app" in err


def test_questions_of_their_own_go_one_at_a_time(tradespace, tmp_path):
    code, _, err = tradespace("stress", station(tmp_path), "--design", "today", "--map", "--hysteresis")
    assert code == 2
    assert "--hysteresis and --map" in err


def test_events_stand_beside_a_verdict(tradespace, tmp_path):
    """A pause of 5 s is the end of who repeats at 60/s, by steps and event by event."""
    path = station(tmp_path)
    text = path.read_text(encoding="utf-8")
    pause = "inject: {kind: pause, target: app, start_s: 30, duration_s: 5}"
    hypothesis = "hypothesis: {if: it stands still, then: success above 98 % within 60 s after}"
    path.write_text(f"{text}experiments: [{{name: still, {hypothesis}, {pause}}}]\n", encoding="utf-8")
    code, out, _ = tradespace("stress", path, "--design", "today", "--runs", "3", "--events", "--json")
    (found,) = json.loads(out)["experiments"]
    assert code == 0  # three runs are no verdict
    steps, events = found["runs"]["lost"], found["runs_by_events"]["lost"]
    assert steps["k"] == steps["n"] == 3
    assert events["k"] == events["n"] == 20
