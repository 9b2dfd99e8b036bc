"""Where no design is feasible the limits are told as they would have to be, and the defaults are named."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from models import compile_system
from models.dimensions.limits import needed_limit, written_limit
from models.units import outward, quantity
from optimizer.cli.blocks import print_section
from optimizer.model import Bound
from optimizer.phrases import limit_change
from optimizer.scenario_model import model_of
from optimizer.sections.solution import solution_section
from optimizer.solver.solver import solve
from scenarios import scenario

WEB = {"kind": "service", "service_ms": 10, "slots": 4, "replicas": 2, "price_usd_per_hour": 172.5}
COPIES = {"copies": {"integer": [2, 4], "sets": "web.replicas"}}


def shown(**parts) -> str:
    system = compile_system(scenario(**parts))
    console = Console(file=io.StringIO(), width=120)
    print_section(console, solution_section(model_of(system), solve(system)))
    return console.file.getvalue()


def test_a_limit_that_must_give_is_told_as_the_new_limit():
    # Two replicas for an hour at 172.50 USD are 345 USD.
    text = shown(components={"web": WEB}, decisions=COPIES, dimensions={"cost": {"limit": 300}})
    assert "limit cost 300 USD would have to be 345 USD" in text


def test_the_new_limit_lets_the_design_through():
    wanted = {"cost": {"limit": 300}, "latency": {"limit": 5}, "availability": {"limit": 0.9999}}
    web = WEB | {"error_share": 0.0123456}
    tree = {"components": {"web": web}, "decisions": COPIES}
    text = shown(**tree, dimensions=wanted)
    lines = dict(re.findall(r"limit (\w+) .* would have to be ([\d.,]+)", text))
    new = {name: float(number.replace(",", "")) for name, number in lines.items()}
    assert set(new) == {"cost", "latency", "availability"}
    new["availability"] /= 100
    limits = {name: {"limit": new[name]} for name in new}
    assert "No design is within every limit" not in shown(**tree, dimensions=limits)


def test_a_limit_that_nobody_wrote_is_told_where_it_excludes_designs():
    # 100 requests/s of 10 ms: one slot is full.
    slow = {
        "components": {"web": WEB | {"slots": 1}},
        "decisions": {"copies": {"integer": [1, 4], "sets": "web.replicas"}},
    }
    assert "the default 0.7 holds, as the file sets none (limits: {saturation: null} takes it away)" in shown(
        **slow
    )
    assert "the default 0.7" not in shown(**slow, limits={"saturation": 0.7})


@given(
    st.floats(1e-6, 1e12),
    st.sampled_from(["ms", "USD", "requests/s", "days", ""]),
    st.booleans(),
)
def test_what_is_rounded_outward_lets_the_value_through(value, unit, up):
    found = outward(value, unit, up=up)
    assert found >= value if up else found <= value
    assert abs(found - value) <= max(0.01 * value, 1.0 if unit == "USD" else 0.0)
    assert outward(found, unit, up=up) == pytest.approx(found)


@given(st.floats(0.0001, 0.999999), st.booleans())
def test_shares_are_rounded_outward_as_they_are_printed(share, up):
    found = outward(share, "fraction", up=up)
    assert found >= share if up else found <= share
    printed = float(quantity(found, "fraction").removesuffix(" %")) / 100
    assert printed == pytest.approx(found, abs=1e-12)


def test_limits_without_a_number_have_no_new_one():
    one = scenario(limits={"metastable": False, "complexity_reserve": 0.3})
    assert written_limit(one, "metastable") is None
    assert needed_limit(one, "metastable", 0.5) is None
    assert needed_limit(one, "complexity_reserve", 0.1) == pytest.approx(0.2)
    assert needed_limit(one, "saturation", 0.1) == pytest.approx(0.8)
    assert limit_change("saturation", Bound(0.7), 0.1) == "limit saturation 70.0 % would have to be 80.0 %"
