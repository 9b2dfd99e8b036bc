"""What tells in time that a design nears its limits: its own levels, as rules of alarms and as a reading."""
