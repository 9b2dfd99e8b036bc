"""Every reference answer is either held against the program, or listed with the reason why not."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from models import compile_system, evaluate
from oracles.cases import assert_within, cases
from scenarios import scenario

TESTS = Path(__file__).parents[1]
CASES = json.loads((TESTS / "oracles" / "oracles.json").read_text(encoding="utf-8"))
MODULES = [path for path in TESTS.rglob("test_*.py") if "cases(" in path.read_text(encoding="utf-8")]


def topics_of(tree: ast.Module) -> set[str]:
    """Topics that a test module asks for."""
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "cases"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def left_out_of(tree: ast.Module) -> dict[str, str]:
    """Ids that a test module leaves out, with its reasons."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "NOT_COVERED":
            return dict(ast.literal_eval(node.value))
    return {}


TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES]


def test_every_topic_is_asked_for_by_some_test():
    asked = set().union(*(topics_of(tree) for tree in TREES))
    assert {case["topic"] for case in CASES} == asked


def test_what_is_left_out_exists_and_has_a_reason():
    known = {case["id"] for case in CASES}
    left_out = {id_: why for tree in TREES for id_, why in left_out_of(tree).items()}
    assert len(left_out) > 0
    assert set(left_out) <= known
    assert all(len(why.split()) >= 4 for why in left_out.values())
    # Few: a reason is no way out of a test that fails.
    assert len(left_out) <= len(known) // 10


def test_no_case_stands_twice():
    ids = [case["id"] for case in CASES]
    assert len(ids) == len(set(ids)) > 100


@pytest.mark.parametrize("case", [c for c in cases("availability_zones") if c["id"] == "avail-mtbf"])
def test_availability_from_times_between_failures_and_to_repair(case):
    inputs = case["inputs"]
    web = {"kind": "service", "service_ms": 1, "replicas": 1, "slots": 100}
    web |= {"mtbf_hours": inputs["mtbf_h"], "mttr_minutes": 60.0 * inputs["mttr_h"]}
    system = compile_system(scenario(components={"web": web}))
    # The model rounds shares to 12 decimals.
    found = float(evaluate(system, system.space.today[None, :]).values[0, 3])
    assert_within(case | {"tolerance_abs": 5e-13}, found)
