"""What a key that isn't written means, by the version of the format (`schema`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.formulas.service_law import fitted
from models.scenario.component import KINDS, Kind
from models.scenario.kinds.station import MOST_SPREAD

#: The version that new files are written in.
NEWEST = 2


def default_of(kind: type[Kind], name: str, schema: int) -> Any:
    """The value of a parameter of a component that isn't written."""
    if schema >= NEWEST and name in kind.newer_defaults:
        return kind.newer_defaults[name]
    return kind.model_fields[name].default


def with_defaults(tree: Any) -> Any:
    """A scenario as it was written, with what its components mean by its schema and their percentiles.

    What is no scenario is given back as it is: the types say what is wrong with it.
    """
    components = tree.get("components") if isinstance(tree, Mapping) else None
    if not isinstance(components, Mapping):
        return tree
    is_newest = not isinstance(tree.get("schema"), bool) and tree.get("schema") == NEWEST
    return {**tree, "components": {name: _filled(part, is_newest) for name, part in components.items()}}


def _filled(part: Any, is_newest: bool) -> Any:
    kind = part.get("kind") if isinstance(part, Mapping) else None
    if not isinstance(kind, str) or kind not in KINDS:
        return part
    law = _law_of(part) if "service_ms" in KINDS[kind].model_fields else {}
    return {**(KINDS[kind].newer_defaults if is_newest else {}), **law, **part}


def _law_of(part: Mapping[str, Any]) -> dict[str, Any]:
    """Mean, scv and law that the measured percentiles of a component say, where they can be."""
    numbers = [part.get(key) for key in ("service_p50_ms", "service_p99_ms", "service_ms")]
    if any(
        isinstance(number, bool) or not isinstance(number, (int, float, type(None))) for number in numbers
    ):
        return {}
    p50, p99, mean = numbers
    if p50 is None or p99 is None or not 0.0 < p50 < p99 <= MOST_SPREAD * p50:
        return {}
    law = fitted(p50, p99, mean)
    return {"service_ms": law.mean, "service_scv": law.scv, "service_law": law.law}
