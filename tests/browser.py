"""Debian's Chromium through Playwright, with everything that a page must not do held against it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright

#: What keeps Chromium from speaking to its maker's hosts on its own.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """Path of the browser; where there is none, a failure in CI and a skip elsewhere."""
    path = shutil.which("chromium")
    if path is None:
        missing = "Debian's chromium is not installed: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return path


@contextmanager
def browser():
    """A headless browser."""
    path = chromium()
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            yield found
        finally:
            found.close()


class Watch:
    """What a page did: messages of its console, errors, requests, dialogs."""

    def __init__(self, page):
        self.console: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        page.on("console", lambda m: self.console.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda error: self.console.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def assert_quiet(self, *, allowed=("file:",)):
        assert self.console == []
        assert self.dialogs == []
        assert [url for url in self.requests if not url.startswith(allowed)] == []
