"""A report as plain values for JSON; the types are the form that `tradespace schema --of report` prints."""

from __future__ import annotations

import json
from functools import cache
from typing import Literal, TypedDict

from optimizer.report.content import Candidate, Decision, Report
from optimizer.report.schema import schema_of
from optimizer.sections.content import plain
from optimizer.sections.data import SectionData, TextData, section_data, text_data, texts_data


class SourceData(TypedDict):
    """Where numbers come from: one thing that is told of it."""

    what: str
    value: TextData


class CandidateData(TypedDict):
    """One option of a decision, with what speaks for and against it."""

    name: str
    what: TextData
    good: list[TextData]
    bad: list[TextData]


class DecisionData(TypedDict):
    """The choice as a record, in the order of MADR; `chosen` is the name of an option, null = none can be."""

    title: str
    status: str
    date: str
    context: list[TextData]
    drivers: list[TextData]
    options: list[CandidateData]
    chosen: str | None
    because: TextData
    outcome: list[TextData]
    good: list[TextData]
    bad: list[TextData]
    confirmation: list[TextData]
    more: list[TextData]


class ReportData(TypedDict):
    """What `tradespace report --format json` writes; null stands for what is unbounded.

    `report` is the version of this form: it grows when something is renamed or removed. `solution` is what
    `tradespace solve --json` prints: the whole front, with the decisions of each design; it is empty in the
    summary of a batch.
    """

    report: Literal[1]
    title: str
    subtitle: str
    provenance: list[SourceData]
    sections: list[SectionData]
    decision: DecisionData | None
    solution: dict[str, object]


def report_json(report: Report) -> str:
    """A report as strict JSON; null stands for what is unbounded."""
    return json.dumps(report_data(report), ensure_ascii=False, allow_nan=False) + "\n"


def report_data(report: Report) -> ReportData:
    """A report as plain values."""
    return {
        "report": 1,
        "title": plain(report.title),
        "subtitle": plain(report.subtitle),
        "provenance": [
            {"what": plain(label), "value": text_data(value)} for label, value in report.provenance
        ],
        "sections": [section_data(section) for section in report.sections],
        "decision": None if report.decision is None else _decision(report.decision),
        "solution": report.solution,
    }


@cache
def report_schema() -> dict[str, object]:
    """The JSON Schema of a report."""
    return schema_of(ReportData, title="Tradespace report")


def _decision(decision: Decision) -> DecisionData:
    return {
        "title": plain(decision.title),
        "status": decision.status,
        "date": decision.date,
        "context": texts_data(decision.context),
        "drivers": texts_data(decision.drivers),
        "options": [_candidate(one) for one in decision.candidates],
        "chosen": None if decision.chosen is None else plain(decision.candidates[decision.chosen].name),
        "because": text_data(decision.because),
        "outcome": texts_data(decision.outcome),
        "good": texts_data(decision.good),
        "bad": texts_data(decision.bad),
        "confirmation": texts_data(decision.confirmation),
        "more": texts_data(decision.more),
    }


def _candidate(one: Candidate) -> CandidateData:
    return {
        "name": plain(one.name),
        "what": text_data(one.what),
        "good": texts_data(one.good),
        "bad": texts_data(one.bad),
    }
