"""What a key that isn't written means, by the version of the format (`schema`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.scenario.component import KINDS, Kind

#: The version that new files are written in.
NEWEST = 2


def default_of(kind: type[Kind], name: str, schema: int) -> Any:
    """The value of a parameter of a component that isn't written."""
    if schema >= NEWEST and name in kind.newer_defaults:
        return kind.newer_defaults[name]
    return kind.model_fields[name].default


def with_defaults(tree: Any) -> Any:
    """A scenario as it was written, with what its components mean by its schema where that isn't schema 1.

    What is no scenario is given back as it is: the types say what is wrong with it.
    """
    if not isinstance(tree, Mapping) or isinstance(tree.get("schema"), bool) or tree.get("schema") != NEWEST:
        return tree
    components = tree.get("components")
    if not isinstance(components, Mapping):
        return tree
    return {**tree, "components": {name: _filled(part) for name, part in components.items()}}


def _filled(part: Any) -> Any:
    kind = part.get("kind") if isinstance(part, Mapping) else None
    if not isinstance(kind, str) or kind not in KINDS:
        return part
    return {**KINDS[kind].newer_defaults, **part}
