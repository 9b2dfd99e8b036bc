"""The schema of the run store, version by version (Alembic)."""
