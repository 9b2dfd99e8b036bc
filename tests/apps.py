"""The app for tests: in this process by AppTest, and as a real server for a real browser."""

from __future__ import annotations

import atexit
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from playwright.sync_api import Error as BrowserError

from browser import Watch

ROOT = Path(__file__).parents[1]
#: How long a server may take to start, and a page to come to rest, s.
PATIENCE_S = 60


def app_test(monkeypatch, tmp_path, **query):
    """The app in this process with a store of its own; not run yet."""
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("TRADESPACE_STORE", str(tmp_path / "runs.sqlite"))
    monkeypatch.chdir(ROOT)
    # Streamlit puts the script in the place of the main module, which later processes would run again.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S)
    for name, value in query.items():
        app.query_params[name] = value
    return app


def solved_in(store, name):
    """A bundled scenario that the store has the answer to, and its solution: no test waits for a worker."""
    from models import compile_system, load_scenario
    from optimizer.files.gallery import path_of
    from optimizer.runs.solving import solve_with_store
    from optimizer.runs.store import RunStore
    from optimizer.scenario_model import model_of
    from optimizer.solver.config import SolveConfig

    path = path_of(name)
    system = compile_system(load_scenario(path))
    with RunStore(f"sqlite:///{store}") as keeper:
        text = path.read_text(encoding="utf-8")
        return system, solve_with_store(keeper, model_of(system), SolveConfig(), text=text).solution


def answered(store, *names):
    """Puts the answers to bundled scenarios into a store that isn't there yet; each is solved once a process.

    So that pages show them at once: else each test would start a worker that solves the scenario again.
    """
    with sqlite3.connect(_answers(names)) as known, sqlite3.connect(store) as fresh:
        known.backup(fresh)
    known.close()
    fresh.close()
    return store


@cache
def _answers(names):
    """A store with the answers to bundled scenarios, kept for the whole process."""
    folder = tempfile.TemporaryDirectory(prefix="answers-")
    atexit.register(folder.cleanup)
    store = Path(folder.name) / "runs.sqlite"
    for name in names:
        solved_in(store, name)
    return store


@contextmanager
def app_server(store, *, arguments=(), **environment):
    """The app as a server on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(port),
        "--server.headless",
        "true",
        *(("--", *arguments) if arguments else ()),
    ]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "TRADESPACE_STORE": str(store), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(process, address)
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def _wait_for(process, address):
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"the app ended: {process.communicate()[0]}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the app did not start")


def opened(browser, address, path="/", **settings):
    """A page of the app in a session of its own, drawn to the end, and what it did."""
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 1000}, **settings})
    page = context.new_page()
    watch = Watch(page)
    watch.probes = 0
    page.on("response", lambda answer: _count_probe(watch, answer))
    page.goto(address + path)
    rest(page)
    return page, watch


def rest(page):
    """Waits until the script has run to its end and the page shows what it drew."""
    page.wait_for_selector(
        "[data-testid=stApp][data-test-script-state=notRunning]", timeout=PATIENCE_S * 1000
    )
    page.wait_for_timeout(150)
    page.wait_for_selector(
        "[data-testid=stApp][data-test-script-state=notRunning]", timeout=PATIENCE_S * 1000
    )


def eventually(page, holds, *, seconds=20.0):
    """Waits until something holds that the page tells, and says whether it did."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        page.wait_for_timeout(100)
    return True


def box_in_sight(page, locator, *, tries=20):
    """Brings an element into sight and gives its box.

    A late rerun can take an element away between being found and being scrolled to: then it is looked for
    again. Other errors, and an element that never stays, are raised.
    """
    for left in reversed(range(tries)):
        try:
            locator.scroll_into_view_if_needed()
            box = locator.bounding_box()
        except BrowserError as error:
            if not left or "not attached" not in str(error):
                raise
            box = None
        if box is not None:
            return box
        page.wait_for_timeout(250)
    raise AssertionError(f"{locator} never stood still")


def _count_probe(watch, answer):
    """Opened at another page than the first, Streamlit looks for its server below that page first."""
    if answer.status == 404 and re.search(r"/[a-z]+/_stcore/(health|host-config)$", answer.url):
        watch.probes += 1


def assert_quiet(watch, address):
    """No error in the console, no request to anybody else, no dialog, no traceback."""
    port = address.rpartition(":")[2]
    allowed = (address, f"ws://127.0.0.1:{port}", "data:", "blob:")
    errors = [line for line in watch.console if line.startswith("error")]
    missing = [line for line in errors if "status of 404" in line]
    assert len(missing) <= watch.probes
    assert [line for line in errors if line not in missing] == []
    assert watch.dialogs == []
    assert [url for url in watch.requests if not url.startswith(allowed)] == []
