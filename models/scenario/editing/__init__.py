"""Changes to the text of a scenario file."""
