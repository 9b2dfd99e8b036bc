"""Problems to search: public ones with known answers, and two that can be counted out.

    python -m benchmarks.problems

Each is a design space and a callable X -> Evaluation, as for a user's own model.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.evaluation import Array, Dimension, Evaluation
from models.space.columns import Column
from models.space.conditions import DecisionColumns
from models.space.space import DesignSpace

#: Wire diameters of springs that can be bought, inch; those within reach of the bounds 0.09 to 0.5 of RE25.
WIRES = np.array(
    [
        *(0.092, 0.105, 0.12, 0.135, 0.148, 0.162, 0.177, 0.192, 0.207, 0.225, 0.244, 0.263),
        *(0.283, 0.307, 0.331, 0.362, 0.394, 0.4375, 0.5),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A design space with a model of its designs.

    Attributes:
        name: Short name.
        says: What it is, in one sentence.
        space: The designs.
        evaluator: Scores a decision matrix `(n, d)`.
    """

    name: str
    says: str
    space: DesignSpace
    evaluator: Callable[[Array], Evaluation]

    @property
    def is_enumerable(self) -> bool:
        """Whether all designs can be listed."""
        return self.space.size is not None


def real(name: str, lower: float, upper: float) -> Column:
    """A column of real numbers."""
    return Column(name, name, None, "real", lower, upper, 0.0, False, (), lower, lower)


def integer(name: str, lower: int, upper: int) -> Column:
    """A column of whole numbers."""
    return Column(name, name, None, "integer", lower, upper, 1.0, False, (), lower, lower)


def toggle(name: str) -> Column:
    """A column of 0 and 1."""
    return Column(name, name, None, "toggle", 0.0, 1.0, 1.0, False, (), 0.0, 0.0)


def choice(name: str, *labels: str) -> Column:
    """A column of positions in a list of options."""
    return Column(name, name, None, "choice", 0.0, len(labels) - 1.0, 1.0, False, labels, 0.0, 0.0)


def space_of(*columns: Column) -> DesignSpace:
    """The space of all combinations of the columns' values."""
    decisions = tuple(DecisionColumns(column.name, (j,), ()) for j, column in enumerate(columns))
    return DesignSpace(columns, decisions, ())


def losses_only(X: Array, losses: Array) -> Evaluation:
    """An evaluation without limits, all dimensions better when lower."""
    dimensions = tuple(Dimension(f"f{j + 1}", "", "lower") for j in range(losses.shape[1]))
    return Evaluation(np.array(X), losses, np.zeros((len(X), 0)), (), dimensions)


# --- public problems ----------------------------------------------------------------------------


def dtlz2(m: int = 6, k: int = 10) -> Problem:
    """DTLZ2 (Deb, Thiele, Laumanns and Zitzler 2002, eq. 9): its front is the unit sphere's positive part."""

    def evaluate(X: Array) -> Evaluation:
        radius = 1.0 + np.sum((X[:, m - 1 :] - 0.5) ** 2, axis=1)
        angles = X[:, : m - 1] * math.pi / 2.0
        cosines = np.cumprod(np.column_stack([radius, np.cos(angles)]), axis=1)  # column j: j cosines
        sines = np.column_stack([np.sin(angles), np.ones(len(X))])  # column j: the angle that ends row j
        return losses_only(X, cosines[:, ::-1] * np.column_stack([sines[:, -1:], sines[:, -2::-1]]))

    columns = [real(f"x{j + 1}", 0.0, 1.0) for j in range(m + k - 1)]
    return Problem("DTLZ2", f"{m} objectives, {m + k - 1} reals", space_of(*columns), evaluate)


def dtlz2_hypervolume(m: int, reference: float) -> float:
    """Hypervolume of the whole front of DTLZ2 below the point (reference, ..., reference), reference >= 1.

    The box less the part of the unit ball within it: 1/2^m of pi^(m/2)/gamma(m/2 + 1).
    """
    return reference**m - math.pi ** (m / 2.0) / math.gamma(m / 2.0 + 1.0) / 2.0**m


