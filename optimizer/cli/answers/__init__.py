"""The answers of commands for machines: plain values, whose keys stay as they are."""
