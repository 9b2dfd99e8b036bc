"""Real run stores for tests: SQLite in a file, and a PostgreSQL server of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest


def server_programs() -> Path:
    """Folder of PostgreSQL's server programs; where there is none, a failure in CI and a skip elsewhere."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        missing = "Debian's postgresql is not installed: apt-get install postgresql"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return Path(on_path).parent if on_path else found[-1].parent


def as_postgres(arguments, folder):
    """A command as a user that the server accepts: it refuses to run as root."""
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        return ["runuser", "-u", "postgres", "--", *arguments]
    return list(arguments)


@contextmanager
def postgresql():
    """A PostgreSQL server on a socket of its own, torn down afterwards; its URL."""
    programs = server_programs()
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    data, quiet = folder / "data", {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    try:
        start = [programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "--no-sync"]
        subprocess.run(as_postgres(map(str, start), folder), check=True, cwd="/", **quiet)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        control = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"]
        subprocess.run(as_postgres(map(str, control), folder), check=True, cwd="/", **quiet)
        try:
            yield f"postgresql://tester@/postgres?host={quote(str(folder))}"
        finally:
            stop = [programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"]
            subprocess.run(as_postgres(map(str, stop), folder), check=True, cwd="/", **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(server):
    """A database of its own on a server; its URL."""
    from uuid import uuid4

    import psycopg
    from sqlalchemy.engine import make_url

    url = make_url(server)
    name = f"t{uuid4().hex[:12]}"
    with psycopg.connect(
        host=url.query["host"], user=url.username, dbname="postgres", autocommit=True
    ) as link:
        link.execute(f"CREATE DATABASE {name}")
    yield url.set(database=name).render_as_string(hide_password=False)
