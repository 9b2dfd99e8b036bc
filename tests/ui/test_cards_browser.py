"""The first screen in a real browser: what is in sight, what a card does, wishes that are typed."""

from __future__ import annotations

import re

import numpy as np
import pytest

from apps import answered, app_server, assert_quiet, box_in_sight, eventually, opened, rest, solved_in

NAME = "web-api-three-tier"
START = f"/?scenario={NAME}"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return answered(tmp_path_factory.mktemp("store") / "runs.sqlite", NAME)


@pytest.fixture(scope="module")
def solution(store):
    return solved_in(store, NAME)[1]


@pytest.fixture(scope="module")
def address(store, solution):
    with app_server(store) as found:
        yield found


def front(page):
    """What the front says of itself."""
    page.wait_for_selector("#front[data-drawn][data-told]")
    return page.eval_on_selector("#front", "(root) => ({...root.dataset})")


def boxes(page):
    """Where the cards are, in the order of the page."""
    front(page)
    return [card.bounding_box() for card in page.locator("[class*=st-key-card-]").all()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_verdict_the_cards_and_the_head_of_the_front_are_in_sight(chromium, address, solution, scheme):
    size = {"width": 1440, "height": 900}
    page, watch = opened(chromium, address, START, viewport=size, color_scheme=scheme)
    cards = boxes(page)
    assert len(cards) == len(solution.recommendation.picks) + 1
    assert all(box["y"] + box["height"] < size["height"] for box in cards)
    assert len({box["y"] for box in cards}) == 1
    assert page.get_by_text("Today's design does not survive").bounding_box()["y"] < cards[0]["y"]
    # the names of the axes and the best end of each stand in the first 60 pixels
    assert page.locator(".front-parallel").bounding_box()["y"] + 60 < size["height"]
    assert_quiet(watch, address)


def test_on_a_phone_the_recommended_card_is_in_the_first_screen_and_comes_first(chromium, address):
    size = {"width": 390, "height": 844}
    page, watch = opened(chromium, address, START, viewport=size)
    cards = boxes(page)
    first = page.locator(".st-key-card-recommended").bounding_box()
    assert first["y"] == min(box["y"] for box in cards)
    assert first["y"] + first["height"] <= size["height"]
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= size["width"]
    assert_quiet(watch, address)


def test_a_card_picks_its_design_and_opens_it(chromium, address, solution):
    number = solution.recommendation.position + 1
    page, watch = opened(chromium, address, START)
    front(page)
    card = page.locator(".st-key-card-recommended")
    card.get_by_role("button", name="Pick").click()
    assert eventually(page, lambda: f"pick={number}" in page.url)
    assert eventually(page, lambda: front(page)["picked"] == f"[A]{number}")
    card.get_by_role("button", name="Look at it").click()
    assert eventually(page, lambda: "/design" in page.url and f"design={number}" in page.url)
    assert_quiet(watch, address)


def test_all_designs_of_the_front_are_one_click_away(chromium, address, solution):
    page, watch = opened(chromium, address, START)
    many = int(front(page)["kept"])
    assert 0 < many < len(solution.front)
    assert page.get_by_text(f"{many} designs that differ visibly, of {len(solution.front)}").is_visible()
    page.locator("[data-testid=stCheckbox]", has_text="Show all").click()
    assert eventually(page, lambda: front(page)["kept"] == str(len(solution.front)))
    assert "front=all" in page.url
    page.reload()
    rest(page)
    assert front(page)["kept"] == str(len(solution.front))
    page.go_back()
    assert eventually(page, lambda: front(page)["kept"] == str(many))
    assert_quiet(watch, address)


def test_a_wish_is_typed(chromium, address, solution):
    page, watch = opened(chromium, address, f"{START}&front=all")
    front(page)
    field = page.locator(".st-key-typed-cost input")
    field.fill("120")
    field.press("Enter")
    wanted = int((solution.front.evaluation.values[:, 4] <= 120.0).sum())
    assert 0 < wanted < len(solution.front)
    assert eventually(page, lambda: front(page)["kept"] == str(wanted))
    assert "keep=cost" in page.url
    assert page.locator(".front-chips button", has_text="cost at most 120 USD").is_visible()
    field.fill("")
    field.press("Enter")
    assert eventually(page, lambda: front(page)["kept"] == str(len(solution.front)))
    assert_quiet(watch, address)


def test_the_head_of_a_column_orders_all_designs(chromium, address, solution):
    page, watch = opened(chromium, address, f"{START}&front=all")
    front(page)
    table = page.locator("[data-testid=stDataFrame]")
    box = box_in_sight(page, table)
    page.mouse.click(box["x"] + 0.45 * box["width"], box["y"] + 18)
    assert eventually(page, lambda: "order=" in page.url)
    name = re.search("order=([a-z]+)", page.url)[1]
    evaluation = solution.front.evaluation
    j = [dimension.name for dimension in evaluation.dimensions].index(name)
    rest(page)
    losses = solution.front.losses[:, j]
    # the first row that can be picked is the best of all designs
    box = box_in_sight(page, table)
    page.mouse.click(box["x"] + 18, box["y"] + 38 + 17)
    assert eventually(page, lambda: "pick=" in page.url)
    picked = int(re.search("pick=([0-9]+)", page.url)[1]) - 1
    assert losses[picked] == np.min(losses)
    assert_quiet(watch, address)
