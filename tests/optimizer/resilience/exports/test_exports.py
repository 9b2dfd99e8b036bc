"""Experiments for each tool: what it can do is valid, what it can't is refused, and what differs is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drills import drills
from fake_system import FakeSystem, running
from optimizer.resilience.exports.aws_fis import TEMPLATE
from optimizer.resilience.exports.chaos_mesh import WORKFLOW
from optimizer.resilience.exports.litmus import ENGINE
from optimizer.resilience.exports.load import flows_of
from optimizer.resilience.exports.refused import NotExported, Why
from optimizer.resilience.exports.registry import EXPORTS
from optimizer.resilience.exports.request_faults import INJECTION
from optimizer.resilience.exports.shape import wrong_in
from optimizer.resilience.exports.yaml_text import yaml_text

LOAD = {"k6", "locust"}
EVERY = set(EXPORTS) - LOAD
#: What each tool can do of the bundled experiments: the others are refused.
MACHINES = {"chaostoolkit", "chaosmesh", "litmus", "fis"}
CAN = {
    "black_friday_shop.slow_payments": {"chaostoolkit", "requests"},  # stretched by a factor, not delayed
    "black_friday_shop.lost_zone": MACHINES,
    "disney_cache_expiry.flushed_home_page": {"chaostoolkit"},
    "facebook_bgp_cascade.backbone_away": EVERY,
    "github_split_brain.link_away_for_43_seconds": MACHINES,
    "heroku_gc_spiral.old_heaps": MACHINES,
    "lambda_retry_storm.slow_table": EVERY,
    "netflix_streaming.slow_rows": EVERY,
    "payment_failover.lost_gateway": MACHINES,
    "paypal_cap.slow_links": EVERY,
    "pokemon_go_launch.cut_off_for_a_minute": EVERY,
    "robinhood_surge.second_call": set(),
}
_SHAPES = {"chaosmesh": WORKFLOW, "litmus": ENGINE, "fis": TEMPLATE, "requests": INJECTION}


def documents(files):
    """The documents in some files, as YAML or JSON reads them."""
    for name, text in files.items():
        if name.endswith(".yaml"):
            yield from yaml.safe_load_all(text)
        elif name.endswith(".json"):
            yield json.loads(text)


@pytest.mark.parametrize("tool", EXPORTS)
def test_what_a_tool_can_do_is_valid_and_the_rest_is_refused(tool):
    assert set(CAN) <= set(drills())
    for key, drill in drills().items():
        found = None
        try:
            files = EXPORTS[tool].files(drill)
        except NotExported as error:
            found = error.code
            files = {}
        # Of experiments that were bundled later it is only asked that what is written is valid.
        can = CAN.get(key, set() if found else {tool})
        if tool not in can and tool not in LOAD:
            assert found == Why.NO_SUCH_FAULT, key
            continue
        found = list(documents(files))
        assert found or (tool in LOAD and files), key
        for document in found if tool in _SHAPES else ():
            assert list(wrong_in(document, _SHAPES[tool])) == [], key


def files_of(tool, key):
    return EXPORTS[tool].files(drills()[key])


def test_a_share_of_the_calls_is_pods_where_a_tool_knows_no_calls():
    """12.5 % of the calls: of pods 13 in 100, of connections and of requests just that."""
    key = "facebook_bgp_cascade.backbone_away"
    (text,) = files_of("chaosmesh", key).values()
    assert "12.5 % of the calls become 13 of 100 pods" in text
    told = json.loads(files_of("toxiproxy", key)["backbone_away.json"])
    assert told["method"][0]["provider"]["arguments"]["body"]["toxicity"] == 0.125
    (told,) = documents(files_of("requests", key))
    assert told["points"][0]["percent"] == 12.5


def test_a_lost_half_is_half_of_the_pods_and_one_replica_is_one():
    (mesh,) = documents(files_of("chaosmesh", "black_friday_shop.lost_zone"))
    (fault,) = (one for one in mesh["spec"]["templates"] if one["templateType"] == "PodChaos")
    assert fault["podChaos"]["mode"] == "fixed-percent"
    assert fault["podChaos"]["value"] == "50"
    assert fault["deadline"] == "120s"
    (fis,) = documents(files_of("fis", "payment_failover.lost_gateway"))
    assert fis["targets"]["fault1x1"]["selectionMode"] == "COUNT(1)"
    (engine,) = documents(files_of("litmus", "payment_failover.lost_gateway"))
    (fault,) = engine["spec"]["experiments"]
    told = {one["name"]: one["value"] for one in fault["spec"]["components"]["env"]}
    assert told["PODS_AFFECTED_PERC"] == "17"  # one of six gateways


def test_every_abort_stops_something():
    """Where an experiment has levels at which it is ended, each export that can has as many stops."""
    key = "paypal_cap.slow_links"
    aborts = len(list(drills()[key].guards))
    assert aborts == 2
    (fis,) = documents(files_of("fis", key))
    assert [one["source"] for one in fis["stopConditions"]] == ["aws:cloudwatch:alarm"] * aborts
    for engine in documents(files_of("litmus", key)):
        (fault,) = engine["spec"]["experiments"]
        assert sum(one["runProperties"]["stopOnFailure"] for one in fault["spec"]["probe"]) == aborts
    (mesh,) = documents(files_of("chaosmesh", key))
    (check,) = (one for one in mesh["spec"]["templates"] if one["templateType"] == "StatusCheck")
    assert check["abortWithStatusCheck"] is True


def test_a_shape_finds_what_is_wrong():
    (engine,) = documents(files_of("litmus", "payment_failover.lost_gateway"))
    (fault,) = engine["spec"]["experiments"]
    fault["name"] = "pod-explode"
    fault["spec"]["probe"][0]["runProperties"]["interval"] = "1 second"
    engine["spec"]["engineSate"] = engine["spec"].pop("engineState")
    wrong = "\n".join(wrong_in(engine, ENGINE))
    for word in ("pod-explode", "1 second", "engineSate: unknown", "engineState: missing"):
        assert word in wrong
    (fis,) = documents(files_of("fis", "payment_failover.lost_gateway"))
    fis["actions"]["fault1x1"]["actionId"] = "aws:eks:pod-remove"
    fis["actions"]["fault1x1"]["parameters"]["duration"] = "PT"
    wrong = "\n".join(wrong_in(fis, TEMPLATE))
    assert "aws:eks:pod-remove" in wrong
    assert "'PT'" in wrong


_VALUES = st.recursive(
    st.text() | st.booleans() | st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), _VALUES, min_size=1, max_size=4))
def test_yaml_says_what_was_said(value):
    def clean(one):
        if isinstance(one, str):  # half a pair of surrogates is no text
            return one.encode("utf-8", "replace").decode()
        if isinstance(one, list):
            return [clean(each) for each in one]
        if isinstance(one, dict):
            return {clean(key): clean(each) for key, each in one.items()}
        # PyYAML reads numbers of YAML 1.1: 1e+16 without a point is a text there.
        return (
            float(one)
            if isinstance(one, float) and "e" not in repr(one)
            else (0 if isinstance(one, float) else one)
        )

    wanted = clean(value)
    assert list(yaml.safe_load_all(yaml_text([wanted], ["a comment\nof two lines"]))) == [wanted]


def test_the_load_is_that_of_the_phase_and_its_limits_those_of_the_prediction():
    drill = drills()["lambda_retry_storm.slow_table"]
    flows = {one["flow"]: one for one in flows_of(drill)}
    phase = next(one for one in drill.system.scenario.workload.phases if one.name == "ordinary")
    assert sum(one["per_s"] for one in flows.values()) == pytest.approx(phase.rate)
    success = next(one for one in drill.prediction.watched if one.key == "all.success_share")
    lows = [band.low for band in (success.steady, success.plateau, success.after)]
    assert all(one["limits"]["success_share"] == min(lows) for one in flows.values())
    (script,) = EXPORTS["k6"].files(drill).values()
    head = script.split("import http")[0]
    assert all(line.startswith("//") for line in head.splitlines())
    options = json.loads(script.split("export const options = ")[1].split(";\n")[0])
    rates = {one["env"]["FLOW"]: one["rate"] / 60 for one in options["scenarios"].values()}
    assert rates == pytest.approx({name: one["per_s"] for name, one in flows.items()}, rel=0.01)
    assert all(one["executor"] == "constant-arrival-rate" for one in options["scenarios"].values())


def test_the_file_for_locust_is_python_and_runs_where_locust_is(tmp_path):
    (text,) = EXPORTS["locust"].files(drills()["payment_failover.lost_gateway"]).values()
    path = tmp_path / "load.py"
    path.write_text(text)
    compile(text, str(path), "exec")
    locust = shutil.which("locust")
    if locust is None:
        return
    with running(FakeSystem(lambda *_: None)) as address:
        done = subprocess.run(
            [locust, "-f", str(path), "--headless", "--host", address, "--only-summary"],
            env={**os.environ, "SECONDS": "2"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1, done.stderr  # the fake knows no such path: it answers 404
    assert "left what is predicted" in done.stdout
