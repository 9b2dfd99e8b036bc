"""Runs migrations on the connection that the run store hands over."""

from __future__ import annotations

from alembic import context

from optimizer.runs.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite can't change columns in place
)
with context.begin_transaction():
    context.run_migrations()
