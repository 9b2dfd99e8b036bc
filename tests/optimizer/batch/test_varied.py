"""Scenarios with changes: as if somebody had written them so, or refused in a sentence."""

from __future__ import annotations

import pytest

from models import compile_system
from models.errors import ScenarioError
from models.scenario.load import load_scenario
from optimizer import solve
from optimizer.batch.cases import MOST_CASES, grid, listed, values_of
from optimizer.batch.overridden import overridden
from optimizer.batch.varied import VariedError, varied
from optimizer.files import gallery
from optimizer.solver.config import SolveConfig
from reports import everything_scenario

SHOP = everything_scenario()


def test_a_decision_is_pinned():
    found = varied(SHOP, [("copies", 4), ("mode", "quick")])
    space = compile_system(found).space
    assert space.size == compile_system(SHOP).space.size // (5 * 2)
    X = space.designs(0, space.size)
    names = [column.name for column in space.columns]
    assert set(X[:, names.index("copies")]) == {4.0}
    assert set(X[:, names.index("mode")]) == {1.0}


def test_the_load_is_scaled_in_all_phases():
    phases = varied(SHOP, [("workload.rate", 1200)]).workload.phases
    assert [phase.rate for phase in phases] == [200.0, 1200.0]


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("db.service_ms", 5, lambda s: s.components["db"].service_ms),
        ("components.web.price_usd_per_hour", 2.5, lambda s: s.components["web"].price_usd_per_hour),
        ("limits.effort_days", 3, lambda s: s.limits.effort_days),
        ("dimensions.latency.limit", 50, lambda s: s.dimensions.latency.limit),
        ("workload.phases.1.hours", 9, lambda s: s.workload.phases[1].hours),
        ("workload.phases.peak.hours", 9, lambda s: s.workload.phases[1].hours),
        ("title", "Another", lambda s: s.title),
    ],
)
def test_a_place_is_set(path, value, read):
    assert read(varied(SHOP, [(path, value)])) == value
    assert read(SHOP) != value
    assert varied(SHOP, []).digest() == SHOP.digest()


def test_a_parameter_that_a_decision_sets_pins_the_decision():
    # another number in the file would change nothing: every design sets it
    assert SHOP.decisions["copies"].sets == ("web.replicas",)
    by_parameter, by_decision = (
        solve(compile_system(varied(SHOP, [(path, 4)])), SolveConfig()).front
        for path in ("web.replicas", "copies")
    )
    assert (by_parameter.X == by_decision.X).all()
    assert set(by_parameter.X[:, 0]) == {4.0}
    with pytest.raises(ScenarioError, match="copies"):
        varied(SHOP, [("web.replicas", 1000)])


@pytest.mark.parametrize(
    ("scenario", "path", "told"),
    [
        ("web-api-three-tier", "cache.ttl_s", ["cache_ttl=s60, cache_ttl=s600", "vary or pin"]),
        ("web-api-three-tier", "components.cache.ttl_s", ["cache_ttl=s60"]),
        ("web-api-three-tier", "db.service_ms", []),  # an option multiplies it: the number counts in all
        ("web-api-three-tier", "app.replicas", []),  # the decision is pinned
        ("web-api-three-tier", "cache_ttl", []),
        ("lambda-retry-storm", "cache.hit_ratio", ["caching=on"]),
        ("paypal-cap", "links.latency_ms", ["in phase hiccup", "other phases"]),
    ],
)
def test_a_number_that_options_or_phases_set_again_is_told(scenario, path, told):
    scenarios = [load_scenario(gallery.path_of(scenario))]
    value = "s60" if path == "cache_ttl" else 3 if path == "app.replicas" else 0.5
    said = overridden(grid(scenarios, [(path, (value,))], [], [0, 1], {}))
    assert len(said) == min(len(told), 1)
    assert all(word in said[0] for word in told)


def test_where_the_decision_is_pinned_too_nothing_is_left_to_tell():
    scenarios = [load_scenario(gallery.path_of("web-api-three-tier"))]
    cases = grid(scenarios, [("cache.ttl_s", (10, 30))], [("cache_ttl", "s10")], [0], {})
    assert overridden(cases) == ()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("web.service_mss", "did you mean"),
        ("nonsense", "names nothing in the scenario"),
        ("workload.phases.7.rate", "names nothing in the scenario"),
        ("calls.db.retries", "parameter of a call"),
    ],
)
def test_what_can_not_be_changed_says_why(path, told):
    with pytest.raises((VariedError, ScenarioError), match=told):
        varied(SHOP, [(path, 3)])


