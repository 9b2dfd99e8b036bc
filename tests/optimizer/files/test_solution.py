"""Results as files: exactly the numbers, where they come from, whole or not at all."""

from __future__ import annotations

import csv
import json
import math
from contextlib import suppress
from dataclasses import asdict

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import optimizer.files.solution
from instances import PRICE, SPEED, Grid, Shop
from models import compile_system
from models.errors import OutputError
from models.evaluation import Evaluation
from optimizer import solve
from optimizer.files.solution import FILES, refuse_existing, write_solution
from optimizer.files.tables import design_table
from own_models import solve_with
from scenarios import scenario

GRID = Grid(6, 5, 3)


def mixed():
    """A system with every kind of decision and a flow whose latency has no end in some designs."""
    return compile_system(
        scenario(
            phases=[{"name": "calm", "rate": 100, "hours": 20}, {"name": "peak", "rate": 700, "hours": 4}],
            decisions={
                "copies": {"integer": [1, 4], "sets": "web.replicas"},
                "mode": {"options": {"slow": {}, "quick": {"multiply": {"web.service_ms": 0.5}}}},
                "shed": {"on": {"set": {"flows.shop.shed_share": 0.1}}, "adaptive": True},
            },
        )
    )


@pytest.fixture
def solved():
    system = mixed()
    return solve(system), system.space


def read_exactly(path):
    """A CSV file with every number as Python reads it."""
    table = pd.read_csv(path, dtype=str)
    for name in table.columns:
        with suppress(ValueError):
            table[name] = [float(text) for text in table[name]]
    return table


def test_csv_and_parquet_hold_exactly_the_numbers(tmp_path, solved):
    solution, space = solved
    assert len(solution.front) > 1
    assert write_solution(solution, space, tmp_path) == [tmp_path / name for name in FILES]
    front = solution.front.evaluation
    tables = {
        "csv": read_exactly(tmp_path / "front.csv"),
        "parquet": pd.read_parquet(tmp_path / "front.parquet"),
    }
    for table in tables.values():
        for j, dimension in enumerate(front.dimensions):
            assert np.array_equal(table[dimension.name], front.values[:, j])
        for j, name in enumerate(front.constraints):
            assert np.array_equal(table[f"excess.{name}"], front.excess[:, j])
        for name, values in front.indicators.items():
            assert np.array_equal(table[f"indicator.{name}"], values)
        for i, x in enumerate(front.X):
            design = space.decode(x)
            assert table["decision.copies"][i] == design["copies"]
            assert table["decision.mode"][i] == design["mode"]
            assert str(table["decision.shed@peak"][i]) == str(design["shed"]["peak"])


def test_json_is_strict_and_says_the_same(tmp_path, solved):
    solution, space = solved
    write_solution(solution, space, tmp_path)
    text = (tmp_path / "front.json").read_text(encoding="utf-8")
    read = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    for i, entry in enumerate(read["front"]):
        assert entry["design"] == space.decode(solution.front.X[i])
        for j, dimension in enumerate(solution.front.evaluation.dimensions):
            assert entry["dimensions"][dimension.name]["unit"] == dimension.unit
            value = solution.front.evaluation.values[i, j]
            assert entry["dimensions"][dimension.name]["value"] == (value if math.isfinite(value) else None)
    assert read["knee"] == solution.knee
    assert read["certificate"]["evaluated"] == solution.certificate.evaluated


def endless(X):
    """A model whose price has no end in half of the designs and whose speed has none in the others."""
    return Evaluation(
        X=np.array(X),
        values=np.array([[math.inf, 5.0 + x[0]] if x[0] % 2 else [x[0], math.inf] for x in X]),
        excess=np.full((len(X), 1), -math.inf),
        constraints=("limit",),
        dimensions=(PRICE, SPEED),
    )


