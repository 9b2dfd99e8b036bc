"""How many servers work and how many calls wait, by steps that are long or short against a service: M/M/c."""

from __future__ import annotations

import pytest

from models import compile_system
from models.steps.course import Leg
from models.steps.play import play
from scenarios import scenario


def erlang_c(servers: int, offered: float) -> float:
    """Probability that a call waits (Erlang 1917), by the recursion of Erlang B."""
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = offered * blocked / (k + offered * blocked)
    busy = offered / servers
    return blocked / (1.0 - busy * (1.0 - blocked))


@pytest.mark.parametrize(
    ("rate", "slots", "service_ms"),
    [(300, 100, 100), (600, 100, 100), (734, 100, 100), (900, 100, 100), (73, 10, 100), (7340, 100, 10)],
)
def test_servers_that_work_and_calls_that_wait(rate, slots, service_ms):
    system = compile_system(
        scenario(
            components={"app": {"kind": "service", "slots": slots, "service_ms": service_ms}},
            flows={"all": {"share": 1.0, "trace": ["app"]}},
            phases=[{"name": "p", "rate": rate, "hours": 1}],
        )
    )
    series = play(system, system.space.today[None, :], [Leg(0, 120.0)], seeds=(1, 2, 3))[0]
    busy = rate * service_ms / 1000 / slots
    assert series.busy_share[:, 5:].mean() == pytest.approx(busy, rel=0.03)
    waiting = erlang_c(slots, busy * slots) * busy / (1.0 - busy)
    assert series.waiting[:, 5:].mean() == pytest.approx(waiting, rel=0.3, abs=0.5)
