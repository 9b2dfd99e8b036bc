"""The decision as a Markdown architecture decision record, in MADR 4.0's layout (adr.github.io/madr)."""

from __future__ import annotations

import json

from optimizer.report.content import Candidate, Decision, Report
from optimizer.report.markdown import escaped, inline, points


def adr(report: Report) -> str:
    """The decision record of a report."""
    decision = report.decision
    if decision is None:
        raise ValueError("this report holds no decision to record")
    lines = ["---", f"status: {json.dumps(decision.status)}", f"date: {decision.date}", "---", ""]
    lines += [f"# {escaped(decision.title)}", "", "## Context and Problem Statement", ""]
    for paragraph in decision.context:
        lines += [inline(paragraph), ""]
    lines += ["## Decision Drivers", "", *points(decision.drivers), ""]
    lines += ["## Considered Options", "", *points(tuple((one.name,) for one in decision.candidates)), ""]
    lines += ["## Decision Outcome", "", _outcome(decision), ""]
    for paragraph in decision.outcome:
        lines += [inline(paragraph), ""]
    consequences = [f"- Good, because {inline(one)}" for one in decision.good]
    consequences += [f"- Bad, because {inline(one)}" for one in decision.bad]
    if consequences:
        lines += ["### Consequences", "", *consequences, ""]
    lines += ["### Confirmation", ""]
    for paragraph in decision.confirmation:
        lines += [inline(paragraph), ""]
    lines += ["## Pros and Cons of the Options", ""]
    for one in decision.candidates:
        lines += [*_candidate(one), ""]
    lines += ["## More Information", "", *points(decision.more)]
    return "\n".join(lines) + "\n"


def _outcome(decision: Decision) -> str:
    if decision.chosen is None:
        return f"No option is chosen, because {inline(decision.because)}."
    chosen = decision.candidates[decision.chosen]
    return f'Chosen option: "{escaped(chosen.name)}", because {inline(decision.because)}.'


def _candidate(one: Candidate) -> list[str]:
    lines = [f"### {escaped(one.name)}", "", inline(("It ", *one.what, "."))]
    told = [f"- Good, because {inline(text)}" for text in one.good]
    told += [f"- Bad, because {inline(text)}" for text in one.bad]
    return [*lines, "", *told] if told else lines
