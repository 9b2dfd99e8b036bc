"""The families of random systems that the model is held against: all can be read, have the load that was
drawn for them, and are the same again; and the exact closed network by which pools are sized.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.families import FAMILIES, Room, drawn
from benchmarks.families.closed_network import throughput_per_s
from benchmarks.families.comparison import Measure, Row
from benchmarks.families.table import BEGIN, END, cells, into_page, summaries, summary, usual_p99_by_load
from models.evaluator import run
from models.scenario.load import scenario_from
from models.system.compiler import compile_system

#: Families whose calls or loads are lost, held or repeated: the drawn load isn't that of the station.
OTHER_LOAD = {
    *(name for name in FAMILIES if "pool" in name or "retries" in name),
    *(
        "breakers",
        "bulkheads",
        "bounded-queue",
        "longest-wait",
        "time-outs",
        "deadlines",
        "keyed-cache",
        "quorums",
    ),
    *("hedged-calls", "choices", "queued-work", "autoscaled", "connected-clients"),
}


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_systems_of_a_family_can_be_read_and_are_the_same_again(name):
    room = Room(scv=(0.2, 3.0))
    for number in range(3):
        one = drawn(FAMILIES[name], number, seed=4, room=room)
        assert drawn(FAMILIES[name], number, seed=4, room=room).tree == one.tree
        assert drawn(FAMILIES[name], number, seed=5, room=room).tree != one.tree
        system = compile_system(scenario_from(one.tree))
        for part in one.tree["components"].values():
            assert part["kind"] == "external" or part.get("service_scv", 1.0) <= 3.0
        if name not in OTHER_LOAD:
            found = float(run(system, system.space.today[None, :]).utilisation[0])
            assert found == pytest.approx(one.utilisation, rel=0.02), one.name


def test_loads_are_those_that_are_asked_for():
    room = Room(utilisation=(0.4, 0.5))
    loads = [drawn(FAMILIES["series"], number, seed=1, room=room).utilisation for number in range(40)]
    assert 0.4 <= min(loads) < 0.42
    assert 0.48 < max(loads) <= 0.5


def test_a_pool_over_stores_carries_what_the_exact_closed_network_does():
    """One server without think time is always busy; two equal stations share n/(n + 1)."""
    assert throughput_per_s(5, 0.0, [(0.1, 1)]) == pytest.approx(10.0)
    for threads in (1, 2, 7, 40):
        two = throughput_per_s(threads, 0.0, [(0.1, 1), (0.1, 1)])
        assert two == pytest.approx(10.0 * threads / (threads + 1.0))
    # Machine repair: one repairman, the Erlang loss formula of so many machines (Palm).
    threads, think, work = 9, 0.5, 0.1
    weights = np.array([(think / work) ** k / math.factorial(k) for k in range(threads + 1)])
    assert throughput_per_s(threads, think, [(work, 1)]) == pytest.approx(
        (1 - weights[-1] / weights.sum()) / work
    )
    # More servers than threads: nobody waits.
    assert throughput_per_s(threads, think, [(work, 20)]) == pytest.approx(threads / (think + work))


def row(error: float, *, beyond: float, unsure: bool = False, false: bool = False) -> Row:
    measures = {"all mean_ms": Measure(1.0, 1.0, error, beyond)}
    return Row("f", "f-0", 0.8, "", measures, is_unsure=unsure, is_false_collapse=false)


def test_a_family_beyond_the_promise_is_told():
    assert summary("f", [row(0.04, beyond=0.0), row(0.03, beyond=0.02)]).broken == ()
    found = summary("f", [row(0.06, beyond=0.0), row(-0.3, beyond=-0.2)])
    assert found.broken == ("median of mean_ms", "worst mean_ms")
    assert cells(found)[2:4] == ["18.0", "-20.0"]
    assert summary("f", [row(0.0, beyond=0.0, false=True)]).broken == ("false collapse",)
    # What the model isn't sure of is counted apart.
    unsure = summary("f", [row(0.5, beyond=0.5, unsure=True, false=True), row(0.01, beyond=0.0)])
    assert (unsure.broken, unsure.unsure) == ((), 1)


def test_the_table_takes_its_place_in_a_page():
    page = f"above\n\n{BEGIN}\n\n| old |\n\n{END}\n\nbelow\n"
    found = into_page(page, summaries([row(0.04, beyond=0.0)]))
    assert found.startswith("above\n")
    assert found.endswith("\n\nbelow\n")
    assert "| f | 1 |" in found
    assert "old" not in found
    with pytest.raises(ValueError, match="no place"):
        into_page("nothing", [])


def test_the_error_that_rankings_reckon_with_is_that_of_19_of_20_flows():
    rows = [
        Row("f", f"f-{k}", load, "", {"all p99_ms": Measure(1.0, 1.0, beyond, beyond)}, is_unsure=unsure)
        for k, (load, beyond, unsure) in enumerate(
            [
                (0.4, 0.01, False),
                (0.45, -0.02, False),
                (0.6, 0.3, True),
                (0.6, 0.04, False),
                (0.9, -0.1, False),
            ]
        )
    ]
    assert usual_p99_by_load(rows, (0.5, 0.7, math.inf)) == [0.02, 0.04, 0.1]
    many = [
        Row("f", f"f-{k}", 0.4, "", {"all p99_ms": Measure(1.0, 1.0, k / 100, k / 100)}) for k in range(100)
    ]
    assert usual_p99_by_load(many, (math.inf,)) == [0.95]
