"""What Explore shows of a front: which designs, in which order, by which wishes."""

from __future__ import annotations

import numpy as np
import pytest

from apps import answered, app_test, solved_in
from models.evaluation import DIMENSIONS
from optimizer.decide.choose.representatives import representatives
from optimizer.decide.recommend.candidates import rule_of
from optimizer.decide.recommend.visible_front import visible_front
from optimizer.pareto.front import Front
from optimizer.scenario_model import model_of

FEED = "web-api-three-tier"


@pytest.fixture
def feed(monkeypatch, tmp_path):
    """A scenario with a front of hundreds of designs: its page, its system, its solution."""
    store = tmp_path / "runs.sqlite"
    answered(store, FEED)
    system, solution = solved_in(store, FEED)

    def start(**query):
        page = app_test(monkeypatch, tmp_path, scenario=FEED, **query).run()
        assert not page.exception
        return page, system, solution

    return start


def words(page):
    """All texts of the page, without what Markdown needs to show them as they are."""
    return "\n".join(element.value.replace("\\", "") for element in page.markdown)


def table(page):
    return page.dataframe[0].value


def visible(system, solution):
    """Positions of the designs that are shown: those that differ visibly, and the shortlist."""
    picks = [pick.position for pick in solution.recommendation.picks]
    return visible_front(model_of(system), solution.front, keep=tuple(picks))


def test_a_group_keeps_the_designs_that_its_representative_stands_for(feed):
    page, system, solution = feed()
    seen = visible(system, solution)
    goals = system.scenario.dimensions
    shown = Front(solution.front.evaluation.take(seen))
    few = representatives(shown, steps=[getattr(goals, d.name).step for d in DIMENSIONS])
    group = int(np.bincount(few.group).argmax())
    chosen = int(seen[few.positions[group]]) + 1
    members = int((few.group == group).sum())
    assert 1 < members < len(seen)
    page.button_group(key="group").set_value(chosen).run()
    assert not page.exception
    assert f"{members} of {len(seen)} designs kept" in words(page).replace("**", "")
    assert page.query_params["group"] == str(chosen)


def test_the_shown_front_is_the_one_whose_designs_differ_visibly(feed):
    page, system, solution = feed(order="cost")
    seen, whole = visible(system, solution), len(solution.front)
    assert len(seen) < whole
    assert f"{len(seen)} designs that differ visibly, of {whole} on the front" in words(page)
    assert set(table(page)["design"].astype(int) - 1) <= set(seen.tolist())
    # a wish tells what is reachable among those, and the address holds that all are shown
    page.toggle(key="whole").set_value(True).run()
    assert not page.exception
    assert page.query_params["front"] == "all"
    assert f"{whole} of {whole} designs kept" in words(page).replace("**", "")


def test_ordering_orders_all_designs_and_stands_in_the_link(feed):
    page, _, solution = feed(front="all", pick="1")
    costs = solution.front.evaluation.values[:, 4]
    assert table(page)["design"].iloc[0] == "1"
    page.selectbox(key="order-by").select("cost").run()
    assert not page.exception
    assert page.query_params["order"] == "cost"
    shown = table(page)["design"].astype(int).to_numpy() - 1
    assert len(shown) < len(costs)
    assert costs[shown].tolist() == np.sort(costs)[: len(shown)].tolist()
    # what is ordered stays so when the page is opened again; availability: the best is the highest
    again, _, _ = feed(front="all", order="availability")
    availability = solution.front.evaluation.values[:, 3]
    shown = table(again)["design"].astype(int).to_numpy() - 1
    assert availability[shown].tolist() == np.sort(availability)[::-1][: len(shown)].tolist()


def test_the_head_of_a_column_orders_all_designs(feed):
    page, _, solution = feed(front="all")
    key = next(k for k in page.session_state.keys() if str(k).startswith("designs-"))  # noqa: SIM118
    page.session_state[key] = {"selection": {"rows": [], "columns": ["cost"], "cells": []}}
    page.run()
    assert not page.exception
    assert page.query_params["order"] == "cost"
    assert int(table(page)["design"].iloc[0]) - 1 == int(np.argmin(solution.front.evaluation.values[:, 4]))
    assert "pick" not in page.query_params


def test_a_wish_can_be_typed_and_keeps_the_same_designs_as_one_that_is_dragged(feed):
    page, _, solution = feed(front="all")
    values = solution.front.evaluation.values
    page.number_input(key="typed-cost").set_value(120.0).run()
    page.number_input(key="typed-availability").set_value(99.9).run()
    assert not page.exception
    assert sorted(page.query_params["keep"]) == ["availability:0.999..", "cost:..120.0"]
    many = int(((values[:, 4] <= 120.0) & (values[:, 3] >= 0.999)).sum())
    assert 0 < many < len(values)
    assert f"{many} of {len(values)} designs kept" in words(page).replace("**", "")
    assert page.select_slider(key="wish-cost").value == 120.0
    assert page.number_input(key="typed-availability").value == 99.9
    page.number_input(key="typed-cost").set_value(None).run()
    assert page.query_params["keep"] == "availability:0.999.."


def test_the_closest_to_the_wishes_is_recommended_among_those_that_keep_them(feed):
    page, system, solution = feed(front="all", keep="cost:..100.0")
    front = solution.front
    best = solution.recommendation.position
    assert front.evaluation.values[best, 4] <= 100.0
    assert f"Closest to the wishes: design {best + 1} with cost" in words(page)
    # Where it isn't among them, who keeps most comes first.
    page, _, _ = feed(front="all", keep="cost:..94.0")
    assert front.evaluation.values[best, 4] > 94.0
    order = rule_of(model_of(system)).order(front.evaluation).order
    first = next(int(i) for i in order if front.evaluation.values[i, 4] <= 94.0)
    assert f"Closest to the wishes: design {first + 1} with cost" in words(page)


def test_what_is_picked_and_not_shown_stays_picked_and_is_named(feed):
    page, system, solution = feed()
    hidden = next(i for i in range(len(solution.front)) if i not in set(visible(system, solution).tolist()))
    page, _, _ = feed(pick=str(hidden + 1))
    assert page.query_params["pick"] == str(hidden + 1)
    assert [b.label.replace("\\", "") for b in page.button if b.key.startswith("unpick")] == [
        f"[A]: design {hidden + 1} ×"
    ]
