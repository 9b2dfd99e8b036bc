"""A report as Markdown (CommonMark with GitHub's tables), for wikis and pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from optimizer.report.content import Page, Report
from optimizer.sections.content import (
    Block,
    Bullets,
    Cell,
    FrontView,
    Line,
    Number,
    Paragraph,
    Steps,
    Table,
    Text,
    Waterfall,
    plain,
    thinned_text,
)

#: What means something anywhere in a line; `://`, `www.` and `@` make links of themselves.
_MEANS = re.compile(r"([\\`*_\[\]<>|~&$#@!{}])")
_LINKS = re.compile(r"(://|(?i:www)\.)")
#: What means something at the beginning of a line.
_BEGINS = re.compile(r"^([-+](?=\s|$)|=|\d{1,9}[.)](?=\s|$))")


def markdown(report: Report | Page) -> str:
    """A report as Markdown."""
    lines = [f"# {escaped(report.title)}", ""]
    if report.subtitle:
        lines += [escaped(report.subtitle), ""]
    for section in report.sections:
        lines += [f"## {escaped(section.title)}", ""]
        for block in section.blocks:
            lines += [*_block(block), ""]
    return "\n".join(lines[:-1]) + "\n"


def escaped(words: str) -> str:
    """A text in which nothing means anything but itself, on one line."""
    one_line = " ".join(plain(words).split())
    safe = _LINKS.sub(
        lambda m: m.group().replace(":", "\\:").replace(".", "\\."), _MEANS.sub(r"\\\1", one_line)
    )
    return _BEGINS.sub(lambda m: f"{m.group()[:-1]}\\{m.group()[-1]}", safe)


def inline(cell: Cell) -> str:
    """A cell or a text, numbers rounded as everywhere."""
    if cell is None:
        return ""
    parts = cell if isinstance(cell, tuple) else (cell,)
    words = "".join(str(part) if isinstance(part, Number) else plain(part) for part in parts)
    return escaped(words)


def points(texts: tuple[Text, ...]) -> list[str]:
    """A list."""
    return [f"- {inline(text)}" for text in texts]


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        if block.kind == "warning":
            yield f"**Warning:** {inline(block.text)}"
        else:
            yield inline(block.text)
    elif isinstance(block, Bullets):
        yield from points(block.points)
    elif isinstance(block, Steps):
        yield from (f"{number}. {inline(step)}" for number, step in enumerate(block.steps, start=1))
    elif isinstance(block, Table):
        yield from table(block)
    elif isinstance(block, FrontView):
        if thinned_text(block):
            yield escaped(thinned_text(block))
            yield ""
        yield from table(block.table)
    elif isinstance(block, (Waterfall, Line)):
        yield from table(block.table)


def table(found: Table) -> Iterator[str]:
    """A table under its caption; columns of numbers are set flush right."""
    yield f"*{escaped(found.caption)}:*"
    yield ""
    yield _row([inline(head) or " " for head in found.columns])
    numeric = [
        bool(found.rows) and all(isinstance(row[j], Number) or row[j] is None for row in found.rows)
        for j in range(len(found.columns))
    ]
    yield _row(["---:" if is_number else "---" for is_number in numeric])
    for row in found.rows:
        yield _row([inline(cell) for cell in row])


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
