"""The grammar of scenario files, read from their JSON Schema: what may stand where, and values for it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from models.scenario.experiments.metric import METRICS
from models.scenario.schema import SENTENCE, json_schema

Schema = dict[str, Any]
Place = tuple[str | int, ...]

#: Numbers at which formulas and formats fall over.
EXTREMES: tuple[float, ...] = (
    *(0, -0.0, 1, -1, 2, 0.5, 1e-9, 1e-15, 1e-300, 5e-324, 0.999999999999, 1.0000000001, 100, 1e6),
    *(1e9, 1e12, 1e15, 1e18, 1e300, 1.7e308, 2**31, 2**53, 2**63, -1e-9, -1e9),
)
#: Values of any type but the right one.
FOREIGN: tuple[Any, ...] = (
    *(None, True, False, "", "x", "0", "nan", "1e3", "on", "null", "²", "٣", "\u202e", "a.b.c", "*", "~"),
    *((), {}, ({},), (None,), {"x": None}, ((),), "x" * 5000, {"set": {"x": 1}}, 10**30, -(10**30)),
)
#: How deep values are made that hold themselves.
DEEPEST = 3


class Grammar:
    """What the JSON Schema of scenario files says of each place."""

    def __init__(self) -> None:
        self.root: Schema = json_schema()
        # What experiments are depends on the file's schema: those of the newest are made.
        newest = self.root["else"]["properties"]["experiments"]
        self.root["properties"]["experiments"]["items"] = newest["items"]

    def at(self, tree: Any, place: Place) -> list[Schema]:
        """The schemas that may hold at a place of a tree; none where nothing may stand there."""
        found = self._plain(self.root, tree)
        node = tree
        for key in place:
            node = node[key]
            inner: list[Schema] = []
            for schema in found:
                inner += self._plain(_under(schema, key), node)
            found = inner
        return found

    def properties(self, tree: Any, place: Place) -> dict[str, Schema]:
        """The keys that a mapping at a place may have, with their schemas."""
        found: dict[str, Schema] = {}
        for schema in self.at(tree, place):
            found.update(schema.get("properties", {}))
        return found

    def value(self, schema: Schema, rng: random.Random, words: Sequence[str], depth: int = 0) -> Any:
        """A value that fits a schema, often at the edge of what it allows."""
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return rng.choice(schema["enum"])
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return self.value(rng.choice(schema[key]), rng, words, depth)
        kind = schema.get("type")
        if kind in ("number", "integer"):
            return _number(schema, rng, is_whole=kind == "integer")
        if kind == "boolean":
            return rng.random() < 0.5
        if kind == "null":
            return None
        if kind == "string":
            return _sentence(rng, words) if schema.get("format") == SENTENCE else rng.choice(words)
        if kind == "array":
            many = 0 if depth > DEEPEST else rng.randint(schema.get("minItems", 0), 2)
            return tuple(self.value(schema.get("items", {}), rng, words, depth + 1) for _ in range(many))
        return self._mapping(schema, rng, words, depth)

    def _mapping(self, schema: Schema, rng: random.Random, words: Sequence[str], depth: int) -> Schema:
        needed = schema.get("required", ())
        likely = 0.0 if depth > DEEPEST else 0.2
        made = {
            key: self.value(inner, rng, words, depth + 1)
            for key, inner in schema.get("properties", {}).items()
            if key in needed or rng.random() < likely
        }
        for inner in schema.get("patternProperties", {}).values():
            for _ in range(0 if depth > DEEPEST else rng.randint(0, 2)):
                made[rng.choice(words)] = self.value(inner, rng, words, depth + 1)
        return made

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.root["$defs"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _plain(self, schema: Schema | None, value: Any) -> list[Schema]:
        """The schema without references and alternatives, as far as a value tells which of them is meant."""
        if schema is None:
            return []
        schema = self._resolved(schema)
        alternatives = schema.get("anyOf") or schema.get("oneOf")
        if not alternatives:
            return [schema]
        plain = [one for part in alternatives for one in self._plain(part, value)]
        return [one for one in plain if _fits(one, value)] or plain


def places_of(tree: Any, place: Place = ()) -> Iterator[Place]:
    """Every place in a tree below its root."""
    inner = (
        tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, (list, tuple)) else ()
    )
    for key, value in inner:
        yield (*place, key)
        yield from places_of(value, (*place, key))


def _under(schema: Schema, key: str | int) -> Schema | None:
    if isinstance(key, int):
        return schema.get("items")
    found = schema.get("properties", {}).get(key)
    return found if found is not None else next(iter(schema.get("patternProperties", {}).values()), None)


def _fits(schema: Schema, value: Any) -> bool:
    """Whether a value may have been written for a schema, by its type and its keys."""
    kind = schema.get("type")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        if "kind" in properties and properties["kind"].get("const") != value.get("kind"):
            return False
        return kind == "object" and set(schema.get("required", ())) <= set(value)
    kinds = {"array": (list, tuple), "string": str, "boolean": bool, "null": type(None)}
    if kind in kinds:
        return isinstance(value, kinds[kind])  # type: ignore[arg-type]
    return isinstance(value, (int, float)) and kind in ("number", "integer")


def _sentence(rng: random.Random, words: Sequence[str]) -> str:
    """A statement of an experiment, often one that can be read."""
    parts = (
        (rng.choice(words), "", ""),
        (*METRICS, "p95", "success", "busy", ""),
        ("above", "below", "at"),
        ("98 %", "2.5 s", "70", "0", "1e9", "4,000 million USD", "-3"),
        ("", "throughout", "within 120 s after", "for one minute", "before during"),
    )
    return " ".join(rng.choice(part) for part in parts).strip()


def _number(schema: Schema, rng: random.Random, *, is_whole: bool) -> float:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1e12))
    high = schema.get("maximum", schema.get("exclusiveMaximum", 1e12))
    how = rng.random()
    if how < 0.15:
        value = rng.choice((low, high))
    elif how < 0.4:
        value = min(max(rng.choice(EXTREMES), low), high)
    elif how < 0.7 and high > max(low, 1e-6):
        value = min(max(10.0 ** rng.uniform(-6.0, 12.0), low), high)
    else:
        value = low + (high - low) * rng.random()
    return int(value) if is_whole else value
