"""Messages name options that there are, and only where options are: on the command line."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import typer

from models.errors import Remedy
from optimizer.cli.commands.remedies import OPTIONS
from optimizer.cli.main import app

ROOT = Path(__file__).parents[3]
FLAG = re.compile(r"(?<![\w-])--[A-Za-z][\w-]*")
FILES = [path for layer in ("models", "optimizer", "ui") for path in sorted((ROOT / layer).rglob("*.py"))]


def is_command_line(path):
    parts = path.relative_to(ROOT).parts
    return parts[:2] == ("optimizer", "cli")


@cache
def texts(path):
    """The texts of a module that can be printed: all but its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def options(command):
    """The options of a command and of those below it."""
    found = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    for below in getattr(command, "commands", {}).values():
        found |= options(below)
    return {name for name in found if name.startswith("--")} | {"--help"}


def commands():
    return typer.main.get_command(app).commands


def test_there_are_options_and_texts_to_hold_against_each_other():
    assert {"--force", "--resume", "--max-designs", "--store"} <= options(typer.main.get_command(app))
    named = {
        flag
        for path in FILES
        if is_command_line(path)
        for _, text in texts(path)
        for flag in FLAG.findall(text)
    }
    assert {"--force", "--resume", "--max-designs", "--store"} <= named


def test_the_command_line_names_options_that_there_are():
    there = options(typer.main.get_command(app))
    for path in filter(is_command_line, FILES):
        for line, text in texts(path):
            assert set(FLAG.findall(text)) <= there, f"{path}:{line}: {text}"


def test_nobody_else_names_any():
    """But for the module that reads the command line of the app's server, and its one option; exports name
    those of the tools that they are for.
    """
    hosts = ROOT / "ui" / "hosts.py"
    assert {flag for _, text in texts(hosts) for flag in FLAG.findall(text)} == {"--allow-host"}
    own = options(typer.main.get_command(app))
    for path in FILES:
        if not is_command_line(path) and path != hosts:
            is_export = path.parent.name == "exports"
            for line, text in texts(path):
                flags = set(FLAG.findall(text))
                assert not (flags & own if is_export else flags), f"{path}:{line}: {text}"


def test_a_command_that_is_named_with_options_has_them():
    known = commands()
    for path in FILES:
        for line, text in texts(path):
            for name, rest in re.findall(r"`?tradespace ([a-z-]+)([^`]*)`", text):
                assert name in known, f"{path}:{line}: {text}"
                assert set(FLAG.findall(rest)) <= options(known[name]), f"{path}:{line}: {text}"


def test_every_remedy_is_told_by_its_option():
    assert set(OPTIONS) == {remedy.name for remedy in Remedy}


@pytest.mark.parametrize("remedy", [remedy for remedy in Remedy])
def test_a_remedy_reaches_the_user_through_processes_too(remedy):
    import pickle

    from models.errors import OutputError
    from optimizer.cli.commands.remedies import told

    error = pickle.loads(pickle.dumps(OutputError("it is there", remedy=remedy)))
    assert told(error) == f"it is there ({OPTIONS[remedy.name]})"
