"""The rules of the house, read from the source: who may import whom, who owns which library, sizes, names."""

from __future__ import annotations

import ast
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: From the bottom to the top: a package imports itself and what stands before it.
LAYERS = ("models", "optimizer", "ui")
FILES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
#: The only modules that import a library when the program runs.
OWNERS = {
    "pandas": ("optimizer.files.tables",),
    "pyarrow": ("optimizer.files.solution",),
    "yaml": ("models.scenario.",),
    "pydantic": (
        "models.scenario.",
        "optimizer.files.reading",
        "optimizer.files.json_schema",
        "optimizer.batch.result_form",
        "optimizer.runs.rows",
        "optimizer.search.checkpoint_form",
    ),
    "pydantic_core": ("models.scenario.",),
    "annotated_types": ("models.scenario.",),
    "scipy": ("models.formulas.", "models.performance.compiled", "models.space.sampling"),
    "numba": ("models.performance.compiled", "models.performance.record"),
    "llvmlite": ("models.performance.compiled", "models.performance.record"),
    "rich": (
        "optimizer.cli.terminal",
        "optimizer.cli.progress",
        "optimizer.cli.console",
        "optimizer.cli.door",
    ),
    "typer": ("optimizer.cli.main", "optimizer.cli.commands."),
    "moocore": ("optimizer.pareto.dominance",),
    "pymoo": ("optimizer.search.problem", "optimizer.search.algorithms"),
    "jinja2": ("optimizer.report.html",),
    "markupsafe": ("optimizer.report.html",),
    "xlsxwriter": ("optimizer.report.workbook",),
    "sqlalchemy": ("optimizer.runs.",),
    "alembic": ("optimizer.runs.",),
    "platformdirs": ("optimizer.runs.",),
    "dask": ("optimizer.engines.dask",),
    "distributed": ("optimizer.engines.dask",),
    "plotly": ("ui.",),
    "streamlit": ("ui.",),
}
MOST_LINES = 340


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in FILES}


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(source(path))


@cache
def imports(path: Path, *, only_at_start: bool) -> frozenset[str]:
    """Modules that a module imports at run time; at its start only, or anywhere in it."""
    found: set[str] = set()
    waiting: list[ast.AST] = [parsed(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module is not None
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in inner}
        elif not (only_at_start and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))):
            waiting += ast.iter_child_nodes(node)
    return frozenset(found)


def test_there_is_something_to_read():
    assert {"models.space.space", "optimizer.cli.main", "models.formulas.erlang"} <= set(MODULES)
    assert "models.errors" in imports(MODULES["models.space.space"], only_at_start=True)
    assert "pandas" in imports(MODULES["optimizer.files.tables"], only_at_start=False)
    assert "pandas" not in imports(MODULES["optimizer.files.tables"], only_at_start=True)


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module):
    height = LAYERS.index(module.split(".")[0])
    for imported in imports(MODULES[module], only_at_start=False):
        layer = imported.split(".")[0]
        assert layer not in LAYERS or LAYERS.index(layer) <= height, f"{module} imports {imported}"
        assert layer not in ("tests", "benchmarks"), f"{module} imports {imported}"
        if module.startswith("models.formulas") and layer == "models":
            assert imported.startswith("models.formulas"), f"{module} imports {imported}"


def test_no_modules_import_each_other_in_a_circle():
    graph = {
        module: {name for name in imports(path, only_at_start=True) if name in MODULES and name != module}
        for module, path in MODULES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("library", OWNERS)
def test_every_library_has_one_owner(library):
    users = {
        module
        for module, path in MODULES.items()
        if any(name.split(".")[0] == library for name in imports(path, only_at_start=False))
    }
    strangers = {user for user in users if not f"{user}.".startswith(tuple(f"{o}." for o in OWNERS[library]))}
    strangers = {user for user in strangers if not user.startswith(OWNERS[library])}
    assert not strangers


def test_no_library_is_used_without_an_owner():
    known = {*OWNERS, *LAYERS, "numpy", *sys.stdlib_module_names}
    used = {name.split(".")[0] for path in MODULES.values() for name in imports(path, only_at_start=False)}
    assert used <= known, f"name an owner of {sorted(used - known)} in OWNERS"


def test_the_command_line_loads_nothing_else_before_it_knows_the_command():
    commands = {"optimizer.cli.main", "optimizer.cli.console", "optimizer.cli.door"}
    commands |= {module for module in MODULES if module.startswith("optimizer.cli.commands")}
    for module in commands:
        loaded = imports(MODULES[module], only_at_start=True) - {"optimizer", *commands}
        assert {name.split(".")[0] for name in loaded} <= {"typer", *sys.stdlib_module_names}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_short_and_named_for_what_it_does(module):
    assert len(source(MODULES[module]).splitlines()) <= MOST_LINES
    assert module.split(".")[-1] not in {"utils", "util", "helpers", "base", "manager", "common", "misc"}


@pytest.mark.parametrize(
    ("words", "owner"),
    [
        ("st.cache_", "ui.cached"),
        ("st.query_params", "ui.state"),
        ('st.session_state["tradespace', "ui.state"),
        ("components.v2", "ui.cached"),
    ],
)
def test_state_and_caches_of_the_app_have_one_place(words, owner):
    users = {module for module, path in MODULES.items() if f"{words}" in _code_of(path)}
    assert users == {owner}


@cache
def _code_of(path: Path) -> str:
    """The code of a module without its docstring."""
    return "\n".join(ast.unparse(node) for node in parsed(path).body[1:]).replace("'", '"')


@pytest.mark.parametrize("module", MODULES)
def test_pages_are_not_written_by_hand(module):
    text = source(MODULES[module])
    assert "write_html" not in text
    assert "to_html" not in text


@pytest.mark.parametrize("module", MODULES)
def test_what_is_public_says_what_it_is(module):
    tree = parsed(MODULES[module])
    if tree.body:
        assert ast.get_docstring(tree), f"{module} has no docstring"
    waiting = [(node, module) for node in tree.body]
    while waiting:
        node, inside = waiting.pop()
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
            continue
        name = f"{inside}.{node.name}"
        assert ast.get_docstring(node), f"{name} has no docstring"
        if isinstance(node, ast.ClassDef):
            waiting += [(inner, name) for inner in node.body]


@pytest.mark.parametrize("package", ["models", "optimizer"])
def test_public_names_are_sorted_and_there(package):
    module = import_module(package)
    assert list(module.__all__) == sorted(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = module.nonsense


@pytest.mark.parametrize("package", ["models", "optimizer"])
def test_a_public_name_never_turns_into_a_module(package):
    # `from models import evaluate` must give the function, whatever was imported before.
    for name in import_module(package).__all__:
        assert f"{package}.{name}" not in MODULES, f"{package}.{name} is a module too"
