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
    "pyarrow": ("optimizer.files.solution", "optimizer.files.parquet", "models.telemetry.reading"),
    "yaml": ("models.scenario.",),
    "pydantic": (
        "models.scenario.",
        "optimizer.validation",
        "optimizer.files.json_schema",
        "optimizer.files.recommendation_form",
        "optimizer.solver.enumeration_checkpoint",
        "optimizer.batch.result_form",
        "optimizer.solver.enumeration_checkpoint",
        "optimizer.runs.rows",
        "optimizer.search.checkpoint_form",
    ),
    "pydantic_core": ("models.scenario.",),
    "annotated_types": ("models.scenario.",),
    "scipy": (
        "models.formulas.",
        "models.performance.compiled",
        "models.performance.gamma_table",
        "models.space.sampling",
        "models.space.sobol",
        "optimizer.decide.confidence.sobol",
    ),
    "numba": ("models.performance.compiled", "models.performance.record"),
    "llvmlite": ("models.performance.compiled", "models.performance.record"),
    "rich": (
        "optimizer.cli.blocks",
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
#: The rooms of a package by floor, from the ground up: a room uses those below its own floor only.
FLOORS = {
    "models": (
        ("errors", "units", "formulas"),
        ("evaluation", "telemetry"),
        ("scenario",),
        ("space",),
        ("system",),
        ("performance",),
        ("dimensions",),
        ("faults",),
        ("simulation", "steps"),
        ("evaluator", "screening"),
        ("operations", "explanation"),
    ),
    "optimizer": (
        ("evaluator", "memory", "phrases", "space", "validation", "versions"),
        ("atomic_files", "changes", "engines", "model", "pareto"),
        ("own_model", "resilience", "scenario_model", "search"),
        ("decide",),
        ("solver",),
        ("files", "sections"),
        ("report", "runs"),
        ("batch",),
        ("cli",),
        ("__main__",),
    ),
}
#: The longest chain of imports between the parts of a package, where it is not 9.
MOST_FLOORS = {
    "optimizer": 10,
    "models.simulation": 14,
    "models.performance": 14,  # compiled code: one thing of the field a file, each called by the next
}
#: Packages of which some parts import each other in a circle: they have no floors yet.
WITHOUT_FLOORS = ("ui",)
#: Modules that no other imports, or beginnings of their names (with a dot at the end): who starts them.
STARTED_BY_NAME = {
    "models.performance.__main__": "python -m models.performance",
    "optimizer.__main__": "python -m optimizer",
    "optimizer.resilience.exports.toolkit_probes": "Chaos Toolkit, from beside an exported experiment",
    "models.telemetry.self_time": "tradespace import, to come",
    "models.telemetry.reading": "tradespace import, to come",
    "models.telemetry.concurrency": "tradespace import, to come",
    "optimizer.batch.job": "optimizer.runs.job",
    "optimizer.runs.migrations.env": "alembic",
    "optimizer.runs.migrations.versions.": "alembic",
    "ui.hosts": "app.py",
    "ui.navigation": "app.py",
    "ui.opening": "app.py",
    "ui.pages.": "ui.navigation, by the name of the file",
}


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
def imports(path: Path, *, only_at_start: bool, types_too: bool = False) -> frozenset[str]:
    """Modules that a module imports: at its start only, or anywhere in it; for type checking too, or not."""
    found: set[str] = set()
    waiting: list[ast.AST] = [parsed(path)]
    while waiting:
        node = waiting.pop()
        if not types_too and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
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
    assert {"models.space.space", "optimizer.cli.main", "models.performance.erlang"} <= set(MODULES)
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


PACKAGES = tuple(name for name, path in MODULES.items() if path.name == "__init__.py")


def all_imports(module: str) -> set[str]:
    """Modules of ours that one imports, anywhere in it and for type checking too."""
    found = imports(MODULES[module], only_at_start=False, types_too=True)
    return {name for name in found if name in MODULES and name != module}


def parts_of(package: str) -> dict[str, set[str]]:
    """The modules and packages that lie in a package, and which of the others each of them imports."""
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        part = part_in(package, module)
        if part is not None:
            others = {part_in(package, name) for name in all_imports(module)}
            graph.setdefault(part, set()).update(other for other in others - {part} if other is not None)
    return graph


def part_in(package: str, module: str) -> str | None:
    """What lies in a package and holds a module; None where the module lies elsewhere."""
    return module.removeprefix(f"{package}.").split(".")[0] if module.startswith(f"{package}.") else None


def longest_chain(graph: dict[str, set[str]]) -> list[str]:
    """The longest chain of imports, from the top to the ground, of parts without circles."""
    chains: dict[str, list[str]] = {}
    for part in TopologicalSorter(graph).static_order():
        chains[part] = [part, *max((chains[name] for name in sorted(graph[part])), key=len, default=[])]
    return max(chains.values(), key=len, default=[])


def fail_on_a_circle(graph: dict[str, set[str]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_modules_import_each_other_in_a_circle_not_even_for_their_types():
    fail_on_a_circle({module: all_imports(module) for module in MODULES})


@pytest.mark.parametrize("package", [name for name in PACKAGES if name not in WITHOUT_FLOORS])
def test_no_parts_of_a_package_import_each_other_in_a_circle(package):
    fail_on_a_circle(parts_of(package))


@pytest.mark.parametrize("package", [name for name in PACKAGES if name not in WITHOUT_FLOORS])
def test_a_package_has_few_floors(package):
    chain = longest_chain(parts_of(package))
    assert len(chain) <= MOST_FLOORS.get(package, 9), " imports ".join(chain)


@pytest.mark.parametrize("package", FLOORS)
def test_every_room_has_a_floor_and_uses_those_below(package):
    graph = parts_of(package)
    floors = {room: floor for floor, rooms in enumerate(FLOORS[package]) for room in rooms}
    assert set(floors) == set(graph)
    for room, used in graph.items():
        assert all(floors[name] < floors[room] for name in used), f"{package}.{room} imports {sorted(used)}"


def test_what_no_module_imports_is_started_by_its_name():
    imported = set().union(*map(all_imports, MODULES))
    alone = set(MODULES) - imported - set(PACKAGES)
    started = {
        name: {module for module in alone if module == name or (name[-1] == "." and module.startswith(name))}
        for name in STARTED_BY_NAME
    }
    assert alone == set().union(*started.values()), "nothing starts these: use them, or delete them"
    assert all(started.values()), "these aren't alone, or aren't there"


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
    commands = {f"optimizer.cli.{name}" for name in ("main", "console", "door", "exit_codes")}
    commands |= {module for module in MODULES if module.startswith("optimizer.cli.commands")}
    for module in commands:
        loaded = imports(MODULES[module], only_at_start=True) - {"optimizer", *commands}
        assert {name.split(".")[0] for name in loaded} <= {"typer", *sys.stdlib_module_names}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_short_and_named_for_what_it_does(module):
    assert len(source(MODULES[module]).splitlines()) <= MOST_LINES
    assert module.split(".")[-1] not in {"utils", "util", "helpers", "base", "manager", "common", "misc"}


#: Words of a scenario file that are a dimension's name too: `complexity`, the section, is left out.
OTHER_USES = {
    "availability": {
        "models.scenario.parameter_names",
        "models.scenario.synonyms",
        "models.system.layout",
    },
    "latency": {
        "models.scenario.experiments.network",
        "models.scenario.editing.typed_experiments",
        "models.scenario.vocabulary",
        "optimizer.resilience.exports.chaos_mesh",
        "optimizer.resilience.exports.toxiproxy",
    },
}


@pytest.mark.parametrize("name", ["latency", "throughput", "consistency", "availability", "cost"])
def test_the_name_of_a_dimension_stands_where_the_dimension_does(name):
    users = {
        module
        for module, path in MODULES.items()
        if any(isinstance(node, ast.Constant) and node.value == name for node in ast.walk(parsed(path)))
    }
    assert users == {"models.evaluation"} | OTHER_USES.get(name, set())


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


def test_what_follows_from_the_kind_of_a_component_stands_with_the_kind():
    """Outside of the kinds nobody compares one by its name; compiled code goes by numbers."""
    for module, path in MODULES.items():
        if module.startswith("models.scenario.kinds"):
            continue
        for node in ast.walk(parsed(path)):
            sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            names = {side.value for side in sides if isinstance(side, ast.Constant)}
            assert not names & {"service", "store", "cache", "external"}, f"{module}: {ast.unparse(node)}"


def test_exit_codes_have_one_place():
    for module, path in MODULES.items():
        for node in ast.walk(parsed(path)):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in {"typer.Exit", "sys.exit", "SystemExit", "self.exit"}:
                assert not any(isinstance(argument, ast.Constant) for argument in node.args), module


def test_nobody_but_the_command_line_imports_it():
    """But for what it is started by, and the app's server, whose exit codes are the same."""
    door = ("optimizer.cli", "optimizer.__main__")
    strangers = {
        (module, name)
        for module in MODULES
        if not module.startswith(door)
        for name in all_imports(module)
        if name.startswith("optimizer.cli.")
    }
    assert strangers == {("ui.hosts", "optimizer.cli.exit_codes")}


@pytest.mark.parametrize("attribute", ["found", "allowed", "hint"])
def test_nothing_is_decided_by_the_words_of_a_finding(attribute):
    """A code says what kind of thing is wrong: nothing is read from the words."""
    for module, path in MODULES.items():
        for node in ast.walk(parsed(path)):
            read = node.left if isinstance(node, ast.Compare) else None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                read = node.func.value if node.func.attr in {"startswith", "endswith"} else None
            assert not (isinstance(read, ast.Attribute) and read.attr == attribute), (
                f"{module}: {ast.unparse(node)}"
            )


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
