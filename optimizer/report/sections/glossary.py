"""The words that a report uses, a sentence each, for a reader who knows none of them."""

from __future__ import annotations

from typing import Final

from optimizer.report.content import Section, Table
from optimizer.report.findings import Findings

WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("Availability", "The share of user requests that are answered successfully, over all phases."),
    ("Breaking point", "The multiple of the planned load at which the first limit falls."),
    ("Complexity budget", "Points that a design earns and spends; with none left the system changes phase."),
    ("Consistency", "The share of answers that are up to date, times how much of the full answer they hold."),
    ("Cost", "Money for the whole period: machines, calls, changes, and revenue that is lost."),
    ("Dominated", "Another design is at least as good in everything, and better in something."),
    ("Emergence score", "How close the whole is to behaviour that no part shows alone; 0.8 is danger."),
    ("Feasible", "Within every limit of the scenario."),
    ("Hypervolume", "How much of the space of possible results a front covers; more is better."),
    ("Knee", "The design from which every step gives up more than it saves, on average over all opinions."),
    ("Latency", "What the slowest of the users wait, at the percentile that the scenario names."),
    ("Metastable", "Healthy until one push; then it stays down, because retries keep it there."),
    ("Model's error", "How far the model was off from a simulation of the same system, at the worst."),
    ("Pareto front", "All feasible designs that are not dominated: nothing on it is had for nothing."),
    ("Throughput", "The load that the design carries before the first part of it is full."),
    ("Utilisation", "The share of its capacity that a part uses; above 70 % waits grow steeply."),
)


def glossary(found: Findings) -> Section:
    """The words, those of the scenario's dimensions and all others."""
    del found  # the words are the same for all
    table = Table("glossary", "The words used here", ("word", "what it means"), WORDS)
    return Section("glossary", "Words", (table,))
