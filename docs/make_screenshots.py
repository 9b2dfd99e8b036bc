"""Pictures of the app's pages and of a report, for the README: `make screenshots`."""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from playwright.sync_api import Browser  # noqa: E402

from apps import app_server, eventually, opened, rest, solved_in  # noqa: E402
from browser import browser  # noqa: E402
from optimizer.report.building import build_report  # noqa: E402
from optimizer.report.findings import Findings, findings_of  # noqa: E402
from optimizer.report.html import html  # noqa: E402
from optimizer.scenario_model import model_of  # noqa: E402

SCENARIO = "web-api-three-tier"
#: Picture, page, what is looked at, and what must be there before it is taken.
PAGES = (
    ("explore", "/", "&keep=latency:..120.0&pick=126&pick=26&colour=cost", "#front[data-drawn]"),
    ("design", "/design", "", "text=today"),
    ("compare", "/compare", "&pick=126&pick=26", "text=today"),
    ("breaking", "/breaking", "", "text=limit"),
    ("scenario", "/scenario", "", "text=assumptions"),
    ("runs", "/runs", "", "text=report"),
)
WIDTH, HEIGHT, TALLEST = 1280, 900, 1500


def main() -> None:
    """Writes a picture of every page."""
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        store = Path(folder) / "runs.sqlite"
        system, solution = solved_in(store, SCENARIO)
        _report(chromium, Path(folder) / "report.html", findings_of(model_of(system), solution))
        with app_server(store) as address:
            for name, path, view, awaited in PAGES:
                page, _ = opened(
                    chromium,
                    address,
                    f"{path}?scenario={SCENARIO}{view}",
                    viewport={"width": WIDTH, "height": HEIGHT},
                )
                page.wait_for_selector(awaited, timeout=120_000)
                eventually(page, lambda page=page: page.locator("[data-testid=stSpinner]").count() == 0)
                page.wait_for_timeout(2500)
                rest(page)
                whole = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                page.set_viewport_size({"width": WIDTH, "height": min(max(HEIGHT, whole), TALLEST)})
                page.wait_for_timeout(800)
                page.screenshot(path=ROOT / "docs" / f"app-{name}.png")
                page.context.close()


def _report(chromium: Browser, file: Path, found: Findings) -> None:
    """A picture of the head of a report: its answer."""
    file.write_text(html(build_report(found, made=datetime.now().astimezone().date())), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 1200, "height": HEIGHT})
    page.goto(file.as_uri())
    page.wait_for_timeout(1500)
    front = page.evaluate("document.getElementById('front').getBoundingClientRect().top + window.scrollY")
    page.set_viewport_size({"width": 1200, "height": min(int(front), TALLEST)})
    page.wait_for_timeout(500)
    page.screenshot(path=ROOT / "docs" / "report.png")
    page.close()


if __name__ == "__main__":
    main()
