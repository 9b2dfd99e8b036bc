"""JSON Schema from types: what a `TypedDict` promises, as a document that others validate against."""

from __future__ import annotations

import inspect
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

_SIMPLE: dict[object, dict[str, object]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    NoneType: {"type": "null"},
    object: {},
}


def schema_of(form: type, *, title: str) -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of a `TypedDict`: its keys are required, and no others are allowed.

    Args:
        form: The type; its docstring becomes the description, as those of the types in it.
        title: What the schema is called.

    Raises:
        TypeError: A type in it has no form in JSON.
    """
    found: dict[str, dict[str, object]] = {}
    _refer(form, found)
    root = found.pop(form.__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **root,
        "$defs": dict(sorted(found.items())),
    }


def _refer(form: Any, found: dict[str, dict[str, object]]) -> dict[str, object]:
    """A reference to a `TypedDict`, which is described in `found`."""
    name = form.__name__
    if name not in found:
        found[name] = {}  # its own parts may refer to it
        hints = get_type_hints(form, include_extras=True)
        found[name] = {
            "description": " ".join((inspect.getdoc(form) or "").split()),
            "type": "object",
            "properties": {key: _schema(hint, found) for key, hint in hints.items()},
            "required": list(hints),
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}


def _schema(hint: Any, found: dict[str, dict[str, object]]) -> dict[str, object]:
    if is_typeddict(hint):
        return _refer(hint, found)
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        more: dict[str, object] = {}
        for one in parts[1:]:
            more |= one
        return _schema(parts[0], found) | more
    if origin is Literal:
        return {"const": parts[0]} if len(parts) == 1 else {"enum": list(parts)}
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(part, found) for part in parts]}
    if origin is list:
        return {"type": "array", "items": _schema(parts[0], found)}
    if origin is dict and parts[0] is str:
        return {"type": "object", "additionalProperties": _schema(parts[1], found)}
    if hint in _SIMPLE:
        return dict(_SIMPLE[hint])
    raise TypeError(f"{hint} has no form in JSON")
