"""Alarms of designs: their levels, and what promtool, Grafana and Datadog are given."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import yaml

from models.dimensions.emergence import emergence_score
from models.scenario.load import load_scenario
from models.system.compiler import compile_system
from optimizer.resilience.escape import NOT_ASKED, first_break
from optimizer.resilience.metric_queries import Queries
from optimizer.resilience.runbook import runbook
from optimizer.resilience.watching.alarms import Signal, levels_of
from optimizer.resilience.watching.prometheus import prometheus, recorded
from optimizer.resilience.watching.registry import FORMATS
from reports import ROOT


@cache
def known(name="heroku_gc_spiral"):
    system = compile_system(load_scenario(ROOT / "data" / "scenarios" / f"{name}.yaml"))
    return system, levels_of(system, system.space.today)


def promtool(folder, files, *commands):
    for name, words in files.items():
        (folder / name).write_text(words, encoding="utf-8")
    assert shutil.which("promtool"), "apt-get download prometheus; .ci/run unpacks it"
    for command in commands:
        done = subprocess.run(
            ["promtool", *command], cwd=folder, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr


CHECKED = (["check", "rules", "rules.yaml"], ["test", "rules", "rules.test.yaml"])


@pytest.mark.parametrize("name", ["heroku_gc_spiral", "facebook_bgp_cascade"])
def test_promtool_takes_the_rules_and_they_fire_where_they_should(name, tmp_path):
    """Raised at the level, silent five percent below: each alarm has both as a unit test."""
    system, levels = known(name)
    files = prometheus(system.scenario.name, levels, Queries().of_system(system))
    told = yaml.safe_load(files["rules.test.yaml"])
    assert len(told["tests"]) == 2 * len(levels.alarms)
    assert sum("exp_alerts" in one["alert_rule_test"][0] for one in told["tests"]) == len(levels.alarms)
    promtool(tmp_path, files, *CHECKED)


def test_the_levels_are_those_of_the_design():
    system, levels = known()
    x = system.space.today
    fails, _ = first_break(system, x[None, :], leave_out=NOT_ASKED)
    peak = system.scenario.workload.phases[system.peak].rate
    by_name = {one.name: one for one in levels.alarms}
    assert by_name["AtItsBreakingPoint"].level == pytest.approx(float(fails[0]) * peak)
    assert by_name["NearItsBreakingPoint"].level == pytest.approx(0.8 * levels.breaks_at)
    switches = runbook(system, x)
    assert switches
    for k, switch in enumerate(switches):
        assert by_name[f"Switch{k + 1}"].level == switch.on_above
        assert by_name[f"Switch{k + 1}"].off_below == switch.off_below
    field = {one.signal: one.level for one in levels.alarms if one.signal not in (Signal.LOAD, Signal.SCORE)}
    assert field == {
        Signal.UTILISATION: 0.70,
        Signal.AMPLIFICATION: 3.0,
        Signal.TAIL: 10.0,
        Signal.CORRELATION: 0.7,
        Signal.GC: 0.20,
    }


def test_a_limit_that_never_holds_is_no_load_at_which_it_breaks():
    _, levels = known("facebook_bgp_cascade")
    assert np.isnan(levels.breaks_at)
    assert all(one.signal is not Signal.LOAD for one in levels.alarms)


def expression(name, expr, value, *series):
    return {
        "interval": "15s",
        "name": name,
        "input_series": [{"series": one, "values": values} for one, values in series],
        "promql_expr_test": [
            {"expr": expr, "eval_time": "15m", "exp_samples": [{"labels": expr_labels(expr), "value": value}]}
        ],
    }


def expr_labels(expr):
    return "{}" if expr.startswith("max(") else expr


def test_the_rules_come_to_what_the_model_says_from_the_metrics_themselves(tmp_path):
    """Counters, gauges and buckets as OpenTelemetry names them, through the recording rules, to the score."""
    system, levels = known()
    name = system.scenario.name
    queries = Queries().of_system(system)
    files = dict(prometheus(name, levels, queries))
    (flow, *_), (service, *_) = system.flows, levels.services
    count, bucket = (f"http_server_request_duration_seconds_{end}" for end in ("count", "bucket"))
    route = f'http_route="{flow}",http_response_status_code="200"'
    calls = "http_client_request_duration_seconds_count"
    steps = "x80"
    series = [
        (f"{count}{{{route}}}", f"0+1500{steps}"),  # 100/s
        (f'{bucket}{{{route},le="0.1"}}', f"0+1500{steps}"),
        (f'{bucket}{{{route},le="+Inf"}}', f"0+1500{steps}"),
        (f'{calls}{{service_name="{service}"}}', f"0+1500{steps}"),
        (f'{calls}{{service_name="{service}",http_request_resend_count="1"}}', f"0+375{steps}"),
        (f'process_cpu_utilization_ratio{{service_name="{service}"}}', f"0.6+0{steps}"),
        (f'jvm_gc_duration_seconds_sum{{service_name="{service}"}}', f"0+1.5{steps}"),  # a tenth of the time
    ]
    score = emergence_score(
        utilisation=np.array([0.6]),
        coupling=np.array([levels.coupling]),
        retry_rate=np.array([0.2]),
        p99_over_p50=np.array([0.99 / 0.5]),
        gc_share=np.array([0.1]),
    ).score[0]
    expected = {
        Signal.LOAD: 100.0,
        Signal.UTILISATION: 0.6,
        Signal.AMPLIFICATION: 1.25,
        Signal.TAIL: 1.98,
        Signal.GC: 0.1,
    }
    tests = [
        expression(f"{signal}", f"max(round({recorded(name, signal)}, 1e-6))", value, *series)
        for signal, value in {**expected, Signal.SCORE: round(float(score), 6)}.items()
    ]
    told = {"rule_files": ["rules.yaml"], "evaluation_interval": "15s", "tests": tests}
    files["rules.test.yaml"] = json.dumps(told)
    promtool(tmp_path, files, CHECKED[1])


def test_two_services_that_move_together_are_found(tmp_path):
    system, levels = known()
    levels = replace(levels, services=("one", "two", "three"))
    files = dict(prometheus("test", levels, Queries().of_system(system)))
    busy = 'process_cpu_utilization_ratio{service_name="%s"}'
    series = [
        (busy % "one", " ".join(str(0.1 + 0.1 * (k // 8 % 5)) for k in range(81))),
        (busy % "two", " ".join(str(0.2 + 0.05 * (k // 8 % 5)) for k in range(81))),
        (busy % "three", " ".join(str(0.5 - 0.1 * (k // 8 % 5)) for k in range(81))),
    ]
    tests = [
        {
            "interval": "15s",
            "input_series": [{"series": one, "values": values} for one, values in series],
            "promql_expr_test": [
                {
                    "expr": f'round(max(tradespace:correlation{{b="{b}"}}), 1e-3)',
                    "eval_time": "18m",
                    "exp_samples": [{"labels": "{}", "value": value}],
                }
                for b, value in (("two", 1), ("three", -1))
            ],
        }
    ]
    files["rules.test.yaml"] = json.dumps(
        {"rule_files": ["rules.yaml"], "evaluation_interval": "15s", "tests": tests}
    )
    promtool(tmp_path, files, CHECKED[1])


def test_a_switch_is_not_taken_back_before_its_lower_level(tmp_path):
    """A Schmitt trigger: raised above the upper level, kept between the two, gone below the lower one."""
    system, levels = known()
    (switch,) = (one for one in levels.alarms if one.name == "Switch1")
    files = dict(prometheus("test", levels, Queries().of_system(system)))
    middle = 0.5 * (switch.level + switch.off_below)
    values = f"{middle}+0x20 {1.01 * switch.level}+0x20 {middle}+0x20 {0.9 * switch.off_below}+0x20"
    raised = {
        "exp_labels": {"scenario": "test", "severity": "page"},
        "exp_annotations": {"summary": "Switch1 of test", "description": switch.says},
    }
    at = [("4m", []), ("9m", [raised]), ("14m", [raised]), ("20m", [])]
    test = {
        "interval": "15s",
        "input_series": [{"series": recorded("test", Signal.LOAD), "values": values}],
        "alert_rule_test": [
            {"eval_time": moment, "alertname": "Switch1", "exp_alerts": alerts} for moment, alerts in at
        ],
    }
    files["rules.test.yaml"] = json.dumps(
        {"rule_files": ["rules.yaml"], "evaluation_interval": "15s", "tests": [test]}
    )
    promtool(tmp_path, files, CHECKED[1])


def test_dashboard_and_monitors_hold_every_level():
    system, levels = known()
    name, queries = system.scenario.name, Queries().of_system(system)
    board = json.loads(FORMATS["grafana"](name, levels, queries)["dashboard.json"])
    shown = {
        step["value"]
        for panel in board["panels"]
        for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    }
    assert shown == {None, *(one.level for one in levels.alarms)}
    told = json.loads(FORMATS["datadog-json"](name, levels, queries)["monitors.json"])
    assert len(told["monitors"]) + len(told["left_out"]) == len(levels.alarms)
    switch = next(one for one in told["monitors"] if one["name"].endswith("Switch1"))
    assert switch["options"]["thresholds"]["critical_recovery"] < switch["options"]["thresholds"]["critical"]
