"""The page in a real browser: quiet, brushed as Python brushes, readable narrow, dark, printed, bare."""

from __future__ import annotations

import io
import json
import math
import unicodedata

import numpy as np
import pypdf
import pytest

from browser import Watch, browser
from models.units import quantity
from optimizer.decide.choose.ranges import kept
from optimizer.report.html import html
from optimizer.sections.content import plain
from reports import HOSTILE, everything, large_report

#: The worst contrast of any text with what is behind it (WCAG 2.2, 1.4.3), and where it is.
CONTRAST = """() => {
  const part = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [r, g, b] = colour.match(/[0-9.]+/g).map((v) => part(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = (e) => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const worst = [21, ""];
  const texts = "h1, h2, p, li, th, td, a, caption, figcaption, data, button, select, label";
  for (const e of document.querySelectorAll(texts)) {
    if (!e.offsetParent) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(back(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst[0]) { worst[0] = ratio; worst[1] = `${e.tagName} ${e.textContent.slice(0, 30)}`; }
  }
  return worst;
}"""
RIGHTMOST = """() => Math.max(
  ...[...document.querySelectorAll("table")].map((t) => t.getBoundingClientRect().right))"""

#: Words in cells of tables that go over two lines, those too long for a column apart; hyphens may break.
BROKEN_WORDS = """() => {
  const found = [];
  for (const cell of document.querySelectorAll("td:not(.long), th:not(.long)")) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const word of node.data.matchAll(/[^\\s-]+/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1) found.push(word[0]);
      }
    }
  }
  return found;
}"""
SMALLEST_CHART_TEXT = """() => Math.min(
  ...[...document.querySelectorAll("svg text")].map((t) => t.getBoundingClientRect().height))"""


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A report with a front of 5,000 designs, as findings and as a file."""
    found, report = large_report(5000)
    path = tmp_path_factory.mktemp("large") / "report.html"
    path.write_text(html(report), encoding="utf-8")
    return found, path


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    _, found, report = everything()
    path = tmp_path_factory.mktemp("small") / "report.html"
    path.write_text(html(report), encoding="utf-8")
    return found, report, path


def open_page(browser, path, **settings):
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **settings})
    page = context.new_page()
    watch = Watch(page)
    page.goto(path.as_uri())
    if settings.get("java_script_enabled", True):
        page.wait_for_selector("#front-view[data-mounted]")
    return page, watch


def kept_in(page):
    return page.evaluate("tradespaceFront.kept()")


def drag(page, x, y, to_x, to_y):
    page.locator(".front-parallel").scroll_into_view_if_needed()
    box = page.locator(".front-parallel canvas").nth(1).bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.mouse.move(box["x"] + (x + to_x) / 2, box["y"] + (y + to_y) / 2)
    page.mouse.move(box["x"] + to_x, box["y"] + to_y)
    page.mouse.up()


def axis_x(page, k, many=6):
    width = page.locator(".front-parallel canvas").nth(1).bounding_box()["width"]
    return 16 + (width - 98) * k / (many - 1)


def test_the_page_is_small_and_asks_nobody(chromium, large):
    _, path = large
    assert path.stat().st_size < 2_000_000
    page, watch = open_page(chromium, path)
    assert page.locator("#front-view").get_attribute("data-kept") == "5000"
    watch.assert_quiet()


def test_ranges_keep_the_designs_that_python_keeps(chromium, large):
    found, path = large
    page, watch = open_page(chromium, path)
    evaluation = found.front.evaluation
    rng = np.random.default_rng(3)
    names = [dimension.name for dimension in evaluation.dimensions]
    for _ in range(40):
        ranges = {}
        for j in rng.choice(6, size=int(rng.integers(1, 4)), replace=False):
            column = evaluation.values[:, j]
            # Half of the ends are values of designs: the edge of a closed range.
            ends = np.sort(
                np.where(
                    rng.random(2) < 0.5, rng.choice(column, 2), rng.uniform(column.min(), column.max(), 2)
                )
            )
            low, high = (float(end) if rng.random() < 0.8 else None for end in ends)
            ranges[names[j]] = (low, high)
        page.evaluate("ranges => tradespaceFront.setRanges(ranges)", {k: list(v) for k, v in ranges.items()})
        assert kept_in(page) == (np.flatnonzero(kept(evaluation, ranges)) + 1).tolist()
    watch.assert_quiet()


def test_brushing_an_axis_and_the_scatter_by_hand(chromium, large):
    found, path = large
    evaluation = found.front.evaluation
    page, watch = open_page(chromium, path)
    drag(page, axis_x(page, 0), 60, axis_x(page, 0), 160)
    ranges = page.evaluate("tradespaceFront.ranges()")
    assert list(ranges) == ["latency"]
    by_axis = kept_in(page)
    assert 0 < len(by_axis) < 5000
    assert by_axis == (np.flatnonzero(kept(evaluation, ranges)) + 1).tolist()
    assert page.locator(".front-chips button").all_inner_texts()[0].startswith("latency ")
    assert page.locator(".front-status").inner_text() == f"{len(by_axis):,} of 5,000 designs kept."
    rows = page.locator(".front-rows tbody tr").count()
    assert rows == min(10, len(by_axis))

    box = page.locator(".front-square canvas").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 100)
    page.mouse.move(box["x"] + 200, box["y"] + 180)
    page.mouse.up()
    ranges = page.evaluate("tradespaceFront.ranges()")
    assert set(ranges) == {"latency", "cost"}
    assert kept_in(page) == (np.flatnonzero(kept(evaluation, ranges)) + 1).tolist()

    page.locator(".front-chips button").first.click()
    assert len(page.evaluate("tradespaceFront.ranges()")) == 1
    page.locator(".front-parallel canvas").nth(1).focus()
    page.keyboard.press("Escape")
    assert len(kept_in(page)) == 5000
    watch.assert_quiet()


def test_a_range_is_moved_its_axis_moved_and_turned(chromium, large):
    _, path = large
    page, watch = open_page(chromium, path)
    x = axis_x(page, 1)
    drag(page, x, 100, x, 160)
    before = page.evaluate("tradespaceFront.ranges()")["throughput"]
    drag(page, x, 130, x, 190)
    after = page.evaluate("tradespaceFront.ranges()")["throughput"]
    assert after[0] < before[0]
    assert after[1] < before[1]
    assert math.isclose(after[1] - after[0], before[1] - before[0], rel_tol=1e-6)
    kept_before = kept_in(page)
    drag(page, x, 20, axis_x(page, 3), 20)  # the label: the axis moves, what is kept stays
    assert kept_in(page) == kept_before
    page.mouse.dblclick(*spot_of(page, axis_x(page, 5), 200))
    assert page.evaluate("tradespaceFront.ranges()") == {}
    watch.assert_quiet()


def spot_of(page, x, y):
    page.locator(".front-parallel").scroll_into_view_if_needed()
    box = page.locator(".front-parallel canvas").nth(1).bounding_box()
    return box["x"] + x, box["y"] + y


def test_the_front_is_usable_by_keyboard_alone(chromium, large):
    found, path = large
    page, watch = open_page(chromium, path)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "application":
            break
    else:
        pytest.fail("the chart can't be reached with Tab")
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    ranges = page.evaluate("tradespaceFront.ranges()")
    assert list(ranges) == ["throughput"]
    assert ranges["throughput"][1] is None
    assert kept_in(page) == (np.flatnonzero(kept(found.front.evaluation, ranges)) + 1).tolist()
    assert "throughput at least" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Delete")
    assert page.evaluate("tradespaceFront.ranges()") == {}
    watch.assert_quiet()


def test_the_page_rounds_as_python_does(chromium, large):
    _, path = large
    page, _ = open_page(chromium, path)
    rng = np.random.default_rng(5)
    sizes = [float(v) for v in 10.0 ** rng.uniform(-12, 17, 600)]
    shares = [float(v) for v in 1.0 - 10.0 ** rng.uniform(-13, 0, 300)]
    ties = [
        0.125,
        0.25,
        0.5,
        1.5,
        2.5,
        12.25,
        12.35,
        99.95,
        100.5,
        1000.5,
        0.0,
        999.5,
        0.0005,
        9.995,
        1e15,
        1.0,
        0.9898,
        0.98949,
        0.9895,
        0.99985,
        0.99996,
        3.2e-52,
        -3.2e-52,
        2e-10,
        -2e-10,
    ]
    for unit in ("ms", "requests/s", "USD", "fraction", "more", "points", ""):
        values = [*sizes, *(-v for v in sizes[:50]), *ties, *(shares if unit in ("fraction", "more") else [])]
        script = "([values, unit]) => values.map((v) => tradespaceFront.shown(v, unit))"
        shown = page.evaluate(script, [values, unit])
        wrong = [
            (v, s, quantity(v, unit)) for v, s in zip(values, shown, strict=True) if s != quantity(v, unit)
        ]
        assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 800, 1440])
def test_no_sideways_scroll_and_readable_in_every_width_and_theme(chromium, small, width, scheme):
    _, _, path = small
    page, watch = open_page(chromium, path, viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALLEST_CHART_TEXT) >= 11  # the height of a line: letters of about 9 pixels
    ratio, where = page.evaluate(CONTRAST)
    assert ratio >= 4.5, where
    watch.assert_quiet()


def test_without_scripts_text_and_tables_stand(chromium, small):
    _, report, path = small
    page, _ = open_page(chromium, path, java_script_enabled=False)
    text = page.locator("body").inner_text()
    for section in report.sections:
        assert section.title in text
    assert "Without scripts the front can't be explored here" in text
    assert page.locator("table").count() == len(report.tables)


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_printed_no_table_is_cut_and_pages_are_numbered(chromium, small, paper):
    _, report, path = small
    page, _ = open_page(chromium, path)
    pdf = pypdf.PdfReader(io.BytesIO(page.pdf(format=paper)))
    pages = [one.extract_text() for one in pdf.pages]
    assert len(pages) > 2
    for k, text in enumerate(pages, start=1):
        assert f"{k} of {len(pages)}" in " ".join(text.split())
    everything_printed = "".join(unicodedata.normalize("NFKC", "".join(pages)).split())  # ligatures
    for table in report.tables:
        if table.name == "trace":
            continue
        for row in table.rows:
            for cell in row:
                assert "".join(unicodedata.normalize("NFKC", plain(cell)).split()) in everything_printed
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690 if paper == "A4" else 715, "height": 900})  # paper less its margins
    assert page.evaluate(RIGHTMOST) <= (690 if paper == "A4" else 715)
    assert page.evaluate(BROKEN_WORDS) == []


@pytest.mark.parametrize("words", HOSTILE)
def test_texts_of_a_scenario_never_run(chromium, words, tmp_path):
    from models import compile_system
    from reports import everything_scenario, report_of

    names = ("title", "summary", "assumption", "label", "option", "notice", "breach", "source")
    report = report_of(compile_system(everything_scenario(**dict.fromkeys(names, words))))
    path = tmp_path / "report.html"
    path.write_text(html(report), encoding="utf-8")
    page, watch = open_page(chromium, path)
    assert " ".join(plain(words).split()) in " ".join(page.locator("h1").inner_text().split())
    page.mouse.move(*spot_of(page, 200, 200))
    watch.assert_quiet()


def test_the_policy_of_the_page_stops_scripts_that_are_not_its_own(chromium, small, tmp_path):
    _, _, path = small
    text = path.read_text(encoding="utf-8")
    other = tmp_path / "report.html"
    other.write_text(
        text.replace("</body>", "<script>document.title = 'taken'</script></body>"), encoding="utf-8"
    )
    page, watch = open_page(chromium, other)
    assert page.title() != "taken"
    assert any("Content Security Policy" in line for line in watch.console)


def test_the_data_in_the_page_is_what_json_says(small):
    _, report, path = small
    text = path.read_text(encoding="utf-8")
    data = json.loads(text.split('id="front-data">')[1].split("</script>")[0])
    view = next(b for s in report.sections for b in s.blocks if type(b).__name__ == "FrontView")
    assert [axis["name"] for axis in data["axes"]] == [axis.name for axis in view.axes]
