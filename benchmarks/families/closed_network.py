"""The most that a pool of threads over stores carries: an exact closed network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def throughput_per_s(threads: int, think_s: float, stations: Sequence[tuple[float, int]]) -> float:
    """Cycles per second of so many threads that work by themselves and then visit each station once.

    Args:
        threads: Threads.
        think_s: Mean time of a thread's own work, s; nobody waits for it.
        stations: Mean service time, s, and servers of each station.

    Source: Buzen 1973, the convolution algorithm for stations with load-dependent rates; exact for
    exponential service.
    """
    constants = np.zeros(threads + 1)
    counts = np.arange(1, threads + 1)
    scale = max(think_s, *(service for service, _ in stations), 1e-12)
    constants[0] = 1.0
    constants[1:] = np.cumprod(think_s / scale / counts)
    for service, servers in stations:
        own = np.ones(threads + 1)
        own[1:] = np.cumprod(service / scale / np.minimum(counts, servers))
        constants = np.convolve(constants, own)[: threads + 1]
        constants /= constants.max()
    return float(constants[threads - 1] / constants[threads]) / scale
