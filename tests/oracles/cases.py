"""Reference answers that don't come from this program: published, closed-form, or in many digits."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("oracles.json")


def cases(topic: str) -> list[dict[str, Any]]:
    """The cases of one topic, in the order of the file.

    Raises:
        ValueError: If there is no such topic, so that a misspelt one can't pass as zero tests.
    """
    found = [case for case in json.loads(_FILE.read_text(encoding="utf-8")) if case["topic"] == topic]
    if not found:
        raise ValueError(f"topic must be one of {_FILE.name}, but got {topic!r}")
    return found


def assert_within(case: dict[str, Any], found: float | Sequence[float]) -> None:
    """Fails unless every number found is within the tolerance that the case itself states."""
    expected = case["expected"] if isinstance(case["expected"], list) else [case["expected"]]
    values = list(found) if isinstance(found, Sequence) else [found]
    assert len(values) == len(expected), case["id"]
    for value, wanted in zip(values, expected, strict=True):
        room = case.get("tolerance_abs", 0.0) + case.get("tolerance_rel", 0.0) * abs(wanted)
        assert math.isfinite(value), case["id"]
        assert abs(value - wanted) <= room, f"{case['id']}: {value} instead of {wanted} +- {room}"
