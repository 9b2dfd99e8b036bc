"""Text of charts can be read in light and in dark; better is up in the scatter of the front."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from apps import answered, app_server, box_in_sight, eventually, opened, rest

#: Text of charts, each with its contrast to what lies behind it (WCAG 2.2, relative luminance).
CONTRAST = """() => {
  const part = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const parts = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((v) => part(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = (e) => {
    for (; e; e = e.parentElement) {
      const found = parts(getComputedStyle(e).backgroundColor);
      if (found.length < 4 || found[3] > 0) return getComputedStyle(e).backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const told = [];
  for (const text of document.querySelectorAll("[data-testid=stPlotlyChart] svg text")) {
    const box = text.getBoundingClientRect();
    if (!text.textContent.trim() || !box.width || text.closest(".hoverlayer")) continue;
    let behind = back(text.closest("[data-testid=stPlotlyChart]"));
    const bar = text.classList.contains("bartext") && text.parentElement.querySelector("path");
    if (bar) {
      const of = bar.getBoundingClientRect();
      const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      if (x > of.left && x < of.right && y > of.top && y < of.bottom) behind = getComputedStyle(bar).fill;
      if (behind.startsWith("url")) continue;  // a pattern, over a colour that other bars have without one
    }
    const [a, b] = [light(getComputedStyle(text).fill), light(behind)];
    told.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text.textContent.slice(0, 40)]);
  }
  return told;
}"""


#: Whether the charts have stood as they are, in their number and their text, for half a second.
STILL = """() => {
  const charts = [...document.querySelectorAll("[data-testid=stPlotlyChart]")];
  const now = charts.map((e) => e.textContent).join("|");
  if (window.chartsWere !== now) [window.chartsWere, window.chartsSince] = [now, performance.now()];
  return now && performance.now() - window.chartsSince > 500;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    store = tmp_path_factory.mktemp("store") / "runs.sqlite"
    with app_server(answered(store, "black-friday-exercise")) as found:
        yield found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_of_charts_has_a_contrast_of_4_5(chromium, address, scheme):
    seen = 0
    for path, part in (
        ("design", "Complexity budget"),
        ("design", "Among the front"),
        ("compare", ""),
        ("breaking", ""),
        ("scenario", "Load"),
    ):
        page, _ = opened(chromium, address, f"/{path}?pick=1&pick=2", color_scheme=scheme)
        if part:
            page.get_by_role("tab", name=part).first.click()
        page.wait_for_selector("[data-testid=stPlotlyChart] svg text:visible")
        rest(page)
        page.wait_for_function(STILL)
        told = page.evaluate(CONTRAST)
        seen += len(told)
        assert [one for one in told if one[0] < 4.5] == [], (path, part)
        page.context.close()
    assert seen > 60


def test_better_is_up_in_the_scatter(chromium, address):
    """Less latency is better, so it stands higher: a box at the top keeps the best, and is open there."""
    page, _ = opened(chromium, address, "/?y=latency&x=cost")
    page.wait_for_selector("#front[data-drawn]")
    scatter = page.locator(".front-square canvas")
    box_in_sight(page, scatter)
    page.wait_for_timeout(500)
    box = box_in_sight(page, scatter)
    page.mouse.move(box["x"] + 66, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 16, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    eventually(page, lambda: "keep=" in page.url)
    rest(page)
    kept = [
        part for part in unquote(page.url).replace("?", "&").split("&") if part.startswith("keep=latency:")
    ]
    assert len(kept) == 1
    assert kept[0].startswith("keep=latency:.."), "open at its better end"
    page.context.close()
