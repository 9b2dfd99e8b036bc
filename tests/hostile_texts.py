"""A scenario with the same hostile text in every text field that the schema has."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, TypeAdapter

from models.scenario.defaults import NEWEST
from models.scenario.experiment import FreeExperiment
from models.scenario.load import scenario_from
from models.scenario.part import Text
from models.scenario.scenario import Scenario
from reports import everything_scenario

#: A host that nobody has (RFC 2606).
FOREIGN = "evil.example"
#: What each way of marking up a text would make an element or a sign of.
MARKS = ("payloadlink", "payloadred", "payloadbold", "payloadcode", "payloadtag", "payloadanchor")
#: Each field's number stands for {}: a request tells whose it is.
_PAYLOAD = (
    "![image](http://evil.example/{0}.png) [payloadlink](http://evil.example/{0}) "
    "<img src=http://evil.example/h{0}.png onerror=alert(1)> <script>alert(2)</script> "
    "<a href='http://evil.example/a{0}'>payloadanchor</a> <x-payload>payloadtag</x-payload> "
    ":red[payloadred] :rat: :material/pest_control_rodent: **payloadbold** `payloadcode` $x^2$ $$y^2$$ "
    "http://bare.evil.example www.evil.example"
)
_TEXT = TypeAdapter(Text).json_schema()
#: Fields that hold a text in the schema but allow only a few of them.
_CHOICES = {("Scenario", "decide_by")}


def text_fields():
    """Model and field of every text in the schema, found from it."""
    schema = Scenario.model_json_schema(by_alias=True)
    free = FreeExperiment.model_json_schema(by_alias=True)
    # Texts of schema 1: a scenario has these or what schema 2 has.
    old = {"FreeExperiment", *free["$defs"]}
    models = {"Scenario": schema} | {name: told for name, told in schema["$defs"].items() if name not in old}
    return {
        (model, name)
        for model, told in models.items()
        for name, field in told.get("properties", {}).items()
        if _ways_to_text(field) and (model, name) not in _CHOICES
    }


def hostile_scenario():
    """A scenario with every part that has a text, each text hostile; and the fields that it fills."""
    base = _with_every_part()
    tree = base.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    filled: list[tuple[str, str]] = []
    _fill(base, tree, filled)
    return scenario_from(tree), set(filled)


def _with_every_part():
    tree = everything_scenario().model_dump(mode="json", by_alias=True, exclude_defaults=True)
    tree["schema"] = NEWEST
    tree["drivers"] = {"visitors": "people in the shop"}
    for k, phase in enumerate(tree["workload"]["phases"]):
        phase["drivers"] = {"visitors": 100 * (k + 1)}
    tree["costs"] = [{"label": "mails", "usd": 5, "drivers": {"visitors": 1}}]
    tree["rules"] = [{"not": {"mode": "quick", "shed": True}}]
    tree["uncertainty"]["db.service_ms"] = {"distribution": "triangular", "low": 1, "mode": 2, "high": 3}
    tree["decisions"]["gap"] = {"real": [0.0, 0.2], "sets": "web.gc_share"}
    tree["uncertainty"]["db.slots"] = {"distribution": "none"}
    tree["uncertainty"]["web.slots"] = {"distribution": "normal", "mean": 4, "sd": 0.2}
    tree["components"] |= {
        "memory": {"kind": "cache", "hit_ratio": 0.5, "service_ms": 0.1, "slots": 8},
        "shelf": {"kind": "store", "service_ms": 1, "slots": 8},
        "bank": {"kind": "external", "latency_ms": 5},
        "mails": {"kind": "queue", "service_ms": 1, "slots": 8},
    }
    letter = {"call": "mails", "async": True}
    tree["flows"]["shop"]["trace"] += [{"call": "memory", "then": ["shelf"]}, "bank", letter]
    tree["links"] = {"way": {"between": ["here", "there"], "rtt_ms": 1}}
    tree["components"]["bank"]["region"], tree["flows"]["shop"]["region"] = "there", "here"
    tree["experiments"] = [
        {
            "name": "slow",
            "steady_state": [{"assume": "as usual"}],
            "hypothesis": {"if": "the store is slow", "then": [{"assume": "people wait"}]},
            "inject": [{"kind": "latency", "target": "db", "added_ms": 5, "duration_s": 60}],
            "abort": [{"metric": "success_share", "below": 0.1}],
            "success": [{"metric": "success_share", "above": 0.5}],
        }
    ]
    return scenario_from(tree)


def _fill(value, tree, filled):
    """Sets every text of a part, and of the parts in it, whether it had one or not."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            alias = field.alias or name
            told = TypeAdapter(type(value)).json_schema(by_alias=True).get("properties", {}).get(alias, {})
            ways = _ways_to_text(told)
            payload = _PAYLOAD.format(len(filled))
            if (type(value).__name__, alias) in _CHOICES:
                continue
            if ways:
                inner = getattr(value, name)
                tree[alias] = {
                    "one": lambda payload=payload: payload,
                    "several": lambda payload=payload: [payload],
                    "named": lambda payload=payload, inner=inner: dict.fromkeys(inner, payload),
                }[ways]()
                filled.append((type(value).__name__, alias))
            elif alias in tree:
                _fill(getattr(value, name), tree[alias], filled)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key in tree:
                _fill(inner, tree[key], filled)
    elif isinstance(value, (list, tuple)) and isinstance(tree, list):
        for inner, told in zip(value, tree, strict=True):
            _fill(inner, told, filled)


def _ways_to_text(told):
    """How a field holds texts: one, several, or named ones; empty = it holds none."""
    for way in (told, *told.get("anyOf", ())):
        if _is_text(way):
            return "one"
        if _is_text(way.get("items", {})):
            return "several"
        inner = way.get("additionalProperties", {})
        if isinstance(inner, dict) and _is_text(inner):
            return "named"
    return ""


def _is_text(told):
    return isinstance(told, dict) and _TEXT.items() <= told.items()
