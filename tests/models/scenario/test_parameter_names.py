"""The names that the type checker knows are those of the format; slots that code spells out exist."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import pytest

from models.scenario.component import KINDS
from models.scenario.flow import Flow
from models.scenario.parameter_names import CallParameter, ComponentParameter, FlowParameter
from models.scenario.paths import parameters_of, parameters_of_call
from models.system.layout import COMPONENT, FLOW

ROOT = Path(__file__).parents[3]
KNOWN = {
    "component": set(get_args(ComponentParameter)),
    "call": set(get_args(CallParameter)),
    "flow": set(get_args(FlowParameter)),
}


def test_they_are_those_of_the_format():
    assert KNOWN["component"] == {name for kind in KINDS.values() for name in parameters_of(kind)}
    assert KNOWN["call"] == set(parameters_of_call())
    assert KNOWN["flow"] == set(parameters_of(Flow))


def spelt_out(path):
    """Kinds and names of the slots that a module spells out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Slot":
            told = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            if len(node.args) > 2 and isinstance(node.args[2], ast.Constant) and node.args[2].value:
                yield told[0], node.args[2].value


@pytest.mark.parametrize("package", ["models", "optimizer", "ui"])
def test_slots_that_are_spelt_out_exist(package):
    found = [slot for path in (ROOT / package).rglob("*.py") for slot in spelt_out(path)]
    assert found or package == "ui"
    # Factors that no file holds have a column too: what is left of hits, and of servers that are up.
    known = KNOWN | {"component": KNOWN["component"] | set(COMPONENT), "flow": KNOWN["flow"] | set(FLOW)}
    assert [slot for slot in found if slot[0] in known and slot[1] not in known[slot[0]]] == []
