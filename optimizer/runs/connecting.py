"""Opening a run store: SQLite in a file, or PostgreSQL by its URL; its schema brought up to date."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from models.errors import Remedy, TradespaceError

#: Version of the schema that this program writes: the last of `migrations/versions`.
NEWEST = "0002"
KNOWN = ("0001", "0002")
#: The variable that names a store where `--store` doesn't, and what it says for none at all.
VARIABLE, NONE = "TRADESPACE_STORE", "none"
#: How long a writer waits for another one, s.
PATIENCE_S = 30


class StoreError(TradespaceError):
    """A run store that can't be used."""


def url_of(asked: str | None) -> str | None:
    """The URL of the store that is asked for, else that of the environment, else the user's own.

    Args:
        asked: A URL, the path of a file, `none`, or None.

    Returns:
        A URL for `connect`; None = no store is wanted.
    """
    told = asked if asked is not None else os.environ.get(VARIABLE) or None
    if told == NONE:
        return None
    if told is None:
        from platformdirs import user_data_dir

        return f"sqlite:///{Path(user_data_dir('tradespace', appauthor=False)) / 'runs.sqlite'}"
    if "://" in told:
        return told
    try:
        return f"sqlite:///{Path(told).expanduser().absolute()}"
    except RuntimeError:  # the home of somebody who isn't there
        raise StoreError(f"the store {shown(told)} can't be found: there is no such user") from None


def is_own(asked: str | None) -> bool:
    """Whether nobody has named a store, so that it is the user's own."""
    return asked is None and not os.environ.get(VARIABLE)


def parsed(url: str) -> URL:
    """A store's address in its parts.

    Raises:
        StoreError: It can't be read, or is of no database that holds stores.
    """
    try:
        found = make_url(url)
        backend = found.get_backend_name()
    except (ArgumentError, ValueError):
        raise StoreError(
            f"the store's address {shown(url)} can't be read; write the path of a file, or "
            "postgresql://user@host/database, the port in digits",
            remedy=Remedy.OTHER_STORE,
        ) from None
    if backend not in ("sqlite", "postgresql"):
        raise StoreError(
            f"a run store is SQLite or PostgreSQL, but {shown(url)} is {backend}; "
            "write the path of a file, or postgresql://user@host/database",
            remedy=Remedy.OTHER_STORE,
        )
    if backend == "sqlite" and found.query and "uri" not in found.query:
        raise StoreError(
            f"the store {shown(url)} has options, but a file takes none; leave out what follows `?`"
        )
    if "\0" in str(found.database):
        raise StoreError("found a NUL character in the store's path; write the path of a file")
    return found


#: Words of an address, or of what a driver says of it, that are followed by a secret.
_SECRET = re.compile(
    r"((?:\w*passw(?:or)?d|pwd|passphrase|secret|token)\w*\s*[=:]\s*)('[^']*'|[^\s&'\"]+)", re.IGNORECASE
)
#: User and password before a host: from `//`, or from where a word begins, to the last `@` of the part.
_USER = re.compile(r"((?:/|^|(?<=\s))[^\s/:@]*:)(?!//)[^\s/]*(?=@)|(://[^\s:@]*:)[^\s]*(?=@)")


def shown(text: str) -> str:
    """An address, or what a driver says of one, without passwords."""
    hidden = _USER.sub(lambda found: f"{found[1] or found[2]}***", text)
    return _SECRET.sub(r"\1***", hidden)


def _secrets(url: str) -> set[str]:
    """The passwords in an address, as they are and as they are written."""
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        return set()
    found = {str(parts.password)} if parts.password else set()
    for name, value in parts.query.items():
        if _SECRET.match(f"{name}=x"):
            found |= {value} if isinstance(value, str) else set(value)
    return {form for one in found if one for form in (one, quote(one, safe=""), quote_plus(one))}


def connect(url: str) -> Engine:
    """Opens a store and brings its schema up to date.

    Raises:
        StoreError: It can't be reached or written, or its schema is newer than this program.
    """
    address = parsed(url)
    try:
        engine = _engine(address)
        try:
            _migrate(engine, url)
        except BaseException:
            engine.dispose()
            raise
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            f"{shown(url)} needs a driver that is not installed ({error}); "
            "pip install 'tradespace[postgresql]'"
        ) from None
    except (SQLAlchemyError, OSError, TypeError, ValueError) as error:  # the last two: options of a driver
        raise unreachable(url, error) from None
    return engine


def unreachable(url: str, error: Exception) -> StoreError:
    """That a store can't be used and why, without its passwords."""
    cause = getattr(error, "orig", None) or error
    reason = " ".join(str(cause).split()) or type(cause).__name__
    for secret in sorted(_secrets(url), key=len, reverse=True):
        reason = reason.replace(secret, "***")
    return StoreError(
        f"the run store {shown(url)} can't be used: {shown(reason)}; name another one (a file, or "
        f"postgresql://user@host/database), or `{NONE}` to keep nothing",
        remedy=Remedy.OTHER_STORE,
    )


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": PATIENCE_S})
    event.listen(engine, "connect", _tune_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _tune_sqlite(connection: object, _: object) -> None:
    """Readers never wait for a writer, writers wait for each other, deleted runs take their parts along."""
    import sqlite3

    assert isinstance(connection, sqlite3.Connection)
    connection.text_factory = _text
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so
    for statement in ("journal_mode=WAL", f"busy_timeout={PATIENCE_S * 1000}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {statement}")


def _text(content: bytes) -> str:
    """A text that somebody has damaged is no reason to lose the rows beside it."""
    return content.decode("utf-8", errors="replace")


def _begin_sqlite(connection: object) -> None:
    """Takes the right to write at once: two that read first and then write would shut each other out."""
    from sqlalchemy import Connection

    assert isinstance(connection, Connection)
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN" if options.get("reads_only") else "BEGIN IMMEDIATE")


def _migrate(engine: Engine, url: str) -> None:
    with engine.connect().execution_options(reads_only=True) as connection:
        found = _version(connection)
    if found == NEWEST:
        return
    if found is not None and found not in KNOWN:
        raise StoreError(
            f"the run store {shown(url)} has version {found} of the schema, this program knows {NEWEST}: it "
            "was written by a newer Tradespace; update this one, or name another store",
            remedy=Remedy.OTHER_STORE,
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # one at a time, whoever comes first
            connection.execute(text("SELECT pg_advisory_xact_lock(7433190524)"))
        if _version(connection) == NEWEST:
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(connection: object) -> str | None:
    from sqlalchemy import Connection

    assert isinstance(connection, Connection)
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if version is None else str(version)
