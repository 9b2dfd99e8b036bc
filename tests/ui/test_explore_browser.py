"""Explore in a real browser: what a person does with mouse and keys, and what follows from it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from apps import answered, app_server, assert_quiet, box_in_sight, eventually, opened, rest, solved_in
from optimizer.decide.choose.ranges import kept
from reports import exercise
from ui.view import view_from

FIRST = "black-friday-exercise"
#: A scenario with a front of hundreds of designs, all of them shown.
WHOLE = "/?scenario=web-api-three-tier&front=all"
#: Role of what has the focus, inside components too.
ROLE = """() => {
  let e = document.activeElement;
  while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;
  return e && e.getAttribute("role");
}"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return answered(tmp_path_factory.mktemp("store") / "runs.sqlite", FIRST)


@pytest.fixture(scope="module")
def feed(store):
    """A scenario with a front of hundreds of designs, solved."""
    return solved_in(store, "web-api-three-tier")


@pytest.fixture(scope="module")
def address(store, feed):
    with app_server(store) as found:
        yield found


def front(page):
    """What the front says of itself, once it follows Python."""
    page.wait_for_selector("#front[data-mounted][data-told]")
    return page.eval_on_selector("#front", "(root) => ({...root.dataset})")


def ranges(page):
    """The ranges in the address."""
    told = {}
    for name, value in re.findall(r"[?&]([a-z]+)=([^&]*)", page.url):
        told.setdefault(name, []).append(value.replace("%3A", ":").replace("%7E", "~").replace("%2C", ","))
    return view_from(told, [FIRST, "web-api-three-tier"])[0]


def agrees(page, evaluation, names):
    """Whether address, front and page come to say the same: these ranges, kept as Python keeps them."""

    def holds():
        view = ranges(page)
        wanted = int(kept(evaluation, view.ranges).sum())
        return set(view.ranges) == set(names) and int(front(page)["kept"]) == wanted == said(page)[0]

    return eventually(page, holds)


def said(page):
    """Designs that the page says are kept."""
    words = page.locator("text=/designs kept/").last.inner_text()
    many, total = re.match(r"([0-9,]+) of ([0-9,]+) designs kept", words).groups()
    return int(many.replace(",", "")), int(total.replace(",", ""))


def drag(page, box, x, y0, y1):
    """Drags along an axis, y as shares of the axis from its worst to its best."""
    bottom, top = box["y"] + box["height"] - 22, box["y"] + 46
    at = [bottom - share * (bottom - top) for share in (y0, y1)]
    page.mouse.move(x, at[0])
    page.mouse.down()
    page.mouse.move(x, (at[0] + at[1]) / 2, steps=4)
    page.mouse.move(x, at[1], steps=4)
    page.mouse.up()
    settle(page)


def settle(page):
    page.wait_for_timeout(450)
    rest(page)


def axes_box(page):
    front(page)
    return page.locator(".front-parallel canvas").nth(1).bounding_box()


def test_the_first_screen(chromium, address):
    page, watch = opened(chromium, address)
    assert front(page)["kept"] == str(len(exercise()[1].front))
    assert page.get_by_text("times overloaded").first.is_visible()
    assert page.get_by_text("Next: pull a wish").is_visible()
    assert page.locator("[data-testid=stDataFrame]").is_visible()
    assert f"scenario={FIRST}" in page.url
    assert_quiet(watch, address)


def test_a_brush_moves_table_scatter_and_chips(chromium, address, feed):
    _, solution = feed
    page, watch = opened(chromium, address, WHOLE)
    box = axes_box(page)
    assert said(page) == (len(solution.front), len(solution.front))
    drag(page, box, box["x"] + 16, 0.45, 1.2)
    evaluation = solution.front.evaluation
    assert agrees(page, evaluation, ["latency"])
    assert 0 < said(page)[0] < len(solution.front)
    assert [
        c for c in page.locator(".front-chips button").all_inner_texts() if c.startswith("latency at most")
    ]
    # a second axis, then the chip of the first one
    step = (box["width"] - 16 - 82) / 5
    drag(page, box, box["x"] + 16 + 4 * step, 0.5, 1.2)
    assert agrees(page, evaluation, ["latency", "cost"])
    page.locator(".front-chips button", has_text="latency").click()
    assert agrees(page, evaluation, ["cost"])
    # everything again
    page.locator(".front-parallel canvas").nth(1).focus()
    page.keyboard.press("Escape")
    assert agrees(page, evaluation, [])
    assert said(page) == (len(solution.front), len(solution.front))
    assert_quiet(watch, address)


