"""What a file holds at a place, as far as it is what is wanted there."""

from __future__ import annotations

from models.scenario.reading.document import Node

Tree = dict[str, Node]


def mapping_of(node: Node) -> Tree:
    """The mapping; an empty one where there is none."""
    return node if isinstance(node, dict) else {}


def list_of(node: Node) -> tuple[Node, ...]:
    """The list; what stands alone is one of one, and what isn't there one of none."""
    return node if isinstance(node, tuple) else () if node is None else (node,)


def source_of(node: Node) -> str:
    """What a mapping says of where its numbers come from."""
    found = mapping_of(node).get("source")
    return found if isinstance(found, str) else ""
