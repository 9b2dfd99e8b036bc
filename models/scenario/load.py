"""From a scenario file to a Scenario: read, validated, checked; refused whole with all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.errors import ScenarioError
from models.scenario.document import Document, read_document, read_file
from models.scenario.findings import translated
from models.scenario.scenario import Scenario


def load_scenario(path: str | Path) -> Scenario:
    """Reads and checks a scenario file."""
    return _scenario(read_document(read_file(Path(path)), source=str(path)), source=str(path))


def scenario_from(tree: Mapping[str, Any], *, source: str = "scenario") -> Scenario:
    """Checks a scenario that is given as Python values."""
    return _scenario(Document(_tuples(tree)), source=source)


def _tuples(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _tuples(inner) for key, inner in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value


def _scenario(document: Document, *, source: str) -> Scenario:
    try:
        return Scenario.model_validate(document.tree)
    except ValidationError as error:
        found = translated(error.errors(include_url=False), document.tree, Scenario)
        raise ScenarioError(source, found) from None
