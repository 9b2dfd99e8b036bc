"""The Design page in a real browser: by keys alone, in a narrow window, in the dark, every tab."""

from __future__ import annotations

import pytest

from apps import answered, app_server, assert_quiet, opened, rest


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with app_server(
        answered(tmp_path_factory.mktemp("design") / "runs.sqlite", "black-friday-exercise")
    ) as address:
        yield address


def design_page(chromium, server, **settings):
    """The page, reached by its link: what a browser asks for besides at a page's own address isn't there."""
    page, watch = opened(chromium, server, "/?design=today", **settings)
    page.get_by_role("link", name="Design", exact=True).first.click()
    page.wait_for_selector(".st-key-decisions")
    rest(page)
    return page, watch


def cards(page):
    return page.get_by_test_id("stMetricValue").all_inner_texts()


def test_switches_are_reached_and_turned_by_keys_alone_and_the_numbers_follow(chromium, server):
    page, watch = design_page(chromium, server)
    before = cards(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.st-key-decide-more_servers') !== null"):
            break
    else:
        raise AssertionError("no switch was reached by 60 steps of the tab key")
    # The help beside the switch can have the focus first.
    if page.evaluate("document.activeElement.tagName") != "INPUT":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_function("location.search.includes('~0%2C0%2C1%2C0%2C0')")
    rest(page)
    assert cards(page) != before
    assert "Changed, off today; takes 1.00 days, 100,000 USD" in page.inner_text(".st-key-decisions")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("location.search.includes('design=today')")
    rest(page)
    assert cards(page) == before
    assert_quiet(watch, server)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab_fits_into_a_narrow_window(chromium, server, scheme):
    page, watch = design_page(chromium, server, color_scheme=scheme)
    page.set_viewport_size({"width": 400, "height": 900})
    for tab in page.get_by_role("tab").all():
        tab.click()
        rest(page)
        page.wait_for_timeout(300)
        width = page.evaluate(
            "Math.max(document.documentElement.scrollWidth,"
            "document.querySelector('[data-testid=stMain]').scrollWidth)"
        )
        assert width <= 400, tab.inner_text()
    assert_quiet(watch, server)
