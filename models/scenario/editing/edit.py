"""Changes to the text of a scenario file: values replaced or written in their places, the rest as it was.

The text is changed where the parser says that a value stands, so that comments, order and layout are kept.
What comes out is read again and compared with what was meant: no text is given back that means anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from models.errors import ScenarioError, TradespaceError
from models.scenario.reading.document import Node, read_document
from models.scenario.reading.scalar import Scalar, plain

#: Where a value stands: keys and positions from the top. Keys may hold dots, so this is no dotted text.
Place: TypeAlias = tuple[str | int, ...]
#: A value as it is written into a file.
New: TypeAlias = "Scalar | Mapping[str, New] | Sequence[New] | Removed"

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*")


class EditError(TradespaceError):
    """A change that can't be made: its place isn't there, or its text is written in an unusual way."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Stands for a key or an entry that is taken out."""


REMOVED = Removed()


def edited(text: str, changes: Mapping[Place, New], *, source: str = "scenario") -> str:
    """The text with other values in some places.

    A key that isn't written yet is added at the end of its mapping, with all that is missing around it; the
    position after the last entry of a list adds one; a call that is written as a word becomes a mapping when
    a key of it is set. `REMOVED` takes a key or an entry out.

    Args:
        text: The text of a file that can be read.
        changes: The new values, by place; made one after the other.
        source: Where the text comes from, for messages.

    Raises:
        ScenarioError: The text can't be read.
        EditError: A place is not there, or the text around it can't be changed safely.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix("\ufeff")
    wanted: Node = _tree(text, source)
    for place, new in changes.items():
        wanted = _with(wanted, place, new, place)
        text = _Text(text).changed(place, new)
    try:
        found = _tree(text, source)
    except ScenarioError:
        found = None
    if not same(found, wanted):
        places = ", ".join(dotted(place) for place in changes)
        raise EditError(f"{source}: {places} can't be changed in place; change it in the text by hand")
    return mark + text


def tree_of(text: str, *, source: str = "scenario") -> dict[str, Node]:
    """What a text holds, as plain mappings, lists (as tuples) and values.

    Raises:
        ScenarioError: It can't be read.
    """
    return _tree(text.removeprefix("\ufeff"), source)


def value_at(tree: Node, place: Place) -> Node:
    """What stands in a place; None where nothing does."""
    for step in place:
        if isinstance(tree, dict) and step in tree:
            tree = tree[str(step)]
        elif isinstance(tree, tuple) and isinstance(step, int) and 0 <= step < len(tree):
            tree = tree[step]
        else:
            return None
    return tree


def dotted(place: Place) -> str:
    """A place as findings name it: `workload.phases[0].rate`."""
    words = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return words.removeprefix(".")


def same(one: object, other: object) -> bool:
    """Whether two values mean the same: 1 and 1.0 do, 1 and true don't."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def written(value: object) -> str:
    """A value as it stands in a file, on one line.

    Raises:
        TypeError: It is none that a file can hold.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, str):
        return value if _WORD.fullmatch(value) and plain(value) == value else _quoted(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(key)}: {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(written, value)) + "]"
    raise TypeError(f"a value of the type {type(value).__name__} can't be written")


def _quoted(text: str) -> str:
    escaped = json.dumps(text, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in escaped)


def _tree(text: str, source: str) -> dict[str, Node]:
    document = read_document(text.encode("utf-8", errors="surrogatepass"), source=source)
    if document.findings:
        raise ScenarioError(source, document.findings)
    return document.tree


def _nested(rest: Place, new: New) -> New:
    """A value with all that is missing around it."""
    for step in reversed(rest):
        new = {step: new} if isinstance(step, str) else [new]
    return new


def _with(node: Node, rest: Place, new: New, place: Place) -> Node:
    """The tree with another value in a place."""
    if not rest:
        return _frozen(new)
    step, further = rest[0], rest[1:]
    is_gone = isinstance(new, Removed) and not further
    if isinstance(node, str) and isinstance(step, str) and "trace" in place:
        node = {"call": node}
    if isinstance(node, dict) and isinstance(step, str):
        if is_gone:
            return {key: inner for key, inner in node.items() if key != step}
        inner = _with(node[step], further, new, place) if step in node else _frozen(_nested(further, new))
        return {**node, step: inner}
    if isinstance(node, tuple) and isinstance(step, int) and 0 <= step <= len(node):
        if is_gone:
            return (*node[:step], *node[step + 1 :])
        there = step < len(node)
        inner = _with(node[step], further, new, place) if there else _frozen(_nested(further, new))
        return (*node[:step], inner, *node[step + 1 :])
    raise EditError(f"there is no place {dotted(place)}")


def _frozen(new: New) -> Node:
    if isinstance(new, Mapping):
        return {key: _frozen(inner) for key, inner in new.items()}
    if isinstance(new, Sequence) and not isinstance(new, str):
        return tuple(_frozen(inner) for inner in new)
    return None if isinstance(new, Removed) else new


class _Text:
    """One text with the nodes that the parser finds in it."""

    def __init__(self, text: str) -> None:
        self.text: str = text
        self.root: Any = yaml.compose(text, Loader=_LOADER)
        self.end = "\r\n" if "\r\n" in text else "\n"

    def changed(self, place: Place, new: New) -> str:
        """The text with another value in a place."""
        node, around = self.root, None
        for k, step in enumerate(place):
            children = _children(node)
            inner = next((child for child in children if child[0] == step), None)
            if inner is None:
                return self._added(node, step, place[k + 1 :], new)
            if isinstance(new, Removed) and k == len(place) - 1:
                return self._without(node, children, inner, around)
            node, around = inner[2], node
        return self._replaced(node, around, new)

    def _replaced(self, node: Any, around: Any, new: New) -> str:
        start, end = node.start_mark.index, self._end(node)
        words = written(new)
        if start == end and not self.text[start - 1 : start].isspace():  # a key with nothing behind it
            words = " " + words
        if not getattr(node, "flow_style", True) and around is not None:  # must stand in from its key
            words = " " * max(0, around.start_mark.column + 1 - node.start_mark.column) + words
        return self.text[:start] + words + self.text[end:]

    def _added(self, node: Any, step: str | int, rest: Place, new: New) -> str:
        """The text with a key or an entry more."""
        if isinstance(node, yaml.ScalarNode):  # a call that is written as a word
            whole = {"call": node.value, str(step): _nested(rest, new)}
            return self._replaced(node, None, whole)
        words = written(_nested(rest, new))
        is_list = isinstance(node, yaml.SequenceNode)
        entry = words if is_list else f"{written(step)}: {words}"
        children = _children(node)
        if node.flow_style:
            if not children:
                at = node.end_mark.index - 1
                return self.text[:at] + entry + self.text[at:]
            at = self._end(children[-1][2])
            return f"{self.text[:at]}, {entry}{self.text[at:]}"
        at = self.text.find("\n", self._end(children[-1][2])) + 1
        before = self.text[:at] if at else self.text + self.end
        indent = " " * node.start_mark.column + ("- " if is_list else "")
        return f"{before}{indent}{entry}{self.end}{self.text[at:] if at else ''}"

    def _without(self, node: Any, children: list[Any], gone: Any, around: Any) -> str:
        """The text without a key or an entry; a comment behind it stays."""
        if len(children) == 1:
            return self._replaced(node, around, {} if isinstance(node, yaml.MappingNode) else [])
        i = children.index(gone)
        start, end = self._start(gone), self._end(gone[2])
        if node.flow_style or self.text[:start].rpartition("\n")[2].strip():
            # Within a line: up to the next entry, or from the end of the one before.
            if i + 1 < len(children):
                return self.text[:start] + self.text[self._start(children[i + 1]) :]
            return self.text[: self._end(children[i - 1][2])] + self.text[end:]
        line = self.text.find("\n", end)
        rest = self.text[end : line if line >= 0 else len(self.text)].strip()
        if rest:
            return self.text[:start] + rest + self.text[end + self.text[end:].index(rest) + len(rest) :]
        begin = self.text.rfind("\n", 0, start) + 1
        return self.text[:begin] + (self.text[line + 1 :] if line >= 0 else "")

    def _start(self, child: Any) -> int:
        """Where an entry begins: its key, or the dash before it."""
        _, key, value = child
        if key is not None:
            return int(key.start_mark.index)
        start = int(value.start_mark.index)
        before = self.text[:start].rstrip(" ")
        return len(before) - 1 if before.endswith("-") else start

    def _end(self, node: Any) -> int:
        """Where a node ends, before any comment that follows it."""
        if isinstance(node, yaml.ScalarNode):
            end = int(node.end_mark.index)
            return len(self.text[:end].rstrip()) if node.style in ("|", ">") else end
        return int(node.end_mark.index) if node.flow_style else self._end(_children(node)[-1][2])


def _children(node: Any) -> list[tuple[str | int, Any, Any]]:
    """The entries of a node: name or position, the node of its key, its own node."""
    if isinstance(node, yaml.MappingNode):
        return [(key.value, key, value) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [(i, None, value) for i, value in enumerate(node.value)]
    return []
