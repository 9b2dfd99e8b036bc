"""Step 5, emergence: how close a design is to behaviour that no component shows alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.dimensions.latency import Latency
from models.evaluation import Array
from models.performance.steady_state import Behaviour
from models.system.parameters import Parameters
from models.system.phases import worst_of

#: What each term is divided by.
THRESHOLDS = {
    "utilisation": 0.70,
    "coupling": 0.70,
    "retry_rate": 0.05,
    "p99_over_p50": 10.0,
    "gc_share": 0.20,
}
#: From here on the score counts as danger, and a phase transition as imminent.
DANGER, IMMINENT = 0.8, 0.9
_BEND = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Emergence:
    """The emergence score of n designs.

    Attributes:
        score: In [0, 1], `(n,)`.
        base: Mean of the terms, `(n,)`; unbounded, since the tail ratio is.
        terms: Each term divided by its threshold, `(n,)` each.
    """

    score: Array
    base: Array
    terms: Mapping[str, Array]


def emergence_score(
    *, utilisation: Array, coupling: Array, retry_rate: Array, p99_over_p50: Array, gc_share: Array
) -> Emergence:
    """The emergence score: the mean of five terms, bent above 0.7.

    Args:
        utilisation: Of the bottleneck in the worst phase.
        coupling: Share of ordered pairs of components in which one reaches the other through synchronous
            calls that nothing guards (propagation cost without its diagonal).
        retry_rate: Share of attempts that are retries.
        p99_over_p50: Ratio of the latency percentiles in the worst phase.
        gc_share: Largest share of time lost to garbage collection.

    Returns:
        Score, base and terms, `(n,)` each.

    Source: EmergenceDetector of the project's seed (Chaos Theory in Production): base = mean of the terms;
    score = base up to 0.7, above it min(0.7 + (base - 0.7)^2, 1).
    """
    given = {
        "utilisation": utilisation,
        "coupling": coupling,
        "retry_rate": retry_rate,
        "p99_over_p50": p99_over_p50,
        "gc_share": gc_share,
    }
    terms = {name: value / THRESHOLDS[name] for name, value in given.items()}
    total: Array = np.zeros(1)
    for term in terms.values():
        total = total + term
    base = total / len(terms)
    bent = np.minimum(_BEND + (base - _BEND) ** 2, 1.0)
    return Emergence(np.where(base <= _BEND, base, bent), base, terms)


def emergence_of(parameters: Parameters, found: Behaviour, waits: Latency, coupling: Array) -> Emergence:
    """The emergence score of n designs.

    Args:
        parameters: Their parameters.
        found: How they behave.
        waits: How long their users wait.
        coupling: How closely their components depend on each other (`dependency_graph.coupling`).
    """
    n, count = parameters.n, range(len(parameters.system.parts))
    return emergence_score(
        utilisation=worst_of(n, [found.utilisation]),
        coupling=coupling,
        retry_rate=worst_of(n, [found.retry_share]),
        p99_over_p50=waits.tail_ratio,
        gc_share=worst_of(n, [parameters.of_component_or(c, "gc_share", 0.0) for c in count]),
    )
