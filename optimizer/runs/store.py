"""The run store: asking for runs and working on them. Several processes may write at once."""

from __future__ import annotations

import json
import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from optimizer.runs.connecting import StoreError
from optimizer.runs.run import FORGOTTEN_S, LIVE, SILENT_S, Run
from optimizer.runs.schema import CHECKPOINTS, FRONTS, INPUTS, RUNS, TAGS
from optimizer.runs.shelf import Shelf
from optimizer.versions import versions

#: Times that a run is asked for while others ask for the same at the same moment.
ASKED_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes:
        kind: `solve`, `batch`, `across` or `report`.
        key: The same for all that ask the same (`run.key_of`).
        name: Name of the scenario.
        title: Its title.
        digest: Its digest.
        scenario: Its text.
        config: Settings.
        seed: Seed.
        choices: What else was asked for.
        tags: Tags of the run, where it is a new one.
    """

    kind: str
    key: str
    name: str
    title: str
    digest: str
    scenario: str
    config: Mapping[str, object]
    seed: int
    choices: Mapping[str, object]
    tags: tuple[str, ...] = ()


#: From here on counts are held as this number.
MOST_COUNTED = 2**62


class RunStore(Shelf):
    """A store of runs; a context manager that closes it. What holds whoever uses it:

    States. A run is `queued`, then `running`, then ended: `done`, `cancelled` (somebody wanted it to stop;
    what it had found is kept), `failed` (with the error) or `interrupted` (its process is gone). `request`
    makes a run, or brings one that was cut short back to `queued`; `put` copies ended ones from elsewhere.

    One of each. Of one key at most one run is live, held by a unique column of the database: who asks for
    what is under way joins it, who asks for what is done gets it.

    Who owns a run. A queued run is nobody's. `begin` makes exactly one caller its owner, by host and process
    (`this_worker`); who gets False has lost. Only the owner's `beat`, `keep_front`, `keep_checkpoint` and
    `end` change a running run; from anybody else they do nothing. Everybody may ask it to stop (`cancel`),
    and the owner hears of it from `beat`.

    Signs of life. The owner calls `beat` about every second, from a thread of its own (`recording.Beats`);
    who has queued a run and will begin it calls `waits`. `bury`, called by every request and by all who wait,
    marks as interrupted what was silent for `SILENT_S` (running) or `FORGOTTEN_S` (queued), by the clock of
    the database. An owner that was only asleep finds out with its next beat: False, it stops, and what it
    still writes changes nothing, even when another owner has begun the run by then.

    What survives a crash. Each call is one transaction: it has happened whole or not at all. The inputs, the
    front and the checkpoint kept last (not more than a few seconds old) and the counts of the last beat are
    there after the death of the owner. The next `request` queues the same run again, and its new owner goes
    on from the checkpoint where the method keeps one, else from the beginning; a batch does only the cases
    that are missing. A checkpoint is deleted when the run is done.

    When the store is away. Work goes on without it: beats and fronts that can't be kept are left out. An end
    that can't be kept is an error that carries the result (`recording.NotKeptError`).
    """

    def request(self, wanted: Wanted, *, fresh: bool = False) -> Run:
        """The run of what is asked for: the live or finished one, one to go on with, or a new one.

        A run of the same key that is live is joined, one that is done answers; one that was cut short is
        queued again and goes on from its checkpoint.

        Args:
            wanted: What is asked for.
            fresh: Whether it is done anew even when it was done before; a live one is joined nevertheless.

        Raises:
            StoreError: The store can't be used.
        """
        for _ in range(ASKED_AT_MOST):
            found = self._requested(wanted, fresh=fresh)
            if found is not None:
                return found
        raise StoreError(f"the store takes no run of {wanted.name}: others keep asking for the same")

    def _requested(self, wanted: Wanted, *, fresh: bool) -> Run | None:
        """The run of what is asked for; None = somebody else asked at the same moment: look again."""
        self.bury()
        now = self.clock()
        try:
            with self._writing() as connection:
                newest = select(RUNS).where(RUNS.c.key == wanted.key).order_by(RUNS.c.created.desc())
                rows = connection.execute(newest).mappings().all()
                live = next((row for row in rows if row["state"] in LIVE), None)
                if live is not None:
                    return self._run(connection, live)
                if not fresh:
                    done = next((row for row in rows if row["state"] == "done"), None)
                    if done is not None:
                        return self._run(connection, done)
                    if rows:
                        return self._queued_again(connection, str(rows[0]["id"]), wanted.key, now)
                return self._new(connection, wanted, now)
        except IntegrityError:
            return None

    def _new(self, connection: Connection, wanted: Wanted, now: float) -> Run:
        run = uuid.uuid4().hex[:12]
        connection.execute(
            insert(RUNS).values(
                id=run,
                kind=wanted.kind,
                key=wanted.key,
                live=wanted.key,
                name=wanted.name[:80],
                title=wanted.title,
                digest=wanted.digest,
                config=json.dumps(dict(wanted.config)),
                seed=wanted.seed,
                versions=json.dumps(versions()),
                state="queued",
                done=0,
                total=0,
                on_front=0,
                created=now,
                beat=now,
                worker="",
                cancel=False,
                summary="",
                error="",
            )
        )
        connection.execute(
            insert(INPUTS).values(run=run, scenario=wanted.scenario, choices=json.dumps(dict(wanted.choices)))
        )
        for tag in wanted.tags:
            connection.execute(insert(TAGS).values(run=run, tag=tag))
        return self._get(connection, run)

    def _queued_again(self, connection: Connection, run: str, key: str, now: float) -> Run:
        again = {"state": "queued", "live": key, "cancel": False, "ended": None, "error": "", "worker": ""}
        connection.execute(update(RUNS).where(RUNS.c.id == run).values(**again, beat=now))
        return self._get(connection, run)

    def begin(self, run: str, *, worker: str | None = None) -> bool:
        """Takes a queued run; whether it was still to be had."""
        now = self.clock()
        taken = update(RUNS).where(RUNS.c.id == run, RUNS.c.state == "queued")
        with self._writing() as connection:
            found = connection.execute(
                taken.values(state="running", started=now, beat=now, worker=worker or this_worker())
            )
            return bool(found.rowcount == 1)

    def waits(self, run: str) -> bool:
        """Says that somebody is there who will begin a run; whether it is still to be had."""
        now = self.clock()
        with self._writing() as connection:
            found = connection.execute(
                update(RUNS).where(RUNS.c.id == run, RUNS.c.state == "queued").values(beat=now)
            )
            return bool(found.rowcount == 1)

    def beat(self, run: str, *, done: int, total: int, on_front: int) -> bool:
        """Says that a run is alive and how far it is; whether its owner should go on."""
        now = self.clock()
        with self._writing() as connection:
            connection.execute(
                update(RUNS)
                .where(_is_mine(run))
                .values(beat=now, done=_held(done), total=_held(total), on_front=_held(on_front))
            )
            row = connection.execute(select(RUNS.c.cancel).where(_is_mine(run))).first()
        return row is not None and not row.cancel

    def keep_front(self, run: str, parquet: bytes, solution: str | None = None) -> None:
        """Keeps the front so far, or the whole one with its solution."""
        with self._writing() as connection:
            if not self._still_mine(connection, run):
                return
            connection.execute(delete(FRONTS).where(FRONTS.c.run == run))
            connection.execute(insert(FRONTS).values(run=run, parquet=parquet, solution=solution))

    def keep_check(self, run: str, solution: str) -> None:
        """Keeps the solution of a run that is done, after a check of its recommendation."""
        with self._writing() as connection:
            done = select(RUNS.c.id).where(RUNS.c.id == run, RUNS.c.state == "done")
            connection.execute(update(FRONTS).where(FRONTS.c.run.in_(done)).values(solution=solution))

    def keep_checkpoint(self, run: str, content: bytes) -> None:
        """Keeps where a search stands."""
        with self._writing() as connection:
            if not self._still_mine(connection, run):
                return
            connection.execute(delete(CHECKPOINTS).where(CHECKPOINTS.c.run == run))
            connection.execute(insert(CHECKPOINTS).values(run=run, content=content))

    def _still_mine(self, connection: Connection, run: str) -> bool:
        """Whether this process owns a run; nobody else begins it until the transaction ends."""
        found = connection.execute(update(RUNS).where(_is_mine(run)).values(beat=self.clock()))
        return bool(found.rowcount == 1)

    def checkpoint(self, run: str) -> bytes | None:
        """Where a search stood; None = nothing was kept."""
        with self._reading() as connection:
            found = connection.execute(select(CHECKPOINTS.c.content).where(CHECKPOINTS.c.run == run)).scalar()
        return None if found is None else bytes(found)

    def end(
        self,
        run: str,
        state: str,
        *,
        summary: str = "",
        error: str = "",
        front: tuple[bytes, str] | None = None,
        counts: tuple[int, int, int] | None = None,
    ) -> bool:
        """Ends a run with what came out; whether it was still this process's to end, or nobody's.

        A worker that comes back after it was given up for dead changes nothing.
        """
        now = self.clock()
        values: dict[str, object] = {"state": state, "live": None, "ended": now, "beat": now}
        values |= {"summary": summary, "error": error}
        if counts is not None:
            values |= dict(zip(("done", "total", "on_front"), map(_held, counts), strict=True))
        with self._writing() as connection:
            found = connection.execute(
                update(RUNS)
                .where(RUNS.c.id == run, or_(RUNS.c.state == "queued", _is_mine(run)))
                .values(**values)
            )
            if found.rowcount != 1:
                return False
            if front is not None:
                connection.execute(delete(FRONTS).where(FRONTS.c.run == run))
                connection.execute(insert(FRONTS).values(run=run, parquet=front[0], solution=front[1]))
            if state == "done":
                connection.execute(delete(CHECKPOINTS).where(CHECKPOINTS.c.run == run))
            return True

    def cancel(self, run: str) -> Run:
        """Asks a run to stop; one that nobody works on stops at once."""
        now = self.clock()
        with self._writing() as connection:
            self._get(connection, run)
            connection.execute(
                update(RUNS).where(RUNS.c.id == run, RUNS.c.state == "running").values(cancel=True)
            )
            connection.execute(
                update(RUNS)
                .where(RUNS.c.id == run, RUNS.c.state == "queued")
                .values(state="cancelled", live=None, ended=now)
            )
            return self._get(connection, run)

    def bury(self, *, silent_s: float = SILENT_S, forgotten_s: float = FORGOTTEN_S) -> int:
        """Marks runs as interrupted that haven't been heard of for too long; how many."""
        heard = func.coalesce(RUNS.c.beat, RUNS.c.created)
        now = self.clock()
        silent = or_(
            and_(RUNS.c.state == "running", heard < now - silent_s),
            and_(RUNS.c.state == "queued", heard < now - forgotten_s),
        )
        with self._reading() as connection:
            if not connection.execute(select(RUNS.c.id).where(silent).limit(1)).first():
                return 0
        with self._writing() as connection:
            error = "no sign of life: its process has died, or the machine has"
            found = connection.execute(
                update(RUNS).where(silent).values(state="interrupted", live=None, ended=heard, error=error)
            )
            return int(found.rowcount)


def _is_mine(run: str) -> ColumnElement[bool]:
    """What holds of a run that this process works on."""
    return and_(RUNS.c.id == run, RUNS.c.state == "running", RUNS.c.worker == this_worker())


def this_worker() -> str:
    """Host and process that work here."""
    return f"{socket.gethostname()}:{os.getpid()}"[:120]


def _held(count: int) -> int:
    """A count as far as a column holds it: a space may have more designs than 64 bits count."""
    return int(min(count, MOST_COUNTED))
