"""How the integrals of parallel calls are added up: Gauss-Legendre nodes, and the memory of results."""

from __future__ import annotations

import numpy as np

#: Nodes for the slowest of a few, by how much of its range the narrowest branch fills at least: the error of
#: the mean and of the standard deviation stays below 1e-3 (docs/model.md).
NODES = ((0.2, 12), (0.15, 16), (0.1, 20), (0.05, 32), (0.0, 64))
#: Nodes between two points of the grid of a fan-out, and for the r-th of n.
FAN_NODES, ORDER_NODES = 12, 32
#: Up to so many branches each combination of their outcomes is one outcome of the maximum.
MOST_COMBINED = 3
#: Standard deviations below the mean at which a branch begins.
NEAR_SD = 6.0
#: Places of the memory of quadratures, and numbers of one: three laws, and the result.
MEMORY, MEMORY_WIDTH = 4096, 12


def gauss_legendre(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss and Legendre on [0, 1], `(count,)` each."""
    x, w = np.polynomial.legendre.leggauss(count)
    return 0.5 * (x + 1.0), 0.5 * w


def _tables() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights for each line of `NODES`, 0 beyond their number."""
    most = max(count for _, count in NODES)
    nodes, weights = np.zeros((len(NODES), most)), np.zeros((len(NODES), most))
    for i, (_, count) in enumerate(NODES):
        nodes[i, :count], weights[i, :count] = gauss_legendre(count)
    return nodes, weights


LEAST = np.array([least for least, _ in NODES])
COUNTS = np.array([count for _, count in NODES])
U, V = _tables()