def coil_spring() -> Problem:
    """RE25, a coil compression spring: volume of wire, and the sum of what six limits are exceeded by.

    Tanabe and Ishibuchi 2020, RE2-3-5 (from Lampinen and Zelinka 1999), as corrected by its authors in 2020:
    G = 11.5e6 psi. A whole number of coils, a real diameter, a wire from a list (here by its position).
    """

    def evaluate(X: Array) -> Evaluation:
        coils, diameter, wire = X[:, 0], X[:, 1], WIRES[X[:, 2].astype(np.intp)]
        load, preload = 1000.0, 300.0
        index = diameter / wire
        stiffness = 11.5e6 * wire**4 / (8.0 * coils * diameter**3)
        stress_factor = (4.0 * index - 1.0) / (4.0 * index - 4.0) + 0.615 / index
        solid_length = 1.05 * (coils + 2.0) * wire
        free_length = load / stiffness + solid_length
        room = np.column_stack(
            [
                189_000.0 - 8.0 * stress_factor * load * diameter / (math.pi * wire**3),
                14.0 - free_length,
                index - 3.0,
                6.0 - preload / stiffness,
                free_length - preload / stiffness - (load - preload) / stiffness - solid_length,
                1.25 - (load - preload) / stiffness,
            ]
        )
        volume = math.pi**2 * diameter * wire**2 * (coils + 2.0) / 4.0
        return losses_only(X, np.column_stack([volume, np.maximum(-room, 0.0).sum(axis=1)]))

    space = space_of(integer("coils", 1, 70), real("diameter", 0.6, 3.0), integer("wire", 0, len(WIRES) - 1))
    return Problem("RE25", "coil spring: 2 objectives, 2 whole numbers and a real", space, evaluate)


def water_planning() -> Problem:
    """RE61, a town's storm drainage: five costs, and the sum of what seven limits are exceeded by.

    Tanabe and Ishibuchi 2020, RE6-3-1 (from Musselman and Talavage 1980; Ray, Tai and Seow 2001).
    """

    def evaluate(X: Array) -> Evaluation:
        storage, treatment, overflow = X[:, 0], X[:, 1], X[:, 2]
        inverse = 1.0 / (storage * treatment)
        basin = 2289.0  # acres
        objectives = [
            106_780.37 * (treatment + overflow) + 61_704.67,
            3000.0 * storage,
            305_700.0 * basin * treatment / (0.06 * basin) ** 0.65,
            250.0 * basin * np.exp(-39.75 * treatment + 9.9 * overflow + 2.74),
            25.0 * (1.39 * inverse + 4940.0 * overflow - 80.0),
        ]
        excess = [
            0.00139 * inverse + 4.94 * overflow - 0.08 - 1.0,
            0.000306 * inverse + 1.082 * overflow - 0.0986 - 1.0,
            12.307 * inverse + 49_408.24 * overflow + 4051.02 - 50_000.0,
            2.098 * inverse + 8046.33 * overflow - 696.71 - 16_000.0,
            2.138 * inverse + 7883.39 * overflow - 705.04 - 10_000.0,
            0.417 / inverse + 1721.26 * overflow - 136.54 - 2000.0,
            0.164 * inverse + 631.13 * overflow - 54.48 - 550.0,
        ]
        exceeded = np.maximum(np.column_stack(excess), 0.0).sum(axis=1)
        return losses_only(X, np.column_stack([*objectives, exceeded]))

    space = space_of(real("storage", 0.01, 0.45), real("treatment", 0.01, 0.1), real("overflow", 0.01, 0.1))
    return Problem("RE61", "water planning: 6 objectives, 3 reals", space, evaluate)


# --- problems that can be counted out -----------------------------------------------------------

_SPEED = np.array([60.0, 105.0, 190.0, 330.0])  # requests/s of one web machine by its size
_PRICE = np.array([1.0, 2.0, 4.0, 8.0])
_TTL = np.array([0.0, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 3600.0])  # s
_BATCH = np.array([1.0, 4.0, 16.0, 64.0])
_RATE, _STORE, _UP = 900.0, 200.0, 0.99
_TOLD_APART = np.array([1.0, 100.0, 0.01, 1e-4, 1.0, 0.5])  # finer differences are no trade-offs
_TIERS = (
    Dimension("latency", "ms", "lower"),
    Dimension("capacity", "requests/s", "higher"),
    Dimension("freshness", "fraction", "higher"),
    Dimension("availability", "fraction", "higher"),
    Dimension("cost", "USD/h", "lower"),
    Dimension("complexity", "points", "lower"),
)


def tiers() -> Problem:
    """A web tier before a cache before a replicated store: smooth, with 589,824 designs and four limits."""
    space = space_of(
        integer("web", 1, 16),
        choice("size", "small", "medium", "large", "huge"),
        integer("replicas", 1, 12),
        integer("quorum", 1, 4),
        choice("ttl", *(f"{ttl:g} s" for ttl in _TTL)),
        choice("batch", *(f"{batch:g}" for batch in _BATCH)),
        integer("zones", 1, 3),
        toggle("compressed"),
    )
    return Problem("tiers", "6 objectives, 8 discrete decisions, 4 limits", space, _evaluate_tiers)


