"""`gameday`: what experiments will show, what may not be run, and the folder."""

from __future__ import annotations

import json
import zipfile

import pytest

from reports import ROOT

DISNEY, LAMBDA = "disney-cache-expiry", "lambda-retry-storm"
EXERCISE = ROOT / "tests" / "first_release" / "black_friday_exercise.yaml"


def test_an_abort_inside_the_prediction_is_told_with_its_share_of_the_seeds(tradespace):
    code, out, _ = tradespace("gameday", DISNEY, "--design", "today", "--runs", "3")
    assert code == 1
    assert "in 3 of 3 seeds the abort would end it" in out.replace("\n", " ")
    code, out, _ = tradespace("gameday", DISNEY, "--design", "today", "--runs", "3", "--json")
    told = json.loads(out)
    assert code == 1
    assert list(told["refused"]) == ["flushed_home_page"]
    assert {one["key"] for one in told["experiments"][0]["metrics"]} >= {"catalog.utilisation", "home.p99_ms"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of an experiment that may be run, written once."""
    from benchmarks.fuzzing.commands import run

    out = tmp_path_factory.mktemp("gameday") / "out"
    told = run(["gameday", LAMBDA, "--design", "today", "--runs", "2", "--out", str(out), "--export", "all"])
    assert told.code == 0, told.err
    return out


def test_the_zip_holds_what_the_folder_holds(folder):
    there = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with zipfile.ZipFile(folder / "gameday.zip") as archive:
        told = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
    del there["gameday.zip"]
    assert told == there
    assert {"plan.html", "plan.md", "run-log.csv", "post-mortem.md", "curves/slow_table.csv"} < set(told)
    assert "chaostoolkit/slow_table.json" in told


def test_a_folder_is_not_written_over_unless_that_is_asked(tradespace, folder, tmp_path):
    options = ("gameday", LAMBDA, "--design", "today", "--runs", "2", "--out", folder)
    code, _, err = tradespace(*options)
    assert code == 2
    assert "gameday.zip" in err
    assert "--force" in err
    (tmp_path / "file").write_text("")
    code, _, err = tradespace(*options[:-1], tmp_path / "file")
    assert code == 2
    assert "is a file" in err


def test_what_is_not_there_is_refused(tradespace, tmp_path):
    code, _, err = tradespace("gameday", LAMBDA, "--out", tmp_path / "out", "--export", "hammer")
    assert code == 2
    assert "chaostoolkit" in err
    code, _, err = tradespace("gameday", LAMBDA, "--export", "chaostoolkit")
    assert code == 2
    assert "--out" in err
    code, _, err = tradespace("gameday", LAMBDA, "--experiment", "flood")
    assert code == 2
    assert "slow_table" in err
    code, _, err = tradespace("gameday", EXERCISE, "--design", "today")
    assert code == 2
    assert "no experiment" in err


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("{", "no JSON"),
        ("[]", "no mapping"),
        ('{"query": {}}', "query"),
        ('{"queries": {"speed": "up"}}', "speed"),
        ('{"queries": {"servers": "up{${x}}"}}', "${"),
        ('{"labels": {"flow": "a b"}}', "a b"),
        ('{"labels": {"flow": 1}}', "texts"),
        ('{"least_window_s": 0}', "least_window_s"),
        ('{"least_window_s": true}', "least_window_s"),
    ],
)
def test_a_mapping_of_metrics_that_says_something_else_is_refused(tradespace, tmp_path, told, said):
    path = tmp_path / "metrics.json"
    path.write_text(told)
    code, _, err = tradespace("gameday", LAMBDA, "--design", "today", "--metrics", path)
    assert code == 2
    assert said in err


def test_ones_own_names_of_metrics_are_asked(tradespace, tmp_path):
    path, out = tmp_path / "metrics.json", tmp_path / "out"
    own = {"utilisation": 'max(busy{$of,env="live"}[$window])'}
    names = {"table": 'the "table"'}
    path.write_text(json.dumps({"queries": own, "names": names, "least_window_s": 30}))
    options = ("--runs", "2", "--out", out, "--export", "chaostoolkit", "--metrics", path)
    code, _, err = tradespace("gameday", LAMBDA, "--design", "today", *options)
    assert code == 0, err
    told = json.loads((out / "chaostoolkit" / "slow_table.json").read_text())
    assert 'max(busy{service_name="the \\"table\\"",env="live"}[30s])' in {text for _, text in strings(told)}


def strings(value):
    """All texts in plain values, keys too, with the keys that lead there."""
    waiting = [((), value)]
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, dict):
            waiting += [((*path, str(key)), each) for key, each in one.items()]
            yield from ((path, str(key)) for key in one)
        elif isinstance(one, list):
            waiting += [(path, each) for each in one]
        elif isinstance(one, str):
            yield path, one
