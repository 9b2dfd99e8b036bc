"""The same hostile text in every text field of the schema is a text on every page, tab, expander and hint."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from apps import app_server, assert_quiet, opened, rest
from hostile_texts import FOREIGN, MARKS, hostile_scenario, text_fields
from models import compile_system
from optimizer.config import SolveConfig
from optimizer.runs.solving import solve_with_store, text_of
from optimizer.runs.store import RunStore

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


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A solved run of the hostile scenario, and the address of an app that shows it."""
    scenario, filled = hostile_scenario()
    assert filled == text_fields(), "give the scenario of this test a part of each kind that has a text"
    store = tmp_path_factory.mktemp("store") / "runs.sqlite"
    with RunStore(f"sqlite:///{store}") as keeper:
        system = compile_system(scenario)
        found = solve_with_store(keeper, system, text_of(system, None), SolveConfig()).run.id
    with app_server(store) as address:
        yield found, address


def assert_nothing_made(page, place):
    made = page.evaluate(MADE, list(MARKS))
    assert not made, f"{place}: {made[:5]}"


def opened_wide(page, place):
    """Opens every expander and popover, turns every switch that shows more, looks at every hint and list."""
    for _ in range(3):  # what opens may hold more
        closed = page.locator("[data-testid=stExpander] details:not([open]) > summary:visible")
        if not closed.count():
            break
        for _ in range(closed.count()):
            closed.first.click()
            page.wait_for_timeout(60)
        rest(page)
    for key in ("way-back", "additions-all", "design-rules", "report-shown", "others"):
        for one in page.locator(f"[class*=st-key-{key}] label:visible").all():
            one.click()
            rest(page)
    assert_nothing_made(page, place)
    for one in page.locator(
        "[data-testid=stTooltipIcon]:visible, [data-testid=stTooltipHoverTarget]:visible"
    ).all():
        one.hover(force=True, timeout=2000)
        page.wait_for_timeout(250)
        assert_nothing_made(page, f"{place}, a hint")
    for table in page.locator("[data-testid=stDataFrame]:visible").all():
        table.scroll_into_view_if_needed()
        box = table.bounding_box()
        for step in range(40, int(box["width"]), 70):  # its heads are painted, with hints of their own
            page.mouse.move(box["x"] + step, box["y"] + 15)
            page.wait_for_timeout(120)
            assert_nothing_made(page, f"{place}, a head")
    page.mouse.move(0, 0)
    for one in page.locator("[data-testid=stMain] [data-testid=stSelectbox] input:visible").all():
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
    seen = set()
    while True:
        tabs = page.locator("[data-testid=stMain] [role=tab]:visible").all()
        fresh = [tab for tab in tabs if tab.inner_text() not in seen]
        opened_wide(page, f"{path} {sorted(seen)[-1:]}")
        if not fresh:
            break
        seen.add(fresh[0].inner_text())
        fresh[0].click()
        page.wait_for_timeout(400)
        rest(page)
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
