"""Statements as short sentences: "checkout success above 98 % within 120 s after"."""

from __future__ import annotations

import re
from typing import Any

from models.scenario.experiments.metric import METRICS, Metric, Unit, metric_of, nearest_metric

#: What can be read, for messages and for the docs.
GRAMMAR = (
    "[SUBJECT] METRIC above|below NUMBER [UNIT] [WHEN], or METRIC of SUBJECT ...; WHEN is before, during, "
    "throughout, within N s after, or for N s"
)
#: What the number of a sentence is multiplied by, by the unit of the metric.
_FACTORS: dict[Unit, dict[str, float]] = {
    Unit.SHARE: {"": 1.0, "%": 0.01, "percent": 0.01},
    Unit.MS: {"": 1.0, "ms": 1.0, "s": 1e3, "min": 6e4},
    Unit.S: {"": 1.0, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0},
    Unit.PER_S: {"": 1.0, "/s": 1.0, "1/s": 1.0, "a second": 1.0},
    Unit.COUNT: {"": 1.0},
    Unit.USD: {"usd": 1.0, "": 1.0, "million usd": 1e6, "billion usd": 1e9},
}
_SPLIT = re.compile(r"\s(above|below)\s+([0-9][0-9,]*(?:\.[0-9]+)?)\s*(.*)", re.IGNORECASE | re.DOTALL)
_TIME = r"([0-9]+(?:\.[0-9]+)?|a|one|two|five|ten)\s*(seconds?|minutes?|min|hours?|s|h)\b"
_AFTER = re.compile(rf"(?:within\s+)?{_TIME}\s+after(?:\s+(?:it|the\s+end))?", re.IGNORECASE)
_FOR = re.compile(rf"for\s+{_TIME}", re.IGNORECASE)
_WHEN = re.compile(r"\b(before|during|throughout)\b", re.IGNORECASE)
_SUBJECT = re.compile(r"(?:the\s+)?([A-Za-z][A-Za-z0-9_-]*)", re.IGNORECASE)
_NUMBERS = {"a": 1.0, "one": 1.0, "two": 2.0, "five": 5.0, "ten": 10.0}
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
#: Sentences are short.
MOST_LETTERS = 300


class SentenceError(ValueError):
    """A sentence that can't be read.

    Attributes:
        found: Which part of it.
        hint: The metric that is nearest, or what else to do.
    """

    def __init__(self, found: str, hint: str = "") -> None:
        super().__init__(found)
        self.found = found
        self.hint = hint


def read_sentence(text: str) -> dict[str, Any]:
    """The keys of a statement, out of a sentence.

    Raises:
        SentenceError: It can't be read; says why.
    """
    if len(text) > MOST_LETTERS:
        raise SentenceError(f"a sentence of more than {MOST_LETTERS} letters")
    split = _SPLIT.search(f" {text}")
    if split is None:
        near = nearest_metric(text)
        hint = f"the nearest metric is {near}" if near else "what no model can know: {assume: ...}"
        raise SentenceError("a sentence without above or below and a number", hint)
    metric, subject = _left(f" {text}"[: split.start()].strip())
    told, rest = _when(split[3].strip())
    unit = " ".join(rest.lower().split())
    factors = _FACTORS[metric.unit]
    # "40 % busy", "250 /s goodput": the metric's word may stand behind the number.
    factor = factors.get(unit)
    if factor is None:
        allowed = ", ".join(repr(name) for name in factors if name) or "none"
        raise SentenceError(f"{rest[:60]!r} behind the number", f"units of {metric.name}: {allowed}")
    number = float(split[2].replace(",", "")) * factor
    found: dict[str, Any] = {"metric": metric.name, split[1].lower(): round(number, 12), **told}
    return found if subject is None else {"of": subject, **found}


def _left(words: str) -> tuple[Metric, str | None]:
    """The metric and its subject."""
    before, of, behind = words.partition(" of ")
    if of and (metric := metric_of(before)) is not None:
        return metric, _subject(behind)
    parts = words.split()
    for first in range(len(parts)):
        metric = metric_of(" ".join(parts[first:]))
        if metric is not None:
            return metric, _subject(" ".join(parts[:first])) if first else None
    near = nearest_metric(words)
    hint = f"the nearest metric is {near}" if near else f"metrics: {', '.join(METRICS)}"
    raise SentenceError(f"no metric in {words[:60]!r}", hint)


def _subject(words: str) -> str:
    found = _SUBJECT.fullmatch(words.strip())
    if found is None:
        raise SentenceError(f"{words[:60]!r} is no name", "name one flow or component, or none for all flows")
    return found[1]


def _when(words: str) -> tuple[dict[str, Any], str]:
    """When it shall hold, and what is left of the words behind the number."""
    told: dict[str, Any] = {}
    for key, pattern in (("within_s_after", _AFTER), ("for_s", _FOR)):
        found = pattern.search(words)
        if found is not None:
            told[key] = _seconds(found[1], found[2])
            words = words[: found.start()] + words[found.end() :]
    found = _WHEN.search(words)
    if found is not None:
        told["when"] = found[1].lower()
        words = words[: found.start()] + words[found.end() :]
    return told, words.strip()


def _seconds(number: str, unit: str) -> float:
    value = _NUMBERS.get(number.lower())
    return (float(number) if value is None else value) * _SECONDS[unit[0].lower()]
