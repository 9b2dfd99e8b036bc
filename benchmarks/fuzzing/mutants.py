"""Mutants of scenarios: trees of which a few places are changed, dropped, doubled, swapped or absurd."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.fuzzing.grammar import EXTREMES, FOREIGN, Grammar, Place, places_of

Tree = dict[str, Any]
#: Changes of one mutant, at the most.
MOST_CHANGES = 4


class Mutator:
    """Makes mutants of some scenarios."""

    def __init__(self, trees: Sequence[Tree]) -> None:
        self.trees = tuple(trees)
        self.grammar = Grammar()

    def mutant(self, rng: random.Random) -> Tree:
        """A mutant of one of the scenarios; the same for a generator in the same state."""
        tree = copy.deepcopy(rng.choice(self.trees))
        words = _words(tree)
        for _ in range(rng.randint(1, MOST_CHANGES)):
            change = rng.choices(self._changes, self._weights)[0]
            places = list(places_of(tree))
            if places:
                change(self, tree, rng.choice(places), rng, words)
        return tree

    def _scaled(self, tree: Tree, place: Place, rng: random.Random, words: Sequence[str]) -> None:
        """A number near the one that stands there; elsewhere another value of the grammar."""
        value = _get(tree, place)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self._redrawn(tree, place, rng, words)
        scaled = value * rng.choice((0.0, 0.01, 0.1, 0.5, 0.9, 1.1, 2.0, 3.0, 10.0, 100.0, 1e4))
        return _put(tree, place, int(scaled) if isinstance(value, int) else scaled)

    def _redrawn(self, tree: Tree, place: Place, rng: random.Random, words: Sequence[str]) -> None:
        schemas = self.grammar.at(tree, place)
        if schemas:
            _put(tree, place, self.grammar.value(rng.choice(schemas), rng, words))

    def _added(self, tree: Tree, place: Place, rng: random.Random, words: Sequence[str]) -> None:
        """A key that may stand in a mapping and doesn't."""
        while place and not isinstance(_get(tree, place), dict):
            place = place[:-1]
        node = _get(tree, place)
        properties = self.grammar.properties(tree, place)
        missing = sorted(set(properties) - set(node))
        if missing:
            key = rng.choice(missing)
            node[key] = self.grammar.value(properties[key], rng, words)

    def _dropped(self, tree: Tree, place: Place, rng: random.Random, words: Sequence[str]) -> None:
        parent = _get(tree, place[:-1])
        if isinstance(parent, dict):
            del parent[place[-1]]
        else:
            _put(tree, place[:-1], (*parent[: place[-1]], *parent[int(place[-1]) + 1 :]))

    def _doubled(self, tree: Tree, place: Place, rng: random.Random, words: Sequence[str]) -> None:
        parent, value = _get(tree, place[:-1]), copy.deepcopy(_get(tree, place))
        if isinstance(parent, dict):
            parent[f"{place[-1]}{rng.choice(('2', '-b', '_'))}"] = value
        else:
            _put(tree, place[:-1], (*parent, *(value for _ in range(rng.choice((1, 1, 30))))))

    def _swapped(self, tree: Tree, place: Place, rng: random.Random, words: Sequence[str]) -> None:
        other = rng.choice(list(places_of(tree)))
        if place[: len(other)] == other or other[: len(place)] == place:
            return
        a, b = copy.deepcopy(_get(tree, place)), copy.deepcopy(_get(tree, other))
        _put(tree, place, b)
        _put(tree, other, a)

    def _extreme(self, tree: Tree, place: Place, rng: random.Random, words: Sequence[str]) -> None:
        if isinstance(_get(tree, place), (int, float)):
            _put(tree, place, rng.choice(EXTREMES))

    def _foreign(self, tree: Tree, place: Place, rng: random.Random, words: Sequence[str]) -> None:
        _put(tree, place, copy.deepcopy(rng.choice(FOREIGN)))

    def _grafted(self, tree: Tree, place: Place, rng: random.Random, words: Sequence[str]) -> None:
        """A part of another scenario that stands there under the same key."""
        donor = rng.choice(self.trees)
        alike = [p for p in places_of(donor) if p[-1] == place[-1] and len(p) == len(place)]
        if alike:
            _put(tree, place, copy.deepcopy(_get(donor, rng.choice(alike))))

    _changes: tuple[Callable[..., None], ...] = (
        *(_scaled, _redrawn, _added, _dropped, _doubled, _swapped, _extreme, _foreign, _grafted),
    )
    _weights = (8, 3, 4, 2, 1, 1, 2, 1, 1)


def _words(tree: Tree) -> list[str]:
    """Names, paths and a few texts for places where a text stands."""
    names: list[str] = ["x", "new-name", "p"]
    for key in ("components", "flows", "decisions", "drivers"):
        part = tree.get(key)
        names += [str(name) for name in part] if isinstance(part, (dict, list, tuple)) else []
    texts = [str(p[-1]) for p in places_of(tree) if "." in str(p[-1])]
    return [*names, *texts]


def _get(tree: Any, place: Place) -> Any:
    for key in place:
        tree = tree[key]
    return tree


def _put(tree: Any, place: Place, value: Any) -> None:
    """Puts a value into a tree; lists and tuples on the way become lists."""
    if not place:
        return
    parent = _get(tree, place[:-1])
    if isinstance(parent, tuple):
        parent = list(parent)
        _put(tree, place[:-1], parent)
    parent[place[-1]] = value
