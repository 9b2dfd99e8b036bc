"""`returns`: files that came back, whole ones and others."""

from __future__ import annotations

import csv
import json

import pytest

LAMBDA = "lambda-retry-storm"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a game day."""
    from benchmarks.fuzzing.commands import run

    out = tmp_path_factory.mktemp("gameday") / "out"
    command = ["gameday", LAMBDA, "--design", "today", "--runs", "2", "--out", str(out)]
    told = run([*command, "--export", "chaostoolkit"])
    assert told.code == 0, told.err
    return out


def journal(folder, busy=0.9, **changed):
    """A journal as Chaos Toolkit writes it of a run in which the table was busier than predicted."""
    experiment = json.loads((folder / "chaostoolkit" / "slow_table.json").read_text())
    inject, during, undo, after = experiment["method"]
    probes = experiment["steady-state-hypothesis"]["probes"]

    def observed(value):
        keys = during["provider"]["arguments"]["queries"]
        told = {"all.success_share": 1.0, "table.utilisation": value, "all.offered_per_s": 1200.0}
        return {key: [[float(t), told[key]] for t in range(8)] for key in keys}

    steady = {
        "probes": [{"activity": p, "output": _middle(p["tolerance"]), "tolerance_met": True} for p in probes]
    }
    return {
        "status": "completed",
        "deviated": False,
        "experiment": experiment,
        "steady_states": {"before": steady, "after": steady, "during": []},
        "run": [
            {"activity": inject, "status": "succeeded", "output": "in place"},
            {"activity": during, "status": "succeeded", "output": observed(busy)},
            {"activity": undo, "status": "succeeded", "output": "undone"},
            {"activity": after, "status": "succeeded", "output": observed(0.3)},
        ],
        "rollbacks": [{"activity": undo, "status": "succeeded", "output": "undone"}],
        **changed,
    }


def _middle(tolerance):
    return 0.5 * (tolerance[0] + min(tolerance[1], 1.0))


def told_of(tradespace, tmp_path, content):
    path = tmp_path / "journal.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return tradespace("returns", LAMBDA, "--journal", path, "--json")


def test_a_confirmed_hypothesis_with_a_number_outside_is_explained(tradespace, folder, tmp_path, monkeypatch):
    """72 % busy under the fault, and not 91 %: less work a call, or fewer calls."""
    monkeypatch.setattr("optimizer.resilience.returns._FAULT_S", 20.0)  # guesses are tried in short runs
    monkeypatch.setattr("optimizer.resilience.returns._AFTER_S", 20.0)
    code, out, err = told_of(tradespace, tmp_path, journal(folder, busy=0.72))
    assert code == 0, err
    (one,) = json.loads(out)["experiments"]
    assert one["verdict"] == "confirmed"
    outside = [each for each in one["readings"] if not each["inside"]]
    assert ("utilisation", "plateau") in {(each["metric"], each["part"]) for each in outside}
    assert one["decisions"]["concurrency"] == "c1000"
    assert one["explained"][0]["path"] in {
        "workload.rate",
        "table.service_ms",
        "table.error_share",
    }


@pytest.mark.parametrize(
    ("changed", "verdict", "why", "code"),
    [
        ({"deviated": True}, "refuted", "broken", 1),
        ({"status": "interrupted"}, "undecided", "ended early", 0),
        ({"status": "failed", "deviated": True}, "undecided", "failed", 0),
        ({"status": "aborted"}, "undecided", "aborted", 0),
    ],
)
def test_how_a_run_ended_says_what_it_is_worth(tradespace, folder, tmp_path, changed, verdict, why, code):
    found, out, _ = told_of(tradespace, tmp_path, journal(folder, **changed))
    (one,) = json.loads(out)["experiments"]
    assert (found, one["verdict"]) == (code, verdict)
    assert why in one["why"]


def test_an_injection_that_failed_decides_nothing(tradespace, folder, tmp_path):
    told = journal(folder)
    told["run"][0]["status"] = "failed"
    _, out, _ = told_of(tradespace, tmp_path, told)
    (one,) = json.loads(out)["experiments"]
    assert one["verdict"] == "undecided"
    told = journal(folder)
    told["rollbacks"][0]["status"] = "failed"
    _, out, _ = told_of(tradespace, tmp_path, told)
    (one,) = json.loads(out)["experiments"]
    assert "STILL BE IN PLACE" in one["why"]


def test_what_is_not_of_this_scenario_or_not_whole_is_refused(tradespace, folder, tmp_path):
    whole = json.dumps(journal(folder))
    renamed = whole.replace('"table.utilisation": [[', '"table.load": [[')
    for content, said in (
        (whole[: len(whole) // 2], "cut"),
        ("[]", "no journal"),
        ('{"status": "completed"}', "experiment"),
        ('{"experiment": {}}', "no prediction"),
        (renamed, "table.load"),
        (whole.replace('"version": 1,', '"version": 9,'), "version"),
    ):
        code, _, err = told_of(tradespace, tmp_path, content)
        assert code == 2, said
        assert said in err
    path = tmp_path / "journal.json"
    path.write_text(whole)
    code, _, err = tradespace("returns", "disney-cache-expiry", "--journal", path)
    assert code == 2
    assert LAMBDA in err
    code, _, err = tradespace("returns", LAMBDA, "--journal", tmp_path / "none.json")
    assert code == 2
    code, _, err = tradespace("returns", LAMBDA)
    assert code == 2
    assert "--journal" in err


def filled(folder, tmp_path, observed, judged="yes"):
    with (folder / "run-log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["metric"] == "table.utilisation":
            row["observed"] = "0.9" if observed and row["action"] == "read plateau" else observed
        if row["action"].startswith("judged"):
            row["steady_state"] = judged
    path = tmp_path / "log.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_run_log_that_people_filled_in(tradespace, folder, tmp_path):
    path = filled(folder, tmp_path, "0.3")
    code, out, _ = tradespace("returns", LAMBDA, "--log", path, "--json")
    (one,) = json.loads(out)["experiments"]
    assert code == 0
    assert one["verdict"] == "confirmed"
    inside = {each["part"]: each["inside"] for each in one["readings"]}
    assert inside == {"steady": True, "plateau": True, "after": True}
    code, out, _ = tradespace("returns", LAMBDA, "--log", filled(folder, tmp_path, "", "no"), "--json")
    assert code == 1
    code, _, err = tradespace("returns", LAMBDA, "--log", filled(folder, tmp_path, "30 %"))
    assert code == 2
    assert "30 %" in err
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    code, _, err = tradespace("returns", LAMBDA, "--log", tmp_path / "other.csv")
    assert code == 2
    assert "column" in err