def test_axes_are_moved_and_turned_and_the_address_holds_it(chromium, address):
    page, watch = opened(chromium, address)
    box = axes_box(page)
    step = (box["width"] - 16 - 82) / 5
    at = [box["x"] + 16 + k * step for k in range(6)]
    page.mouse.move(at[0], box["y"] + 28)
    page.mouse.down()
    page.mouse.move(at[1], box["y"] + 28, steps=4)
    page.mouse.move(at[2], box["y"] + 28, steps=4)
    page.mouse.up()
    order = ("throughput", "consistency", "latency", "availability", "cost", "complexity")
    assert eventually(page, lambda: ranges(page).axes.order == order)
    page.mouse.click(at[4], box["y"] + 28)
    assert eventually(page, lambda: ranges(page).axes.flipped == ("cost",))
    # a turned axis keeps what is dear at its upper end
    drag(page, box, at[4], 0.5, 1.2)
    evaluation = exercise()[1].front.evaluation
    assert agrees(page, evaluation, ["cost"])
    low, high = ranges(page).ranges["cost"]
    assert low is not None
    assert high is None
    page.reload()
    rest(page)
    assert agrees(page, evaluation, ["cost"])
    assert ranges(page).axes.order == order
    page.go_back()
    assert eventually(page, lambda: not ranges(page).ranges)
    assert_quiet(watch, address)


def test_designs_that_are_not_on_the_front_say_why_not(chromium, address):
    page, watch = opened(chromium, address, f"/?scenario={FIRST}&others=yes")
    front(page)
    box = page.locator(".front-square canvas").bounding_box()
    told = set()
    for x in np.linspace(56, box["width"] - 8, 40):
        for y in np.linspace(8, box["height"] - 36, 12):
            page.mouse.move(box["x"] + float(x), box["y"] + float(y))
            tip = page.locator(".front-tip")
            if tip.is_visible() and tip.inner_text().startswith("Not on the front"):
                told.add(tip.inner_text().splitlines()[-1])
        if any("breaks" in why for why in told) and any("at least as good" in why for why in told):
            break
    assert any("breaks" in why for why in told), told
    assert any("at least as good" in why for why in told), told
    assert_quiet(watch, address)


def test_a_box_in_the_scatter_is_a_brush_on_two_axes(chromium, address, feed):
    _, solution = feed
    page, watch = opened(chromium, address, WHOLE)
    front(page)
    box = page.locator(".front-square canvas").bounding_box()
    page.mouse.move(box["x"] + 70, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 140, steps=4)
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + box["height"] - 45, steps=4)
    page.mouse.up()
    settle(page)
    view = ranges(page)
    assert set(view.ranges) == {"cost", "latency"}
    assert (
        int(front(page)["kept"]) == int(kept(solution.front.evaluation, view.ranges).sum()) == said(page)[0]
    )
    assert_quiet(watch, address)


def test_a_wish_that_cannot_be_met_and_its_relief(chromium, address):
    _, found, _ = exercise()
    page, watch = opened(chromium, address)
    front(page)
    for name in ("Latency at most", "Cost at most"):  # the best of both at once: no design has it
        page.locator("[data-testid=stSlider]", has_text=name).locator("input").focus()
        page.keyboard.press("End")
        settle(page)
    assert agrees(page, found.front.evaluation, ["latency", "cost"])
    assert front(page)["kept"] == "0"
    assert page.get_by_text("No design meets both wishes").is_visible()
    page.get_by_role("button", name=re.compile("^Loosen")).first.click()
    assert eventually(page, lambda: int(front(page)["kept"]) >= 1)
    assert agrees(page, found.front.evaluation, ["latency", "cost"])
    assert_quiet(watch, address)


def test_a_design_of_ones_own_has_its_letter_in_the_front(chromium, address):
    _, found, _ = exercise()
    own = ",".join("1" for _ in found.space.columns)
    page, watch = opened(chromium, address, f"/?scenario={FIRST}&pick=~{own}&pick=3&keep=latency:..20.0")
    values = found.front.evaluation.values
    best = found.solution.recommendation.position  # it keeps the wish, and is closest to it
    assert values[best, 0] <= 20.0
    assert eventually(page, lambda: front(page)["picked"] == "[A] [B]3")
    assert front(page)["closest"] == str(best + 1)
    assert page.locator(".front-scales").inner_text() == ""
    page.locator(".front-choosers select").nth(2).select_option(label="cost")
    costs = found.front.evaluation.values[:, 4]
    told = page.locator(".front-scales").inner_text()
    assert told.startswith(f"Colour, cost: {costs.max():,.0f} USD (worst)")
    assert f"{costs.min():,.0f} USD (best)" in told
    assert_quiet(watch, address)


def test_picking_by_point_and_by_row_and_comparing(chromium, address):
    _, found, _ = exercise()
    page, watch = opened(chromium, address)
    front(page)
    # the cheapest design lies alone at the left of the scatter
    cheapest = int(np.argmin(found.front.evaluation.values[:, 4])) + 1
    box = page.locator(".front-square canvas").bounding_box()
    at = None
    for y in np.linspace(20, box["height"] - 45, 60):
        page.mouse.move(box["x"] + 64, box["y"] + float(y))
        tip = page.locator(".front-tip").inner_text() if page.locator(".front-tip").is_visible() else ""
        if tip.startswith(f"Design {cheapest}"):
            at = float(y)
            break
    assert at is not None
    page.mouse.click(box["x"] + 64, box["y"] + at)
    assert eventually(page, lambda: ranges(page).picks == (str(cheapest),))
    settle(page)
    # a row: picked ones stand first, so the second row is another design
    table = box_in_sight(page, page.locator("[data-testid=stDataFrame]"))
    page.mouse.click(table["x"] + 18, table["y"] + 38 + 35 + 17)
    assert eventually(page, lambda: len(ranges(page).picks) == 2)
    picks = ranges(page).picks
    assert picks[0] == str(cheapest)
    page.get_by_role("link", name="Compare 2 designs").click()
    assert eventually(page, lambda: "/compare" in page.url and ranges(page).picks == picks)
    settle(page)
    assert ranges(page).picks == picks  # the link to this page holds them too
    assert_quiet(watch, address)


