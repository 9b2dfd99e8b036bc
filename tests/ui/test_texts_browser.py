"""The same hostile text in every text field of the schema is a text on every page, tab, expander and hint."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from apps import app_server, assert_quiet, opened, rest
from hostile_texts import FOREIGN, MARKS, hostile_scenario, text_fields
from models import compile_system
from optimizer.runs.solving import solve_with_store
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig

PAGES = ("", "design", "compare", "breaking", "scenario", "runs")
#: What of the payload became more than a text, in the page and in the frames that it holds.
MADE = """
(marks) => {
  const found = [];
  const docs = [document];
  for (const frame of document.querySelectorAll("iframe")) {
    try { if (frame.contentDocument) docs.push(frame.contentDocument); } catch (error) { /* not ours */ }
  }
  const roots = [...docs];
  for (const doc of docs)
    for (const one of doc.querySelectorAll("*")) if (one.shadowRoot) roots.push(one.shadowRoot);
  for (const root of roots) {
    for (const one of root.querySelectorAll("*")) {
      const name = one.tagName.toLowerCase();
      const told = one.outerHTML.slice(0, 200);
      const to = ["src", "href", "xlink:href"].map((key) => one.getAttribute(key) || "").join(" ");
      if (/evil|^javascript/i.test(to)) found.push(told);
      if (name === "x-payload" || (one.className && String(one.className.baseVal ?? one.className)
        .includes("katex"))) found.push(told);
      if (!["script", "style"].includes(name) && marks.includes(one.textContent.trim())) found.push(told);
      if ((one.getAttribute("aria-label") || "").includes("pest_control_rodent icon")) found.push(told);
    }
    const words = root.body ? root.body.innerText : root.textContent;
    for (const sign of ["\\u{1F400}"]) if (words.includes(sign)) found.push(`the sign ${sign}`);
  }
  return [...new Set(found)];
}
"""

#: Every switch, and every option of segmented controls, pills and radios, that can be used: the key of its
#: element, its words, whether it is on. Marked, so that it can be clicked.
SWITCHES = """
() => {
  for (const one of document.querySelectorAll("[data-used-now]")) one.removeAttribute("data-used-now");
  const main = document.querySelector("[data-testid=stMain]");
  const all = main.querySelectorAll(
    "[data-testid=stCheckbox] label, [data-testid=stButtonGroup] button, " +
    "[data-testid=stRadio] label:has(input)");
  const found = [];
  for (const one of all) {
    const input = one.querySelector("input");
    if (!one.checkVisibility({visibilityProperty: true})) continue;
    if (one.disabled || (input && input.disabled)) continue;
    const keyed = one.closest("[class*=st-key-]");
    const key = keyed ? [...keyed.classList].find((name) => name.startsWith("st-key-")) : "";
    const isOn = input ? input.checked : /Active$/.test(one.getAttribute("data-testid") || "")
      || one.getAttribute("aria-checked") === "true" || one.getAttribute("aria-pressed") === "true";
    one.setAttribute("data-used-now", "");
    // A switch's words tell what it does now, and some keys end with a design: both change.
    const isSwitch = one.closest("[data-testid=stCheckbox]") && key;
    found.push([key.replace(/[-\\d._]+$/, ""), isSwitch ? "" : one.textContent.trim(), isOn]);
  }
  return found;
}
"""

#: Marks what can be seen and wasn't marked before.
FRESH = """
(selector) => {
  const last = document.querySelectorAll("[data-looked-at=now]");
  for (const one of last) one.setAttribute("data-looked-at", "then");
  for (const one of document.querySelectorAll(selector))
    if (!one.hasAttribute("data-looked-at") && one.checkVisibility({visibilityProperty: true}))
      one.setAttribute("data-looked-at", "now");
}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A solved run of the hostile scenario, and the address of an app that shows it."""
    scenario, filled = hostile_scenario()
    assert filled == text_fields(), "give the scenario of this test a part of each kind that has a text"
    store = tmp_path_factory.mktemp("store") / "runs.sqlite"
    with RunStore(f"sqlite:///{store}") as keeper:
        system = compile_system(scenario)
        found = solve_with_store(keeper, model_of(system), SolveConfig()).run.id
    with app_server(store) as address:
        yield found, address


def assert_nothing_made(page, place):
    made = page.evaluate(MADE, list(MARKS))
    assert not made, f"{place}: {made[:5]}"


def fresh_of(page, selector):
    """What can be seen of a kind and wasn't looked at in an earlier tab."""
    page.evaluate(FRESH, selector)
    return page.locator("[data-looked-at=now]").all()


