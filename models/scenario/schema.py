"""The JSON Schema of scenario files, with which editors complete and check them."""

from __future__ import annotations

from typing import Any

from models.scenario.experiments.sentence import GRAMMAR
from models.scenario.flow import Call, Exclusive, Parallel
from models.scenario.scenario import Scenario

_STEP = [{"$ref": f"#/$defs/{part.__name__}"} for part in (Call, Parallel, Exclusive)]
#: Lists of which one entry may stand without its brackets: type -> fields.
_ONE_OR_MANY = {
    "Integer": ("sets",),
    "Real": ("sets",),
    "FreeExperiment": ("steady_state", "abort", "success"),
}


#: Marks texts that stand for statements.
SENTENCE = "tradespace-statement"
#: Lists of what is expected: type -> fields.
_EXPECTATIONS = {"Experiment": ("steady_state", "abort", "success"), "Hypothesis": ("then",)}


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario file.

    It knows keys, types and bounds; names that must exist elsewhere in the file are left to `load_scenario`.
    """
    schema: dict[str, Any] = _without_titles(Scenario.model_json_schema(by_alias=True))
    types: dict[str, Any] = schema["$defs"]
    # What the loader reads in a shorter spelling (see the validators of the types) is allowed here too.
    name = types["Call"]["properties"]["call"]
    types["Step"] = {"anyOf": [{"type": "string", "pattern": name["pattern"]}, *_STEP]}
    for part, field in (("Call", "then"), ("Flow", "trace"), ("Parallel", "parallel"), ("Branch", "calls")):
        items = types[part]["properties"][field]
        items["items"] = {"$ref": "#/$defs/Step"}
    steps = {"type": "array", "items": {"$ref": "#/$defs/Step"}}
    types["Parallel"]["properties"]["parallel"]["items"] = {"anyOf": [{"$ref": "#/$defs/Step"}, steps]}
    _allow(types["Branch"]["properties"], "calls", {"$ref": "#/$defs/Step"})
    for part, fields in _ONE_OR_MANY.items():
        for field in fields:
            _allow(types[part]["properties"], field, types[part]["properties"][field]["items"])
    _experiments(schema)
    names = {"type": "array", "items": {"type": "string", "pattern": name["pattern"]}}
    _allow(schema["properties"], "drivers", names)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tradespace scenario",
        **schema,
    }


def _experiments(schema: dict[str, Any]) -> None:
    """Experiments are what the file's schema has them be; a sentence stands for a statement."""
    types = schema["$defs"]
    texts = {"type": "string", "format": SENTENCE, "description": f"A sentence: {GRAMMAR}"}
    one = {"anyOf": [texts, *({"$ref": f"#/$defs/{part}"} for part in ("Statement", "Assumption"))]}
    types["Expectation"] = one
    several = {"anyOf": [{"$ref": "#/$defs/Expectation"}, {"type": "array", "items": one}]}
    for part, fields in _EXPECTATIONS.items():
        for field in fields:
            kept = types[part]["properties"][field]
            about = {key: kept[key] for key in ("description", "default") if key in kept}
            types[part]["properties"][field] = {**about, **several}
    faults = types["Experiment"]["properties"]
    _allow(faults, "inject", faults["inject"]["items"])
    schema["properties"]["experiments"]["items"] = {}
    schema["if"] = {"properties": {"schema": {"const": 1}}}
    for key, part in (("then", "FreeExperiment"), ("else", "Experiment")):
        items = {"type": "array", "items": {"$ref": f"#/$defs/{part}"}}
        schema[key] = {"properties": {"experiments": items}}


def _allow(properties: dict[str, Any], field: str, other: dict[str, Any]) -> None:
    """Lets a field be something else too; what describes it stays outside."""
    outer = {key: value for key, value in properties[field].items() if key in ("description", "default")}
    inner = {key: value for key, value in properties[field].items() if key not in outer}
    properties[field] = {**outer, "anyOf": [other, inner]}


def _without_titles(node: Any) -> Any:
    """Leaves out the titles that pydantic makes of the names: editors would show them beside the names."""
    if isinstance(node, list):
        return [_without_titles(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_titles(inner)
        for key, inner in node.items()
        # A property may be called `title` itself: that one holds a schema, not a text.
        if not (key == "title" and isinstance(inner, str)) and not (key == "unit" and inner in ("", "share"))
    }
