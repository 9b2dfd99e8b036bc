"""The words that a report uses, a sentence each, for a reader who knows none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from optimizer.sections.content import (
    Line,
    Section,
    Table,
    Waterfall,
    plain,
    tables_of,
    texts_of,
)

WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("Availability", "The share of user requests that are answered successfully, over all phases."),
    ("Complexity", "The share of the complexity budget that is spent; above 100 % it is overspent."),
    ("Complexity budget", "Points that a design earns and spends; with none left the system changes phase."),
    ("Consistency", "The share of answers that are up to date, times how much of the full answer they hold."),
    ("Cost", "Money for the whole period: machines, calls, changes, and revenue that is lost."),
    ("Digest", "A fingerprint of the scenario: the same digest, the same scenario."),
    ("Dimension", "One of the things by which designs are measured."),
    ("Draw", "One way in which the guesses might turn out, by chance, all of them together."),
    ("Emergence score", "How close the whole is to behaviour that no part shows alone; 0.8 is danger."),
    ("Escape plan", "What to switch, and at which load, when more comes than was planned for."),
    ("Feasible", "Within every limit of the scenario."),
    ("First break", "The multiple of the planned load at which the first limit is broken."),
    (
        "Front",
        "The Pareto front: the feasible designs that none beats without being worse somewhere.",
    ),
    ("Hypervolume", "How much of the space of possible results a front covers; more is better."),
    ("Knee", "The design from which every step gives up more than it saves, on average over all opinions."),
    ("Latency", "What the slowest of the users wait, at the percentile that the scenario names."),
    ("Metastable", "Healthy until one push; then it stays down, because retries keep it there."),
    ("Model's error", "How far the model was off from a simulation of the same system, at the worst."),
    ("Percentage points", "A difference of two shares: from 93 % to 98 % are 5 percentage points."),
    ("p50, p99", "The time within which 50, or 99, of 100 requests are answered."),
    ("Robust", "It keeps all limits even where the guesses turn out badly."),
    ("Runner-up", "The design that comes second by the rule of recommendation."),
    ("Seed", "Where chance begins: the same seed finds the same designs again."),
    (
        "Throughput",
        "The load at which the first part is full, at 100 %; most limits are broken before.",
    ),
    ("Utilisation", "The share of its capacity that a part uses; above 70 % waits grow steeply."),
)
#: How a word stands in a text, where that isn't the word itself.
_STANDS = {"p50, p99": "p99", "Model's error": "error"}


def glossary(sections: Sequence[Section]) -> Section:
    """The words that some sections use."""
    used = " ".join(_words(sections)).lower()
    rows = tuple(row for row in WORDS if _STANDS.get(row[0], row[0]).lower() in used)
    return Section(
        "glossary", "Words", (Table("glossary", "The words used here", ("word", "what it means"), rows),)
    )


def _words(sections: Sequence[Section]) -> list[str]:
    found = []
    for section in sections:
        found.append(section.title)
        for block in section.blocks:
            found += [plain(words) for words in texts_of(block)]
            if isinstance(block, (Waterfall, Line)):
                found.append(block.title)
            for table in tables_of(block):
                found += [table.caption, *table.columns]
                found += [plain(cell) for row in table.rows for cell in row]
    return found
