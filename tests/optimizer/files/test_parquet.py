"""Fronts as Parquet without pandas, against pandas; and what a solve with a store loads."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scenario.load import load_scenario
from models.system.compiler import compile_system
from optimizer.files.json import solution_answer, solution_json
from optimizer.files.parquet import arrow, front_parquet
from optimizer.files.tables import design_table
from optimizer.solver.config import SolveConfig
from optimizer.solver.solver import solve

SCENARIOS = Path(__file__).parents[3] / "data" / "scenarios"


def solved(name: str, n: int = 60):
    system = compile_system(load_scenario(SCENARIOS / f"{name}.yaml"))
    return system, solve(system, SolveConfig(max_designs=n))


@pytest.mark.parametrize("name", ["black_friday_exercise", "github_split_brain", "web_api_three_tier"])
def test_a_front_is_the_table_that_pandas_makes(name):
    system, solution = solved(name)
    for evaluation in (solution.front.evaluation, solution.today, solution.today.take(np.arange(0))):
        table = design_table(evaluation, system.space)
        units, table.attrs = table.attrs["units"], {}
        wanted = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
        found = pq.read_table(io.BytesIO(front_parquet(evaluation, system.space, {"trace": []})))
        assert json.loads(found.schema.metadata[b"tradespace"]) == {"units": units, "trace": []}
        found = found.replace_schema_metadata(None)
        if len(evaluation):
            assert found.schema.names == wanted.schema.names
            large = {pa.large_string(): pa.string()}  # pandas 3 makes these of texts
            kinds = [(field.name, large.get(field.type, field.type)) for field in wanted.schema]
            assert found.equals(wanted.cast(pa.schema(kinds)))
        else:
            assert found.column_names == wanted.column_names
            assert found.num_rows == 0


@given(
    st.one_of(
        st.lists(st.booleans(), max_size=20),
        st.lists(st.floats(), max_size=20).map(np.array),
        st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20),
        st.lists(st.text(st.characters(exclude_categories=("Cs",))), max_size=20),
        st.lists(st.none() | st.text("ab"), max_size=5),
        st.lists(st.none() | st.booleans(), max_size=5),
    )
)
def test_columns_hold_what_pyarrow_makes_of_them(values):
    found, wanted = arrow(values), pa.array(values, from_pandas=True)
    found.validate(full=True)
    assert found.type == wanted.type
    assert found.equals(wanted)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(("name", "n"), [("web_api_three_tier", 60), ("black_friday_exercise", 1)])
def test_a_solution_as_text_is_that_of_its_plain_values(name, n, indent):
    system, solution = solved(name, n)
    answer = solution_answer(solution, system.space)
    wanted = json.dumps(answer, indent=indent, ensure_ascii=indent is None, allow_nan=False)
    assert solution_json(solution, system.space, indent=indent) == wanted


def test_a_solve_with_a_store_loads_neither_pandas_nor_all_of_scipy_stats(tmp_path):
    script = (
        "import sys\n"
        "from optimizer.cli.main import main\n"
        "sys.argv = ['tradespace', 'solve', 'web-api-three-tier', '--algorithm', 'archive',\n"
        "            '--evaluations', '60', '--workers', '1']\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print([name for name in ('pandas', 'scipy.stats') if name in sys.modules], file=sys.stderr)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "TRADESPACE_STORE": str(tmp_path / "store")},
        capture_output=True,
        text=True,
    )
    assert told.returncode in (0, 1), told.stderr
    assert (tmp_path / "store").exists()
    assert told.stderr.strip().endswith("[]")
