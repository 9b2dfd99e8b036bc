"""Tables in Markdown, and the part of a page between two markers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_HEAD = "# Benchmarks\n\nEach part is written by the command above it. Read the ratios, not the times.\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; all columns but the first are aligned to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def write_part(name: str, text: str, page: Path = PAGE) -> None:
    """Replaces what stands between the markers of a part, or adds it at the end.

    Args:
        name: Name of the part, in its markers.
        text: What shall stand there.
        page: The page; made where it doesn't exist.

    Raises:
        ValueError: The page has only one of the two markers, or has them twice.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    old = page.read_text(encoding="utf-8") if page.exists() else _HEAD
    part = f"{begin}\n\n{text.strip()}\n\n{end}"
    if begin not in old and end not in old:
        new = f"{old.rstrip()}\n\n{part}\n"
    else:
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if old.count(begin) != 1 or old.count(end) != 1 or not pattern.search(old):
            raise ValueError(f"{page.name}: there must be one {begin} with one {end} after it; mend the page")
        new = pattern.sub(lambda _: part, old)
    page.write_text(new, encoding="utf-8")
