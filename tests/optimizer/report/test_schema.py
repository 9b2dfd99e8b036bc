"""The schema of reports: it holds of what is written, refuses what differs, and says what each part is."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Annotated, Literal, TypedDict

import pytest
from jsonschema import Draft202012Validator

from optimizer.report.building import build_report
from optimizer.report.data import report_data, report_schema
from optimizer.report.findings import findings_of
from optimizer.report.schema import schema_of
from optimizer.scenario_model import model_of
from optimizer.sections.content import Paragraph, Section, Steps, text
from optimizer.sections.data import section_data
from optimizer.solver.config import SolveConfig
from optimizer.solver.solver import solve
from reports import DAY, everything
from stories import bundled

SCENARIOS = sorted(path.stem for path in (Path(__file__).parents[3] / "data" / "scenarios").glob("*.yaml"))


def errors(data):
    return [error.message for error in Draft202012Validator(report_schema()).iter_errors(data)]


@pytest.fixture(scope="module")
def data():
    return json.loads(json.dumps(report_data(everything()[2])))


def places(value, path=()):
    """Where the objects of a report stand, those of the solution apart, which has a form of its own."""
    if isinstance(value, dict):
        yield path
        for key, part in value.items():
            if path or key != "solution":
                yield from places(part, (*path, key))
    elif isinstance(value, list):
        for k, part in enumerate(value):
            yield from places(part, (*path, k))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def test_the_schema_is_one_and_says_what_its_parts_are():
    schema = report_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["description"].startswith("What `tradespace report --format json` writes")
    assert all(part["description"] for part in schema["$defs"].values())


def test_whatever_is_missing_or_too_much_is_refused(data):
    assert errors(data) == []
    seen = set()
    for path in places(data):
        kind = tuple(sorted(at(data, path)))
        if kind in seen:  # one of each form is enough: a report holds thousands of cells
            continue
        seen.add(kind)
        for key in at(data, path):
            changed = copy.deepcopy(data)
            del at(changed, path)[key]
            assert errors(changed), (path, key)
        changed = copy.deepcopy(data)
        at(changed, path)["robots"] = 1
        assert errors(changed), path
    assert len(seen) > 10


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_report_of_every_bundled_scenario_keeps_it(name):
    system = bundled(name)
    solution = solve(system, SolveConfig(max_designs=200))
    report = build_report(findings_of(model_of(system), solution), made=DAY)
    assert errors(json.loads(json.dumps(report_data(report)))) == []


def test_every_kind_of_block_keeps_it(data):
    section = Section("more", "More", (Steps((text("one"),)), Paragraph(text("mind"), "warning")))
    changed = {**data, "sections": [json.loads(json.dumps(section_data(section)))]}
    assert errors(changed) == []
    changed["sections"][0]["blocks"][0]["kind"] = "bullets"
    assert errors(changed)


class Part(TypedDict):
    """A part
    of it."""

    pair: Annotated[list[float], {"minItems": 2, "maxItems": 2}]


class Whole(TypedDict):
    """All of it."""

    kind: Literal["a", "b"]
    one: Literal[1]
    parts: list[Part]
    named: dict[str, int | None]


def test_types_say_what_is_allowed():
    schema = schema_of(Whole, title="whole")
    good = {"kind": "a", "one": 1, "parts": [{"pair": [1.0, 2]}], "named": {"x": 3, "y": None}}
    holds = Draft202012Validator(schema).is_valid
    assert holds(good)
    for wrong in (
        {"kind": "c"},
        {"one": 2},
        {"parts": [{"pair": [1.0]}]},
        {"parts": [{"pair": ["1", "2"]}]},
        {"named": {"x": 1.5}},
        {"named": []},
    ):
        assert not holds({**good, **wrong}), wrong
    assert schema["$defs"]["Part"]["description"] == "A part of it."


def test_what_has_no_form_in_json_is_refused():
    class Wrong(TypedDict):
        """A set."""

        some: set

    with pytest.raises(TypeError, match="no form in JSON"):
        schema_of(Wrong, title="wrong")
