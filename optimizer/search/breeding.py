"""The archive search: crossing of archive members and sweeps of their neighbourhoods, in whole batches.

Crossing finds what is far, and most of it; sweeps look at every single change of a member and find what is
near, when crossing brings little any more, and at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import Array, Evaluation
from optimizer.search.archive import Archive, codes
from optimizer.search.boxes import representatives
from optimizer.search.mating import mates
from optimizer.search.moves import beginning, crossed, inside, mutated, neighbours
from optimizer.space import SearchSpace

#: Designs of a batch at the least where the budget is small, where it is large, and at the most.
SMALLEST, LEAST, MOST = 32, 512, 4096
#: Batches that a budget is to last for at the least.
BATCHES = 30
#: A batch grows with the archive: this share of its members.
OF_ARCHIVE = 0.5
#: Where new designs come from.
SOURCES = ("breed", "sweep", "suggest")
#: How much of what a source brought before is remembered.
MEMORY = 0.7
#: Share of new members among the children from which on crossing goes on alone.
WORTHWHILE = 0.002
#: Share of the batches that are suggestions while they bring something.
SUGGESTED = 0.2
#: Members whose neighbourhoods are looked at together at the most.
MOST_SWEPT = 64
#: Times that a source is asked again when it brings only what is known.
TRIES = 4


def batch_for(evaluations: int | None) -> int:
    """Designs to ask for at a time: few where there are few in all, so that batches learn from each other."""
    return LEAST if evaluations is None else int(np.clip(evaluations // BATCHES, SMALLEST, LEAST))


Suggest = Callable[[Evaluation], Array]


@dataclass
class BreedingState:
    """Where an archive search stands.

    Attributes:
        archive: What was seen.
        rng: The source of chance.
        source: Where the designs that were asked last came from.
        yields: What each source has brought lately: new members for each design.
        sweeping: The designs whose neighbourhoods are under way.
        left: Neighbours of swept designs that were not evaluated yet.
        is_begun: Whether the first batch was asked.
    """

    archive: Archive
    rng: np.random.Generator
    source: str
    yields: dict[str, float]
    sweeping: Array
    left: Array
    is_begun: bool = False


@dataclass(frozen=True, slots=True)
class Breeding:
    """An archive search of a space: asks for designs, and is told what became of them.

    Attributes:
        space: The designs.
        start: Designs to begin with, `(n, d)`: today's, or the nearest to it that the space has.
        steps: Differences in each dimension that people care about; None = a share of the range.
        suggest: Proposes changes of some designs (add a replica where it is tight); None = nobody does.
        batch: Designs that are asked for at a time, at the least.
    """

    space: SearchSpace
    start: Array
    steps: Sequence[float | None]
    suggest: Suggest | None = None
    batch: int = LEAST

    def begin(self, archive: Archive, *, seed: int) -> BreedingState:
        """The state of a search that has seen only what is in the archive."""
        yields = {"breed": 1.0, "sweep": 1.0} | ({"suggest": 1.0} if self.suggest is not None else {})
        none = np.empty((0, self.space.n_columns))
        return BreedingState(
            archive=archive,
            rng=np.random.default_rng(seed),
            source="start",
            yields=yields,
            sweeping=none,
            left=none,
        )

    def ask(self, state: BreedingState, *, most: int) -> Array:
        """Designs to evaluate next, `(<= most, d)`; none when nothing new can be thought of."""
        if not state.is_begun:
            state.is_begun, state.source = True, "start"
            seed = int(state.rng.integers(2**31))
            X = beginning(self.space, self.start, 2 * self.batch, seed=seed)
            return X[state.archive.unseen(X)][:most]
        wanted = int(np.clip(OF_ARCHIVE * len(state.archive.members), self.batch, 8 * self.batch))
        for attempt in range(TRIES * len(state.yields)):
            state.source, changes = self._next_source(state), 1.0
            if attempt and not len(state.archive.members):
                # Nothing is feasible yet and all that is near was seen: each attempt goes further.
                state.source, changes = "breed", 1.0 + attempt
            X = self._from(state, wanted, min(most, MOST), changes)
            X = X[state.archive.unseen(X)][: min(most, MOST)]  # of a sweep nothing is cut off
            if len(X):
                return X
            state.yields[state.source] *= MEMORY
        return self.last_sweep(state, most=most)

    def last_sweep(self, state: BreedingState, *, most: int) -> Array:
        """Neighbours of front designs that were never evaluated; none when all of them were."""
        state.source = "sweep"
        while True:
            if not len(state.left):
                rows = np.flatnonzero(~state.archive.swept)[:MOST_SWEPT]
                if not rows.size:
                    return state.left
                self._sweep(state, state.archive.members.X[rows])
            X = self._some_left(state, most)
            if len(X):
                return X

    def sweeping_takes(self, state: BreedingState) -> float:
        """About how many designs a sweep of all members that were not swept would evaluate."""
        members = state.archive.members
        rows = np.flatnonzero(~state.archive.swept)
        if not rows.size:
            return 0.0
        few = members.X[rows[:: max(rows.size // 8, 1)]]
        return len(neighbours(self.space, few)[0]) / len(few) * rows.size

    def _some_left(self, state: BreedingState, most: int) -> Array:
        """The next neighbours that were not evaluated, one design's after the other's."""
        fresh = state.archive.unseen(state.left)
        X, state.left = state.left[fresh[:most]], state.left[fresh[most:]]
        return X

    def tell(self, state: BreedingState, evaluation: Evaluation) -> int:
        """Takes in what became of the designs that were asked for.

        Returns:
            How many of them entered the archive.
        """
        entered = int(state.archive.add(evaluation).sum())
        self.learn(state, entered=entered, evaluated=len(evaluation))
        return entered

    def learn(self, state: BreedingState, *, entered: int, evaluated: int) -> None:
        """Remembers what the source of the last designs has brought.

        Args:
            state: Where the search stands.
            entered: How many of them entered the archive.
            evaluated: How many there were.
        """
        if state.source in state.yields:
            before = state.yields[state.source]
            state.yields[state.source] = MEMORY * before + (1.0 - MEMORY) * entered / max(evaluated, 1)

    def _next_source(self, state: BreedingState) -> str:
        """Crossing while it brings something: sweeps find more only where it no longer does."""
        if len(state.left):
            return "sweep"
        if self.suggest is not None and state.rng.random() < SUGGESTED * min(state.yields["suggest"], 1.0):
            return "suggest"
        if state.yields["breed"] >= WORTHWHILE or not len(state.archive.members):
            hopeless = not len(state.archive.members) and state.rng.random() < 0.5
            return "sweep" if hopeless else "breed"
        return "sweep" if state.rng.random() < 0.5 else "breed"

    def _from(self, state: BreedingState, wanted: int, most: int, changes: float) -> Array:
        parents, kept = self._parents(state), state.left
        if state.source == "sweep":
            if not len(kept):
                rows = self._unswept(state)
                if rows.size:
                    self._sweep(state, rows_of(state, rows))
            return self._some_left(state, most)
        if state.source == "suggest" and self.suggest is not None:
            chosen = parents.take(state.rng.choice(len(parents), min(wanted, len(parents)), replace=False))
            return self._allowed(self.suggest(chosen))
        first, second = mates(parents.losses, 2 * wanted, state.rng)
        children = crossed(self.space, parents.X[first], parents.X[second], state.rng)
        rate = min(changes / max(len(self.space.columns), 1), 1.0)
        children = mutated(self.space, children, state.rng, rate=rate)
        X = self._allowed(children)
        return X[state.archive.unseen(X)][:wanted]

    def _allowed(self, X: Array) -> Array:
        X = inside(self.space, X)
        return X[self.space.is_allowed(X)]

    def _parents(self, state: BreedingState) -> Evaluation:
        """Members spread evenly over the archive's boxes; without any, the nearest to feasibility."""
        archive = state.archive
        if not len(archive.members):
            return archive.pool
        rows = representatives(archive.members.losses, self.steps)
        return archive.members.take(rows)

    def _unswept(self, state: BreedingState) -> NDArray[np.intp]:
        """Members to sweep next: representatives of their boxes first."""
        archive = state.archive
        if not len(archive.members):
            # Without a feasible design the nearest ones are swept again and again until one appears.
            return np.arange(min(8, len(archive.pool)))
        rows = representatives(archive.members.losses, self.steps)
        rows = rows[~archive.swept[rows]]
        if not rows.size:
            rows = np.flatnonzero(~archive.swept)
        losses = archive.members.losses
        # The best of a dimension first: from them the front is extended, not only filled.
        ends = np.array([int(np.argmin(losses[:, j])) for j in range(losses.shape[1])], dtype=np.intp)
        ends = np.unique(ends[~archive.swept[ends]])
        few = max(int(OF_ARCHIVE * MOST_SWEPT), 1)
        others = np.setdiff1d(rows, ends)
        return np.concatenate([ends, state.rng.permutation(others)])[:few]

    def _sweep(self, state: BreedingState, X: Array) -> None:
        """Begins to look at all neighbours of some designs."""
        state.sweeping = X
        found, owner = neighbours(self.space, X)
        state.left = found[np.argsort(owner, kind="stable")]  # one design is done before the next begins
        state.archive.swept = state.archive.swept | np.isin(codes(state.archive.members.X), codes(X))


def rows_of(state: BreedingState, rows: NDArray[np.intp]) -> Array:
    """Designs to sweep, by row of the members, or of the pool where nothing is feasible."""
    archive = state.archive
    return (archive.members if len(archive.members) else archive.pool).X[rows]


def swept_of(space: SearchSpace, state: BreedingState) -> NDArray[np.bool_]:
    """Members of which every single change was really evaluated, `(members,)`.

    A sweep that is under way, was cut by the budget or was interrupted counts for those members alone whose
    neighbours were all evaluated.
    """
    archive = state.archive
    if not len(state.sweeping):
        return archive.swept
    near, owner = neighbours(space, state.sweeping)
    missing = np.unique(owner[~archive.knows(codes(near))])
    return archive.swept & ~np.isin(codes(archive.members.X), codes(state.sweeping[missing]))
