"""What a process does for a run of the store, by the kind of run; and that of the kind `solve`."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Protocol, cast

from optimizer.files.json import config_from
from optimizer.model import PER_S, Work
from optimizer.runs.checking import checker_of, which_of
from optimizer.runs.run import Run
from optimizer.runs.solving import perform, system_of
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of

#: The module that does the work of each kind: its function `work` is the job.
JOBS = {"solve": "optimizer.runs.job", "batch": "optimizer.batch.job"}
#: Between two progresses of an enumeration at the most, s, and the fewest designs that are worth one.
CHUNK_S, LEAST_CHUNK = 0.5, 256


class Job(Protocol):
    """The work of a run."""

    def __call__(self, store: RunStore, run: Run) -> None:
        """Works on a run that has begun, says while it works that it is alive, and ends the run.

        What it raises ends the run too: whoever calls it sees to that (`recording.ended_with_its_work`).
        """


def job_of(run: Run) -> Job:
    """The job of a run.

    Raises:
        ValueError: Nobody works on runs of this kind by themselves.
    """
    if run.kind not in JOBS:
        raise ValueError(
            f"runs of kind {run.kind!r} are not worked on by themselves; allowed: {', '.join(JOBS)}"
        )
    return cast(Job, import_module(JOBS[run.kind]).work)


def work(store: RunStore, run: Run) -> None:
    """Solves a scenario (see `Job`)."""
    model = model_of(system_of(store, run))
    config = config_from(run.config, where=f"run {run.id}")
    if model.hints.work is not None:  # so that people see it move
        config = replace(config, chunk=chunk_for(model.hints.work(config.seed), most=config.chunk))
    perform(store, run, model, config, check=checker_of(model, which_of(None)))


def chunk_for(work: Work, *, most: int) -> int:
    """Designs that are evaluated together so that a chunk takes no longer than `CHUNK_S`, by counted work.

    Args:
        work: What looking at designs takes.
        most: Designs at the most.
    """
    return int(min(max(CHUNK_S * PER_S / work.each, LEAST_CHUNK), most))
