"""Reading the run store and keeping it in order: lists, fronts, notes, tags, deleting, moving to another."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, delete, extract, func, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from optimizer.runs.connecting import StoreError, connect, unreachable
from optimizer.runs.rows import run_of
from optimizer.runs.run import LIVE, Run
from optimizer.runs.schema import FRONTS, INPUTS, LONGEST_TAG, NOTES, PARTS, RUNS, TAGS
from optimizer.validation import UnreadableError, from_json

#: Between two comparisons of this machine's clock with that of the database, s.
COMPARE_S = 60.0


@dataclass(frozen=True, slots=True)
class Hidden:
    """Runs that are not to be listed: those with a tag, but some.

    Attributes:
        tag: The tag.
        but: Names of runs that are listed nevertheless.
    """

    tag: str
    but: frozenset[str] = frozenset()


class Shelf:
    """A store of runs; a context manager that closes it."""

    def __init__(self, url: str) -> None:
        """Opens a store.

        Raises:
            StoreError: It can't be used.
        """
        self.url = url
        self._engine: Engine = connect(url)
        self._ahead_s, self._compared = 0.0, -math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of all connections."""
        self._engine.dispose()

    def must_be_writable(self) -> None:
        """Makes sure that the store takes runs.

        Raises:
            StoreError: It doesn't.
        """
        with self._writing() as connection:
            connection.execute(delete(RUNS).where(RUNS.c.id == ""))

    def clock(self) -> float:
        """The time of the store, seconds since 1970: clocks of machines that share a database differ."""
        if self._engine.dialect.name == "postgresql" and time.monotonic() - self._compared > COMPARE_S:
            with self._reading() as connection:
                there = connection.execute(select(extract("epoch", func.clock_timestamp()))).scalar_one()
            self._ahead_s, self._compared = float(there) - time.time(), time.monotonic()
        return time.time() + self._ahead_s

    def get(self, run: str) -> Run:
        """A run by its name, or by the beginning of it.

        Raises:
            StoreError: There is none, or several begin so.
        """
        with self._reading() as connection:
            return self._get(connection, run)

    def runs(
        self,
        *,
        limit: int = 50,
        offset: int = 0,
        state: str | None = None,
        name: str | None = None,
        kind: str | None = None,
        tag: str | None = None,
        key: str | None = None,
        hidden: Hidden | None = None,
    ) -> list[Run]:
        """Runs, the newest first, without their fronts; what is hidden takes no place of a page."""
        query = select(RUNS).order_by(RUNS.c.created.desc(), RUNS.c.id).limit(limit).offset(offset)
        query = query.where(*_wanted(state, name, kind, tag, hidden))
        if key is not None:
            query = query.where(RUNS.c.key == key)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
            names = [str(row["id"]) for row in rows]
            of_tags = select(TAGS.c.run, TAGS.c.tag).where(TAGS.c.run.in_(names)).order_by(TAGS.c.tag)
            of_notes = select(NOTES.c.run, NOTES.c.text).where(NOTES.c.run.in_(names)).order_by(NOTES.c.id)
            tags, notes = _grouped(connection.execute(of_tags)), _grouped(connection.execute(of_notes))
        return [run_of(row, tags.get(str(row["id"]), ()), notes.get(str(row["id"]), ())) for row in rows]

    def many(
        self,
        *,
        state: str | None = None,
        name: str | None = None,
        kind: str | None = None,
        tag: str | None = None,
        hidden: Hidden | None = None,
    ) -> int:
        """How many runs there are of which `runs` shows a page."""
        query = select(func.count()).select_from(RUNS).where(*_wanted(state, name, kind, tag, hidden))
        with self._reading() as connection:
            return int(connection.execute(query).scalar_one())

    def names(self, *, hidden: Hidden | None = None) -> list[str]:
        """Names of the scenarios that there are runs of, in their order."""
        query = select(RUNS.c.name).distinct().order_by(RUNS.c.name)
        if hidden is not None:
            query = query.where(_listed(RUNS.c.id, hidden))
        with self._reading() as connection:
            return [str(name) for name in connection.execute(query).scalars()]

    def tags(self, *, hidden: Hidden | None = None) -> list[str]:
        """Tags that runs have, in their order."""
        query = select(TAGS.c.tag).distinct().order_by(TAGS.c.tag)
        if hidden is not None:
            query = query.where(_listed(TAGS.c.run, hidden))
        with self._reading() as connection:
            return [str(tag) for tag in connection.execute(query).scalars()]

    def front(self, run: str) -> tuple[bytes, str | None] | None:
        """The front of a run as Parquet, and its solution once it is whole; None = nothing was found yet."""
        with self._reading() as connection:
            row = connection.execute(
                select(FRONTS.c.parquet, FRONTS.c.solution).where(FRONTS.c.run == run)
            ).first()
        return None if row is None else (bytes(row.parquet), row.solution)

    def inputs(self, run: str) -> tuple[str, dict[str, Any]]:
        """The scenario's text and what else was asked for."""
        with self._reading() as connection:
            row = connection.execute(
                select(INPUTS.c.scenario, INPUTS.c.choices).where(INPUTS.c.run == run)
            ).first()
        if row is None:
            raise StoreError(f"run {run} is not in this store")
        try:
            return str(row.scenario), from_json(row.choices, dict[str, Any], where="what was chosen")
        except UnreadableError as error:
            raise StoreError(f"run {run} can't be read: {error}") from None

    def note(self, run: str, words: str) -> Run:
        """Adds a note to a run.

        Raises:
            StoreError: There is no such run, or the note says nothing.
        """
        if not words.strip():
            raise StoreError("a note needs words")
        now = self.clock()
        with self._writing() as connection:
            found = self._get(connection, run)
            connection.execute(insert(NOTES).values(run=found.id, text=words, created=now))
            return self._get(connection, found.id)

    def tag(self, run: str, tags: Sequence[str], *, remove: bool = False) -> Run:
        """Adds tags to a run, or takes them away.

        Raises:
            StoreError: There is no such run, or a tag is empty or too long.
        """
        for one in tags:
            if not one.strip() or len(one) > LONGEST_TAG:
                raise StoreError(f"a tag has 1 to {LONGEST_TAG} characters, but got {one!r}")
        with self._writing() as connection:
            found = self._get(connection, run)
            for one in dict.fromkeys(tags):
                connection.execute(delete(TAGS).where(TAGS.c.run == found.id, TAGS.c.tag == one))
                if not remove:
                    connection.execute(insert(TAGS).values(run=found.id, tag=one))
            return self._get(connection, found.id)

    def delete(self, runs: Sequence[str]) -> int:
        """Deletes runs with all that belongs to them; live ones are refused. How many.

        Raises:
            StoreError: One isn't there, or is live.
        """
        with self._writing() as connection:
            found = [self._get(connection, run) for run in runs]
            live = [run.id for run in found if run.is_live]
            if live:
                raise StoreError(f"run {', '.join(live)} is under way; `tradespace runs cancel` it first")
            names = list(dict.fromkeys(run.id for run in found))
            for table in PARTS:
                connection.execute(delete(table).where(table.c.run.in_(names)))
            connection.execute(delete(RUNS).where(RUNS.c.id.in_(names)))
        return len(names)

    def prunable(self, *, keep: int, older_s: float = 0.0) -> list[str]:
        """Runs that pruning would delete: all but the newest and those with tags or notes."""
        before = self.clock() - older_s
        query = (
            select(RUNS.c.id)
            .where(RUNS.c.state.not_in(LIVE), RUNS.c.created < before)
            .where(RUNS.c.id.not_in(select(TAGS.c.run)), RUNS.c.id.not_in(select(NOTES.c.run)))
            .where(RUNS.c.id.not_in(select(RUNS.c.id).order_by(RUNS.c.created.desc()).limit(keep)))
        )
        with self._reading() as connection:
            return [str(run) for run in connection.execute(query).scalars()]

    def put(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> int:
        """Adds whole runs that another store has exported; those that are here already stay. How many.

        Raises:
            StoreError: Rows lack something, or are there twice; nothing is added then.
        """
        tables = {table.name: table for table in (RUNS, *PARTS)}
        try:
            with self._writing() as connection:
                here = set(connection.execute(select(RUNS.c.id)).scalars())
                new = [row for row in rows["runs"] if row["id"] not in here]
                names = {row["id"] for row in new}
                for row in new:
                    connection.execute(insert(RUNS).values(**row))
                for name, found in rows.items():
                    for row in found if name != "runs" else ():
                        if row["run"] in names:
                            connection.execute(insert(tables[name]).values(**row))
        except IntegrityError as error:
            raise StoreError(f"these are no whole runs ({error.orig}); nothing was added") from None
        return len(new)

    def rows(self, runs: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """Whole runs as rows of every table, for another store."""
        with self._reading() as connection:
            names = [self._get(connection, run).id for run in runs]
            found: dict[str, list[dict[str, Any]]] = {
                "runs": [
                    dict(r) for r in connection.execute(select(RUNS).where(RUNS.c.id.in_(names))).mappings()
                ]
            }
            for table in PARTS:
                columns = [column for column in table.c if not (table is NOTES and column.name == "id")]
                query = select(*columns).where(table.c.run.in_(names))
                found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
        return found

    def _get(self, connection: Connection, run: str) -> Run:
        query = select(RUNS).where(RUNS.c.id.startswith(run, autoescape=True)).limit(2)
        rows = connection.execute(query).mappings().all()
        if not run or not rows:
            raise StoreError(f"run {run!r} is not in this store; `tradespace runs list` shows those that are")
        if len(rows) > 1:
            raise StoreError(f"several runs begin with {run!r}; write more of its name")
        return self._run(connection, rows[0])

    def _run(self, connection: Connection, row: RowMapping) -> Run:
        run = str(row["id"])
        tags = connection.execute(select(TAGS.c.tag).where(TAGS.c.run == run).order_by(TAGS.c.tag)).scalars()
        notes = connection.execute(
            select(NOTES.c.text).where(NOTES.c.run == run).order_by(NOTES.c.id)
        ).scalars()
        return run_of(row, tuple(tags), tuple(notes))

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._told(), self._engine.connect().execution_options(reads_only=True) as connection:
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A store that fails says so in a sentence."""
        try:
            yield
        except IntegrityError:
            raise
        except (SQLAlchemyError, OverflowError, TypeError) as error:  # the last two: damaged rows
            raise unreachable(self.url, error) from None


def _wanted(
    state: str | None, name: str | None, kind: str | None, tag: str | None, hidden: Hidden | None
) -> list[ColumnElement[bool]]:
    """What holds of the runs that are asked for."""
    equal = ((RUNS.c.state, state), (RUNS.c.name, name), (RUNS.c.kind, kind))
    found: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
    if tag is not None:
        found.append(RUNS.c.id.in_(select(TAGS.c.run).where(TAGS.c.tag == tag)))
    return found if hidden is None else [*found, _listed(RUNS.c.id, hidden)]


def _listed(run: ColumnElement[str], hidden: Hidden) -> ColumnElement[bool]:
    """What holds of a run that isn't hidden."""
    return run.not_in(select(TAGS.c.run).where(TAGS.c.tag == hidden.tag)) | run.in_(sorted(hidden.but))


def _grouped(rows: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for run, tag in rows:
        found[run] = (*found.get(run, ()), tag)
    return found
