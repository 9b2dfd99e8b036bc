"""The progress bar: only for somebody who watches, only when it takes a while, and gone afterwards."""

from __future__ import annotations

import sys
from io import StringIO

import pytest

import optimizer.cli.progress
from optimizer.cli.progress import progress_bar


class Terminal(StringIO):
    """Standard error that somebody watches."""

    def isatty(self):
        return True


def watched(monkeypatch, patience_s):
    """A terminal in the place of standard error."""
    monkeypatch.setattr(optimizer.cli.progress, "PATIENCE_S", patience_s)
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return stream


def test_where_nobody_watches_nothing_is_told(monkeypatch):
    stream = StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar() as tell:
        assert tell is None
    assert stream.getvalue() == ""


def test_what_is_done_at_once_needs_no_bar(monkeypatch):
    terminal = watched(monkeypatch, 3600.0)
    with progress_bar() as tell:
        tell(10, 20, 3)
    assert "designs" not in terminal.getvalue()


def test_what_takes_a_while_is_shown(monkeypatch):
    terminal = watched(monkeypatch, -1.0)
    with progress_bar() as tell:
        tell(1234, 5678, 42)
    assert "1234/5678" in terminal.getvalue()
    assert "on the front: 42" in terminal.getvalue()


def test_an_interrupt_gives_the_terminal_back(monkeypatch):
    terminal = watched(monkeypatch, -1.0)

    def interrupted():
        with progress_bar() as tell:
            tell(1, 2, 1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "\x1b[?25l" in terminal.getvalue()
    assert terminal.getvalue().rfind("\x1b[?25h") > terminal.getvalue().rfind("\x1b[?25l")  # cursor shown
