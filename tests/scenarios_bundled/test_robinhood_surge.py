"""robinhood-surge: the servers could take the day, the money can't; and at which volatility it is gone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models import Evaluation, System
from models.space.design import encode
from optimizer.cli.exit_codes import BAD_INPUT, OK
from optimizer.resilience.breaking_points import breaking_points
from stories import FOLDER, assert_well_described, broken, bundled, told
from whole_fronts import assert_every_decision_is_a_trade_off, every_design

DEPOSIT = "Deposit at the clearing house"
MONEY_THERE_IS = 1.7e9


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("robinhood_surge")


@pytest.fixture(scope="module")
def everything(system: System) -> Evaluation:
    return every_design(system)


def deposit(system: System, **design: object) -> float:
    return float(told(system, **design)["cost"]["drivers_usd"][DEPOSIT])


def test_it_is_well_described(system: System, everything: Evaluation) -> None:
    assert_well_described(system)
    assert_every_decision_is_a_trade_off(system, everything)


def test_half_a_billion_becomes_three_overnight(system: System) -> None:
    """Volatility 60/40 = 3/2 and volume 12/9 = 4/3: (27/8) x (16/9) = 6 times 0.5 billion."""
    before, surge = system.scenario.workload.phases
    assert surge.drivers["volatility"] / before.drivers["volatility"] == pytest.approx(3 / 2)
    assert surge.drivers["volume"] / before.drivers["volume"] == pytest.approx(4 / 3)
    (cost,) = system.scenario.costs
    assert dict(cost.drivers) == {"volatility": 3, "volume": 2, "own_share": 1}
    assert cost.usd == 0.5e9
    assert deposit(system) == pytest.approx(3e9, rel=1e-12)


def test_the_servers_hold_and_only_the_money_is_missing(system: System) -> None:
    """20,000 requests/s x 22 ms over 12 x 64 slots: 57 % busy."""
    gateway = told(system)["phases"]["surge"]["components"]["gateway"]
    assert gateway["utilisation"] == pytest.approx(20_000 * 0.022 / (12 * 64))
    assert broken(system) == {"cost"}


def test_today_is_the_design_that_grows_best(system: System, everything: Evaluation) -> None:
    """Nobody is told no: no design gives customers more, and every one that gives as much is out of money
    or has somebody else's."""
    given = everything.values[:, 2]
    today = system.space.today == everything.X
    assert given[today.all(axis=1)][0] == given.max()
    names = [column.name for column in system.space.columns]
    generous = everything.feasible & (given == given.max())
    foreign = everything.X[:, [names.index("credit_line"), names.index("new_capital")]].max(axis=1) > 0
    assert generous.any()
    assert foreign[generous].all()


def test_where_it_breaks(system: System) -> None:
    """3 billion x m^3 is 1.7 billion at m = (1.7/3)^(1/3) = 0.8275, x m^2 at m = (1.7/3)^(1/2) = 0.7528: the
    money is gone at 83 % of the volatility that came, or at 75 % of the volume."""
    for driver, power in (("volatility", 3), ("volume", 2)):
        points = breaking_points(system, system.space.today[None, :], driver=driver)
        assert points.limits[points.first[0]] == "cost"
        assert points.margin[0] == pytest.approx((MONEY_THERE_IS / 3e9) ** (1 / power), rel=1e-3)
    by_load = breaking_points(system, system.space.today[None, :])
    assert by_load.limits[by_load.first[0]] == "cost"
    assert by_load.holds[0, by_load.first[0]] == 0.0  # the money is missing however few people come


def test_what_the_brokers_did_holds(system: System) -> None:
    """Closing only: 0.78^3 x 0.85^2 = 0.3429 of 3 billion; customers lose 16 % of what trading is."""
    assert deposit(system, volatile_stocks="closing_only") == pytest.approx(3e9 * 0.78**3 * 0.85**2)
    assert broken(system, volatile_stocks="closing_only") == set()
    (x,) = [encode(system.space, {"volatile_stocks": "closing_only"})]
    margin = breaking_points(system, x[None, :], driver="volatility").margin[0]
    assert margin == pytest.approx((MONEY_THERE_IS / (3e9 * 0.78**3 * 0.85**2)) ** (1 / 3), rel=1e-3)


def test_credit_alone_is_too_little_and_new_capital_is_enough(system: System) -> None:
    """72 % of 3 billion is 2.16 billion; half of it 1.5 billion."""
    assert deposit(system, credit_line="large") == pytest.approx(2.16e9)
    assert broken(system, credit_line="large") == {"cost"}
    assert deposit(system, new_capital="on") == pytest.approx(1.5e9)
    assert broken(system, new_capital="on") == set()


def test_every_survivor_restricts_or_borrows(system: System, everything: Evaluation) -> None:
    names = [column.name for column in system.space.columns]
    levers = ["volatile_stocks", "margin_requirement", "instant_deposits", "option_limits", "credit_line"]
    levers += ["new_capital", "net_by_the_hour", "deposit_forecast"]
    pulled = everything.X[:, [names.index(lever) for lever in levers]] > 0
    assert np.all(pulled[everything.feasible].any(axis=1))


def test_the_command_says_where(tradespace: Any) -> None:
    """No component is to blame: the money is, at (1.7/3)^(1/3) of the volatility."""
    code, out, _ = tradespace("break", FOLDER / "robinhood_surge.yaml", "--driver", "volatility")
    assert code == OK
    assert "The limit on cost is broken first, at 0.828 times the driver volatility" in out
    assert "where" not in out.split("is broken first")[1]
    code, out, _ = tradespace("break", FOLDER / "robinhood_surge.yaml")
    assert code == OK
    # Nor is one when the load grows: the money is missing at any load.
    assert "The limit on cost is broken at any multiple of the planned load." in " ".join(out.split())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--driver", "volatilty"), ["'volatilty'", "volatility, volume, own_share"]),
        (("--driver", "volume", "--component", "gateway"), ["'gateway'", "'volume'", "one of them"]),
    ],
)
def test_a_driver_that_is_none_is_refused(tradespace: Any, options: Any, said: list[str]) -> None:
    code, _, err = tradespace("break", FOLDER / "robinhood_surge.yaml", *options)
    assert code == BAD_INPUT
    assert all(word in err for word in said)
