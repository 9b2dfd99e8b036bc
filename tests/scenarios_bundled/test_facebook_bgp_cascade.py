"""facebook-bgp-cascade: names, pages and the tools that would repair them hang on one backbone."""

from __future__ import annotations

import pytest

from models import System
from models.errors import DesignError
from stories import assert_well_described, broken, bundled, scored, told, values_of
from whole_fronts import assert_every_decision_is_a_trade_off, every_design

AFAR = {"tools_own_names": "on", "way_in": "dial_in", "repair_from_afar": "on"}


@pytest.fixture(scope="module")
def system() -> System:
    return bundled("facebook_bgp_cascade")


def answered(system: System, flow: str, **design: object) -> float:
    """Share of the requests of a flow that is answered while the backbone is gone."""
    return float(told(system, **design)["phases"]["withdrawal"]["flows"][flow]["success_share"])


def test_it_is_well_described(system: System) -> None:
    assert_well_described(system)
    assert_every_decision_is_a_trade_off(system, every_design(system))


def test_one_command_takes_everything_for_six_hours(system: System) -> None:
    """6 of 168 hours: 96.4 % of the week, and 6 x 1.44e9 x 99.85 % requests of 0.009 USD = 77.6 million."""
    assert [answered(system, flow) for flow in ("pages", "messages", "repair")] == [0.0, 0.0, 0.0]
    assert values_of(system)["availability"] == pytest.approx(162 / 168, rel=1e-3)
    lost = told(system)["cost"]["lost_revenue_usd"]
    assert lost == pytest.approx(6 * 3600 * 400_000 * 0.9985 * 0.009, rel=1e-3)
    assert lost == pytest.approx(6 * 13e6, rel=0.02)
    assert "availability" in broken(system)


def test_nothing_is_overloaded(system: System) -> None:
    """It is no outage of capacity: the data centers are well and idle."""
    phases = told(system)["phases"]
    assert phases["withdrawal"]["components"]["data_center"]["arrivals_per_s"] == 0.0
    assert phases["ordinary"]["components"]["data_center"]["utilisation"] < 0.7
    assert phases["ordinary"]["flows"]["pages"]["success_share"] > 0.999


@pytest.mark.parametrize(
    "ties",
    [{"tools_own_names": "on"}, {"routes_stay": "on"}, {"way_in": "second_network"}, {"way_in": "dial_in"}],
    ids=["own names", "routes stay", "second network", "dial in"],
)
def test_cutting_one_tie_leaves_the_engineers_outside(system: System, ties: dict[str, object]) -> None:
    assert answered(system, "repair", **ties) == 0.0


@pytest.mark.parametrize("names", ["tools_own_names", "routes_stay"])
@pytest.mark.parametrize("way_in", ["second_network", "dial_in"])
def test_names_and_a_way_in_let_them_in(system: System, names: str, way_in: str) -> None:
    assert answered(system, "repair", **{names: "on"}, way_in=way_in) > 0.99


def test_who_gets_in_repairs_in_one_hour_instead_of_six(system: System) -> None:
    """A sixth fails: 5/6 of what is asked for in these hours, and 65 of 78 million are not lost."""
    assert answered(system, "pages", **AFAR) == pytest.approx(5 / 6, rel=1e-3)
    assert "availability" not in broken(system, **AFAR)
    lost = [told(system, **design)["cost"]["lost_revenue_usd"] for design in ({}, AFAR)]
    assert lost[1] == pytest.approx(lost[0] / 6, rel=0.01)


def test_nobody_repairs_from_afar_without_names_and_a_way_in(system: System) -> None:
    with pytest.raises(DesignError, match="requires way_in"):
        scored(system, [{"repair_from_afar": "on", "tools_own_names": "on"}])
    with pytest.raises(DesignError, match="breaks the rule"):
        scored(system, [{"repair_from_afar": "on", "way_in": "second_network"}])


def test_old_pages_help_only_who_finds_the_branch(system: System) -> None:
    """Without routes none, with names that live for a day nine of ten, with routes that stay all."""
    assert answered(system, "pages", old_pages="on") == 0.0
    assert answered(system, "pages", old_pages="on", names_for_a_day="on") == pytest.approx(0.9, rel=1e-3)
    assert answered(system, "pages", old_pages="on", routes_stay="on") > 0.998
    assert (
        values_of(system, old_pages="on", routes_stay="on")["consistency"] < values_of(system)["consistency"]
    )


@pytest.mark.parametrize("more", [{}, {"old_pages": "on"}], ids=["plain", "old pages"])
def test_an_eighth_is_an_eighth_however_many_ties_there_are(system: System, more: dict[str, object]) -> None:
    """Names and pages fail together, not one after the other: 7/8, not 7/8 squared."""
    assert answered(system, "pages", stages="eighths", **more) == pytest.approx(7 / 8, rel=1e-3)


def test_what_reaches_what(system: System) -> None:
    """Edge to names, transit, backbone, data center; names to backbone; transit to backbone and data center;
    tools to names and backbone: 9 of the 30 ordered pairs of 6 components. With routes that stay 8."""
    coupling = told(system)["emergence"]["terms"]["coupling"]
    assert coupling == pytest.approx(9 / 30 / 0.70)
    assert told(system, routes_stay="on")["emergence"]["terms"]["coupling"] == pytest.approx(8 / 30 / 0.70)
