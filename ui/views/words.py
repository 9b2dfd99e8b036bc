"""Texts on a page: what users wrote is shown as they wrote it, never as Markdown, HTML or a formula."""

from __future__ import annotations

import re

from optimizer.report.content import Cell, plain, shown

#: What Markdown, or Streamlit's additions to it, could take for more than a character.
_MEANS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^@=/])")


def escaped(words: str) -> str:
    """A text as Markdown that shows exactly it."""
    return _MEANS.sub(r"\\\1", " ".join(shown(words).split()))


def escaped_cell(cell: Cell) -> str:
    """A text of a report as Markdown that shows exactly it."""
    return escaped(plain(cell))