def _evaluate_tiers(X: Array) -> Evaluation:
    web, replicas, quorum, zones, compressed = X[:, 0], X[:, 2], X[:, 3], X[:, 6], X[:, 7]
    size, ttl, batch = X[:, 1].astype(np.intp), _TTL[X[:, 4].astype(np.intp)], _BATCH[X[:, 5].astype(np.intp)]
    misses = 20.0 / (20.0 + ttl)
    speed = _SPEED[size] * (1.0 + 0.15 * np.log2(batch)) * (1.0 - 0.1 * compressed)
    web_load, store_load = _RATE / (web * speed), _RATE * misses * quorum / (replicas * _STORE)
    waits = (web_load < 1.0) & (store_load < 1.0)
    with np.errstate(divide="ignore"):
        latency = 1000.0 / speed / (1.0 - web_load) + misses * 5.0 * np.sqrt(quorum) / (1.0 - store_load)
    latency = np.where(waits, latency + 2.0 * zones + 0.2 * batch - 3.0 * compressed, np.inf)
    capacity = np.minimum(web * speed, replicas * _STORE / (misses * quorum))
    freshness = np.exp(-(1.0 - misses) * ttl / 600.0)
    freshness = freshness * (1.0 - 0.5 * np.maximum(1.0 - quorum / replicas, 0.0) ** 2)
    availability = (1.0 - (1.0 - _UP) ** zones) * _quorum_up()[replicas.astype(int), quorum.astype(int)]
    cost = web * _PRICE[size] + 1.5 * replicas * zones + 0.002 * ttl**0.5
    complexity = 2.0 * zones + 0.5 * np.log2(batch) + compressed + 0.5 * quorum + (ttl > 0.0)
    complexity = complexity + 0.1 * (web + replicas)
    values = np.column_stack([latency, capacity, freshness, availability, cost, complexity])
    values = np.round(values / _TOLD_APART) * _TOLD_APART
    excess = np.column_stack([web_load - 0.9, store_load - 0.9, quorum - replicas, cost - 90.0])
    return Evaluation(np.array(X), values, excess, ("web_load", "store_load", "quorum", "cost"), _TIERS)


def _quorum_up() -> Array:
    """Probability that at least q of r replicas are up, `(13, 5)`: row r, column q."""
    table = np.zeros((13, 5))
    for r in range(1, 13):
        for q in range(1, 5):
            table[r, q] = sum(math.comb(r, i) * _UP**i * (1 - _UP) ** (r - i) for i in range(q, r + 1))
    return table


def mnk_landscape(bits: int = 18, links: int = 2, m: int = 6, seed: int = 5) -> Problem:
    """A rugged landscape: each bit's gain depends on `links` other bits, anew in each of m objectives.

    MNK landscapes (Aguirre and Tanaka 2007, section 2), with two knapsacks as limits; 2^bits designs.
    """
    rng = np.random.default_rng(seed)
    others = np.array(
        [
            [rng.permutation([i for i in range(bits) if i != bit])[:links] for bit in range(bits)]
            for _ in range(m)
        ]
    )
    gains = rng.random((m, bits, 2 ** (links + 1)))
    weights = rng.random((2, bits))
    most = 0.5 * weights.sum(axis=1)
    dimensions = tuple(Dimension(f"gain {j + 1}", "", "higher") for j in range(m))

    def evaluate(X: Array) -> Evaluation:
        number = X.astype(np.intp)
        values = np.zeros((len(X), m))
        for j in range(m):
            for bit in range(bits):
                place = number[:, bit]
                for other in others[j, bit]:
                    place = 2 * place + number[:, other]
                values[:, j] += gains[j, bit, place]
        return Evaluation(
            np.array(X), values / bits, X @ weights.T - most, ("knapsack 1", "knapsack 2"), dimensions
        )

    space = space_of(*(toggle(f"bit {bit + 1}") for bit in range(bits)))
    return Problem("MNK", f"{m} objectives, {bits} toggles, 2 limits; rugged", space, evaluate)


PROBLEMS: dict[str, Callable[[], Problem]] = {
    "DTLZ2": dtlz2,
    "RE25": coil_spring,
    "RE61": water_planning,
    "tiers": tiers,
    "MNK": mnk_landscape,
}
"""Makers of all problems, by name."""


def main() -> None:
    """Prints each problem with its size."""
    for make in PROBLEMS.values():
        problem = make()
        size = problem.space.size
        designs = "uncountable" if size is None else f"{size:,} designs"
        sample = problem.evaluator(problem.space.sample(1024, seed=1))
        feasible = f"{100 * sample.feasible.mean():.0f} % of a sample feasible"
        print(f"{problem.name:6} {problem.says}; {designs}; {feasible}")


if __name__ == "__main__":
    main()
