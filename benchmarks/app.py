"""The app in a real browser: first paint, brushing 5,000 and 50,000 designs, reruns, five sessions at once.

The large fronts are made up: designs of which none dominates another, in the exercise's decisions. Every
number is a median over runs unless it says p95.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._pages import table, write_part
from models import compile_system, load_scenario
from models.evaluation import Evaluation
from models.system.system import System
from optimizer import solve
from optimizer.files.gallery import path_of
from optimizer.pareto.front import Front
from optimizer.runs.solving import finish, wanted_solve
from optimizer.runs.store import RunStore
from optimizer.scenario_model import model_of
from optimizer.solver.config import SolveConfig

ROOT = Path(__file__).parents[1]
EXERCISE = "black-friday-exercise"
SIZES = (1_000, 5_000, 50_000)
GESTURES, LOADS, SESSIONS = 12, 5, 5
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
)
PORT = 8799
#: Times between frames while an axis is dragged in 30 steps, ms.
_FRAMES = """() => {
  window.times = []; let last = performance.now(); window.goes = true;
  const tick = (now) => {
    window.times.push(now - last); last = now;
    if (window.goes) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick); }"""


def main() -> None:
    """Measures, prints, and writes its part of the page where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the part of docs/benchmarks.md")
    asked = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        store = Path(folder) / "runs.sqlite"
        runs = _fill(store)
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        cold = [_cold(browser, Path(folder) / f"cold{k}.sqlite") for k in range(LOADS)]
        with _server(store) as (address, process):
            warm = [_warm(browser, address) for _ in range(LOADS)]
            rows = [_brushing(browser, address, n, runs[n]) for n in SIZES]
            sessions = _sessions(browser, address, runs[5_000], process)
        browser.close()
    text = "\n".join(
        [
            "First screen, from the page load to the answer and the drawn front: "
            f"{np.median(cold):.1f} s from a server that has just started (aim 3.0), "
            f"{np.median(warm):.1f} s from a warm one (aim 1.5).",
            "",
            table(
                ["designs", "opened, s", "brush to table, p50 ms", "p95 ms", "frame, p95 ms", "a brush, kB"],
                rows,
            ),
            sessions,
            "",
            "Rerun of a page with nothing changed, on the server: "
            + ", ".join(f"{name} {ms:.0f} ms" for name, ms in _reruns())
            + " (aim 150).",
        ]
    )
    print(text)
    if asked.write:
        write_part(
            "app", "## The app\n\n`python -m benchmarks.app --write`, 2 cores, no graphics card.\n\n" + text
        )


def _fill(store: Path) -> dict[int, str]:
    """Runs with large fronts; their names by size."""
    path = path_of(EXERCISE)
    system, text = compile_system(load_scenario(path)), path.read_text(encoding="utf-8")
    solution = solve(system)
    found = {}
    with RunStore(f"sqlite:///{store}") as keeper:
        for n in SIZES:
            wanted = wanted_solve(model_of(system), SolveConfig(seed=n), text=text)
            run = keeper.request(wanted)
            assert keeper.begin(run.id)
            front = Front(_made_up(system, n))
            certificate = replace(solution.certificate, on_front=n)
            large = replace(
                solution, front=front, knee=0, certificate=certificate, config=SolveConfig(seed=n)
            )
            finish(keeper, run.id, system.space, large)
            found[n] = run.id
    return found


def _made_up(system: System, n: int) -> Evaluation:
    """Designs of which none dominates another: who is better in one dimension is worse in others."""
    from models.evaluator import evaluate

    first = evaluate(system, np.asarray(system.space.today)[None, :])
    rng = np.random.default_rng(n)
    share = rng.dirichlet(np.ones(6), size=n)
    values = np.column_stack(
        [
            20.0 + 400.0 * share[:, 0],
            60_000.0 - 40_000.0 * share[:, 1],
            1.0 - 0.1 * share[:, 2],
            1.0 - 10.0 ** (-5.0 + 3.0 * share[:, 3]),
            10_000.0 * 10.0 ** (2.0 * share[:, 4]),
            0.2 + 0.6 * share[:, 5],
        ]
    )
    return Evaluation(
        X=rng.integers(0, 2, size=(n, first.X.shape[1])).astype(float),
        values=values,
        excess=np.full((n, len(first.constraints)), -1.0),
        constraints=first.constraints,
        indicators={name: np.zeros(n) for name in first.indicators},
    )


@contextmanager
def _server(store: Path, port: int = PORT) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "app.py",
            "--server.port",
            str(port),
            "--server.headless",
            "true",
        ],
        cwd=ROOT,
        env={**os.environ, "TRADESPACE_STORE": str(store)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _healthy(address)
        yield address, process
    finally:
        process.terminate()
        process.wait(30)


def _healthy(address: str) -> None:
    import urllib.request

    while True:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.02)


def _cold(browser: Any, store: Path) -> float:
    """Seconds from a page load to the answer and the front, the server having just said that it is there."""
    with _server(store, PORT + 1) as (address, _):
        return _warm(browser, address)