def test_a_link_reproduces_the_view_in_another_session(chromium, address, feed):
    page, _ = opened(chromium, address, WHOLE)
    box = axes_box(page)
    drag(page, box, box["x"] + 16, 0.3, 1.2)
    page.locator(".front-choosers select").nth(2).select_option(label="group")
    assert eventually(page, lambda: "colour=group" in page.url)
    link, before = page.url, (front(page)["kept"], page.locator(".front-chips button").all_inner_texts())
    other, watch = opened(chromium, "", link)
    assert (front(other)["kept"], other.locator(".front-chips button").all_inner_texts()) == before
    assert (
        other.locator(".front-choosers select").nth(2).evaluate("(s) => s.selectedOptions[0].text") == "group"
    )
    assert other.url == link
    assert_quiet(watch, address)


@pytest.mark.parametrize("path", ["design", "compare", "breaking", "scenario", "runs"])
def test_every_page_has_a_link_of_its_own(chromium, address, path):
    page, watch = opened(chromium, address, f"/{path}?scenario={FIRST}&pick=1&pick=3")
    page.wait_for_selector("[data-testid=stMainBlockContainer] [data-testid=stMarkdown]", timeout=60_000)
    assert eventually(page, lambda: ranges(page).picks == ("1", "3"))
    assert f"/{path}" in page.url
    assert page.locator("[data-testid=stException]").count() == 0
    assert_quiet(watch, address)


def test_two_sessions_do_not_disturb_each_other(chromium, address, feed):
    one, watch = opened(chromium, address, WHOLE)
    two, _ = opened(chromium, address, WHOLE)
    box = axes_box(one)
    drag(one, box, box["x"] + 16, 0.5, 1.2)
    settle(two)
    assert int(front(one)["kept"]) < int(front(two)["kept"]) == said(two)[1]
    assert "keep=" in one.url
    assert "keep=" not in two.url
    assert_quiet(watch, address)


def test_the_selection_stays_when_the_page_changes(chromium, address, feed):
    page, watch = opened(chromium, address, WHOLE)
    box = axes_box(page)
    drag(page, box, box["x"] + 16, 0.4, 1.2)
    before = front(page)["kept"]
    page.get_by_role("link", name="Compare").first.click()
    settle(page)
    page.get_by_role("link", name="Explore").first.click()
    settle(page)
    assert front(page)["kept"] == before
    page.reload()
    rest(page)
    assert front(page)["kept"] == before
    assert_quiet(watch, address)


def test_by_keyboard_alone(chromium, address):
    page, watch = opened(chromium, address)
    front(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(ROLE) == "application":
            break
    else:
        pytest.fail("the front can't be reached by the keyboard")
    for key in ("ArrowUp", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    evaluation = exercise()[1].front.evaluation
    assert agrees(page, evaluation, ["latency"])
    page.keyboard.press("Delete")
    assert agrees(page, evaluation, [])
    assert_quiet(watch, address)


@pytest.mark.parametrize("width", [400, 1024])
def test_narrow_windows_do_not_scroll_sideways(chromium, address, width):
    page, watch = opened(chromium, address, viewport={"width": width, "height": 900})
    front(page)
    widest = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert widest <= width
    assert_quiet(watch, address)


def test_all_picks_and_the_way_on_are_seen_on_a_phone(chromium, address):
    path = f"/?scenario={FIRST}&pick=1&pick=2&pick=3&pick=4"
    page, watch = opened(chromium, address, path, viewport={"width": 400, "height": 900})
    onward = page.get_by_role("link", name="Compare 4 designs")
    assert eventually(page, onward.is_visible)
    settle(page)
    around, inside = page.locator(".st-key-picks").bounding_box(), onward.bounding_box()
    assert inside["y"] + inside["height"] / 2 < around["y"] + around["height"]  # else it is out of sight
    onward.click()
    assert eventually(page, lambda: "/compare" in page.url)
    assert_quiet(watch, address)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_front_follows_the_theme(chromium, address, scheme):
    page, watch = opened(chromium, address, color_scheme=scheme)
    front(page)
    colour = (
        "(e) => getComputedStyle(e).color.match(/[0-9.]+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0)"
    )
    text = page.eval_on_selector("#front .front-status", colour)
    assert (text > 3 * 128) == (scheme == "dark")  # light text on dark, dark text on light
    assert_quiet(watch, address)
