"""Versions of what a result depends on: libraries, and the very code."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path


@cache
def versions() -> Mapping[str, str]:
    """Versions of what a result depends on."""
    found = {"python": platform.python_version()}
    for name in ("tradespace", "numpy", "scipy", "pymoo", "moocore"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return {**found, "source": _source()}


def _source() -> str:
    """The same for the same code: who works on a model must not be answered by what it was; 12 hex digits."""
    found = hashlib.sha256()
    spec = find_spec("models")
    roots = [Path(__file__).parent, *map(Path, (spec and spec.submodule_search_locations) or ())]
    for root in roots:
        for path in sorted(root.rglob("*.py")):
            found.update(f"{root.name}/{path.relative_to(root).as_posix()}".encode())
            found.update(path.read_bytes())
    return found.hexdigest()[:12]
