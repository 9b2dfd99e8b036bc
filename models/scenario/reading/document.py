"""The only reader of YAML: from the bytes of a file to a plain tree, with the line of every part.

YAML is read event by event: no object is ever constructed, and what makes YAML dangerous or ambiguous
(tags, anchors, aliases, merge keys, duplicate keys, several documents) is refused.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from models.errors import Code, Finding, ScenarioError
from models.scenario.reading.scalar import Scalar, plain
from models.scenario.reading.syntax import in_words, lines_of

Node: TypeAlias = "dict[str, Node] | tuple[Node, ...] | Scalar"
#: Largest file that is read.
MAX_BYTES = 5_000_000
#: Deepest nesting; no scenario that a person writes comes near it.
MAX_DEPTH = 100
#: Entries of all lists and mappings together, so that no file takes longer than a second to refuse.
MAX_ENTRIES = 50_000
#: Longest key; no name or path may be longer.
MAX_KEY = 300
#: Findings about one file that are told; who has more has another kind of file.
MAX_FINDINGS = 100

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the parser in C where it was built


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was written.

    Attributes:
        tree: Its mappings, lists (as tuples) and values.
        lines: Path -> line, counted from 1.
        findings: What YAML allows and a scenario doesn't, and lines that aren't YAML.
        gone: Places that those lines belong to: what is read there isn't what was meant.
    """

    tree: dict[str, Node]
    lines: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    gone: tuple[str, ...] = ()

    def line_of(self, where: str) -> int | None:
        """The line of a path, or of the nearest part around it; None when there are no lines."""
        while where and where not in self.lines:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        return self.lines.get(where)


def joined(where: str, step: str | int) -> str:
    """The path of a part inside the part at `where`."""
    if isinstance(step, int):
        return f"{where}[{step}]"
    return f"{where}.{step}" if where else step


