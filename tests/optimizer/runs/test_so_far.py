"""What a run tells while it is under way is what its front says."""

from __future__ import annotations

import numpy as np

from models.evaluation import DIMENSIONS
from optimizer.runs.recording import Recorder
from optimizer.runs.so_far import so_far
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of
from optimizer.search.hypervolumes import trace_of
from reports import exercise


def test_the_best_so_far_and_the_trace(tmp_path, monkeypatch):
    from optimizer.runs.solving import wanted_solve
    from optimizer.solver.config import SolveConfig

    system, found, _ = exercise()
    monkeypatch.setattr("optimizer.runs.recording.FRONT_S", 0.0)
    with RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}") as store:
        run = store.request(wanted_solve(model_of(system), SolveConfig(), text="text"))
        assert so_far(store, run.id, DIMENSIONS) is None
        assert store.begin(run.id)
        front = found.front
        recorder = Recorder(store, run.id, system.space)
        small = front.evaluation.take(np.array([0, 1]))
        recorder(10, 32, 2)
        recorder.watch(lambda: type(front)(small))
        recorder(32, 32, len(front))
        recorder.watch(lambda: front)
        told = so_far(store, run.id, DIMENSIONS)
    assert told.on_front == len(front)
    for j, dimension in enumerate(DIMENSIONS):
        column = front.evaluation.values[:, j]
        assert told.best[j] == (column.min() if dimension.better == "lower" else column.max())
    assert told.trace == trace_of([(10, small.losses), (32, front.losses)], front.losses)
    assert told.trace[0].hypervolume < told.trace[1].hypervolume
