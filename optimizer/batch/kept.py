"""A batch as the run store keeps it whole: what was asked for, and what came out of each case.

Nothing is written beside the store: the batch is deleted with its run, moves with it, and can be read
wherever the store can. Of each front only what a summary tells is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from models.errors import Remedy
from models.scenario.load import scenario_from, scenario_from_text
from models.scenario.scenario import Scenario
from optimizer.batch.cases import Case, grid
from optimizer.batch.result_form import ChoicesForm, KeptForm
from optimizer.batch.running import Batch, digest_of
from optimizer.batch.solving import solve_case
from optimizer.batch.summary import recommended_place, summary_rows
from optimizer.batch.varied import varied
from optimizer.files.json import config_from
from optimizer.files.json_schema import plain
from optimizer.files.solution import csv_bytes, parquet_bytes
from optimizer.files.tables import plain_table
from optimizer.runs.connecting import StoreError
from optimizer.runs.run import Run, key_of
from optimizer.runs.store import RunStore, Wanted
from optimizer.solver.config import SolveConfig
from optimizer.validation import UnreadableError, from_json, from_values

#: What is varied: a path, and its values.
Vary = Sequence[tuple[str, Sequence[object]]]


def cases_of(scenario: Scenario, vary: Vary, seeds: int, config: SolveConfig) -> list[Case]:
    """The cases of a batch of one scenario: every combination of the values, with every seed from 0 on.

    Raises:
        VariedError: There are too many, or a value can't be.
    """
    settings = asdict(config)
    del settings["seed"], settings["workers"]
    ranges = [(path, tuple(values)) for path, values in vary]
    return grid([scenario], ranges, (), list(range(seeds)), settings)


def wanted_batch(
    scenario: Scenario,
    text: str,
    vary: Vary,
    seeds: int,
    config: SolveConfig,
    *,
    tags: tuple[str, ...] = (),
) -> tuple[Wanted, list[Case]]:
    """What is asked for when a batch is to be kept in the store, and its cases.

    Raises:
        VariedError: There are too many, or a value can't be.
    """
    cases = cases_of(scenario, vary, seeds, config)
    choices = {"vary": [[path, list(values)] for path, values in vary], "seeds": seeds, "cases": len(cases)}
    settings = dict(cases[0].config)
    digest = digest_of(cases)
    wanted = Wanted(
        kind="batch",
        key=key_of("batch", digest, choices),
        name=scenario.name,
        title=f"{len(cases):,} cases over {', '.join(path for path, _ in vary) or 'seeds'}",
        digest=digest,
        scenario=text,
        config=settings,
        seed=0,
        choices=choices,
        tags=tags,
    )
    return wanted, cases


def is_kept_whole(choices: Mapping[str, Any]) -> bool:
    """Whether a batch with these choices stands in the store: one of the command line is in a folder."""
    return "vary" in choices


def batch_of(store: RunStore, run: Run) -> Batch:
    """A batch with what was kept of it.

    Raises:
        StoreError: The run isn't there.
        ScenarioError: Its scenario is refused by this version.
        VariedError: One of its values is.
    """
    text, choices = store.inputs(run.id)
    scenario = scenario_from_text(text, source=f"run {run.id}")
    try:
        config = config_from(run.config, where="its settings")
        asked = from_values(choices, ChoicesForm, where="what was chosen")
        kept = store.front(run.id)
        told = None if kept is None else kept[1]
        results = [] if told is None else from_json(told, KeptForm, where="its cases").cases
    except UnreadableError as error:
        raise StoreError(f"run {run.id} can't be read: {error}", remedy=Remedy.SOLVE_ANEW) from None
    batch = Batch(cases_of(scenario, asked.vary, asked.seeds, config))
    by_key = {one.key: one.result for one in results}
    for case in batch.cases:
        result = by_key.get(_key(case))
        if result is not None:
            batch.results[case.number] = {**plain(result), "files": {}}
    return batch


def kept_of(batch: Batch) -> tuple[bytes, str]:
    """What is kept of a batch: a row a case as Parquet, and the results as JSON."""
    told = [
        {
            "key": _key(case),
            "result": {name: part for name, part in batch.results[case.number].items() if name != "files"},
        }
        for case in batch.cases
        if case.number in batch.results
    ]
    text = json.dumps({"cases": told}, allow_nan=False)
    return parquet_bytes(plain_table(_written(summary_rows(batch)))), text


def solve_briefly(case: Case) -> dict[str, Any]:
    """Solves a case and keeps of its front only what a summary tells. Can be sent to another process."""
    result = solve_case(case)
    answer = result["answer"]
    place = recommended_place(answer)
    if place is None:
        return result
    record = answer["recommendation"]
    # The record names designs by their places on the front, of which one is kept.
    pick = {**next(pick for pick in record["picks"] if pick["position"] == place), "position": 0}
    brief = {
        **answer,
        "front": [answer["front"][place]],
        "knee": 0 if answer["knee"] == place else None,
        "recommendation": {**record, "picks": [pick], "runner_up": None, "why_not": None},
    }
    return {**result, "answer": brief}


def case_text(case: Case) -> str:
    """A case as the text of a scenario of its own.

    Raises:
        ScenarioError: A changed value is refused by this version.
    """
    scenario = varied(scenario_from(case.tree, source=case.scenario), case.changes)
    tree = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return json.dumps(tree, indent=1, ensure_ascii=False) + "\n"


def cases_csv(batch: Batch) -> bytes:
    """A row a case as the bytes of a CSV file."""
    return csv_bytes(plain_table(summary_rows(batch)))


def _key(case: Case) -> str:
    return hashlib.sha256(case.key.encode()).hexdigest()


def _written(rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Rows whose varied values are texts: numbers and switches in one column are no column of a table."""
    return [
        {name: str(value) if name.startswith("vary.") else value for name, value in row.items()}
        for row in rows
    ]
