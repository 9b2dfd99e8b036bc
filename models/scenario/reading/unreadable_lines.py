"""A file with lines that aren't YAML: they are told and left out, so that the rest is checked too.

A line that the parser stumbles over is blanked with the lines indented under it, and the file is read again.
The entry around it (`components.web`) counts as gone: what is read there isn't what was meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from models.errors import Finding, ScenarioError
from models.scenario.reading.document import Document, NotYamlError, decoded, joined, parsed

#: Lines that are told; who has more has another kind of file.
MOST_TOLD = 20
#: How often a file is read again: so many times, and letters in all, that it takes a second at the most.
_MOST_TRIES, _MOST_LETTERS = 60, 1_000_000
_KEY = re.compile(r"\s*[\"']?([A-Za-z_][\w.-]*)")


def read_what_can_be_read(content: bytes, *, source: str) -> Document:
    """The tree of a YAML text without the lines that aren't YAML, each of which is a finding.

    Raises:
        ScenarioError: Nothing is left that can be read as a mapping.
    """
    text = decoded(content, source)
    lines = text.split("\n")
    told: list[Finding] = []
    gone: list[str] = []
    for _ in range(max(1, min(_MOST_TRIES, _MOST_LETTERS // max(1, len(text))))):
        try:
            document = parsed("\n".join(lines), source)
        except NotYamlError as error:
            told_here = error.finding
            hit = _stumbled(lines, error.lines)
            if hit is None or len(told) >= MOST_TOLD:
                raise ScenarioError(source, [*error.findings, *(told or [told_here])]) from None
            around = _around(lines, hit)
            if around.entry not in gone and around.section not in gone:
                told.append(told_here)
                gone.append(around.entry)
                _blank(lines, hit, _end(lines, hit))
            elif around.section not in gone and any(lines[around.first : around.last]):
                # Its other lines make no sense without the one that is gone.
                _blank(lines, around.first, around.last)
            else:
                gone.append(around.section)
                _blank(lines, around.begin, around.end)
            continue
        except ScenarioError as error:
            others = [finding for finding in error.findings if not told or finding.line is not None]
            raise ScenarioError(source, [*told, *others]) from None
        return replace(document, findings=(*told, *document.findings), gone=tuple(gone))
    raise ScenarioError(source, told)


@dataclass(frozen=True, slots=True)
class _Around:
    """What a line stands in: its section and the entry in it, with their lines (from, to)."""

    section: str
    begin: int
    end: int
    entry: str
    first: int
    last: int


def _stumbled(lines: list[str], candidates: tuple[int, ...]) -> int | None:
    """The line to leave out: the first of the candidates with something in it, or what stands before."""
    for line in candidates:
        if line < len(lines) and lines[line].strip():
            return line
    before = (i for i in range(min(candidates[-1], len(lines) - 1), -1, -1) if lines[i].strip())
    return next(before, None)


def _around(lines: list[str], line: int) -> _Around:
    sections = [i for i, row in enumerate(lines) if _says(row) and not _indent(row)]
    begin = max((i for i in sections if i <= line), default=0)
    end = min((i for i in sections if i > line), default=len(lines))
    section = _key(lines[begin])
    inside = [i for i in range(begin + 1, end) if _says(lines[i])]
    depth = _indent(lines[inside[0]]) if inside else 0
    heads = [i for i in inside if _indent(lines[i]) == depth]
    first = max((i for i in heads if i <= line), default=None)
    if first is None:
        return _Around(section, begin, end, section, begin, end)
    last = min((i for i in heads if i > first), default=end)
    name = _key(lines[first])
    is_item = lines[first].lstrip().startswith("-")  # those after it would move up
    entry = section if is_item or not name else joined(section, name)
    return _Around(section, begin, end, entry, first, last)


def _end(lines: list[str], line: int) -> int:
    """The line after the last that is indented under a line."""
    depth = _indent(lines[line])
    return next(
        (i for i in range(line + 1, len(lines)) if _says(lines[i]) and _indent(lines[i]) <= depth), len(lines)
    )


def _blank(lines: list[str], first: int, last: int) -> None:
    lines[first:last] = [""] * (last - first)


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _key(line: str) -> str:
    key = _KEY.match(line)
    return key[1] if key else ""
