"""Errors of YAML's syntax in words of a person, with line and column."""

from __future__ import annotations

import yaml

from models.errors import Code, Finding

#: Part of the parser's words -> what it means, and what to do. The first that fits is used.
_WORDS = (
    (
        "mapping values are not allowed",
        "a second `: ` in one line",
        "put the text in quotes, or begin a line",
    ),
    (
        "could not find expected ':'",
        "a line without `: `",
        "write it as `key: value`, with a space after `:`",
    ),
    (
        "did not find expected key",
        "this line doesn't fit to those before",
        "check the indentation and quotes",
    ),
    ("expected <block end>", "this line doesn't fit to those before", "check the indentation and quotes"),
    ("did not find expected '-'", "this line is not part of the list", "begin it with `- `, or indent it"),
    (
        "block sequence entries are not allowed",
        "a list begins where none may",
        "begin it in a line of its own",
    ),
    ("did not find expected ',' or ']'", "a list that isn't closed", "close it with ], or add a comma"),
    ("expected ',' or ']'", "a list that isn't closed", "close it with ], or add a comma"),
    ("did not find expected ',' or '}'", "a mapping that isn't closed", "close it with }, or add a comma"),
    ("expected ',' or '}'", "a mapping that isn't closed", "close it with }, or add a comma"),
    ("unexpected end of stream", "a quote or bracket that isn't closed", "close it"),
    ("did not find expected node content", "a value is missing, or a comma too many", "complete it"),
    ("unknown escape", "an unknown \\ sequence in double quotes", "write \\\\, or use single quotes"),
    ("did not find expected hexdecimal", "an unfinished \\ sequence", "write \\\\, or use single quotes"),
    ("undefined tag handle", "a tag (!...)", "remove it, or put the text in quotes"),
    ("tag", "a tag (!...)", "remove it, or put the text in quotes"),
    ("alias", "an alias (*...)", "write the value out, or put the text in quotes"),
    ("anchor", "an anchor (&...)", "remove it, or put the text in quotes"),
    ("directive", "a directive (%...)", "remove it, or put the text in quotes"),
    ("exceeded", "nested too deeply", "a scenario has a few levels"),
)


def in_words(error: yaml.YAMLError, text: str) -> Finding:
    """A finding for a text that is not YAML."""
    mark = _mark_of(error)
    problem = f"{getattr(error, 'problem', None) or ''} {getattr(error, 'context', None) or ''}".strip()
    line = mark.line + 1 if mark is not None else None
    place = f" (column {mark.column + 1})" if mark is not None else ""
    found, hint = _told(problem or str(error), _letter_at(text, mark))
    return Finding("", f"not YAML: {found}{place}", "", hint, line, code=Code.NOT_YAML)


def _mark_of(error: yaml.YAMLError) -> yaml.Mark | None:
    marks = _marks_of(error)
    return marks[0] if marks else None


def _marks_of(error: yaml.YAMLError) -> list[yaml.Mark]:
    """Places that may be to blame, the likeliest first.

    Where a bracket or a quote isn't closed the parser notices later: there it is where that began.
    """
    marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
    context = str(getattr(error, "context", None) or "")
    problem = str(getattr(error, "problem", None) or "")
    is_open = context.startswith(("while parsing a flow sequence", "while parsing a flow mapping"))
    if is_open or "unexpected end of stream" in problem or "could not find expected ':'" in problem:
        marks.reverse()
    return [mark for mark in marks if mark is not None]


def lines_of(error: yaml.YAMLError) -> tuple[int, ...]:
    """Lines that may be to blame for an error, counted from 0, the likeliest first."""
    return tuple(mark.line for mark in _marks_of(error)) or (0,)


def _told(problem: str, letter: str) -> tuple[str, str]:
    if "cannot start any token" in problem:
        if letter == "\t":
            return "a tab in the indentation", "indent with spaces"
        return f"a value that begins with {letter or 'this sign'}", "put the text in quotes"
    for part, found, hint in _WORDS:
        if part in problem:
            return found, hint
    return problem, "check the indentation, quotes and brackets"


def _letter_at(text: str, mark: yaml.Mark | None) -> str:
    if mark is None:
        return ""
    lines = text.split("\n", mark.line + 1)
    return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""
