"""Which engine is meant."""

from __future__ import annotations

from optimizer.engines.engine import Engine
from optimizer.engines.local import Here, Processes


def engine_for(*, pieces: int, workers: int | None = None, scheduler: str | None = None) -> Engine:
    """The engine for some pieces of work: in this process for one, in local processes for many, or Dask.

    Args:
        pieces: Number of pieces.
        workers: Pieces at the same time; None = one for each core.
        scheduler: `local`, or the address of a Dask scheduler; None = no Dask.
    """
    if scheduler is not None:
        from optimizer.engines.dask import Cluster

        return Cluster(scheduler, workers=workers)
    if pieces <= 1 or workers == 1:
        return Here()
    return Processes(workers)
