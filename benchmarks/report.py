"""Time and size of a Pareto report beyond its answers, and how fast the page is usable in a browser.

The front is the first 1,000 designs of a search of the week before Black Friday; 5,000 and 50,000 designs are
the same ones repeated with small differences, for the page alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from models import compile_system, load_scenario
from models.evaluation import Evaluation
from optimizer import solve
from optimizer.pareto.front import Front
from optimizer.report.building import build_report
from optimizer.report.findings import Findings, findings_of
from optimizer.report.html import html
from optimizer.report.sections.front import front_view
from optimizer.report.writing import FORMATS, write_report
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig

WEEK = Path(__file__).parents[1] / "data" / "scenarios" / "black_friday_week.yaml"


def main() -> None:
    """Prints seconds and bytes."""
    system = compile_system(load_scenario(WEEK))
    solution = solve(system, SolveConfig(method="archive", evaluations=12_000, workers=2))
    front = Front(solution.front.evaluation.take(np.arange(min(1000, len(solution.front)))))
    solution = replace(solution, front=front, knee=None)
    began = time.perf_counter()
    found = findings_of(model_of(system), solution, x=front.X[0])
    print(f"answers about {len(front)} designs: {time.perf_counter() - began:.1f} s")
    total = time.perf_counter()
    report = build_report(found, made=date.today())
    print(f"building the report: {time.perf_counter() - total:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        for name in FORMATS:
            began = time.perf_counter()
            (path,) = write_report(report, Path(folder) / name, [name])
            print(f"  {name:<8} {time.perf_counter() - began:.2f} s, {path.stat().st_size / 1000:,.0f} kB")
    print(f"all of it, beyond the answers: {time.perf_counter() - total:.2f} s")
    for n in (5_000, 50_000):
        _page(found, report, n)


def _page(found: Findings, report: object, n: int) -> None:
    from optimizer.report.content import Report

    assert isinstance(report, Report)
    evaluation = found.front.evaluation
    rows = np.arange(n) % len(evaluation)
    jitter = 1.0 + 1e-3 * np.random.default_rng(1).uniform(size=(n, evaluation.values.shape[1]))
    values = evaluation.values[rows] * np.where(
        [d.name == "availability" for d in evaluation.dimensions], 1.0, jitter
    )
    large = Front(
        Evaluation(
            X=evaluation.X[rows],
            values=values,
            excess=evaluation.excess[rows],
            constraints=evaluation.constraints,
        )
    )
    began = time.perf_counter()
    view = front_view(replace(found, solution=replace(found.solution, front=large)))
    sections = tuple(replace(s, blocks=(view,)) if s.name == "front" else s for s in report.sections)
    text = html(replace(report, sections=sections))
    print(f"page of {n:,} designs: {time.perf_counter() - began:.2f} s, {len(text.encode()) / 1000:,.0f} kB")
    _opened(text)


def _opened(text: str) -> None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("  playwright is not installed: not opened")
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        path = Path(folder) / "report.html"
        path.write_text(text, encoding="utf-8")
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        times, frames = [], []
        for _ in range(5):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            began = time.perf_counter()
            page.goto(path.as_uri())
            page.wait_for_selector("#front-view[data-drawn]")
            times.append(time.perf_counter() - began)
            frames.append(page.evaluate(_DRAG))
            page.close()
        browser.close()
        print(f"  opened and drawn in {np.median(times):.2f} s (median of 5)")
        print(f"  frame while brushing: p95 {np.median(frames):.0f} ms (median of 5)", file=sys.stdout)


#: Brushes an axis in 30 steps and gives the 95th percentile of the times between frames, ms.
_DRAG = """async () => {
  const canvas = document.querySelectorAll(".front-parallel canvas")[1], box = canvas.getBoundingClientRect();
  const fire = (kind, y) => canvas.dispatchEvent(new PointerEvent(kind, {
    pointerId: 1, bubbles: true, clientX: box.left + 16, clientY: box.top + y }));
  canvas.setPointerCapture = () => {};
  const times = [];
  fire("pointerdown", 60);
  let last = performance.now();
  for (let k = 1; k <= 30; k++) {
    fire("pointermove", 60 + 8 * k);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  fire("pointerup", 300);
  return times.sort((a, b) => a - b)[28];
}"""


if __name__ == "__main__":
    main()
