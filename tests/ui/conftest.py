"""A browser for each module of browser tests."""

from __future__ import annotations

import pytest

from browser import browser


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found
