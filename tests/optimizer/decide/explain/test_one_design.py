"""Questions about one design that ask for new evaluations: effects, why-not, comparison, the account.

The exercise has five toggles, so that every answer can be had by trying all 32 designs.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from models import compile_system, load_scenario
from models.evaluator import evaluate
from models.explanation.notices import notices
from optimizer.changes import changes, distances, told
from optimizer.decide.explain.account import account
from optimizer.decide.explain.comparison import compare
from optimizer.decide.explain.effects import interactions, single_changes
from optimizer.decide.explain.why_not import why_not
from optimizer.model import NO_ERROR
from optimizer.pareto.front import front_of
from optimizer.scenario_model import model_of
from own_models import bare_model
from scenarios import scenario
from searches import Model, space_of_every_kind

DATA = Path(__file__).parents[4] / "data" / "scenarios"
ACTIONS = {
    "A": "eventual_consistency",
    "B": "long_cache_ttl",
    "C": "more_servers",
    "D": "request_queue",
    "E": "shed_features",
}


@pytest.fixture(scope="module")
def system():
    return compile_system(load_scenario(DATA / "black_friday_exercise.yaml"))


@pytest.fixture(scope="module")
def scored(system):
    return partial(evaluate, system)


@pytest.fixture(scope="module")
def everything(system, scored):
    return scored(system.space.designs(0, system.space.size))


def design(system, letters):
    return system.space.encode({ACTIONS[a]: True for a in letters})


def letters_of(system, x):
    return "".join(a for a, name in ACTIONS.items() if system.space.decode(x)[name])


def test_single_changes_are_the_five_toggles_with_what_they_do(system, scored):
    effects = single_changes(model_of(system), design(system, "AB"))
    assert sorted(letters_of(system, x) for x in effects.changed.X) == ["A", "ABC", "ABD", "ABE", "B"]
    for what, x, moved in zip(effects.what, effects.changed.X, effects.difference, strict=True):
        assert len(what) == 1
        again = scored(x[None, :]).values[0] - scored(design(system, "AB")[None, :]).values[0]
        assert np.array_equal(moved, again)
    # Shedding triples what the design carries: 1/0.333333333.
    e = next(k for k, x in enumerate(effects.changed.X) if letters_of(system, x) == "ABE")
    throughput = effects.start.values[0, 1]
    assert effects.difference[e, 1] == pytest.approx(throughput * (1 / 0.333333333 - 1), rel=1e-9)
    # Without A or B the limits on saturation and availability break.
    broken = [k for k, x in enumerate(effects.changed.X) if letters_of(system, x) in ("A", "B")]
    assert np.all(effects.mends[broken] < 0)


def test_pairs_that_only_together_mend_the_saturation_are_the_three_pairs(system, scored):
    effects = single_changes(model_of(system), design(system, ""))
    found = interactions(model_of(system), effects)
    needed = {
        frozenset((one.a[0].decision, one.b[0].decision)) for one in found if "saturation" in one.is_needed
    }
    assert needed == {frozenset((ACTIONS[a], ACTIONS[b])) for a, b in ("AB", "AC", "BC")}
    for one in found:
        x = design(system, "")
        x = x.copy()
        for change in (*one.a, *one.b):
            x[[c.name for c in system.space.columns].index(change.decision)] = 1.0
        with np.errstate(invalid="ignore"):  # from unbounded to unbounded
            together = scored(x[None, :]).values[0] - effects.start.values[0]
        assert np.array_equal(one.together, together, equal_nan=True)


def test_a_sum_has_no_interactions():
    space = space_of_every_kind()

    class Sum(Model):
        def __call__(self, X):
            found = super().__call__(X)
            u = (X - self.lower) / self.width
            values = np.column_stack([u.sum(axis=1), -u.sum(axis=1), u[:, 0], u[:, 1]])
            return type(found)(X, values, found.excess, found.constraints, found.dimensions)

    x = space.sample(1, seed=0)[0]
    model = bare_model(Sum(space), space)
    effects = single_changes(model, x)
    assert len(effects.what) > 10
    assert interactions(model, effects) == ()


def test_why_not_today_by_trying_all_designs(system, scored, everything):
    front = front_of(everything)
    told_of = why_not(replace(model_of(system), error=NO_ERROR), front, design(system, ""))
    assert {"saturation", "availability"} <= set(told_of.broken)
    assert told_of.on_front is None
    # The smallest change that mends it, by trying all: two of A, B, C (and the week's effort allows it).
    sizes = {}
    for x, feasible in zip(everything.X, everything.feasible, strict=True):
        if feasible:
            sizes.setdefault(int(x.sum()), set()).add(letters_of(system, x))
    assert len(told_of.mending.what) == min(sizes)
    assert letters_of(system, told_of.mending.design.X[0]) in sizes[min(sizes)]
    assert told_of.fewest == min(int(x.sum()) for x in front.X)
    assert int(front.X[told_of.nearest].sum()) == told_of.fewest


def test_dominators_by_brute_force():
    space = space_of_every_kind()
    model = Model(space)
    everything = model(space.designs(0, 4000))
    front = front_of(everything)
    rng = np.random.default_rng(7)
    for i in rng.integers(len(everything), size=15):
        told_of = why_not(bare_model(model, space), front, everything.X[i])
        losses = everything.losses[i]
        by_hand = {k for k, row in enumerate(front.losses) if np.all(row <= losses) and np.any(row < losses)}
        assert set(told_of.dominators.tolist()) == by_hand
        assert told_of.fewest == min(distances(space, front.X, everything.X[i]))
        assert (told_of.on_front is None) == bool(told_of.fewest)


def test_distances_count_decisions_not_columns():
    space = space_of_every_kind()
    X = space.sample(200, seed=3)
    for a, b in combinations(range(0, 40, 4), 2):
        assert distances(space, X[[a]], X[b])[0] == len(changes(space, X[a], X[b]))


def test_comparing_tells_what_each_decision_does_there(system, scored):
    rows = np.array([design(system, ""), design(system, "AB"), design(system, "ABE")])
    found = compare(model_of(system), rows)
    assert found.differing == tuple(ACTIONS[a] for a in "ABE")
    by_name = {one.decision: one for one in found.consequences[1]}
    # Without A it is BE, without B it is AE: neither holds the saturation limit.
    assert np.array_equal(by_name[ACTIONS["A"]].without, scored(design(system, "BE")[None, :]).values[0])
    assert "saturation" in by_name[ACTIONS["A"]].breaks
    assert "saturation" in by_name[ACTIONS["B"]].breaks
    assert by_name[ACTIONS["E"]].breaks == ()
    with pytest.raises(ValueError, match="at least two"):
        compare(model_of(system), rows[:1])


def test_the_account_of_the_exercise(system, everything):
    front = front_of(everything)
    for i in range(len(front)):
        story = account(model_of(system), front, front.X[i])
        assert story.position == i
        assert story.why_not is None
        assert len(story.gives_up) == sum(np.ptp(front.losses, axis=0) > 0)
    story = account(model_of(system), front, design(system, "D"))
    assert story.position is None
    assert "saturation" in story.why_not.broken
    assert told(story.changed) == f"{ACTIONS['D']} off -> on"


def test_margins_of_the_exercise_by_hand(system, everything):
    front = front_of(everything)
    # 20 x 10 slots / (140 ms x 0.1 x 0.2) = 71,428.57/s, of which 70 % are 1.0 times the peak of 50,000.
    story = account(model_of(system), front, design(system, "AB"))
    assert story.breaking.margin[0] == pytest.approx(200 / (0.140 * 0.1 * 0.2) * 0.7 / 50_000, rel=1e-3)
    story = account(model_of(system), front, design(system, "ABE"))
    j = story.breaking.limits.index("saturation")
    assert story.breaking.fails[0, j] == pytest.approx(3.0, rel=1e-3)


def test_notices_are_told_while_the_decision_stands():
    toggle = {"on": {"multiply": {"web.service_ms": 0.9}}, "notice": "No pictures."}
    choice = {
        "options": {"live": {}, "late": {"notice": "Stock is late."}, "never": {}},
        "notice": "Stock differs.",
    }
    number = {"integer": [1, 9], "sets": "web.slots", "notice": "Slower."}
    phases = [{"name": "calm", "rate": 5, "hours": 20}, {"name": "peak", "rate": 30, "hours": 4}]
    decisions = {"lean": {**toggle, "adaptive": True}, "stock": choice, "slots": number}
    made = compile_system(scenario(phases=phases, decisions=decisions))
    space = made.space
    texts = lambda **given: [(n.text, n.phases) for n in notices(made, space.encode(given))]  # noqa: E731
    assert texts() == []
    assert texts(lean={"calm": False, "peak": True}) == [("No pictures.", ("peak",))]
    assert texts(lean=True, stock="late") == [("No pictures.", ()), ("Stock is late.", ())]
    assert texts(stock="never") == [("Stock differs.", ())]
    today = space.decode(space.today)["slots"]
    assert texts(slots=today) == []
    assert texts(slots=today + 1) == [("Slower.", ())]
