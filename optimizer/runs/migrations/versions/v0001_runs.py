"""Runs with their inputs, fronts and checkpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _run() -> sa.Column[str]:
    return sa.Column("run", sa.String(12), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("live", sa.String(64), nullable=True, unique=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("versions", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("on_front", sa.BigInteger, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("started", sa.Float, nullable=True),
        sa.Column("ended", sa.Float, nullable=True),
        sa.Column("beat", sa.Float, nullable=True),
        sa.Column("worker", sa.String(120), nullable=False),
        sa.Column("cancel", sa.Boolean, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    for name in ("created", "key", "name"):
        op.create_index(f"runs_{name}", "runs", [name])
    op.create_table(
        "inputs",
        _run(),
        sa.Column("scenario", sa.Text, nullable=False),
        sa.Column("choices", sa.Text, nullable=False),
    )
    op.create_table(
        "fronts",
        _run(),
        sa.Column("parquet", sa.LargeBinary, nullable=False),
        sa.Column("solution", sa.Text, nullable=True),
    )
    op.create_table("checkpoints", _run(), sa.Column("content", sa.LargeBinary, nullable=False))


def downgrade() -> None:
    """Removes them."""
    for name in ("checkpoints", "fronts", "inputs", "runs"):
        op.drop_table(name)
