"""The benchmarks there are: python -m benchmarks."""

from __future__ import annotations

import ast
from pathlib import Path


def main() -> None:
    """Prints each benchmark with what it measures."""
    for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
        says = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        print(f"python -m benchmarks.{path.stem}\n    {says.splitlines()[0] if says else ''}")


if __name__ == "__main__":
    main()
