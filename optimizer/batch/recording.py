"""A batch as a run of the store: how many cases are done, and whether somebody wants it to stop."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from optimizer.batch.running import Batch, digest_of, run_batch
from optimizer.engines.engine import Engine
from optimizer.runs.connecting import StoreError
from optimizer.runs.recording import Beats, ended_with_its_work
from optimizer.runs.run import key_of
from optimizer.runs.store import RunStore, Wanted

#: Values of a change that a run tells.
MOST_TOLD = 20


def run_recorded(
    store: RunStore,
    batch: Batch,
    engine: Engine,
    out: Path,
    *,
    progress: Callable[[int, int, int], None] | None = None,
) -> str:
    """Runs a batch and keeps in the store how far it is and what became of it.

    Returns:
        Why the store could not take the end of it; empty = it could. The cases are in the folder in any case.
    """
    names = ", ".join(dict.fromkeys(case.scenario for case in batch.cases))
    digest = digest_of(batch.cases)
    wanted = Wanted(
        kind="batch",
        key=key_of("batch", digest, {"folder": str(out.absolute())}),
        name=names[:80],
        title=f"{len(batch.cases):,} cases",
        digest=digest,
        scenario=_scenarios(batch),
        config=dict(batch.cases[0].config) if batch.cases else {},
        seed=batch.cases[0].seed if batch.cases else 0,
        choices={"folder": str(out.absolute()), "cases": len(batch.cases), "varied": _varied(batch)},
    )
    run = store.request(wanted, fresh=True)
    if run.state != "queued" or not store.begin(run.id):  # the same batch is under way in another process
        run_batch(batch, engine, out, progress=progress)
        return ""
    with ended_with_its_work(store, run.id), Beats(store, run.id, progress=progress) as beats:
        run_batch(batch, engine, out, progress=beats)
    state = "cancelled" if batch.is_interrupted else "done"
    try:
        store.end(run.id, state, summary=batch.summary, counts=batch.counts)
    except StoreError as error:
        return str(error)
    return ""


def _scenarios(batch: Batch) -> str:
    """The scenario as its file would say it; of several by their names."""
    trees = {case.scenario: case.tree for case in batch.cases}
    return json.dumps(next(iter(trees.values())) if len(trees) == 1 else trees, indent=1)


def _varied(batch: Batch) -> dict[str, list[object]]:
    """The values of each change, the first of them where there are many."""
    found: dict[str, dict[str, object]] = {}
    for case in batch.cases:
        for path, value in case.changes:
            values = found.setdefault(path, {})
            if len(values) < MOST_TOLD:
                values.setdefault(repr(value), value)
    return {path: list(values.values()) for path, values in found.items()}