def _open_expanders(page):
    for _ in range(3):  # what opens may hold more
        closed = page.locator("[data-testid=stMain] details:not([open]) > summary:visible")
        if not closed.count():
            break
        for _ in range(closed.count()):
            closed.first.click()
            page.wait_for_timeout(60)
        rest(page)


def _use_everything(page, place, used):
    """Turns on every switch that is off, and takes every option of a group of buttons, each once."""
    found = set()
    while True:
        here = page.evaluate(SWITCHES)
        fresh = [one for one in here if tuple(one) not in used | found]
        if not fresh:
            return found
        key, words, is_on = fresh[0]
        found |= {(key, words, True), (key, words, False)}
        if is_on:
            continue
        page.locator("[data-used-now]").nth(here.index(fresh[0])).click()
        rest(page)
        _open_expanders(page)
        assert_nothing_made(page, f"{place}, {key} {words[:30]}")


def opened_wide(page, place, used):
    """Opens every expander and popover, turns every switch, takes every option, looks at every hint and list.

    Args:
        page: The page.
        place: What it is, for messages.
        used: Switches and options that were used before, by their keys and words; what is used is added.
    """
    _open_expanders(page)
    used |= _use_everything(page, place, used)
    _open_expanders(page)
    assert_nothing_made(page, place)
    for one in fresh_of(page, "[data-testid=stTooltipIcon], [data-testid=stTooltipHoverTarget]"):
        one.hover(force=True, timeout=2000)
        page.wait_for_timeout(250)
        assert_nothing_made(page, f"{place}, a hint")
    for table in fresh_of(page, "[data-testid=stDataFrame]"):
        table.scroll_into_view_if_needed()
        box = table.bounding_box()
        for step in range(40, int(box["width"]), 70):  # its heads are painted, with hints of their own
            page.mouse.move(box["x"] + step, box["y"] + 15)
            page.wait_for_timeout(120)
            assert_nothing_made(page, f"{place}, a head")
    page.mouse.move(0, 0)
    for one in fresh_of(page, "[data-testid=stMain] [data-testid=stSelectbox] input"):
        one.click(force=True)
        page.wait_for_timeout(150)
        assert_nothing_made(page, f"{place}, a list")
        page.keyboard.press("Escape")


@pytest.mark.parametrize("path", PAGES)
def test_texts_are_texts_everywhere(chromium, run, path):
    found, address = run
    page, watch = opened(chromium, address, f"/{path}?run={found}&pick=1&pick=2&pick=today")
    foreign = []
    page.on("request", lambda request: foreign.append(request.url))
    page.wait_for_timeout(1500)
    rest(page)
    seen, used = set(), set()
    while True:
        tabs = page.locator("[data-testid=stMain] [role=tab]:visible").all()
        fresh = [tab for tab in tabs if tab.inner_text() not in seen]
        opened_wide(page, f"{path} {sorted(seen)[-1:]}", used)
        if not fresh:
            break
        seen.add(fresh[0].inner_text())
        fresh[0].click()
        page.wait_for_timeout(400)
        rest(page)
    assert used or path != "design", "the switches of the decisions are found by themselves"
    words = page.inner_text("[data-testid=stMain]")
    assert "Traceback" not in words
    assert page.locator("[data-testid=stException]").count() == 0
    asked = [url for url in (*watch.requests, *foreign) if FOREIGN in (urlsplit(url).hostname or "")]
    assert asked == []
    assert_quiet(watch, address)
    page.context.close()


def test_the_payload_would_be_seen(chromium, run):
    """The watch of this test sees what a page makes of a text that isn't escaped."""
    _, address = run
    page, _ = opened(chromium, address)
    for made in (
        f"<img src='http://{FOREIGN}/x.png'>",
        f"<p><a href='http://{FOREIGN}'>word</a></p>",
        "<b>payloadbold</b>",
        "<x-payload></x-payload>",
        "<span class='katex'></span>",
        "<span aria-label='pest_control_rodent icon'></span>",
    ):
        page.evaluate("(made) => { document.body.insertAdjacentHTML('beforeend', made); }", made)
        assert page.evaluate(MADE, list(MARKS)), made
        page.evaluate("() => document.body.lastElementChild.remove()")
    page.context.close()