def _warm(browser: Any, address: str) -> float:
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("text=does not survive")
    page.wait_for_selector("#front[data-drawn]")
    seconds = time.perf_counter() - began
    page.context.close()
    return seconds


def _brushing(browser: Any, address: str, n: int, run: str) -> list[str]:
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    sent: list[int] = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda frame: sent.append(len(frame))))
    began = time.perf_counter()
    page.goto(f"{address}/?run={run}")
    page.wait_for_selector("#front[data-drawn]", timeout=120_000)
    opened = time.perf_counter() - began
    page.wait_for_timeout(4000)
    box = page.locator(".front-parallel canvas").nth(1).bounding_box()
    step = (box["width"] - 98) / 5
    answers, frames, sizes = [], [], []
    for k in range(GESTURES):
        sent.clear()
        x, bottom = box["x"] + 16 + (k % 6) * step, box["y"] + box["height"] - 22
        page.mouse.move(x, bottom - 5)
        page.mouse.down()
        page.evaluate(_FRAMES)
        for i in range(30):
            page.mouse.move(x, bottom - 5 - (i + 1) * (100 + 10 * k) / 30)
        frames += page.evaluate("() => { window.goes = false; return window.times.slice(1); }")
        page.evaluate(_WATCH)
        page.mouse.up()
        page.wait_for_function("() => window.answered > 0", timeout=30_000)
        answers.append(page.evaluate("() => window.answered"))
        page.wait_for_timeout(300)
        sizes.append(sum(sent))
        page.locator(".front-parallel canvas").nth(1).focus()
        page.keyboard.press("Escape")
        page.wait_for_timeout(900)
    page.context.close()
    return [
        f"{n:,}",
        f"{opened:.1f}",
        f"{np.median(answers):.0f}",
        f"{np.percentile(answers, 95):.0f}",
        f"{np.percentile(frames, 95):.0f}",
        f"{np.median(sizes) / 1000:.1f}",
    ]


#: Notes when the number of designs that the page says are kept has changed after the button is let go, ms.
_WATCH = """() => {
  window.answered = 0;
  const words = () => [...document.querySelectorAll("[data-testid=stMarkdown]")].map((e) => e.innerText)
    .filter((t) => t.includes("designs kept")).join();
  const before = words();
  let began = 0;
  window.addEventListener("pointerup", () => { began = performance.now(); }, { capture: true, once: true });
  const look = () => {
    if (began && words() !== before) window.answered = performance.now() - began;
    else setTimeout(look, 4);
  };
  look();
}"""


def _sessions(browser: Any, address: str, run: str, process: subprocess.Popen[bytes]) -> str:
    """Five sessions, each brushing while the others are open; memory of the server before and after."""
    before = _memory_mb(process.pid)
    pages = [
        browser.new_context(viewport={"width": 1440, "height": 1000}).new_page() for _ in range(SESSIONS)
    ]
    errors: list[str] = []
    for page in pages:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/?run={run}")
    for page in pages:
        page.wait_for_selector("#front[data-drawn]", timeout=120_000)
    kept = []
    for k, page in enumerate(pages):
        box = page.locator(".front-parallel canvas").nth(1).bounding_box()
        bottom = box["y"] + box["height"] - 22
        page.mouse.move(box["x"] + 16, bottom - 5)
        page.mouse.down()
        page.mouse.move(box["x"] + 16, bottom - 60 - 40 * k, steps=10)
        page.mouse.up()
    for page in pages:
        page.wait_for_timeout(1500)
        kept.append(page.eval_on_selector("#front", "(root) => root.dataset.kept"))
    after = _memory_mb(process.pid)
    agreed = all(
        f"{int(k):,} of" in page.locator("text=/designs kept/").last.inner_text()
        for k, page in zip(kept, pages, strict=True)
    )
    for page in pages:
        page.context.close()
    return (
        f"{SESSIONS} sessions at once on 5,000 designs, each brushing: {len(errors)} errors, "
        f"{len(set(kept))} different selections, table and front agree in {'all' if agreed else 'not all'}; "
        "the server holds "
        f"{after:.0f} MB, {(after - before) / SESSIONS:.0f} MB a session more than before them."
    )


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1000


def _reruns() -> list[tuple[str, float]]:
    """Milliseconds of the script of each page, run again with nothing changed."""
    from streamlit.testing.v1 import AppTest

    with tempfile.TemporaryDirectory() as folder:
        os.environ["TRADESPACE_STORE"] = str(Path(folder) / "runs.sqlite")
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
        found = []
        for name in ("explore", "design", "compare", "breaking", "scenario", "runs"):
            app.switch_page(f"ui/pages/{name}.py").run()
            app.run()
            times = []
            for _ in range(9):
                began = time.perf_counter()
                app.run()
                times.append(1000.0 * (time.perf_counter() - began))
            found.append((name, float(np.median(times))))
    return found


if __name__ == "__main__":
    main()
