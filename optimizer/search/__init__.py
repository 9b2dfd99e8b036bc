"""Searching a space that is too large to look at whole: archive search, pymoo's algorithms, certificates."""
