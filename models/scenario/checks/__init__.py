"""What a schema can't see: one question about a scenario a file."""
