"""Today's design on the front: it is called so wherever designs are listed, and no other is."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from apps import app_test
from models import compile_system
from models.scenario.load import scenario_from
from optimizer.changes import TODAYS, called, place_of_today
from optimizer.cli.main import app
from optimizer.decide.explain.standing import Place
from optimizer.report.findings import findings_of
from optimizer.report.sections.choice import choice
from optimizer.report.sections.front import front, marks, representatives
from optimizer.report.sections.measured import placed
from optimizer.runs.solving import solve_with_store
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of
from optimizer.sections.content import Table, plain
from optimizer.sections.subject import Plainly
from optimizer.sections.why_not import dominated_by
from optimizer.solver.config import SolveConfig

#: More copies are dearer and take more: all five designs are on the front, today's is one of them.
TEXT = """
schema: 1
name: copies
workload: {phases: [{name: steady, rate: 100, hours: 1}]}
components: {web: {kind: service, replicas: 4, slots: 8, service_ms: 20, price_usd_per_hour: 1}}
flows: {shop: {share: 1, trace: [web]}}
decisions: {copies: {integer: [2, 6], sets: web.replicas}}
uncertainty: {web.service_ms: {distribution: uniform, low: 18, high: 22}}
"""


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """The store, the file, the solution and the number of today's design on its front."""
    folder = tmp_path_factory.mktemp("todays")
    path = folder / "s.yaml"
    path.write_text(TEXT, encoding="utf-8")
    system = compile_system(scenario_from(yaml.safe_load(TEXT)))
    with RunStore(f"sqlite:///{folder / 'runs.sqlite'}") as keeper:
        done = solve_with_store(keeper, model_of(system), SolveConfig(), text=TEXT)
    place = place_of_today(system.space, done.solution.front.X)
    assert place is not None
    assert len(done.solution.front) == 5
    return folder, path, system, done, place + 1


def told(solved, command):
    """What a command prints."""
    folder, path, *_ = solved
    name, *rest = command.split()
    answer = CliRunner().invoke(
        app, [name, str(path), *rest], env={"TRADESPACE_STORE": str(folder / "cli.sqlite"), "COLUMNS": "200"}
    )
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.mark.parametrize(
    ("command", "row"),
    [
        ("solve --all", r"^{}( \(knee\))? "),
        ("rank", r"^ *\d+.? +{} "),
        ("reach --wish latency=1000000", r"^ *design {}\b"),
        ("few", r"^.* design {}\b"),
        ("compare --design 1 --design 3 --design 5", r"^.*\b{} \("),
        ("doubt --draws 16 --design 1", r"^ *design {}\b"),
    ],
)
def test_commands_call_it_so(solved, command, row):
    number = solved[-1]
    lines = told(solved, command).splitlines()
    own = [line for line in lines if re.search(row.format(number), line)]
    assert own
    assert any(TODAYS in line for line in own), "\n".join(lines)
    for other in {1, 2, 3, 4, 5} - {number}:
        for line in lines:
            if re.search(row.format(other), line) and not command.startswith("compare"):
                assert TODAYS not in line, line


@pytest.mark.parametrize(
    "command",
    ["rank", "reach --wish latency=1000000", "reach --design 1 --better cost --worse latency", "few"],
)
def test_json_names_its_number(solved, command):
    assert json.loads(told(solved, f"{command} --json"))["today"] == solved[-1]


def test_sections_of_the_report_call_it_so(solved):
    *_, system, done, number = solved
    found = findings_of(model_of(system), done.solution)
    for section in (representatives(found), front(found)):
        rows = [row for block in section.blocks if isinstance(block, Table) for row in block.rows]
        for row in rows:
            words = " ".join(plain(cell) if isinstance(cell, tuple) else str(cell) for cell in row)
            assert (TODAYS in words) == (str(row[0]).split()[0] == str(number)), words
    positions, names = marks(found)
    for position, name in zip(positions, names, strict=True):
        assert (TODAYS in name) == (position + 1 == number)
    assert choice(found) is not None


def words(page):
    """All that a page says, without what Markdown needs."""
    parts = [e.value for e in (*page.markdown, *page.caption)]
    parts += [b.label for b in page.button]
    parts += [option for box in page.selectbox for option in box.options]
    return [part.replace("\\", "") for part in parts]


@pytest.mark.parametrize("name", ["explore", "design", "compare", "breaking", "runs"])
def test_pages_of_the_app_call_it_so(solved, monkeypatch, tmp_path, name):
    folder, _, _, done, number = solved
    other = 1 if number != 1 else 2
    page = app_test(monkeypatch, folder, run=done.run.id, pick=[str(number), str(other)])
    if name != "explore":
        page.switch_page(f"ui/pages/{name}.py")
    page.run()
    assert not page.exception
    said = words(page)
    own = re.compile(rf"\bdesign {number}\b(?! designs)")
    listed = [part for part in said if own.search(part) and ("[A]" in part or name == "design")]
    assert listed
    for part in listed:
        assert re.search(rf"\bdesign {number} \({TODAYS}\)", part), part
    for part in said:
        assert not re.search(rf"\bdesign {other} \({TODAYS}\)", part), part
    if name == "explore":
        rows = page.dataframe[0].value
        for row, mark in zip(rows["design"], rows["mark"], strict=True):
            assert (TODAYS in mark) == (int(row) == number)


def test_one_function_says_what_a_design_is_called(solved):
    *_, system, done, number = solved
    X = done.solution.front.X
    names = [called(system.space, X, i) for i in range(len(X))]
    assert names == [TODAYS if i + 1 == number else f"design {i + 1}" for i in range(len(X))]


def test_sentences_about_a_design_that_todays_beats_name_todays(solved):
    """A design that is dearer than today's and better in nothing: sentences and the gate name today's."""
    *_, system, done, number = solved
    front, todays = done.solution.front, number - 1
    values = front.evaluation.values[[todays]].copy()
    values[0, [d.name for d in front.evaluation.dimensions].index("cost")] *= 1.01
    worse = replace(front.evaluation.take(np.array([todays])), values=values)
    place = Place("dominated", None, (), {}, np.array([todays]))
    headline, *more = [plain(one) for one in placed(place, worse, Plainly(system.space, front))]
    assert headline == f"Beaten by {TODAYS}, which is at least as good in everything."
    assert more[0].startswith("Today's design is ")
    found = findings_of(model_of(system), done.solution)
    (said,) = (plain(one) for one in dominated_by(found, values[0], [todays]))
    assert said.startswith("Today's design is as good in everything")


def test_buttons_name_todays_instead_of_its_number(solved, monkeypatch):
    """The design beside today's gives up something that today's has: the button that leads there says so."""
    folder, _, _, done, number = solved
    found = []
    for other in sorted({number - 1, number + 1} & set(range(1, 6))):
        page = app_test(monkeypatch, folder, run=done.run.id, design=str(other))
        page.switch_page("ui/pages/design.py").run()
        assert not page.exception
        for button in page.button:
            if str(button.key).startswith("exchange-"):
                label, to = button.label.replace("\\", ""), button.key.removeprefix("exchange-")
                name = TODAYS if to == str(number) else f"design {to}"
                assert label.endswith(f": {name}")
                found.append(to)
    assert str(number) in found
