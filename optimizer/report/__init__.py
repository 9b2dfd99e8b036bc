"""The Pareto report: one value of sections, rendered as a page, text, tables and data."""