def read_file(path: Path) -> bytes:
    """The content of a file.

    Raises:
        ScenarioError: It is missing, a folder, not readable, or too large.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _refused(str(path), "this is a folder", hint="name a file in it")
        if not stat.S_ISREG(status.st_mode):
            raise _refused(str(path), "this is not a file but a device or a pipe")
        if status.st_size > MAX_BYTES:
            size = f"{status.st_size / 1e6:,.1f} MB"
            raise _refused(str(path), f"the file has {size}", f"at most {MAX_BYTES / 1e6:g} MB")
        return path.read_bytes()
    except FileNotFoundError:
        raise _refused(str(path), "there is no such file", hint="check the name and the folder") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise _refused(str(path), f"the file can't be read: {why}") from None


def read_document(content: bytes, *, source: str) -> Document:
    """The tree of a YAML text, with the line of each part.

    Raises:
        ScenarioError: It can't be read as one YAML mapping; what can be read but is refused is a finding.
    """
    try:
        return parsed(decoded(content, source), source)
    except NotYamlError as error:
        raise ScenarioError(source, [*error.findings, error.finding]) from None


class NotYamlError(Exception):
    """A text that isn't YAML.

    Attributes:
        finding: Why.
        lines: Lines that may be to blame, counted from 0, the likeliest first.
        findings: What else was found before it.
    """

    def __init__(self, finding: Finding, lines: tuple[int, ...], findings: tuple[Finding, ...]) -> None:
        super().__init__(finding.found)
        self.finding, self.lines, self.findings = finding, lines, findings


def parsed(text: str, source: str) -> Document:
    """The tree of a YAML text.

    Raises:
        NotYamlError: It isn't YAML.
        ScenarioError: It isn't one mapping, or too large.
    """
    reader = _Reader(source)
    parser = _PARSER(text)
    try:
        tree = reader.read(parser)
    except yaml.YAMLError as error:
        raise NotYamlError(in_words(error, text), lines_of(error), tuple(reader.findings)) from None
    finally:
        parser.dispose()
    if not isinstance(tree, dict):
        if tree is None and not reader.findings:
            raise _refused(source, "the file is empty", hint="begin with: schema: 1")
        what = "a list" if isinstance(tree, tuple) else "a single value"
        raise _refused(source, f"the file holds {what}", "a mapping that begins with: schema: 1")
    return Document(tree, reader.lines, tuple(reader.findings[:MAX_FINDINGS]))


def decoded(content: bytes, source: str) -> str:
    """The text of a file.

    Raises:
        ScenarioError: It is too large, or no text in UTF-8.
    """
    if len(content) > MAX_BYTES:
        raise _refused(source, f"{len(content) / 1e6:,.1f} MB of text", f"at most {MAX_BYTES / 1e6:g} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"not a text file: the byte 0x{content[error.start]:02x} is not UTF-8"
        raise _refused(source, found, hint="save it as a text in UTF-8", line=line) from None
    control = _CONTROL.search(text)
    if control is not None:
        line = text.count("\n", 0, control.start()) + 1
        found = f"not a text file: the character 0x{ord(control.group()):02x}"
        raise _refused(source, found, hint="save it as a text in UTF-8", line=line)
    return text


def _refused(
    source: str, found: str, allowed: str = "", hint: str = "", line: int | None = None
) -> Exception:
    return ScenarioError(source, [Finding("", found, allowed, hint, line, code=Code.UNREADABLE)])


class _Reader:
    """Builds the tree from the parser's events, and collects what is refused on the way."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.entries = 0
        self.lines: dict[str, int] = {}
        self.findings: list[Finding] = []

    def read(self, parser: Any) -> Node:
        parser.get_event()  # the beginning of the stream
        if parser.check_event(yaml.StreamEndEvent):
            return None
        parser.get_event()  # the beginning of the document
        tree = self._node(parser, parser.get_event(), "", 0)
        parser.get_event()
        if not parser.check_event(yaml.StreamEndEvent):
            line = parser.peek_event().start_mark.line + 1
            raise _refused(self.source, "a second document begins (---)", "one scenario a file", line=line)
        return tree

    def _node(self, parser: Any, event: Any, where: str, depth: int) -> Node:
        line = event.start_mark.line + 1
        self.entries += 1
        if self.entries > MAX_ENTRIES:
            raise _refused(self.source, f"more than {MAX_ENTRIES:,} entries", line=line)
        if depth > MAX_DEPTH:
            raise _refused(self.source, f"nested deeper than {MAX_DEPTH} levels", line=line)
        if isinstance(event, yaml.AliasEvent):
            self._add(where, f"the alias *{event.anchor}", "write the value out in its place", line)
            return None
        if event.anchor is not None:
            self._add(where, f"the anchor &{event.anchor}", "remove it: aliases are not allowed", line)
        if event.tag is not None:
            self._add(where, f"the tag {event.tag}", "remove it: a scenario holds plain values only", line)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, where, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(parser, where, depth)
        return self._mapping(parser, where, depth)

    def _scalar(self, event: Any, where: str, line: int) -> Scalar:
        text: str = event.value
        if event.style or event.tag is not None:
            return text
        try:
            return plain(text)
        except ValueError as error:
            self._add(where, str(error), "leave the key out, or write null, for no limit", line)
            return None

    def _list(self, parser: Any, where: str, depth: int) -> tuple[Node, ...]:
        items: list[Node] = []
        event = parser.get_event()
        while not isinstance(event, yaml.SequenceEndEvent):
            place = f"{where}[{len(items)}]"
            self.lines[place] = event.start_mark.line + 1
            items.append(self._node(parser, event, place, depth + 1))
            event = parser.get_event()
        return tuple(items)

    def _mapping(self, parser: Any, where: str, depth: int) -> dict[str, Node]:
        tree: dict[str, Node] = {}
        event = parser.get_event()
        while not isinstance(event, yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            key = self._key(parser, event, where, depth)
            place = joined(where, key)
            is_new = key not in tree
            first = self.lines.get(place, line)
            self.lines[place] = line
            value = self._node(parser, parser.get_event(), place, depth + 1)
            if is_new:
                tree[key] = value
            else:
                self._add(
                    place, f"the key stands twice, in line {first} and in line {line}", "keep one", line
                )
            event = parser.get_event()
        return tree

    def _key(self, parser: Any, event: Any, where: str, depth: int) -> str:
        line = event.start_mark.line + 1
        if not isinstance(event, yaml.ScalarEvent):
            self._node(parser, event, where, depth + 1)
            self._add(where, "a key that is no word", "keys are words", line)
            return "?"
        if event.anchor is not None or event.tag is not None:
            self._add(where, "a key with an anchor or a tag", "remove it", line)
        key: str = event.value
        if len(key) > MAX_KEY:
            raise _refused(self.source, f"a key of {len(key):,} letters", f"at most {MAX_KEY}", line=line)
        if key == "<<" and not event.style:
            self._add(where, "the merge key <<", "write the keys out in their place", line)
        return key

    def _add(self, where: str, found: str, hint: str, line: int) -> None:
        self.findings.append(Finding(where, found, "", hint, line, code=Code.NOT_ACCEPTED))
