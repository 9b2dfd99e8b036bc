"""The JSON Schema accepts what the loader accepts, and helps an editor with what it doesn't."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from models.errors import ScenarioError
from models.scenario.load import scenario_from
from models.scenario.reading.document import read_document
from models.scenario.schema import json_schema

FILE = Path(__file__).parents[3] / "data" / "scenarios" / "black_friday_exercise.yaml"
SCHEMA = json_schema()
TREE = json.loads(json.dumps(read_document(FILE.read_bytes(), source="x").tree))


def fits(tree) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(tree)


def changed(path, value):
    tree = copy.deepcopy(TREE)
    node = tree
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return tree


def test_it_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["type"] == "object"


def test_the_exercise_fits() -> None:
    assert fits(TREE)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("flows", "shop", "trace"), ["platform", {"call": "platform", "times": 2}]),
        (("flows", "shop", "trace"), [{"parallel": ["platform", ["platform", {"call": "platform"}]]}]),
        (("decisions", "n"), {"integer": [1, 3], "sets": "platform.replicas"}),
        (("decisions", "n"), {"real": [1, 3.5], "sets": ["platform.service_scv"], "scale": "log"}),
        (("decisions", "n"), {"options": {"a": {}, "b": {"set": {"platform.queue_limit": None}}}}),
        (("today",), {"more_servers": True}),
        (("components", "platform", "availability"), None),
        (
            ("experiments",),
            [
                {
                    "hypothesis": {"if": "a", "then": "success above 90 %"},
                    "inject": {"kind": "terminate", "target": "platform", "share": 0.5},
                    "abort": {"metric": "success_share", "below": 0.5},
                    "success": ["p99 below 3 s", {"assume": "nobody calls"}],
                },
                {
                    "hypothesis": {"if": "a", "then": []},
                    "inject": [{"kind": "load", "factor": 2, "duration_s": 60}],
                },
            ],
        ),
    ],
)
def test_every_spelling_that_the_loader_reads_fits(path, value) -> None:
    tree = changed(path, value)
    scenario_from(tree)
    assert fits(tree)


def test_drivers_may_be_a_list() -> None:
    assert fits(changed(("drivers",), ["volume"]))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("components", "platform", "slotz"), 1),
        (("components", "platform", "kind"), "servce"),
        (("components", "platform", "service_ms"), "fast"),
        (("components", "platform", "availability"), 99.9),
        (("flows", "shop", "trace"), ["1 a"]),
        (("flows", "shop", "trace"), []),
        (("flows", "shop", "trace"), [{"parallel": []}]),
        (("decisions", "n"), {"label": "nothing"}),
        (("decisions", "n"), {"on": {}, "options": {"a": {}}}),
        (("rules",), [{"iff": {}}]),
        (("schema",), 3),
        (
            ("experiments",),
            [{"hypothesis": {"if": "a", "then": "b"}, "inject": {"kind": "stop", "target": "x"}}],
        ),
        (
            ("experiments",),
            [{"hypothesis": {"if": "a", "then": []}, "inject": {"kind": "pause", "target": "platform"}}],
        ),
    ],
)
def test_what_the_schema_refuses_the_loader_refuses_too(path, value) -> None:
    tree = changed(path, value)
    assert not fits(tree)
    with pytest.raises(ScenarioError):
        scenario_from(tree)


def test_every_parameter_is_described() -> None:
    service = SCHEMA["$defs"]["Service"]["properties"]
    assert "ms" in service["service_ms"]["description"]
    assert service["service_ms"]["unit"] == "ms"
    assert "title" not in service["service_ms"]
    assert "title" in SCHEMA["properties"]
