"""The order in which designs are recommended: small fronts by hand, with the answer of the rule and why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluation import COST, DIMENSIONS, Evaluation
from models.space.conditions import DecisionColumns
from optimizer.decide.choose.asks import asks_of, keeps
from optimizer.decide.choose.knee import knee
from optimizer.decide.recommend.order import Rule
from optimizer.decide.recommend.shortlist import recommend
from optimizer.model import Goal
from optimizer.pareto.boxes import widths_of
from optimizer.pareto.front import front_of

LATENCY, THROUGHPUT, CONSISTENCY, AVAILABILITY, _, COMPLEXITY = DIMENSIONS
#: latency ms, throughput requests/s, consistency, availability, cost USD, complexity.
BASE = (100.0, 1000.0, 0.95, 0.999, 100.0, 0.5)


def design(**values: float) -> tuple[float, ...]:
    told = dict(zip([d.name for d in DIMENSIONS], BASE, strict=True)) | values
    return tuple(told.values())


def front(*designs: tuple[float, ...], X=None, effort=None, utilisation=None, unsure=None):
    n = len(designs)
    return front_of(
        Evaluation(
            X=np.arange(n, dtype=float)[:, None] if X is None else np.array(X, dtype=float),
            values=np.array(designs),
            excess=np.zeros((n, 0)),
            indicators={
                "effort_days": np.zeros(n) if effort is None else np.array(effort, dtype=float),
                "utilisation": np.full(n, 0.5) if utilisation is None else np.array(utilisation),
                **({} if unsure is None else {"unsure": np.array(unsure, dtype=float)}),
            },
        )
    )


def rule(*, columns: int = 1, decide_by: int | None = 4, today=None, **goals: Goal) -> Rule:
    return Rule(
        goals=[goals.get(dimension.name, Goal()) for dimension in DIMENSIONS],
        widths=widths_of(DIMENSIONS, [None] * len(DIMENSIONS)),
        decide_by=decide_by,
        today=np.full(columns, -1.0) if today is None else np.array(today, dtype=float),
        decisions=[DecisionColumns(f"d{j}", (j,), ()) for j in range(columns)],
    )


def first(found, by: Rule) -> tuple[float, ...]:
    made = recommend(found, by, None)
    return tuple(found.evaluation.values[made.position].tolist())


def wish(limit: float, tolerance: str) -> Goal:
    return Goal(limit=limit, tolerance=tolerance)


def test_a_rare_wish_counts_more_than_two_that_are_paid_with() -> None:
    keeps_rare = design(latency=50.0, cost=200.0, complexity=0.9)
    keeps_two = design(latency=90.0, cost=50.0, complexity=0.1)
    asked = rule(latency=wish(60.0, "rare"), cost=wish(100.0, "pay"), complexity=wish(0.5, "pay"))
    made = recommend(front(keeps_two, keeps_rare), asked, None)
    assert first(front(keeps_two, keeps_rare), asked) == keeps_rare
    assert (made.by, made.why_not) == ("targets", "asks")


def test_of_as_many_wishes_more_targets_count() -> None:
    one = design(latency=50.0, throughput=500.0)
    two = design(latency=70.0, throughput=2000.0, consistency=0.99)
    asked = rule(latency=Goal(target=60.0), throughput=Goal(target=1500.0), consistency=Goal(target=0.98))
    assert first(front(one, two), asked) == two


def test_of_as_many_targets_the_one_that_is_never_given_up_counts() -> None:
    never = design(latency=50.0, cost=200.0)
    paid = design(latency=90.0, cost=50.0)
    asked = rule(latency=Goal(target=60.0, tolerance="never"), cost=Goal(target=100.0, tolerance="pay"))
    assert first(front(never, paid), asked) == never


def test_a_value_equal_to_its_wish_keeps_it() -> None:
    at_it = design(cost=0.1 + 0.2, latency=50.0)  # 0.30000000000000004
    dearer = design(cost=0.4, latency=40.0)
    assert first(front(at_it, dearer), rule(cost=wish(0.3, "pay"))) == at_it
    assert keeps(COST, np.array([150.0, 150.01]), 150.0).tolist() == [True, False]


def test_where_everything_is_kept_the_cheapest_is_taken_or_the_best_by_another_dimension() -> None:
    cheap = design(cost=80.0, latency=59.0)
    fast = design(cost=120.0, latency=20.0)
    asked = {"latency": wish(60.0, "rare")}
    assert first(front(cheap, fast), rule(**asked)) == cheap
    assert first(front(cheap, fast), rule(decide_by=0, **asked)) == fast
    assert recommend(front(cheap, fast), rule(**asked), None).by == "value"


def test_where_something_is_missed_the_nearest_to_what_was_asked_is_taken() -> None:
    """Both miss the target on latency alone; the cheaper one by far more."""
    near, far = design(latency=65.0, cost=300.0), design(latency=200.0, cost=10.0)
    made = recommend(front(near, far), rule(latency=Goal(target=60.0)), None)
    assert first(front(near, far), rule(latency=Goal(target=60.0))) == near
    assert (made.by, made.why_not) == ("targets", "targets")


def test_where_nothing_was_asked_the_cheapest_box_is_taken_and_of_equals_the_knee() -> None:
    """The two cheap ones cost the same, and one is far better in two dimensions for little in a third."""
    bulge = design(cost=100.0, latency=20.0, throughput=5000.0, consistency=0.93)
    end = design(cost=100.0, latency=90.0, throughput=1000.0, consistency=0.99)
    dear = design(cost=900.0, latency=10.0, throughput=9000.0, consistency=0.92)
    made = recommend(front(bulge, end, dear), rule(), None)
    assert first(front(bulge, end, dear), rule()) == bulge
    assert made.why_not == "knee"


def test_where_nothing_decides_and_nothing_was_asked_it_is_the_knee() -> None:
    found = front(*(design(latency=a, cost=b) for a, b in [(1.0, 90.0), (20.0, 30.0), (100.0, 10.0)]))
    made = recommend(found, rule(decide_by=None), None)
    assert made.by == "knee"
    assert made.position == knee(found)


def test_of_equal_designs_the_one_comes_first_of_which_the_model_is_sure() -> None:
    """Before the number of changes, which speaks for the other; but never before what was asked."""
    equal = (design(cost=100.0, latency=50.0), design(cost=100.5, latency=40.0))
    found = front(*equal, X=[(1.0, 0.0), (1.0, 1.0)], unsure=[4.0, 0.0])
    asked = rule(columns=2, today=(0.0, 0.0), cost=wish(200.0, "pay"))
    made = recommend(found, asked, None)
    assert found.X[made.position].tolist() == [1.0, 1.0]
    assert made.why_not == "sure"
    cheaper = front(design(cost=100.0, latency=50.0), design(cost=50.0), unsure=[0.0, 4.0])
    assert first(cheaper, rule(cost=wish(200.0, "pay")))[4] == 50.0


@pytest.mark.parametrize(
    ("better", "worse", "reason"),
    [
        ({"X": (0.0, 1.0)}, {"X": (1.0, 1.0)}, "changes"),
        ({"effort": 1.0}, {"effort": 2.0}, "effort"),
        ({"utilisation": 0.4}, {"utilisation": 0.5}, "headroom"),
        ({"X": (2.0, 1.0)}, {"X": (3.0, 1.0)}, "order"),
    ],
)
def test_ties_are_decided_by_changes_work_headroom_and_the_decisions_order(better, worse, reason) -> None:
    """Two designs in one box of cost, different in what nobody asked for."""
    told = [{"X": (1.0, 2.0), "effort": 0.0, "utilisation": 0.5} | one for one in (worse, better)]
    if reason in ("effort", "headroom"):
        told[1]["X"] = (2.0, 1.0)  # as many changes; the order of the decisions would speak against it
        told[0]["X"] = (1.0, 2.0)
    found = front(
        design(cost=100.0, latency=50.0),
        design(cost=100.5, latency=40.0),
        X=[one["X"] for one in told],
        effort=[one["effort"] for one in told],
        utilisation=[one["utilisation"] for one in told],
    )
    asked = rule(columns=2, today=(0.0, 0.0), cost=wish(200.0, "pay"))
    made = recommend(found, asked, None)
    assert found.X[made.position].tolist() == list(told[1]["X"])
    assert made.why_not == reason


VALUES = st.tuples(
    st.sampled_from([10.0, 50.0, 60.0, 61.0, 200.0]),
    st.sampled_from([100.0, 1000.0, 1500.0, np.inf]),
    st.sampled_from([0.9, 0.95, 0.951, 1.0]),
    st.sampled_from([0.99, 0.999, 0.9991, 1.0]),
    st.sampled_from([-20.0, 50.0, 100.0, 100.5, 150.0]),
    st.sampled_from([0.1, 0.5, 0.51, 1.0]),
)
ASKED = rule(
    latency=Goal(limit=60.0, tolerance="rare", target=40.0),
    throughput=Goal(target=1200.0, tolerance="sometimes"),
    cost=Goal(limit=100.0, tolerance="pay"),
)
RULES = st.sampled_from([ASKED, rule(), rule(decide_by=None), rule(consistency=Goal(target=0.99))])


@settings(max_examples=150, deadline=None)
@given(designs=st.lists(VALUES, min_size=1, max_size=12), by=RULES, seed=st.integers(0, 10**6))
def test_reordering_ties_and_dominated_designs_change_nothing(designs, by, seed) -> None:
    rng = np.random.default_rng(seed)
    X = np.arange(len(designs), dtype=float)[:, None]
    found = front(*designs, X=X)
    chosen = recommend(found, by, None).position
    x, values = found.X[chosen], found.evaluation.values[chosen]

    order = rng.permutation(len(designs))
    again = front(*[designs[i] for i in order], X=X[order])
    assert np.array_equal(again.X[recommend(again, by, None).position], x)

    signs = np.array([dimension.sign for dimension in DIMENSIONS])
    worse = np.array(designs[int(rng.integers(len(designs)))]) + signs * rng.uniform(
        0.0, 2.0, len(DIMENSIONS)
    )
    more = front(*designs, tuple(worse), X=np.append(X, [[len(designs)]], axis=0))
    if len(more) <= len(found):  # it is dominated
        assert np.array_equal(more.X[recommend(more, by, None).position], x)

    twin = front(*designs, tuple(values), X=np.append(X, [[len(designs) + 7.0]], axis=0))
    assert np.array_equal(twin.evaluation.values[recommend(twin, by, None).position], values)


@settings(max_examples=100, deadline=None)
@given(designs=st.lists(VALUES, min_size=1, max_size=12), stricter=st.sampled_from([40.0, 55.0, 59.0]))
def test_a_stricter_wish_keeps_as_much_or_says_what_it_misses(designs, stricter) -> None:
    """What is recommended keeps a greatest set of what is asked, in the order of readiness."""
    found = front(*designs)
    goals = [*ASKED.goals]
    goals[0] = replace(goals[0], limit=stricter)
    asked = replace(ASKED, goals=goals)
    asks = asks_of(goals)
    chosen = recommend(found, asked, None).position

    def missed(i: int) -> tuple[int, ...]:
        """As a person would count: rare wishes, sometimes, pay, then targets."""
        told = [0, 0, 0, 0]
        for ask in asks:
            dimension = DIMENSIONS[ask.dimension]
            value = found.evaluation.values[i, ask.dimension]
            is_kept = value <= ask.value if dimension.better == "lower" else value >= ask.value
            if not is_kept:
                told[3 if ask.kind == "target" else ("rare", "sometimes", "pay").index(ask.tolerance)] += 1
        return tuple(told)

    assert missed(chosen) == min(missed(i) for i in range(len(found)))
