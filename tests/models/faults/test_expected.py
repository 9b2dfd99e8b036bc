"""Statements judged by runs that are made up: which stretches count, and what they come to."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from models import compile_system
from models.faults.expected import Expected, assumed_of, expected_of
from models.faults.injection import injection_of
from models.faults.metrics import READERS, read
from models.faults.refused import NotInjected, Why
from models.faults.series import TRIES, Series
from models.scenario.experiments.metric import METRICS
from models.scenario.experiments.sentence import read_sentence
from models.scenario.experiments.statement import Statement
from models.scenario.load import scenario_from

TREE = {
    "schema": 2,
    "name": "x",
    "workload": {"phases": [{"name": "all", "rate": 100, "hours": 1}]},
    "components": {
        "web": {"kind": "service", "service_ms": 10, "replicas": 4},
        "db": {"kind": "store", "service_ms": 2, "replicas": 3},
    },
    "flows": {
        "shop": {"share": 0.5, "trace": [{"call": "web", "then": ["db"]}]},
        "buy": {"share": 0.5, "trace": ["db"]},
    },
    "experiments": [
        {
            "steady_state": ["web utilisation below 70 %", {"assume": "people are there"}],
            "hypothesis": {"if": "a", "then": ["success above 95 %", {"assume": "people are there"}]},
            "inject": {
                "kind": "clock_skew",
                "target": "db",
                "skew_s": 1,
                "refused_share": 0.5,
                "duration_s": 20,
            },
            "abort": ["success below 30 %"],
        }
    ],
}
SYSTEM = compile_system(scenario_from(TREE))
EXPERIMENT = SYSTEM.scenario.typed_experiments[0]
INJECTION = injection_of(EXPERIMENT, SYSTEM, SYSTEM.space.today)
#: Two runs of 200 s in bins of 2 s, the fault from 60 to 80 s: the second comes back late.
BACK_S = (80.0, 130.0)


def series(**other):
    r, t, f, c, i = 2, 100, 2, 2, 3
    begins = np.arange(t) * 2.0
    is_bad = np.array([(begins >= 60.0) & (begins < back) for back in BACK_S])
    success = np.where(is_bad, 0.4, 1.0)
    answered = np.stack([50.0 * success, 150.0 * success], axis=2)
    base = {
        "offered": np.full((r, t, f), 100.0),
        "answered": answered,
        "failed": np.array([50.0, 150.0]) - answered,
        "mean_ms": np.full((r, t, f), 20.0),
        "quantiles_ms": np.broadcast_to(np.array([10.0, 50.0, 90.0]), (r, t, f, 3)).copy(),
        "oldest_s": np.zeros((r, t, f)),
        "attempts": np.broadcast_to(np.array([100.0, 50.0, 0.0, 0.0]), (r, t, TRIES)).copy(),
        "calls": np.full((r, t, i), 100.0),
        "call_failures": np.full((r, t, i), 10.0),
        "waiting": np.full((r, t, c), 7.0),
        "busy_share": np.where(is_bad, 0.9, 0.5)[:, :, None] * np.ones(c),
        "servers": np.full((r, t, c), 4.0),
        "hit_share": np.full((r, t, c), np.nan),
        "open_share": np.full((r, t, i), np.nan),
    }
    return Series(bin_s=2.0, **(base | other))


def expected(text, role="success"):
    return Expected(Statement(**read_sentence(text)), role, SYSTEM, INJECTION)


def test_every_metric_is_read_from_runs_or_follows_from_the_fault():
    assert set(READERS) | {name for name, one in METRICS.items() if one.is_computed} == set(METRICS)
    assert not set(READERS) & {name for name, one in METRICS.items() if one.is_computed}


@pytest.mark.parametrize(
    ("text", "role", "wanted"),
    [
        ("success above 98 %", "success", [False, False]),
        ("success above 35 %", "success", [True, True]),
        ("success above 98 % before", "success", [True, True]),
        ("success above 98 % within 0 s after", "success", [True, False]),
        ("success above 98 % within 48 s after", "success", [True, False]),
        ("success above 98 % within 50 s after", "success", [True, True]),
        ("success below 50 % during", "success", [False, True]),
        ("success below 50 %", "abort", [True, True]),
        ("success below 50 % for 20 s", "abort", [True, True]),
        ("success below 50 % for 30 s", "abort", [False, True]),
        ("success below 30 %", "abort", [False, False]),
        ("web utilisation below 70 %", "steady_state", [True, True]),
        ("web utilisation below 70 %", "success", [False, False]),
        ("web utilisation above 80 % during for 2 s", "success", [True, True]),
    ],
)
def test_which_stretches_count(text, role, wanted):
    assert expected(text, role).holds(series()).tolist() == wanted


@pytest.mark.parametrize(
    ("metric", "of", "wanted"),
    [
        ("success_share", None, 1.0),
        ("error_share", "buy", 0.0),
        ("goodput_per_s", None, 100.0),
        ("goodput_per_s", "shop", 25.0),
        ("offered_per_s", "shop", 50.0),
        ("p95_ms", None, 50.0),
        ("mean_ms", "buy", 20.0),
        ("attempts_per_call", None, 1.5),
        ("answered_calls_share", "db", 0.9),
        ("waiting", "web", 7.0),
        ("servers", "db", 4.0),
        ("open_share", "db", 0.0),
    ],
)
def test_what_a_metric_comes_to(metric, of, wanted):
    assert read(series(), SYSTEM, metric, of, 10.0)[:, 0] == pytest.approx(wanted)


def test_percentiles_are_weighted_by_answers_and_nothing_is_said_without_any():
    quantiles = series().quantiles_ms
    quantiles[:, :, 1, 1] = 90.0  # three of four answers
    quantiles[:, :50, :, :] = np.nan
    told = read(series(quantiles_ms=quantiles), SYSTEM, "p95_ms", None, 10.0)
    assert told[:, -1] == pytest.approx(0.25 * 50 + 0.75 * 90)
    assert np.isnan(told[:, 0]).all()
    silent = expected("p95 below 1 s").holds(series(quantiles_ms=np.full_like(quantiles, np.nan)))
    assert silent.all()


def test_the_oldest_of_a_stretch_counts():
    oldest = np.zeros((2, 100, 2))
    oldest[0, 70, 1] = 9.0
    assert expected("oldest below 5 s").holds(series(oldest_s=oldest)).tolist() == [False, True]


def test_a_run_that_is_too_short_judges_nothing():
    one = expected("success above 98 % within 120 s after")
    assert one.least_horizon_s == 80.0 + 120.0 + 10.0
    with pytest.raises(NotInjected) as caught:
        one.holds(series())
    assert caught.value.code is Why.TOO_SHORT


def test_what_follows_from_the_fault_needs_no_run():
    one = expected("diverged writes of db below 1")
    assert one.least_horizon_s == 0.0
    assert one.holds(series()).all()
    readings = {("diverged_writes", "db"): 5.0, ("reconcile_s", "db"): float("nan")}
    injection = dataclasses.replace(INJECTION, readings=readings)
    assert not dataclasses.replace(one, injection=injection).holds(series()).any()
    with pytest.raises(NotInjected) as caught:
        dataclasses.replace(expected("reconciling of db below 5 s"), injection=injection).holds(series())
    assert caught.value.code is Why.NOT_STATED


def test_statements_are_judged_and_assumptions_listed_once():
    roles = [one.role for one in expected_of(EXPERIMENT, SYSTEM, INJECTION)]
    assert roles == ["steady_state", "then", "abort"]
    stated = "a clock 1 s off makes db refuse 0.5 of its calls"
    assert assumed_of(EXPERIMENT, INJECTION) == ("people are there", stated)
