"""The command line: commands, flags, exit codes, and what a terminal shows."""