@pytest.mark.parametrize(
    ("path", "value"), [("copies", 99), ("db.service_ms", -1), ("db.service_ms", "x"), ("workload.rate", "x")]
)
def test_values_are_checked_as_in_a_file(path, value):
    with pytest.raises((VariedError, ScenarioError)):
        varied(SHOP, [(path, value)])


@pytest.mark.parametrize("path", ["copies", "web.replicas"])
def test_a_decision_that_can_not_be_pinned_is_told_by_its_name(path):
    with pytest.raises(ScenarioError) as refused:
        varied(SHOP, [(path, 99)])
    assert [finding.where for finding in refused.value.findings] == ["copies"]
    assert "rules" not in str(refused.value)


def test_values_of_a_range_and_of_a_list():
    assert values_of("a.b=20000:80000:7") == ("a.b", tuple(range(20000, 80001, 10000)))
    assert values_of("x=0:1:3") == ("x", (0, 0.5, 1))
    assert values_of("x=5:9:1") == ("x", (5,))
    assert values_of("x=60,600, on,off,none,word,1.5") == ("x", (60, 600, True, False, None, "word", 1.5))
    for wrong in ("x", "=3", "x=", "x=1:2", "x=1:2:0", "x=1:2:3:4", "x=a:b:c", "x=1:inf:3"):
        with pytest.raises(VariedError, match="write path="):
            values_of(wrong)


def test_a_grid_is_every_combination_in_order():
    cases = grid(
        [SHOP], [("copies", (2, 3)), ("mode", ("slow", "quick"))], [("db.service_ms", 3)], [0, 1], {}
    )
    assert [case.number for case in cases] == list(range(1, 9))
    assert len({case.key for case in cases}) == 8
    assert cases[0].changes == (("db.service_ms", 3), ("copies", 2), ("mode", "slow"))
    assert [case.seed for case in cases[:4]] == [0, 1, 0, 1]


def test_a_grid_of_a_billion_cases_is_refused_with_the_number():
    ranges = [(f"workload.phases.{k}.hours", tuple(range(1, 1001))) for k in range(2)]
    with pytest.raises(VariedError, match=r"1,000,000,000 cases, a batch 100,000 at most"):
        grid([SHOP], ranges, [], range(1000), {})
    with pytest.raises(VariedError, match="100,000 cases at most"):
        values_of(f"x=1:2:{MOST_CASES + 1}")


def test_all_that_is_wrong_with_a_grid_is_told_at_once():
    with pytest.raises(VariedError) as told:
        grid([SHOP], [("copies", (2, 99)), ("web.slotz", (3,))], [("nonsense", 1)], [0], {})
    for part in ("99", "did you mean", "nonsense"):
        assert part in str(told.value)
    with pytest.raises(VariedError, match="given more than once"):
        grid([SHOP], [("copies", (2,))], [("copies", 3)], [0], {})


def test_cases_from_a_file():
    text = "\ufeffscenario,copies,workload.rate,seed\ntest,3,700,5\n\n,,900,\n"
    cases = listed(text, [SHOP], [("mode", "quick")], 8, {}, source="cases.csv")
    assert [case.changes for case in cases] == [
        (("mode", "quick"), ("copies", 3), ("workload.rate", 700)),
        (("mode", "quick"), ("workload.rate", 900)),
    ]
    assert [case.seed for case in cases] == [5, 8]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "write a line with the names"),
        ("copies\n", "write a line with the names"),
        ("copies,nonsense,web.replicas\n1,2,3\n", "nonsense"),
        ("copies,copies\n1,2\n", "is there twice"),
        ("copies,seed\n3,x\n3,1,2\n", "no whole number"),
        ("scenario,copies\nother,3\n", "'other' is not one of test"),
    ],
)
def test_a_file_that_is_wrong_is_refused_whole(text, told):
    with pytest.raises(VariedError, match=told) as error:
        listed(text, [SHOP], [], 0, {}, source="cases.csv")
    assert "cases.csv" in str(error.value)
