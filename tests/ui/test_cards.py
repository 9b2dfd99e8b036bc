"""The shortlist as cards on the first screen."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from apps import answered, app_test, solved_in
from models.evaluation import DIMENSIONS
from models.units import quantity
from optimizer.scenario_model import model_of
from optimizer.sections.content import plain
from optimizer.sections.verdict import safer, verdict

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


def cards(page):
    """The texts of the cards, by their order on the page."""
    bodies = [html.proto.body for html in page.get("html")]
    found = [body + check for body, check in pairwise(bodies) if "card-name" in body and "<dl>" in body]
    return [re.sub(r"<[^>]+>", " ", body).replace("\xa0", " ") for body in found]


def test_the_first_screen_has_the_shortlist_as_cards(feed):
    page, _, solution = feed()
    made, values = solution.recommendation, solution.front.evaluation.values
    told = cards(page)
    assert len(told) == len(made.picks) + 1  # today's, which isn't on this front
    assert told[0].split("  ")[0].strip() == "today&#x27;s design"
    for card, pick in zip(told[1:], made.picks, strict=True):
        assert f"design {pick.position + 1} " in card
        assert ("recommended" in card) == ("recommended" in pick.roles)
        for j, dimension in enumerate(DIMENSIONS):
            assert re.search(
                rf"{dimension.name} +{re.escape(quantity(values[pick.position, j], dimension.shown_unit))} ",
                card,
            )
        assert f"{quantity(pick.confidence, 'fraction')} " in card
        assert "checked by simulation" in card
        assert "not yet checked" in card
        assert quantity(pick.first_break.times, "times") in card
    # by hand: eight wishes and targets in the file
    assert sum("of 8" in card for card in told) == len(told)


def test_a_card_names_what_its_design_misses(feed):
    page, system, solution = feed()
    goals, values = system.scenario.dimensions, solution.front.evaluation.values
    target = goals.consistency.target
    assert any("consistency" in card for card in cards(page)[1:])
    for card, pick in zip(cards(page)[1:], solution.recommendation.picks, strict=True):
        misses = re.search("misses: (.*?) +confidence", card)
        is_missed = values[pick.position, 2] < target * (1.0 - 1e-9)
        assert (misses is not None and "consistency" in misses[1]) == is_missed


def test_a_card_picks_its_design_and_opens_it(feed):
    page, _, solution = feed()
    token = str(solution.recommendation.position + 1)
    page.button(key=f"pick-card-{token}").click().run()
    assert page.query_params["pick"] == token
    page.button(key=f"pick-card-{token}").click().run()
    assert "pick" not in page.query_params
    page.button(key="look-card-today").click().run()
    assert not page.exception
    assert page.query_params["design"] == "today"


def test_where_the_recommended_design_is_not_sure_enough_the_safer_one_is_named(feed):
    _, system, solution = feed()
    made, costs = solution.recommendation, solution.front.evaluation.values[:, 4]
    best, safest = made.pick("recommended"), made.pick("safest")
    assert best.position != safest.position
    sure = {best.position: 0.7, safest.position: 0.85}
    picks = tuple(replace(pick, confidence=sure.get(pick.position, 0.1)) for pick in made.picks)
    unsure = replace(made, reached="closest", picks=picks)
    [block] = verdict(model_of(system), solution, unsure)
    more = quantity(costs[safest.position] - costs[best.position], "USD")
    assert block.kind == "warning"
    assert plain(block.text).endswith(f"Design {safest.position + 1} is safer: 85.0 %, at {more} more.")
    # nobody is named where nobody is surer, or where it is sure enough
    alike = replace(unsure, picks=tuple(replace(pick, confidence=0.7) for pick in picks))
    assert not safer(model_of(system), solution.front, alike)
    assert not safer(model_of(system), solution.front, replace(unsure, wanted=0.7))
