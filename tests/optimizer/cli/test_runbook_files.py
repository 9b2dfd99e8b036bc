"""`runbook --out`: replicas by phase as manifests of Kubernetes, the rest as text."""

from __future__ import annotations

import yaml

from models.scenario.load import load_scenario
from models.system.compiler import compile_system
from optimizer.resilience.exports.shape import wrong_in
from optimizer.resilience.scaling import HPA, KEDA
from reports import ROOT

STATION = """
schema: 2
name: station
sources: [a test]
workload: {phases: [{name: calm, rate: 10, hours: 6}, {name: rush, rate: 40, hours: 2}, {name: late, rate:
    10, hours: 16}]}
components: {app: {kind: service, replicas: 2, slots: 4, service_ms: 50}, db_1: {kind: store, service_ms: 5,
    slots: 8}}
flows: {all: {share: 1, trace: [{call: app, then: [db_1]}]}}
decisions: {app_replicas: {integer: [2, 9], sets: app.replicas, adaptive: true}}
"""


def written(tradespace, tmp_path, *options):
    path = tmp_path / "station.yaml"
    path.write_text(STATION)
    out = tmp_path / "out"
    settings = ("--set", "app_replicas@rush=8")
    code, _, err = tradespace(
        "runbook", path, "--design", "today", *settings, "--out", out, "--force", *options
    )
    assert code == 0, err
    return list(yaml.safe_load_all((out / "scaling.yaml").read_text())), (out / "runbook.md").read_text()


def test_replicas_scale_between_those_of_the_phases(tradespace, tmp_path):
    (found,), text = written(tradespace, tmp_path)
    assert list(wrong_in(found, HPA)) == []
    assert found["metadata"]["name"] == "app"
    assert (found["spec"]["minReplicas"], found["spec"]["maxReplicas"]) == (2, 8)
    assert "app\\_replicas" in text


def test_by_the_clock_each_phase_has_its_replicas(tradespace, tmp_path):
    """Six hours from 6:00 in a zone two hours east: 4:00 to 10:00 UTC, then two hours, then sixteen."""
    (found,), _ = written(tradespace, tmp_path, "--begins", "2026-11-27T06:00+02:00")
    assert list(wrong_in(found, KEDA)) == []
    told = [one["metadata"] for one in found["spec"]["triggers"]]
    assert [one["desiredReplicas"] for one in told] == ["2", "8", "2"]
    assert [one["start"] for one in told] == ["0 4 27 11 *", "0 10 27 11 *", "0 12 27 11 *"]
    assert told[-1]["end"] == "0 4 28 11 *"


def test_nothing_to_scale_is_told(tradespace, tmp_path):
    out = tmp_path / "out"
    code, _, err = tradespace("runbook", "facebook-bgp-cascade", "--design", "today", "--out", out)
    assert code == 0, err
    system = compile_system(load_scenario(ROOT / "data" / "scenarios" / "facebook_bgp_cascade.yaml"))
    assert system.phases
    assert "nothing to scale" in (out / "scaling.yaml").read_text()


def test_what_can_not_be_written_is_refused(tradespace, tmp_path):
    code, _, err = tradespace(
        "runbook", "facebook-bgp-cascade", "--design", "today", "--begins", "2026-11-27"
    )
    assert code == 2
    assert "--out" in err
    options = ("--out", tmp_path, "--begins", "Friday")
    code, _, err = tradespace("runbook", "facebook-bgp-cascade", "--design", "today", *options)
    assert code == 2
    assert "Friday" in err
