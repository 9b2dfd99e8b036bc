"""The tables of the run store; fronts and checkpoints apart from the runs, so that a list loads neither."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()
#: Characters of a tag.
LONGEST_TAG = 80

#: One row a run. `live` holds the key while the run is queued or running, else nothing: the same thing
#: can't be under way twice, whoever asks. Times are seconds since 1970, UTC.
RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(12), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("key", String(64), nullable=False),
    Column("live", String(64), nullable=True, unique=True),
    Column("name", String(80), nullable=False),
    Column("title", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("config", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("versions", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("on_front", BigInteger, nullable=False),
    Column("created", Float, nullable=False),
    Column("started", Float, nullable=True),
    Column("ended", Float, nullable=True),
    Column("beat", Float, nullable=True),
    Column("worker", String(120), nullable=False),
    Column("cancel", Boolean, nullable=False),
    Column("summary", Text, nullable=False),
    Column("error", Text, nullable=False),
    Index("runs_created", "created"),
    Index("runs_key", "key"),
    Index("runs_name", "name"),
)
#: The scenario of a run as its text, and what else it was asked for.
INPUTS = Table(
    "inputs",
    METADATA,
    Column("run", String(12), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("scenario", Text, nullable=False),
    Column("choices", Text, nullable=False),
)
#: The front so far as Parquet, and the solution as JSON once it is whole.
FRONTS = Table(
    "fronts",
    METADATA,
    Column("run", String(12), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("parquet", LargeBinary, nullable=False),
    Column("solution", Text, nullable=True),
)
#: Where a search stands.
CHECKPOINTS = Table(
    "checkpoints",
    METADATA,
    Column("run", String(12), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
NOTES = Table(
    "notes",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", String(12), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    Column("created", Float, nullable=False),
    Index("notes_run", "run"),
)
TAGS = Table(
    "tags",
    METADATA,
    Column("run", String(12), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(LONGEST_TAG), primary_key=True),
)
#: Tables of what belongs to a run, in the order in which they are deleted.
PARTS = (INPUTS, FRONTS, CHECKPOINTS, NOTES, TAGS)
