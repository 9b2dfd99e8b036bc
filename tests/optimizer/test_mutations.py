"""Whatever is done to a scenario, it is solved or refused: load, compile, solve and print, never a defect."""

from __future__ import annotations

import copy
import json
from io import StringIO
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from models import compile_system, explain
from models.errors import TradespaceError
from models.scenario.load import scenario_from
from models.scenario.reading.document import read_document
from optimizer import SolveConfig, solve
from optimizer.cli.blocks import print_section
from optimizer.decide.oddities import oddities
from optimizer.files.json import solution_answer
from optimizer.scenario_model import model_of
from optimizer.sections.evaluate import evaluate as evaluate_section
from optimizer.sections.solution import solution_section

FILE = Path(__file__).parents[2] / "data" / "scenarios" / "black_friday_exercise.yaml"


def plain(node):
    """What was read as plain values that can be changed."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    return [plain(value) for value in node] if isinstance(node, (list, tuple)) else node


TREE = plain(read_document(FILE.read_bytes(), source="exercise").tree)
VALUES = st.one_of(
    st.sampled_from(
        [0, 1, -1, 0.5, 1e-9, 1e9, 1e300, -1e300, True, False, None, "", "on", "platform", [], {}]
    ),
    st.floats(),
    st.integers(-3, 10**6),
    st.text(max_size=5),
)


def places(node, path=()):
    """All paths into a tree."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def parent_of(tree, path):
    for step in path[:-1]:
        tree = tree[step]
    return tree


def mutate(draw, tree):
    paths = list(places(tree))
    if not paths:
        return
    path = draw(st.sampled_from(paths))
    parent, key = parent_of(tree, path), path[-1]
    kind = draw(st.sampled_from(["delete", "retype", "scale", "rename", "swap", "repeat"]))
    if kind == "delete":
        del parent[key]
    elif kind == "retype":
        parent[key] = draw(VALUES)
    elif kind == "scale":
        if isinstance(parent[key], (int, float)) and not isinstance(parent[key], bool):
            parent[key] = parent[key] * draw(st.sampled_from([0, -1, 1e-12, 0.1, 7, 1e6, 1e30]))
    elif kind == "rename" and isinstance(parent, dict):
        names = sorted({step for other in paths for step in other if isinstance(step, str)})
        parent[draw(st.sampled_from(names))] = parent.pop(key)
    elif kind == "swap":
        other = draw(st.sampled_from(paths))
        there = parent_of(tree, other)
        there[other[-1]], parent[key] = copy.deepcopy(parent[key]), copy.deepcopy(there[other[-1]])
    elif isinstance(parent, list):
        parent.insert(key, copy.deepcopy(parent[key]))
    elif kind == "repeat":
        parent[f"{key}_again"] = copy.deepcopy(parent[key])


@st.composite
def mutated(draw):
    tree = copy.deepcopy(TREE)
    for _ in range(draw(st.integers(1, 3))):
        mutate(draw, tree)
    return tree


@given(tree=mutated(), width=st.sampled_from([40, 120]))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_mutated_scenario_is_solved_or_refused(tree, width):
    refusal = ""
    try:
        system = compile_system(scenario_from(tree))
        solution = solve(system, SolveConfig(max_designs=64))
        found = oddities(system)
        told = explain(system, system.space.today)
    except TradespaceError as error:
        refusal = f"refused: {error}"
    if refusal:
        assert len(refusal) > len("refused: ")
        return
    assert 1 <= solution.certificate.evaluated <= 64
    assert not np.isnan(solution.front.evaluation.values).any()
    assert solution.front.evaluation.feasible.all()
    assert (len(solution.front) == 0) == (solution.closest is not None) == (solution.knee is None)
    assert all(odd.severity in ("warning", "note") for odd in found)
    json.dumps([told, solution_answer(solution, system.space)], allow_nan=False)
    console = Console(file=StringIO(), width=width, color_system=None)
    print_section(console, solution_section(model_of(system), solution))
    print_section(console, evaluate_section(told, model_of(system).limits))
    assert "nan" not in console.file.getvalue().lower().replace("tenant", "").split()


def test_what_is_mutated_is_a_scenario():
    assert compile_system(scenario_from(TREE)).space.size == 2**5
