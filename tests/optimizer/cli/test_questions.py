"""The commands that ask something of a front or a design: their answers, JSON, and bad input."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from optimizer.cli.exit_codes import BAD_INPUT, OK

DATA = Path(__file__).parents[3] / "data" / "scenarios"
EXERCISE = DATA / "black_friday_exercise.yaml"
WEEK = DATA / "black_friday_week.yaml"


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
    rules = re.findall(r"^(\w+) \(on\) and (\w+) \(on\) ", out, re.MULTILINE)
    assert len({frozenset(rule) for rule in rules}) == 3
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
        (("rank", EXERCISE, "--weight", "cost=-1"), ["weights must be 0, or from 1e-15 to 1e+15"]),
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


def test_explaining_the_knee_and_today(tradespace, folder):
    code, out, _ = tradespace("explain", EXERCISE, "--front", folder)
    assert code == OK
    for said in ("It is the knee", "What it gives up", "The limit on utilisation is broken first, at "):
        assert said in out
    code, out, _ = tradespace("explain", EXERCISE, "--design", "today", "--front", folder)
    assert code == OK
    assert "It breaks utilisation (70.0 % would have to be " in out
    assert "The smallest change that brings it within all limits: " in out
    _, out, _ = tradespace("explain", EXERCISE, "--front", folder, "--json")
    told = json.loads(out)
    assert told["knee"]["is"] is True
    front = json.loads((folder / "front.json").read_text())
    assert told["design"] == front["front"][front["knee"]]["design"]
    best = [min(entry["dimensions"]["cost"]["value"] for entry in front["front"])]
    assert [one["best"] for one in told["gives_up"] if one["dimension"] == "cost"] == pytest.approx(best)


def test_a_chosen_design_goes_through_a_file(tradespace, folder, tmp_path):
    path = tmp_path / "chosen.yaml"
    code, _, _ = tradespace("explain", EXERCISE, "--front", folder, "--save", path)
    assert code == OK
    code, out, _ = tradespace("evaluate", EXERCISE, "--design", path, "--json")
    assert code == OK
    front = json.loads((folder / "front.json").read_text())
    assert json.loads(out)["design"] == front["front"][front["knee"]]["design"]
    code, _, err = tradespace("explain", EXERCISE, "--front", folder, "--save", path)
    assert code == BAD_INPUT
    assert "--force" in err
    assert [p.name for p in tmp_path.iterdir()] == ["chosen.yaml"]
    code, _, err = tradespace("explain", WEEK, "--front", folder, "--design", path)
    assert code == BAD_INPUT
    code, _, err = tradespace("evaluate", WEEK, "--design", path)
    assert code == BAD_INPUT
    assert "is a design of the scenario 'black-friday-exercise'" in err


def test_a_design_of_an_older_version_is_refused_with_what_differs(tradespace, tmp_path):
    path = tmp_path / "old.yaml"
    path.write_text(
        "scenario: black-friday-exercise\ndigest: '00'\n"
        "decisions: {eventual_consistency: true, more_robots: 3}\n"
    )
    code, _, err = tradespace("evaluate", EXERCISE, "--design", path)
    assert code == BAD_INPUT
    assert "more_robots" in err
    assert "long_cache_ttl" in err


def test_comparing_designs(tradespace, folder):
    code, out, _ = tradespace("compare", EXERCISE, "--front", folder, "--design", "knee", "--design", "1")
    assert code == OK
    assert "breaks at" in out
    code, out, _ = tradespace("compare", EXERCISE, "--front", folder, "--design", "knee", "--json")
    told = json.loads(out)
    assert [one["name"] for one in told["designs"]] == ["today", "knee"]
    code, _, err = tradespace("compare", EXERCISE, *["--design", "today"] * 5)
    assert code == BAD_INPUT
    assert "one to 4" in err


def test_what_a_change_does(tradespace):
    code, out, _ = tradespace("what-if", EXERCISE, "--set", "more_servers=on")
    assert code == OK
    assert out.startswith("more_servers (on): ")
    code, out, _ = tradespace("what-if", EXERCISE, "--json")
    assert len(json.loads(out)["changes"]) == 5
    code, out, _ = tradespace("what-if", EXERCISE, "--pairs")
    assert "only together they mend" in out
    code, _, err = tradespace("what-if", EXERCISE, "--set", "robots=on")
    assert code == BAD_INPUT
    assert "robots" in err


def test_wishes(tradespace, folder):
    front = json.loads((folder / "front.json").read_text())["front"]
    least = min(entry["dimensions"]["cost"]["value"] for entry in front)
    code, out, _ = tradespace("reach", EXERCISE, "--front", folder, "--wish", f"cost={least}", "--json")
    assert code == OK
    reached = [front[i - 1]["dimensions"]["cost"]["value"] for i in json.loads(out)["meeting"]]
    assert reached
    assert max(reached) <= least
    code, out, _ = tradespace(
        "reach", EXERCISE, "--front", folder, "--wish", "cost=1", "--wish", "latency=1e6"
    )
    assert code == OK
    assert "What must give" in out
    code, out, _ = tradespace(
        "reach", EXERCISE, "--front", folder, "--design", "1", "--better", "cost", "--worse", "latency"
    )
    assert code == OK
    for wrong in (["--wish", "speed=1"], ["--wish", "availability=99"], ["--wish", "cost"], []):
        code, _, err = tradespace("reach", EXERCISE, "--front", folder, *wrong)
        assert code == BAD_INPUT
        assert err


def test_the_few_to_show(tradespace, folder):
    code, out, _ = tradespace("representatives", EXERCISE, "--front", folder)
    assert code == OK
    assert re.search(r"^balanced +design \d", out, re.MULTILINE)
    _, out, _ = tradespace("representatives", EXERCISE, "--front", folder, "--number", "3", "--json")
    told = json.loads(out)
    size = len(json.loads((folder / "front.json").read_text())["front"])
    assert sum(one["stands_for"] for one in told["representatives"]) == size


def test_few_is_the_former_name_of_representatives(tradespace, folder):
    assert tradespace("few", EXERCISE, "--front", folder) == tradespace(
        "representatives", EXERCISE, "--front", folder
    )
    _, out, _ = tradespace("--help")
    commands = re.findall(r"^\W*([a-z][a-z-]+)  ", out, re.MULTILINE)
    assert "representatives" in commands
    assert "few" not in commands


@pytest.fixture
def turned(folder, tmp_path):
    """The folder with another record: design 3 is recommended, in 55.5 % of the draws."""
    told = json.loads((folder / "front.json").read_text())
    for pick in told["recommendation"]["picks"]:
        pick["roles"] = [role for role in pick["roles"] if role != "recommended"]
        if pick["position"] == 2:
            pick["roles"].append("recommended")
            pick["confidence"] = 0.555
    assert told["knee"] == 1
    (tmp_path / "front.json").write_text(json.dumps(told))
    return tmp_path


def test_recommended_is_the_design_of_the_record_and_the_default(tradespace, turned):
    _, out, _ = tradespace("explain", EXERCISE, "--front", turned)
    assert "Design 3 of 5 designs" in out
    assert "It is the recommended design: all limits hold in 55.5 % of the draws of the guesses." in out
    assert "It is the knee" not in out
    _, named, _ = tradespace("explain", EXERCISE, "--front", turned, "--design", "recommended")
    assert named == out
    _, out, _ = tradespace("explain", EXERCISE, "--front", turned, "--design", "knee")
    assert "Design 2 of 5 designs" in out
    assert "Recommended is design 3" in out
    assert "It is the knee" in out
    _, out, _ = tradespace("explain", EXERCISE, "--front", turned, "--design", "knee", "--json")
    assert json.loads(out)["recommended"]["is"] is False
    assert json.loads(out)["recommended"]["design"] == 3
    _, by_name, _ = tradespace("compare", EXERCISE, "--front", turned, "--design", "recommended", "--json")
    _, by_number, _ = tradespace("compare", EXERCISE, "--front", turned, "--design", "3", "--json")
    assert json.loads(by_name)["designs"][1]["design"] == json.loads(by_number)["designs"][1]["design"]


def test_the_ranking_says_what_is_recommended_and_how_its_order_differs(tradespace, turned):
    code, out, _ = tradespace("rank", EXERCISE, "--front", turned)
    assert code == OK
    assert re.search(r"^\d=? +3 \(recommended\) +.*\b55\.5 %", out, re.MULTILINE)
    _, plain, _ = tradespace("rank", EXERCISE, "--front", turned, "--json")
    told = json.loads(plain)
    assert told["recommended"] == 3
    place = [entry["design"] for entry in told["ranking"]].index(3) + 1
    assert f"it names design 3, which has rank {place} here." in " ".join(out.split())
    by_number = {entry["design"]: entry for entry in told["ranking"]}
    assert by_number[3]["confidence"] == 0.555
    shortlist = json.loads((turned / "front.json").read_text())["recommendation"]["picks"]
    assert {n for n, entry in by_number.items() if entry["confidence"] is not None} == {
        pick["position"] + 1 for pick in shortlist
    }


def test_closest_to_a_wish_is_what_would_be_recommended_of_those_that_keep_it(tradespace, folder):
    front = json.loads((folder / "front.json").read_text())
    best = next(p for p in front["recommendation"]["picks"] if "recommended" in p["roles"])
    # All designs keep this wish: the recommended one comes first, though it is the dearest of them.
    _, out, _ = tradespace("reach", EXERCISE, "--front", folder, "--wish", "cost=1e9", "--json")
    told = json.loads(out)
    assert len(told["meeting"]) == len(front["front"])
    assert (told["closest"], told["confidence"]) == (best["position"] + 1, best["confidence"])
    # Those for less stand at their limit: half of the draws of the load are too much.
    _, out, _ = tradespace("reach", EXERCISE, "--front", folder, "--wish", "cost=1000", "--json")
    told = json.loads(out)
    assert told["closest"] in told["meeting"]
    assert (told["confidence"], told["reached"]) == (0.5, "closest")
    _, out, _ = tradespace("reach", EXERCISE, "--front", folder, "--wish", "cost=1000")
    assert "comes first of them by the rule of recommendation: all limits hold in 50.0 %" in " ".join(
        out.split()
    )


def test_an_empty_front_is_said_to_be_empty(tradespace, tmp_path):
    from models import compile_system, load_scenario
    from optimizer import solve, write_solution

    text = EXERCISE.read_text().replace("effort_days: 5", "effort_days: 0")
    path = tmp_path / "none.yaml"
    path.write_text(text)
    system = compile_system(load_scenario(path))
    write_solution(solve(system), system.space, tmp_path / "out")
    for command in (
        ["rank"],
        ["representatives"],
        ["reach", "--wish", "cost=1"],
        ["explain"],
        ["compare", "--design", "1"],
    ):
        code, _, err = tradespace(command[0], path, "--front", tmp_path / "out", *command[1:])
        assert code == BAD_INPUT, command
        assert "no design is feasible" in err or "0 designs" in err
    code, out, _ = tradespace("explain", path, "--front", tmp_path / "out", "--design", "today")
    assert code == OK
    assert "It breaks utilisation (70.0 % would have to be " in out


def test_how_much_a_design_stands(tradespace, folder):
    code, out, _ = tradespace("margins", EXERCISE, "--front", folder)
    assert code == OK
    assert re.search(r"^replicas of platform +180 of 200 lost +utilisation at platform", out, re.MULTILINE)
    _, out, _ = tradespace("margins", EXERCISE, "--front", folder, "--json")
    told = json.loads(out)
    front = json.loads((folder / "front.json").read_text())
    reach = front["front"][front["knee"]]["dimensions"]["throughput"]["value"]
    assert told["load"]["design"] == pytest.approx(0.7 * reach / 50_000.0, rel=1e-3)
    # 200 replicas carry ten times the peak within 70 %: 20 must stay.
    assert told["losses"][0]["stands"] == 200 - 20


def test_a_runbook_of_what_can_be_switched(tradespace, folder):
    code, out, _ = tradespace("runbook", EXERCISE, "--front", folder)
    assert code == OK
    assert "nothing to switch" in out
    code, out, _ = tradespace("runbook", EXERCISE, "--front", folder, "--json")
    assert json.loads(out)["switches"] == []


def test_doubting_the_numbers(tradespace, tmp_path):
    code, _, err = tradespace("doubt", EXERCISE)
    assert code == BAD_INPUT
    assert "names no guesses" in err
    guess = "uncertainty:\n  platform.service_ms: {distribution: lognormal, median: 140, sigma: 0.2}\n"
    path = tmp_path / "guess.yaml"
    path.write_text(EXERCISE.read_text() + guess)
    code, out, _ = tradespace("doubt", path, "--draws", 64)
    assert code == OK
    assert "one in ten is above" in out
    assert "platform.service_ms" in out
    code, out, _ = tradespace("doubt", path, "--draws", 64, "--json")
    told = json.loads(out)
    assert sum(told["chosen_share"].values()) + told["none_feasible"] == pytest.approx(1.0)
    assert told["measure"][0]["guess"] == "platform.service_ms"
    _, again, _ = tradespace("doubt", path, "--draws", 64, "--json")
    assert json.loads(again) == told


def test_groups_and_decisions_by_their_weight(tradespace, folder):
    _, out, _ = tradespace("representatives", EXERCISE, "--front", folder, "--rules", "--json")
    told = json.loads(out)
    # Five designs that all differ: a rule of its own for each group of one.
    assert len(told["rules"]) == len(told["representatives"])
    assert all(one["explained"] == 1.0 for one in told["rules"])
    code, out, _ = tradespace("representatives", EXERCISE, "--front", folder, "--rules")
    assert "Only among those that" in out
    code, out, _ = tradespace("what-if", EXERCISE, "--shares", "--json")
    total = json.loads(out)["total"]
    # Consistency is 1 - 0.02 A - 0.05 B, added up: B has 25 of 29 parts of its variance.
    assert total["long_cache_ttl"]["consistency"] == pytest.approx(25 / 29, abs=0.06)
    assert total["more_servers"]["consistency"] == 0.0
    code, out, _ = tradespace("what-if", EXERCISE, "--shares")
    assert code == OK
