"""Every bundled scenario, whatever it tells: described, without warnings, and computable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from models import System, compile_system, evaluate, load_scenario
from models.explanation.explain import explain
from models.scenario.load import load_with_warnings, scenario_from_text
from models.scenario.schema import json_schema
from models.system.effects import base_value
from models.system.uncertainty import guesses_of
from optimizer.files import gallery

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "data" / "scenarios").glob("*.yaml"))
#: Made to be copied: every key is explained where it first stands.
STARTERS = ("event-pipeline", "read-heavy-social-feed", "web-api-three-tier")
#: Word for word from its source, which gives all numbers; nothing in it is uncertain.
CERTAIN = ("black-friday-exercise",)

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@cache
def system_of(path: Path) -> System:
    return compile_system(load_with_warnings(path)[0])


def test_there_are_scenarios_and_the_gallery_knows_exactly_these() -> None:
    names = tuple(path.stem.replace("_", "-") for path in FILES)
    assert gallery.names() == tuple(sorted(names))
    assert set(STARTERS + CERTAIN) <= set(names)
    for path, name in zip(FILES, names, strict=True):
        assert gallery.path_of(name) == path


def test_the_page_beside_them_has_a_line_for_each() -> None:
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^- `([a-z0-9_]+\.yaml)`: \S", page, re.MULTILINE)
    assert sorted(listed) == [path.name for path in FILES]


@every_file
def test_it_is_named_like_its_file_and_described(path: Path) -> None:
    scenario, warnings = load_with_warnings(path)
    assert all(finding.severity == "note" for finding in warnings)
    assert scenario.name == path.stem.replace("_", "-")
    assert scenario.title
    assert scenario.summary
    assert scenario.sources
    assert scenario.assumptions
    assert scenario.uncertainty or scenario.name in CERTAIN
    assert 5 <= len(scenario.decisions) <= 40
    assert all(decision.label for decision in scenario.decisions.values())
    assert len(gallery.first_sentence(scenario)) <= 240


@every_file
def test_its_guesses_lie_around_the_numbers_that_it_works_with(path: Path) -> None:
    """The middle of a guess is the number in the file; of a rate or a driver, that of the peak."""
    system = system_of(path)
    for guess in guesses_of(system):
        spread = guess.distribution.model_dump()
        middle = next((spread[key] for key in ("median", "mode", "mean") if key in spread), None)
        for slot in guess.slots:
            number = base_value(system.scenario, slot)
            at_peak = float(number[0, system.peak if number.shape[1] > 1 else 0])
            if middle is None:
                assert spread["low"] <= at_peak <= spread["high"], guess.path
            else:
                assert at_peak == pytest.approx(middle, rel=1e-6), guess.path


@every_file
def test_it_stands_alone(path: Path) -> None:
    # A copy is of one file; a measured load beside it would be left behind.
    assert scenario_from_text(path.read_text(encoding="utf-8")) == load_with_warnings(path)[0]


@every_file
def test_todays_design_can_be_worked_out(path: Path) -> None:
    system = system_of(path)
    today = evaluate(system, system.space.today[None, :])
    assert not np.isnan(today.values).any()
    assert not np.isnan(today.excess).any()
    assert np.isfinite(today.values[:, 2:]).all()  # latency and throughput alone may be unbounded


@every_file
def test_a_sample_of_its_designs_can_be_worked_out(path: Path) -> None:
    system = system_of(path)
    sample = evaluate(system, system.space.sample(32, seed=1))
    assert len(sample) == min(32, system.space.size or 32)
    assert not np.isnan(sample.values).any()
    assert not np.isnan(sample.excess).any()
    assert np.isfinite(sample.values[:, 2:]).all()
    shares = sample.values[:, 2:4]  # consistency and availability
    assert np.all((shares >= 0) & (shares <= 1))


@every_file
def test_a_copy_differs_in_name_and_title_only_and_keeps_the_comments(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    copy = gallery.copy_of(path.stem.replace("_", "-"), "my-own-system")
    before, after = scenario_from_text(text), scenario_from_text(copy)
    assert (after.name, after.title) == ("my-own-system", "My own system")
    assert after.model_copy(update={"name": before.name, "title": before.title}) == before
    assert re.findall(r"(?<=[ \n])#.*", copy) == re.findall(r"(?<=[ \n])#.*", text)


@pytest.mark.parametrize("name", STARTERS)
def test_a_starter_explains_every_key_where_it_first_stands(name: str) -> None:
    lines = gallery.path_of(name).read_text(encoding="utf-8").splitlines()
    keys = set(_keys(json_schema()))
    assert {"service_ms", "trace", "tolerance", "sigma"} <= keys
    for key in keys:
        stands = re.compile(rf"(^|[\s{{,\[-]){key}:")
        first = next(
            (line for line in lines if stands.search(line.split(" #", 1)[0]) and line[0] != "#"), "#"
        )
        assert "#" in first, f"{key}: {first}"


@pytest.mark.parametrize("name", STARTERS)
def test_a_starter_is_small_and_wants_more_than_today_gives(name: str) -> None:
    system = system_of(gallery.path_of(name))
    assert 8 <= len(system.scenario.decisions) <= 15
    assert len(system.scenario.uncertainty) >= 4
    assert system.space.size is not None
    assert system.space.size <= 20_000
    assert not evaluate(system, system.space.today[None, :]).feasible[0]


def _keys(node: object) -> Iterator[str]:
    """Every key that the format has."""
    if isinstance(node, dict):
        properties = node.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        for inner in node.values():
            yield from _keys(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _keys(inner)


@pytest.mark.parametrize("name", ["pokemon-go-launch"])
def test_where_nobody_is_answered_waits_are_unbounded_without_a_warning(name: str) -> None:
    # filterwarnings = error: a division of nothing by nothing would fail here
    system = compile_system(load_scenario(gallery.path_of(name)))
    unbounded = 0
    for x in system.space.sample(12, seed=5):
        told = explain(system, x)
        for phase in told["phases"]:
            for flow in phase["flows"].values():
                if flow["success_share"] == 0.0 and flow["rate"] > 0.0:
                    unbounded += 1
                    assert flow["p50_ms"] is None
                    assert flow["p99_ms"] is None
    assert unbounded > 0
