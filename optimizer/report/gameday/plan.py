"""The plan of a game day: hypotheses in numbers, who does what when, and how it is ended."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from models.scenario.experiments.servers import Terminate
from models.scenario.experiments.statement import Statement
from models.system.system import System
from optimizer.phrases import counted_words
from optimizer.report.content import Page
from optimizer.report.gameday.timetable import moments_of
from optimizer.resilience.exports.drill import Drill
from optimizer.resilience.exports.registry import EXPORTS
from optimizer.sections.content import (
    Block,
    Bullets,
    Cell,
    Number,
    Paragraph,
    Section,
    Steps,
    Table,
    Text,
    joined,
    text,
)
from optimizer.sections.gameday import abort_text, numbers_row, share_text
from optimizer.sections.stress import sentence, unit_of
from optimizer.versions import versions

_ROLES = (
    ("game master", "leads the day, says when a step begins, and ends it when in doubt"),
    ("observer", "watches the metrics of this plan and nothing else, says aloud when one leaves its band"),
    ("communicator", "tells other teams and support what is going on, and takes their reports"),
    ("fixer", "takes the fault back and repairs; sits at the keyboard with the way back open"),
    ("scribe", "writes the run log: time, action, what was observed, whether the steady state held"),
)
_BEFORE = (
    "The steady state was recorded for a week at the same hours: its band holds on an ordinary day.",
    "Every metric of this plan is on one dashboard, with the predicted curves (curves/*.csv) laid over it.",
    "The rollback was tested this week, and took the fault back within 30 s. Its time stands in the run log.",
    "Each abort was tested: set to a level that is reached, it ended the run by itself.",
    "The manual abort has one owner, who has typed its command before.",
    "Teams that share a dependency, support, and who is on call know the day and the hour.",
    "It is within working hours, nothing is being released, and no other incident is open.",
    "Nobody is blamed for what is found: the day tests the system, not people.",
)
_LOOK = (
    "Left: is everything healthy now? Every metric lies in its steady band for the last 15 minutes.",
    "Right: is anything coming? No release, campaign, batch or work on the network in the next two hours.",
)
_AFTER = (
    "Wait until all metrics are back in their steady bands, at least as long as the plan says.",
    "Read the run log aloud, and write down when somebody, and when an alarm, noticed first.",
    "Fill in post-mortem.md within two days; each finding has an owner, a ticket and a date of its re-test.",
    "Give what was seen back: `tradespace returns` lays it beside the prediction.",
)


def plan_of(
    system: System, drills: Sequence[Drill], refused: Mapping[str, str], tools: Sequence[str], made: date
) -> Page:
    """The plan as a page.

    Args:
        system: The compiled scenario.
        drills: The experiments that may be run.
        refused: By experiment why it may not.
        tools: The tools that experiments are exported to.
        made: The day to put on it.
    """
    scenario = system.scenario
    sections = [
        _overview(drills, refused),
        _people(tools),
        *(experiment_section(one) for one in drills),
        _after(),
    ]
    many = counted_words(len(drills), "experiment")
    told = f"{many}. Made on {made.isoformat()} with Tradespace {versions()['tradespace']}."
    return Page(
        title=f"Game day: {scenario.title or scenario.name}",
        subtitle=told,
        sections=tuple(sections),
        provenance=(
            ("scenario", text(scenario.name)),
            ("digest", text(scenario.digest()[:12])),
            ("made on", text(made.isoformat())),
        ),
    )


def _overview(drills: Sequence[Drill], refused: Mapping[str, str]) -> Section:
    blocks: list[Block] = []
    if drills:
        rows = tuple(_line(one) for one in drills)
        head = ("experiment", "phase", "fault lasts", "wait after it", "hypothesis holds in")
        blocks.append(Table("experiments", "What is run", head, rows))
    else:
        blocks.append(Paragraph(text("No experiment of this design may be run."), "warning"))
    if refused:
        blocks.append(Paragraph(text("Not run, and why:")))
        blocks.append(Bullets(tuple(text(f"{name}: {why}.") for name, why in refused.items())))
    blocks.append(
        Paragraph(
            text(
                "The numbers are those of simulated runs: an interval holds nineteen of twenty stretches of "
                "all "
                "runs, and what the model may be off. A number outside of it is a finding, also where all "
                "went well."
            )
        )
    )
    return Section("overview", "What is run", tuple(blocks))


def _line(drill: Drill) -> tuple[Cell, ...]:
    found = drill.prediction
    return (
        drill.name,
        found.trial.phase,
        Number(drill.fault_s, "s"),
        Number(drill.wait_s, "s"),
        share_text(found.holds) or "judged by people",
    )


def _people(tools: Sequence[str]) -> Section:
    rows = tuple((role, what, "") for role, what in _ROLES)
    blocks: list[Block] = [
        Table("roles", "Who does what", ("role", "does", "name"), rows),
        Paragraph(text("Beforehand:")),
        Bullets(tuple(text(point) for point in _BEFORE)),
        Paragraph(text("Look both ways, right before the first step:")),
        Bullets(tuple(text(point) for point in _LOOK)),
    ]
    if tools:
        told = tuple((EXPORTS[tool].tool, EXPORTS[tool].run, EXPORTS[tool].ends, "") for tool in tools)
        head = ("tool", "begins", "ends by hand", "owner of the manual abort")
        blocks.append(Table("tools", "How it is begun, and how it is ended by hand", head, told))
    else:
        blocks.append(
            Paragraph(text("Manual abort. Owner: ____________ Command: ________________________________"))
        )
    return Section("before", "People, and what is ready beforehand", tuple(blocks))


def experiment_section(drill: Drill) -> Section:
    """One experiment: hypothesis, numbers, levels, steps and times."""
    found = drill.prediction
    hypothesis = found.experiment.hypothesis
    then = (
        joined([sentence(one) for one in drill.expected])
        if drill.expected
        else text("what people judge, below")
    )
    blocks: list[Block] = [
        Paragraph(text("IF ", hypothesis.if_, ",")),
        Paragraph(
            text(
                "THEN ", *then, *(text(", in ", *_held(drill), " simulated runs") if found.holds else ()), ","
            )
        ),
        Paragraph(
            text("BECAUSE ", hypothesis.because or "nobody has said why: say it before you begin", ".")
        ),
    ]
    blocks += [Paragraph(text(note), "warning") for note in drill.notes]
    if found.watched:
        head = ("metric", "steady", "plateau", "afterwards", "worst")
        rows = tuple(numbers_row(found, k) for k in range(len(found.watched)))
        blocks.append(
            Table(f"numbers-{drill.name}", "What is watched, and what it is predicted to be", head, rows)
        )
    blocks.append(Bullets(tuple(_criteria(drill))))
    blocks.append(Paragraph(text("The blast radius grows only as each step before it held:")))
    blocks.append(Steps(tuple(text(step) for step in _steps(drill))))
    times = tuple((_minutes(moment.at_s), moment.what, moment.expected) for moment in moments_of(drill))
    blocks.append(Table(f"times-{drill.name}", "When what happens", ("minute", "what", "expected"), times))
    if drill.assumed:
        blocks.append(Paragraph(text("No metric shows these: somebody sees to each.")))
        blocks.append(Bullets(tuple(text(one) for one in drill.assumed)))
    return Section(f"experiment-{drill.name}", f"{drill.name}: {found.trial.title}", tuple(blocks))


def _held(drill: Drill) -> Text:
    return share_text(drill.prediction.holds) or ()


def _criteria(drill: Drill) -> Iterator[Text]:
    for statement in drill.steady_state:
        low, high = drill.prediction.tolerance(statement)
        yield text("Begin only where ", *sentence(statement), *_band_words(statement, low, high), ".")
    for one in drill.prediction.trial.statements:
        if one.role == "success":
            yield text("Success: ", *sentence(one.statement), ".")
    for abort in drill.prediction.aborts:
        yield abort_text(abort)
    if not drill.prediction.aborts:
        yield text(
            "No level ends it by itself: the game master does. Write down what for: ____________________"
        )


def _band_words(statement: Statement, low: float, high: float) -> Text:
    """The predicted end that isn't the written one."""
    unit = unit_of(statement.metric)
    if statement.below is not None and low > 0.0:
        return text(", and above ", Number(low, unit), " as predicted")
    if statement.above is not None and math.isfinite(high) and high < 1.0:
        return text(", and below ", Number(high, unit), " as predicted")
    return ()