def test_what_has_no_end_is_null_in_json_and_infinite_in_tables(tmp_path):
    space = Grid(4)
    solution = solve_with(endless, space)
    assert np.isinf(solution.front.evaluation.values).any()
    write_solution(solution, space, tmp_path)
    text = (tmp_path / "front.json").read_text(encoding="utf-8")
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    for table in (pd.read_csv(tmp_path / "front.csv"), pd.read_parquet(tmp_path / "front.parquet")):
        assert np.array_equal(table["speed"], solution.front.evaluation.values[:, 1])


def test_the_parquet_file_says_where_it_comes_from(tmp_path, solved):
    solution, space = solved
    write_solution(solution, space, tmp_path)
    said = json.loads(pq.read_schema(tmp_path / "front.parquet").metadata[b"tradespace"])
    assert said["scenario"]["digest"] == solution.provenance["digest"]
    assert said["scenario"]["name"] == "test"
    assert said["tradespace"] == solution.provenance["tradespace"]
    assert said["config"] == asdict(solution.config)
    assert said["certificate"]["exact"] is True
    assert said["units"] == {d.name: d.unit for d in solution.today.dimensions}


def test_an_empty_front_is_a_table_with_all_columns(tmp_path):
    solution = solve_with(Shop(most_price=-1.0), GRID)
    write_solution(solution, GRID, tmp_path)
    whole = design_table(solve_with(Shop(), GRID).front.evaluation, GRID)
    assert list(pd.read_csv(tmp_path / "front.csv").columns) == list(whole.columns)
    assert len(pd.read_parquet(tmp_path / "front.parquet")) == 0
    assert json.loads((tmp_path / "front.json").read_text())["front"] == []


class Wordy(Grid):
    """A space whose decisions are texts that a spreadsheet would run."""

    WORDS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "plain", "a=b", "")

    def decode(self, x):
        return {"word": self.WORDS[int(x[0])], "number": -float(x[0])}


def test_texts_are_never_formulas_in_the_csv_and_unchanged_elsewhere(tmp_path):
    space = Wordy(len(Wordy.WORDS), 1)
    solution = solve_with(Shop(), space)
    write_solution(solution, space, tmp_path)
    with (tmp_path / "front.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    words = [space.decode(x)["word"] for x in solution.front.X]
    assert "=1+1" in words
    for row, word in zip(rows, words, strict=True):
        assert row["decision.word"] in (word, "'" + word)
        assert not row["decision.word"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert float(row["decision.number"]) <= 0.0  # a negative number is no formula
    assert list(pd.read_parquet(tmp_path / "front.parquet")["decision.word"]) == words


def test_results_that_are_there_are_refused_without_force(tmp_path, solved):
    solution, space = solved
    (tmp_path / "front.csv").write_text("mine")
    with pytest.raises(OutputError, match=r"front\.csv already.*replace them"):
        write_solution(solution, space, tmp_path)
    with pytest.raises(OutputError, match=r"front\.csv already"):
        refuse_existing(tmp_path)
    assert (tmp_path / "front.csv").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["front.csv"]
    write_solution(solution, space, tmp_path, force=True)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)
    assert (tmp_path / "front.csv").read_text() != "mine"


def test_a_folder_is_made_and_a_file_is_no_folder(tmp_path, solved):
    solution, space = solved
    assert all(path.exists() for path in write_solution(solution, space, tmp_path / "a" / "b"))
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match=r"choose .*folder"):
            write_solution(solution, space, folder)


@pytest.mark.parametrize("writer", ["table_parquet", "table_csv"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_when_writing_fails_midway_nothing_is_left_and_nothing_is_lost(
    tmp_path, solved, monkeypatch, writer, error
):
    solution, space = solved
    before = {name: f"old {name}" for name in FILES}
    for name, text in before.items():
        (tmp_path / name).write_text(text)

    def fails(table, *rest):
        rest[-1].write_text("half of ")
        raise error

    monkeypatch.setattr(optimizer.files.solution, writer, fails)
    with pytest.raises(OutputError if isinstance(error, OSError) else KeyboardInterrupt) as caught:
        write_solution(solution, space, tmp_path, force=True)
    if isinstance(error, OSError):
        assert "No space left on device" in str(caught.value)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before
