"""Traces of a running system: read into one table of spans, whatever wrote them."""
