"""docs/extending.md: what its blocks add to a copy of the program is there, and works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "extending.md"
BLOCK = re.compile(r"^```(python|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

SCENARIO = """
schema: 1
name: chat
workload: {phases: [{name: day, rate: 5, hours: 1}, {name: night, rate: 1, hours: 1}]}
components: {model: {kind: inference, service_ms: 300, replicas: 4}}
flows: {ask: {share: 1, trace: [model]}}
decisions:
  copies: {on: {set: {model.replicas: 8}}}
"""


def pairs(lines):
    """Lines that stand in a file, and what takes their place."""
    for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)+)", lines, re.MULTILINE):
        yield (re.sub(r"(?m)^.", "", old), re.sub(r"(?m)^.", "", new))


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A copy of the program with everything that the page adds."""
    copy = tmp_path_factory.mktemp("extended")
    for layer in ("models", "optimizer", "ui", "data"):
        shutil.copytree(ROOT / layer, copy / layer, ignore=shutil.ignore_patterns("__pycache__"))
    for language, block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        first, rest = block.split("\n", 1)
        path = copy / first.removeprefix("# ")
        if language == "python":
            assert not path.exists(), f"{path.name} is there already"
            path.write_text(rest, encoding="utf-8")
            continue
        text = path.read_text(encoding="utf-8")
        for old, new in pairs(rest):
            assert text.count(old) == 1, f"{first} doesn't hold once:\n{old}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    (copy / "chat.yaml").write_text(SCENARIO, encoding="utf-8")
    return copy


def told_by(copy, code):
    """What some code prints that uses the copy."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(copy), str(ROOT / "tests")])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_kind_of_component(extended):
    told = told_by(
        extended,
        """
from models import compile_system, load_scenario
from models.scenario.schema import json_schema
part = compile_system(load_scenario("chat.yaml")).scenario.components["model"]
print(part.kind, part.slots, part.traits.code, "inference" in str(json_schema()))
""",
    )
    assert told.split() == ["inference", "8", "3", "True"]


def test_a_section_in_every_format_that_is_text(extended):
    told = told_by(
        extended,
        """
from optimizer.report.findings import findings_of
from optimizer.solver.solver import solve
from optimizer.report.building import build_report
from optimizer.report.html import html
from optimizer.report.markdown import markdown
from own_models import WAREHOUSE
from reports import DAY
report = build_report(findings_of(WAREHOUSE.model(), solve(WAREHOUSE.model())), made=DAY)
for text in (markdown(report), html(report)):
    print("How many designs there are" in text, "designs to choose from" in text)
""",
    )
    assert told.split() == ["True"] * 4


def test_a_question(extended):
    ask = "import sys; sys.argv[1:] = ['switches', 'chat.yaml']; from optimizer.cli.main import main; main()"
    assert told_by(extended, ask).strip() == "No decision can be set by phase."
    answer = json.loads(told_by(extended, ask.replace("'chat.yaml'", "'chat.yaml', '--json'")))
    text = [["No decision can be set by phase."]]
    assert answer["name"] == "switches"
    assert [block["text"] for block in answer["blocks"]] == text
    described = ask.replace("'chat.yaml'", "'--help'")
    assert "Which decisions can be set by phase." in told_by(extended, described)


def test_a_page(extended):
    told = told_by(
        extended,
        """
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("ui/pages/gallery.py").run()
assert not app.exception
print(len(app.markdown))
""",
    )
    assert int(told) == len(list((ROOT / "data" / "scenarios").glob("*.yaml")))
    assert '"ui/pages/gallery.py"' in (extended / "ui" / "navigation.py").read_text(encoding="utf-8")


def test_what_is_added_keeps_the_rules_of_the_house(extended):
    (extended / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "test_architecture.py", extended / "tests")
    rules = "has_a_floor or started_by_its_name or has_one_owner"
    arguments = ["-q", "-p", "no:cacheprovider", "--rootdir=.", "tests/test_architecture.py", "-k", rules]
    told = told_by(extended, f"import sys, pytest; sys.exit(pytest.main({arguments!r}))")
    assert " passed" in told
