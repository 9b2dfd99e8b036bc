"""Texts on a page: what users wrote is shown as they wrote it, never as Markdown, HTML or a formula."""

from __future__ import annotations

import html
import re

from optimizer.sections.content import Cell, plain, shown

#: Where a link could begin, in a text whose signs have backslashes.
_LINKS = re.compile(r"(?i)(?<=http)(?=s?\\:)|(?<=ftp)(?=\\:)|(?<=www)(?=\\\.)|(?<=[a-z0-9])(?=\\@)")
#: Between the parts of what would be taken for a link even behind backslashes: shows nothing, breaks nothing.
_JOINER = "\u2060"
#: What Markdown, or Streamlit's additions to it, could take for more than a character.
_MEANS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^@=/])")


def escaped(words: str) -> str:
    """A text as Markdown that shows exactly it."""
    return _LINKS.sub(_JOINER, _MEANS.sub(r"\\\1", " ".join(shown(words).split())))


def as_html(words: str) -> str:
    """A text as HTML, or the value of an attribute, that shows exactly it."""
    return html.escape(shown(words), quote=True)


def as_label(words: str) -> str:
    """A text as a chart shows it, which takes some of HTML for what it says, but no quotes."""
    return html.escape(shown(words), quote=False)


def escaped_cell(cell: Cell) -> str:
    """A text of a report as Markdown that shows exactly it."""
    return escaped(plain(cell))
