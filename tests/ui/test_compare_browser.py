"""What people do on Compare and Breaking points, in a real browser: picks, a slider, narrow and dark."""

from __future__ import annotations

from itertools import pairwise

import pytest

from apps import answered, app_server, assert_quiet, opened, rest

NARROW = {"width": 400, "height": 800}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with app_server(
        answered(tmp_path_factory.mktemp("compare") / "runs.sqlite", "black-friday-exercise")
    ) as address:
        yield address


def at(chromium, server, name, wait_for, query="?pick=1&pick=3", **settings):
    """A page reached by its link, as it stands in the navigation."""
    page, watch = opened(chromium, server, f"/{query}", **settings)
    unfold = page.get_by_test_id("stExpandSidebarButton")
    if unfold.is_visible():
        unfold.click()
        page.wait_for_timeout(400)  # it slides in
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_selector(wait_for)
    rest(page)
    return page, watch


def is_too_wide(page):
    return page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".some(e => e.scrollWidth > e.clientWidth)"
    )


def test_picks_have_the_same_letters_everywhere_are_swapped_unpicked_and_looked_at(chromium, server):
    page, watch = at(chromium, server, "Compare", "table.fold")
    heads = page.locator("table.fold").first.locator("thead th").all_inner_texts()
    assert [head.split()[0] for head in heads[1:]] == ["[A]", "[B]", "today"]
    page.wait_for_selector(".js-plotly-plot .ytick")
    letters = page.locator(".js-plotly-plot").first.locator(".ytick").all_text_contents()
    assert letters == ["today", "[B]", "[A]"]  # from the bottom up
    page.get_by_role("button", name="Swap with [A]").click()
    page.wait_for_function("location.search.includes('pick=3&pick=1')")
    rest(page)
    page.locator(".st-key-unpick-1").get_by_role("button").click()
    page.wait_for_function("location.search.endsWith('pick=3')")
    rest(page)
    page.locator(".st-key-look-3").get_by_role("button").click()
    page.wait_for_function("location.pathname === '/design' && location.search.includes('design=3')")
    rest(page)
    assert_quiet(watch, server)


def test_the_slider_answers_what_is_broken_by_keys_alone(chromium, server):
    page, watch = at(chromium, server, "Breaking points", ".st-key-load-multiple")
    assert page.get_by_text("Every limit holds at this load").is_visible()
    page.locator(".st-key-load-multiple input[type=range]").focus()
    page.keyboard.press("End")
    page.wait_for_selector("text=Broken at this load")
    rest(page)
    assert page.get_by_text("At 64.0 times the planned load").is_visible()
    assert_quiet(watch, server)


@pytest.mark.parametrize(
    ("name", "wait_for"), [("Compare", "table.fold"), ("Breaking points", ".st-key-load-multiple")]
)
def test_in_a_narrow_window_tables_fold_into_cards_and_nothing_scrolls_sideways(
    chromium, server, name, wait_for
):
    page, watch = at(chromium, server, name, wait_for, viewport=NARROW, color_scheme="dark")
    page.wait_for_selector("table.fold")
    assert not is_too_wide(page)
    table = page.locator("table.fold").first
    assert not table.locator("thead").is_visible()
    row = table.locator("tbody tr").first.bounding_box()
    cells = [cell.bounding_box() for cell in table.locator("tbody tr").first.locator("td:visible").all()]
    assert all(cell["x"] >= row["x"] and cell["x"] + cell["width"] <= NARROW["width"] for cell in cells)
    assert all(lower["y"] > upper["y"] for upper, lower in pairwise(cells))
    assert_quiet(watch, server)


def test_names_of_a_link_are_shown_as_text(chromium, server):
    page, watch = at(chromium, server, "Compare", "table.fold", query="?pick=~1,0,0,0,0&pick=<img src=x>")
    assert page.locator("img[src=x]").count() == 0
    assert "my own design" in page.locator("table.fold").first.inner_text()
    assert_quiet(watch, server)
