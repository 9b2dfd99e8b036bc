"""Stores to test with: a file, and a database of a real PostgreSQL server."""

from __future__ import annotations

import pytest

from optimizer.runs.store import RunStore
from stores import database, postgresql


@pytest.fixture(scope="session")
def server():
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'runs.sqlite'}"
        return
    with database(request.getfixturevalue("server")) as found:
        yield found


@pytest.fixture
def store(url):
    with RunStore(url) as found:
        yield found
