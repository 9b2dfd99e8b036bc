"""Texts on pages: one module makes them safe, and nothing goes round it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "ui"
#: Functions of Streamlit whose first argument, and `help`, are Markdown.
MARKDOWN = {
    "markdown",
    "caption",
    "error",
    "warning",
    "info",
    "success",
    "header",
    "subheader",
    "title",
    "write",
}
#: What makes a text safe.
SAFE = {"escaped", "escaped_cell"}
#: Functions that make text for charts and for HTML: no Markdown.
OTHERS = {"as_label", "as_html"}
#: Attributes by which a scenario's texts are reached; the schema's own names of them.
TEXTS = {"source", "summary", "label", "notice", "why", "breach", "because"}


def _modules():
    return sorted(ROOT.rglob("*.py"))


def _called(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _bare(node):
    """Parts of an expression that no function has made safe."""
    if isinstance(node, ast.Call) and _called(node) in SAFE:
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _bare(child)


@pytest.mark.parametrize("path", _modules(), ids=lambda path: path.stem)
def test_one_module_makes_texts_safe(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert "html" not in imported or path.name == "words.py"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        read = [word.value for word in node.keywords if word.arg == "help"]
        if _called(node) in MARKDOWN:
            read += node.args[:1]
        for part in (part for argument in read for part in _bare(argument)):
            where = f"{path.name}:{getattr(part, 'lineno', node.lineno)}"
            if isinstance(part, ast.Call):
                assert _called(part) not in OTHERS, f"{where}: that is no text for Markdown"
            if isinstance(part, ast.Attribute) and part.attr in TEXTS:
                pytest.fail(f"{where}: {ast.unparse(part)} reaches the page as Markdown")
