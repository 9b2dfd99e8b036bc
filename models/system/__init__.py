"""The system: a scenario compiled once, and the parameters of each of its designs."""
