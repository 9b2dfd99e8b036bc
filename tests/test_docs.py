"""The documents say what the program does: pages are current, links lead somewhere, sources exist."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from models import compile_system, load_scenario

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in [ROOT / "README.md", *DOCS.glob("*.md")] if path.exists())
SCENARIOS = sorted((ROOT / "data" / "scenarios").glob("*.yaml"))


def generator(name: str = "make_scenario_reference") -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def chapter(text: str, title: str) -> str:
    """A chapter of a page, up to the next one of its level."""
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no chapter {title!r}"
    return found[1]


def keys_of_sources() -> list[str]:
    return re.findall(r"`([a-z]+[0-9]{4}[a-z]*)`", chapter(text_of("model.md"), "Sources"))


def entries() -> dict[str, str]:
    """Every entry of the bibliography by its key."""
    parts = re.split(r"^@[a-z]+\{", text_of("references.bib"), flags=re.MULTILINE)[1:]
    return {part.split(",", 1)[0].strip(): part for part in parts}


def test_scenario_reference_is_current():
    written = generator().reference()
    assert text_of("scenario.md") == written, "run: python docs/make_scenario_reference.py"


def test_the_table_of_statements_is_current():
    assert text_of("experiments.md") == generator("make_experiments").page(), (
        "run: python docs/make_experiments.py"
    )


def test_every_field_of_a_scenario_is_explained():
    assert list(generator().undocumented()) == []


def test_the_example_of_the_scenario_reference_works(tmp_path):
    example = re.search(r"```yaml\n(schema: 1\n.*?)```", text_of("scenario.md"), re.DOTALL)
    assert example is not None
    path = tmp_path / "example.yaml"
    path.write_text(example[1], encoding="utf-8")
    assert compile_system(load_scenario(path)).space.size == 22


def test_every_source_of_the_model_is_in_the_bibliography():
    cited = keys_of_sources()
    assert len(cited) > 20
    assert set(cited) <= set(entries())
    assert len(cited) == len(set(cited))


def test_bibliography_is_well_formed():
    for key, entry in entries().items():
        assert entry.count("{") + 1 == entry.count("}"), key
        for field in ("author", "title", "year"):
            assert re.search(rf"^\s*{field}\s*=", entry, re.MULTILINE), f"{key} has no {field}"
        year = re.search(r"year\s*=\s*\{(\d{4})\}", entry)
        assert year is not None
        assert year[1] in key, f"{key} is of {year[1]}"


def test_every_year_that_the_code_cites_is_in_the_bibliography():
    # "Author 1990", "Author (1990)", "Author et al. 1990" in the docstrings of the model.
    pattern = re.compile(r"\b([A-Z][a-z]+)(?: et al\.)?,? \(?(1[789]\d\d|20[012]\d)\b")
    known = {
        (name.lower(), key[-4:] if key[-4:].isdigit() else key[-5:-1])
        for key, entry in entries().items()
        for name in re.findall(r"[A-Z][a-z]+", entry.split("author", 1)[1].split("\n", 1)[0])
    }
    missing = {
        f"{author} {year} in {path.relative_to(ROOT)}"
        for path in sorted((ROOT / "models").rglob("*.py"))
        for author, year in pattern.findall(path.read_text(encoding="utf-8"))
        if (author.lower(), year) not in known
    }
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        path = page.parent / target.split("#", 1)[0]
        assert path.exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_bundled_scenarios_load(path):
    assert compile_system(load_scenario(path)).components


def test_glossary_is_sorted_and_has_no_term_twice():
    terms = re.findall(r"^\*\*(.+?)\*\*", text_of("words.md"), re.MULTILINE)
    assert len(terms) >= 40
    assert [term.lower() for term in terms] == sorted({term.lower() for term in terms})


def blocks(page: str, language: str) -> list[str]:
    """The blocks of code of a page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL)


def test_the_example_of_a_model_of_ones_own_works(tmp_path):
    model, use = blocks("own-model.md", "python")
    (tmp_path / "warehouse.py").write_text(model, encoding="utf-8")
    (tmp_path / "use.py").write_text(use, encoding="utf-8")
    here = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    done = subprocess.run(
        [sys.executable, "use.py"], cwd=tmp_path, env=here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    first, *_ = done.stdout.splitlines()
    (told,) = blocks("own-model.md", "")[-1:]
    assert told.splitlines() == done.stdout.splitlines()
    assert first.startswith("all 84 designs evaluated")
    assert (tmp_path / "out" / "warehouse" / "report.html").exists()
    assert len(list((tmp_path / "out" / "cases" / "cases").glob("*.json"))) == 6


def test_the_options_of_the_page_on_batches_exist():
    from typer.main import get_command

    from optimizer.cli.main import app

    known = {"--help"}
    waiting = [get_command(app)]
    while waiting:
        command = waiting.pop()
        known |= {option for parameter in command.params for option in parameter.opts}
        waiting += getattr(command, "commands", {}).values()
    text = text_of("batch.md")
    ours = re.sub(r"^(helm|dask|kubectl|RUN| *&&) .*$|^ +args: .*$", "", text, flags=re.MULTILINE)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", ours)) <= known


def test_the_manifest_for_kubernetes_is_whole():
    (manifest,) = blocks("batch.md", "yaml")
    told = yaml.safe_load(manifest)
    assert (told["apiVersion"], told["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster")
    name, scheduler = told["metadata"]["name"], told["spec"]["scheduler"]
    assert scheduler["service"]["selector"]["dask.org/cluster-name"] == name
    ports = {port["name"] for port in scheduler["spec"]["containers"][0]["ports"]}
    assert {port["targetPort"] for port in scheduler["service"]["ports"]} == ports
    images = {part["spec"]["containers"][0]["image"] for part in (told["spec"]["worker"], scheduler)}
    assert len(images) == 1, "scheduler and workers need the same versions"
    assert f"tcp://{name}-scheduler." in text_of("batch.md")
