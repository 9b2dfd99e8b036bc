"""`verify`, and what other commands say of checks by simulation."""

from __future__ import annotations

import csv
import json

import pytest

EXERCISE = "black-friday-exercise"
QUICK = ("--events", "200000", "--seeds", "1")


def test_predicted_beside_simulated(tradespace):
    code, out, _ = tradespace("verify", EXERCISE, *QUICK)
    assert code == 0
    assert "peak: agrees" in out
    for words in ("mean response", "99th percentile", "utilisation", "calls", "interval"):
        assert words in out


def test_machines_get_every_number(tradespace):
    code, out, _ = tradespace("verify", EXERCISE, *QUICK, "--json", "--design", "today", "--phase", "all")
    told = json.loads(out)
    assert code in (0, 1)
    assert [one["phase"] for one in told["phases"]] == ["normal", "peak"]
    phase = told["phases"][1]
    assert phase["simulation"]["runs_collapsed"] == 1
    assert phase["verdict"] == "agrees"  # a collapse that was predicted
    assert {one["metric"] for one in phase["numbers"]} >= {"mean_ms", "p99_ms", "success", "utilisation"}


def test_the_same_seed_says_the_same(tradespace):
    first = tradespace("verify", EXERCISE, *QUICK, "--json", "--seed", "3")
    assert first == tradespace("verify", EXERCISE, *QUICK, "--json", "--seed", "3")
    assert first != tradespace("verify", EXERCISE, *QUICK, "--json", "--seed", "4")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--phase", "nigth"), "allowed: normal, peak"),
        (("--precision", "0"), "mean_precision"),
        (("--seconds", "-1"), "seconds"),
        (("--seconds", "nan"), "seconds"),
        (("--design", "99"), "99"),
    ],
)
def test_what_can_not_be_asked_is_refused(tradespace, options, words):
    code, out, err = tradespace("verify", EXERCISE, *options)
    assert code == 2
    assert words in err
    assert out == ""


def test_a_budget_without_a_batch_is_said(tradespace):
    code, out, _ = tradespace("verify", EXERCISE, "--seconds", "0.000001")
    assert code == 0
    assert "can't be simulated" in out
    assert "no batch" in out


def test_spans_are_lines_of_otlp(tradespace, tmp_path):
    path = tmp_path / "spans.jsonl"
    code, out, _ = tradespace("verify", EXERCISE, *QUICK, "--spans", path)
    assert code == 0
    assert str(path) in out.replace("\n", "")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 100
    assert all(json.loads(line)["resourceSpans"] for line in lines)
    code, _, err = tradespace("verify", EXERCISE, *QUICK, "--spans", path)
    assert code == 2
    assert "--force" in err


def test_solve_checks_and_says_so(tradespace, tmp_path):
    plain = tradespace("shortlist", EXERCISE)[1]
    assert "not yet checked" in plain
    store = tmp_path / "runs.sqlite"
    tradespace("solve", EXERCISE, "--store", store, "--no-verify")
    code, out, _ = tradespace("shortlist", EXERCISE, "--store", store, "--verify", "all")
    assert code == 0
    assert "Checked by simulation (peak): agrees" in out
    kept = tradespace("shortlist", EXERCISE, "--store", store)[1]  # it was kept with the run
    assert "Checked by simulation (peak): agrees" in kept


def test_an_unknown_way_is_refused(tradespace, monkeypatch):
    code, _, err = tradespace("solve", EXERCISE, "--verify", "some")
    assert code == 2
    assert "none, recommended, all" in err
    monkeypatch.setenv("TRADESPACE_VERIFY", "maybe")
    code, _, err = tradespace("solve", EXERCISE)
    assert code == 2
    assert "TRADESPACE_VERIFY" in err


def test_the_gate_simulates_where_asked(tradespace):
    code, out, _ = tradespace("gate", EXERCISE, "--design", "recommended", "--verify")
    assert code == 0
    assert "peak: agrees" in " ".join(out.split())


def test_the_report_has_a_row_for_each_design(tradespace, tmp_path):
    code, _, _ = tradespace("report", EXERCISE, "--out", tmp_path, "--format", "md", "--verify", "all")
    assert code == 0
    told = (tmp_path / "report.md").read_text(encoding="utf-8").partition("## Checked by simulation")[2]
    table = told.partition("\n## ")[0]
    assert table.count("| agrees |") == 3  # two of the shortlist, and today's


def test_a_batch_checks_where_asked(tradespace, tmp_path):
    code, _, _ = tradespace(
        "batch",
        EXERCISE,
        "--vary",
        "workload.rate=40000,50000",
        "--verify",
        "--out",
        tmp_path / "b",
        "--workers",
        "1",
    )
    assert code == 0
    with (tmp_path / "b" / "cases.csv").open(encoding="utf-8") as file:
        assert [row["check"] for row in csv.DictReader(file)] == ["agrees", "agrees"]
    told = (tmp_path / "b" / "report.md").read_text(encoding="utf-8")
    assert "checked by simulation: agrees in 2" in told


def test_a_request_is_followed(tradespace):
    code, out, _ = tradespace("explain", EXERCISE, "--simulate")
    assert code == 0
    table = out.partition("A request of shop")[2]
    for words in ("the request comes", "called", "is served", "the request is answered"):
        assert words in table
    code, out, _ = tradespace("explain", EXERCISE, "--simulate", "--json", "--seed", "2")
    events = json.loads(out)["requests"]["shop"]
    assert events[0]["what"] == "request"
    assert [one["at_ms"] for one in events] == sorted(one["at_ms"] for one in events)


def test_states_of_lost_replicas_weighted_by_their_probability(tradespace, tmp_path):
    """Two replicas, each up nine tenths of the time, either of which carries all: 0.99 is answered."""
    file = tmp_path / "two.yaml"
    file.write_text(
        """schema: 1
name: two
components:
  web: {kind: service, replicas: 2, slots: 8, service_ms: 1, availability: 0.9}
flows:
  all: {share: 1, trace: [web]}
workload:
  phases: [{name: day, rate: 100, hours: 1}]
"""
    )
    options = ("--design", "today", "--states", "3", *QUICK)
    code, out, _ = tradespace("verify", str(file), *options, "--json")
    assert code == 0
    (told,) = json.loads(out)["states"]
    assert [(s["left"], round(s["probability"], 6)) for s in told["states"]] == [
        ({}, 0.81),
        ({"web": 1}, 0.18),
        ({"web": 0}, 0.01),
    ]
    (flow,) = told["flows"]
    assert flow["predicted"] == pytest.approx(0.99)
    assert flow["simulated"]["value"] == pytest.approx(0.99)
    code, out, _ = tradespace("verify", str(file), *options)
    assert "web: 1 left" in out
    assert "median" in out
