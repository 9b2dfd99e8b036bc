"""The sections of a report, one a file; `optimizer.report.building` puts them in order."""