def _steps(drill: Drill) -> Iterator[str]:
    """From one instance to what the scenario says."""
    fault = drill.faults[0]
    target = getattr(fault, "target", None) or getattr(fault, "region", None) or getattr(fault, "link", None)
    where = target or "the system"
    yield "In a test environment: the fault goes in, is seen, and is taken back within 30 s. (held: yes / no)"
    if isinstance(fault, Terminate):
        yield f"One instance of {where}, for {_short(60.0)}. (held: yes / no)"
        yield f"One zone's instances of {where}, or a quarter of them, for {_short(120.0)}. (held: yes / no)"
    else:
        yield f"One instance of {where} or 1 % of its calls, for {_short(60.0)}. (held: yes / no)"
        yield f"A tenth of {where}, then one zone, for {_short(120.0)} each. (held: yes / no)"
    yield f"As the scenario says, in one region, for {_short(drill.fault_s)}. (held: yes / no)"
    yield "In further regions, one at a time, another week."


def _short(seconds: float) -> str:
    return f"{seconds:g} s" if seconds < 120.0 else f"{seconds / 60.0:.3g} min"


def _minutes(at_s: float) -> str:
    sign = "-" if at_s < 0 else "+"
    whole, rest = divmod(round(abs(at_s)), 60)
    return f"T{sign}{whole}:{rest:02d}"


def _after() -> Section:
    return Section("after", "Afterwards", (Steps(tuple(text(step) for step in _AFTER)),))
