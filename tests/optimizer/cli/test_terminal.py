"""What people are shown of a solution: enough of a long front, what is recommended, what differs."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from instances import Grid, Shop
from models import compile_system
from optimizer import solve
from optimizer.cli.blocks import print_section
from optimizer.model import Model
from optimizer.phrases import written
from optimizer.scenario_model import model_of
from optimizer.sections.solution import MOST_SHOWN, solution_section
from own_models import solve_with
from scenarios import scenario

LONG = Grid(40, 3)


def shown(solution, model, *, width=120, show_all=False):
    """What is printed; of a space that can only be listed, with the shop that scores its designs."""
    console = Console(file=StringIO(), width=width, color_system=None)
    if not isinstance(model, Model):
        model, solution = Model("shop", model, Shop()), replace(solution, recommendation=None)
    print_section(console, solution_section(model, solution, show_all=show_all))
    return console.file.getvalue()


def numbers_of(text):
    """The designs of the front that are shown, by their number, at any width."""
    return [
        int(n)
        for n in re.findall(r"^(?:design )?(\d+)(?: \(recommended\))?(?=\s)(?! more| of)", text, re.MULTILINE)
    ]


@pytest.mark.parametrize("width", [60, 120])
def test_of_a_long_front_the_best_of_each_dimension_and_the_recommended_one_are_shown(width):
    solution = solve_with(Shop(), LONG)
    n = len(solution.front)
    assert n > MOST_SHOWN
    text = shown(solution, LONG, width=width)
    numbers = numbers_of(text)
    assert len(numbers) == MOST_SHOWN
    assert numbers == sorted(set(numbers))
    for column in solution.front.losses.T:
        assert int(np.argmin(column)) + 1 in numbers
    assert solution.recommended + 1 in numbers
    assert text.count("(recommended)") == 1
    assert f"{MOST_SHOWN} of {n} designs on the front" in text


def test_all_are_shown_when_asked_for():
    solution = solve_with(Shop(), LONG)
    text = shown(solution, LONG, show_all=True)
    assert numbers_of(text) == list(range(1, len(solution.front) + 1))
    assert "designs on the front;" not in text


def test_only_what_differs_from_today_is_named():
    system = compile_system(
        scenario(
            phases=[{"name": "calm", "rate": 100, "hours": 20}, {"name": "peak", "rate": 300, "hours": 4}],
            decisions={
                "copies": {"integer": [2, 3], "sets": "web.replicas"},
                "fast": {"on": {"multiply": {"web.service_ms": 0.5}}, "adaptive": True},
            },
        )
    )
    solution = solve(system)
    text = shown(solution, model_of(system), width=160)
    for line in text.splitlines():
        if not re.match(r"\d+ ", line):
            continue
        design = system.space.decode(solution.front.X[int(line.split()[0]) - 1])
        on = [phase for phase, value in design["fast"].items() if value]
        assert ("copies = 3" in line) == (design["copies"] == 3)
        for phase in ("calm", "peak"):
            assert (f"{phase}: on" in line) == (phase in on)
        assert f"{'calm'}: off" not in line


def test_what_excludes_most_comes_first():
    # Price at most 1 excludes more than a speed of at least 0; the counts are those of brute force.
    shop, space = Shop(most_price=1.0, least_speed=0.0), Grid(6, 5)
    broken = [[over > 0.0 for over in shop.excess(x)] for x in space.designs(0, space.size)]
    price, speed = (sum(row[j] for row in broken) for j in range(2))
    alone = [sum(row[j] and not row[1 - j] for row in broken) for j in range(2)]
    assert price > speed > 0
    text = shown(solve_with(shop, space), space)
    lines = [line.strip() for line in text.splitlines()]
    at = lines.index(f"price: {price}, {alone[0]} by this limit alone")
    only = f", {alone[1]} by this limit alone" if alone[1] else ""
    assert lines[at + 1] == f"speed: {speed}{only}"
    assert f"{sum(any(row) for row in broken)} of {space.size} designs are infeasible:" in lines


@pytest.mark.parametrize("width", [40, 99, 100, 200])
def test_no_line_is_wider_than_the_terminal(width):
    solution = solve_with(Shop(), LONG)
    assert max(len(line) for line in shown(solution, LONG, width=width).splitlines()) <= width


@pytest.mark.parametrize(
    ("value", "text"), [(True, "on"), (False, "off"), (None, "none"), (3, "3"), (0.5, "0.5"), ("big", "big")]
)
def test_values_are_written_as_they_are_typed(value, text):
    assert written(value) == text
