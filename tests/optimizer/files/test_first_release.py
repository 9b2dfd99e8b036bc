"""What version 0.1 wrote, kept as it was: it opens today, says its version, and stays as it is."""

from __future__ import annotations

import json
import shutil

import pytest

from models import compile_system, load_scenario
from reports import ROOT

KEPT = ROOT / "tests" / "first_release"
SCENARIO = KEPT / "black_friday_exercise.yaml"


@pytest.fixture
def front(tmp_path):
    return shutil.copytree(KEPT / "front", tmp_path / "front")


def test_a_scenario_of_the_first_release_is_still_the_same():
    """Its digest stands in every front and run that was kept of it."""
    written = json.loads((KEPT / "front" / "front.json").read_text(encoding="utf-8"))
    assert compile_system(load_scenario(SCENARIO)).digest == written["scenario"]["digest"]


def test_its_front_opens_and_stays_as_it_is(tradespace, front):
    before = (front / "front.json").read_bytes()
    code, told, _ = tradespace("rank", SCENARIO, "--front", front, "--json")
    assert code == 0
    written = json.loads(before)["front"]
    assert {one["design"] for one in json.loads(told)["ranking"]} == set(range(1, len(written) + 1))
    assert (front / "front.json").read_bytes() == before


def test_its_front_belongs_to_no_scenario_of_a_newer_meaning(tradespace, front):
    code, _, told = tradespace("rank", ROOT / "data" / "scenarios" / SCENARIO.name, "--front", front)
    assert code == 2
    assert "another scenario" in told


def test_its_runs_open_with_their_version(tradespace, monkeypatch, tmp_path):
    monkeypatch.setenv("TRADESPACE_STORE", str(tmp_path / "runs.sqlite"))
    assert tradespace("runs", "import", KEPT / "runs.json")[0] == 0
    (run,) = json.loads(tradespace("runs", "list", "--json")[1])
    shown = tradespace("runs", "show", run["id"])[1]
    assert "version: 0.1.0" in shown
    # It isn't taken for an answer of today's program.
    assert "From the run store" not in tradespace("solve", SCENARIO)[1]
