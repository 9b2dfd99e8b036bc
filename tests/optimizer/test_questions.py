"""The commands that ask something of a front or a design: their answers, JSON, and bad input."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from optimizer.cli import BAD_INPUT, OK, main

DATA = Path(__file__).parents[2] / "data" / "scenarios"
EXERCISE = DATA / "black_friday_exercise.yaml"


@pytest.fixture
def tradespace(monkeypatch, capsys):
    """Runs the command in this process: exit code, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tradespace", *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            main()
        told = capsys.readouterr()
        assert "Traceback" not in told.err + told.out
        return done.value.code, told.out, told.err

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from models import compile_system, load_scenario
    from optimizer import solve, write_solution

    system = compile_system(load_scenario(EXERCISE))
    path = tmp_path_factory.mktemp("front")
    write_solution(solve(system), system.space, path, force=True)
    return path


def test_the_rules_of_the_exercise_are_its_three_pairs(tradespace):
    code, out, _ = tradespace("rules", EXERCISE, "--target", "saturation")
    assert code == OK
    assert "16 of all 32 designs" in out
    assert out.count(" = on and ") == 3
    code, out, _ = tradespace("rules", EXERCISE, "--target", "saturation", "--json")
    told = json.loads(out)
    assert {rule["coverage"] for rule in told["exact"]} == {0.5}
    assert told["explained"] == 1.0


def test_a_ranking_of_a_front_from_a_folder_is_that_of_the_front(tradespace, folder):
    code, out, _ = tradespace("rank", EXERCISE, "--front", folder, "--json")
    assert code == OK
    told = json.loads(out)
    _, again, _ = tradespace("rank", EXERCISE, "--json")
    assert json.loads(again) == told
    assert sum(entry["first_for_share"] for entry in told["ranking"]) == pytest.approx(1.0)
    _, cheap, _ = tradespace("rank", EXERCISE, "--front", folder, "--weight", "cost=1", "--json")
    front = json.loads((folder / "front.json").read_text())["front"]
    costs = [entry["dimensions"]["cost"]["value"] for entry in front]
    assert costs[json.loads(cheap)["ranking"][0]["design"] - 1] == min(costs)


def test_where_designs_of_the_exercise_break(tradespace, folder):
    # Without any change 1/28 of the peak is carried: 0.7 of 2,040.8/s, of 50,000/s.
    code, out, _ = tradespace("break", EXERCISE, "--json")
    assert code == OK
    assert json.loads(out)["what"] == "load"
    code, out, _ = tradespace("break", EXERCISE, "--design", "knee", "--front", folder, "--json")
    knee = json.loads(out)
    told = json.loads((folder / "front.json").read_text())
    reach = told["front"][told["knee"]]["dimensions"]["throughput"]["value"]
    assert knee["limits"]["saturation"]["fails"] == pytest.approx(0.7 * reach / 50_000.0, rel=1e-3)
    assert knee["first"] == "saturation"
    code, out, _ = tradespace("break", EXERCISE, "--component", "platform")
    assert "times the time of platform" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rank", EXERCISE, "--weight", "speed=1"), ["speed", "latency"]),
        (("rank", EXERCISE, "--weight", "cost=-1"), ["weights must be >= 0"]),
        (("rank", EXERCISE, "--weight", "cost"), ["dimension=number"]),
        (("rank", EXERCISE, "--front", DATA), ["front.json", "solve"]),
        (("rank", DATA / "black_friday_week.yaml", "--front", "FOLDER"), ["another scenario"]),
        (("rules", EXERCISE, "--target", "speed"), ["speed", "saturation"]),
        (("break", EXERCISE, "--component", "web"), ["web", "platform"]),
        (("break", EXERCISE, "--design", "99", "--front", "FOLDER"), ["99", "5 designs"]),
    ],
)
def test_bad_input_is_told_in_words(tradespace, folder, arguments, words):
    code, out, err = tradespace(*(folder if part == "FOLDER" else part for part in arguments))
    assert code == BAD_INPUT
    assert out == ""
    for word in words:
        assert word in err
