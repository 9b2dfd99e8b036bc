"""One decision for several scenarios as a run of the store: how far it is, and what came out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping

from optimizer.batch.across import Across, solve_across
from optimizer.batch.across_report import across_table
from optimizer.batch.together import Together
from optimizer.files.solution import parquet_bytes
from optimizer.runs.connecting import StoreError
from optimizer.runs.recording import Beats, ended_with_its_work
from optimizer.runs.run import config_of, key_of
from optimizer.runs.store import RunStore, Wanted
from optimizer.solver.config import SolveConfig


def solve_across_recorded(
    store: RunStore,
    found: Together,
    config: SolveConfig,
    texts: Mapping[str, str],
    *,
    progress: Callable[[int, int, int], None] | None = None,
) -> tuple[Across, str]:
    """Looks at the shared decisions in every scenario, and keeps in the store what came out.

    Args:
        store: The store.
        found: The scenarios.
        config: Settings of the searches.
        texts: The text of each scenario, by its name.
        progress: Told designs done, in all, and on the front.

    Returns:
        What came out, and why the store could not take it; empty = it could.
    """
    names = [system.scenario.name for system in found.systems]
    digests = [system.digest for system in found.systems]
    digest = hashlib.sha256(json.dumps([digests, found.weights]).encode()).hexdigest()
    run = store.request(
        Wanted(
            kind="across",
            key=key_of("across", digest, config_of(config)),
            name=", ".join(names)[:80],
            title=f"One decision for {', '.join(names)}",
            digest=digest,
            scenario=json.dumps(dict(texts), indent=1),
            config=config_of(config),
            seed=config.seed % 2**62,
            choices={"scenarios": names, "weights": list(found.weights)},
        ),
        fresh=True,
    )
    if run.state != "queued" or not store.begin(run.id):  # somebody else looks at the same just now
        return solve_across(found, config, progress=progress), ""
    with ended_with_its_work(store, run.id), Beats(store, run.id, progress=progress) as beats:
        answer = solve_across(found, config, progress=beats)
    looked, safe = len(answer.X), len(answer.survivors)
    try:
        store.keep_front(run.id, parquet_bytes(across_table(found, answer)))
        store.end(
            run.id,
            "done",
            summary=f"{looked:,} designs in {len(names)} scenarios, {safe:,} survive in all",
            counts=(looked, looked, len(answer.worst_front)),
        )
    except StoreError as error:
        return answer, str(error)
    return answer, ""
