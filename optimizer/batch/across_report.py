"""What is told of one decision for many scenarios: as sections of a report, and as a table of all designs."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from models.evaluation import COST, Array, Dimension
from optimizer.batch.across import Across, safety
from optimizer.batch.together import Together
from optimizer.changes import called, marked
from optimizer.files.tables import plain_table
from optimizer.model import Labels
from optimizer.phrases import capitalised
from optimizer.report.content import Report
from optimizer.scenario_model import labels_of
from optimizer.sections.content import Block, Bullets, Cell, Number, Paragraph, Section, Table, joined, text
from optimizer.sections.wording import against_today

if TYPE_CHECKING:
    import pandas as pd

#: Designs of a front that a table shows at the most; the CSV holds all of them.
MOST_SHOWN = 30
_FRONTS = (
    ("worst", "Worst case", "the worst value of each dimension in any scenario"),
    ("expected", "Expected value", "the mean of each dimension, by the weights of the scenarios"),
    (
        "regret",
        "Minimax regret",
        "how far behind the best survivor of a scenario, at the worst, of its range",
    ),
)


def across_report(together: Together, found: Across, *, made: date) -> Report:
    """One decision for many scenarios, as every format of a report shows it."""
    labels = labels_of(together.systems[0].scenario)
    names = ", ".join(system.scenario.name for system in together.systems)
    sections = [_answer(together, found, labels), _scenarios(together, found), _cost(together, found)]
    for (name, title, what), front, values, knee in zip(
        _FRONTS,
        (found.worst_front, found.expected_front, found.regret_front),
        (found.worst, found.expected, found.regret),
        found.knees,
        strict=True,
    ):
        sections.append(_front(together, found, labels, name, title, what, front, values, knee))
    return Report(
        title=f"One decision for {names}",
        subtitle=f"Decisions that they share: {', '.join(together.shared)}.",
        sections=tuple(sections),
        provenance=(("made on", (made.isoformat(),)), ("scenarios", (names,))),
        decision=None,
        designs=across_table(together, found),
        solution={},
    )


def across_table(together: Together, found: Across) -> pd.DataFrame:
    """Every design that survives everywhere: what it is, and its values in each scenario and over all."""
    rows = []
    dimensions = found.parts[0].dimensions
    fronts = {"worst": found.worst_front, "expected": found.expected_front, "regret": found.regret_front}
    members = {name: set(front.tolist()) for name, front in fronts.items()}
    for i in found.survivors:
        is_best = found.overall is not None and int(i) == found.overall.position
        row: dict[str, object] = {"design": int(i) + 1, "is_recommended": is_best}
        row |= {f"on_{name}_front": int(i) in on for name, on in members.items()}
        for j, dimension in enumerate(dimensions):
            for name, values in (
                ("worst", found.worst),
                ("expected", found.expected),
                ("regret", found.regret),
            ):
                row[f"{name}.{dimension.name}"] = float(values[i, j])
            for system, part in zip(together.systems, found.parts, strict=True):
                row[f"{system.scenario.name}.{dimension.name}"] = float(part.values[i, j])
        for name, value in together.space.decode(found.X[i]).items():
            if isinstance(value, dict):
                row |= {f"decision.{name}@{phase}": part for phase, part in value.items()}
            else:
                row[f"decision.{name}"] = value
        rows.append(row)
    return plain_table(rows)


def _answer(together: Together, found: Across, labels: Labels) -> Section:
    seen = Number(float(len(found.X)), "count")
    everywhere = Number(float(len(found.survivors)), "count")
    which = text("all ", seen) if found.is_all else text("the ", seen)
    kept = "" if found.is_all else " that searches chose"
    blocks: list[Block] = [
        Paragraph(
            text(
                "Of ",
                *which,
                f" designs of the shared decisions{kept} ",
                everywhere,
                " survive in every scenario.",
            )
        )
    ]
    if not found.is_all:
        blocks.append(Paragraph(text("Designs that no search has chosen may be better, or cheaper.")))
    if not found.survivors.size:
        most = int(found.survives.sum(axis=1).max(initial=0))
        blocks.append(
            Paragraph(
                text(
                    "No one decision survives everywhere: at the most ",
                    Number(float(most), "count"),
                    " of ",
                    Number(float(len(together.systems)), "count"),
                    " scenarios are survived by one design.",
                ),
                "warning",
            )
        )
    blocks += _recommended(together, found, labels)
    points = []
    for (_, title, _), knee in zip(_FRONTS, found.knees, strict=True):
        if knee is not None:
            points.append(
                text(
                    f"{title}: {called(together.space, found.X, knee)} changes ",
                    *_what(together, found, labels, knee),
                    ".",
                )
            )
    if points:
        lead = "The knees, which give up least on average, whatever was asked:"
        blocks += [Paragraph(text(lead)), Bullets(tuple(points))]
    apart = [
        text(f"{system.scenario.name}: {', '.join(names)}")
        for system, names in zip(together.systems, together.apart, strict=True)
        if names
    ]
    if apart:
        blocks.append(
            Paragraph(
                text("Decisions that are not shared stay as they are today: ", *joined(apart, last="; "), ".")
            )
        )
    return Section("answer", "The answer", tuple(blocks))


def _recommended(together: Together, found: Across, labels: Labels) -> list[Block]:
    """What is recommended for all scenarios, how sure it is in each, and what it keeps of what they ask."""
    best = found.overall
    if best is None:
        if not found.survivors.size:
            return []
        told = "No one design is recommended: the scenarios let different dimensions decide (`decide_by`)."
        return [Paragraph(text(told), "warning")]
    who = capitalised(called(together.space, found.X, best.position))
    changed = _what(together, found, labels, best.position)
    first = text(f"{who} is recommended for all scenarios: it changes ", *changed, ".")
    sure = [
        text(Number(share, "fraction"), f" of the draws of {system.scenario.name}")
        for system, share in zip(together.systems, best.confidence, strict=True)
    ]
    holds = text("All limits hold in ", *joined(sure), ".")
    if best.reached != "reached":
        wanted = joined([text(Number(one, "fraction")) for one in dict.fromkeys(best.wanted)])
        holds = text(
            "No design is likely enough to keep its limits in every scenario (",
            *wanted,
            " of the draws are asked for); this one comes closest. ",
            *holds,
        )
    blocks: list[Block] = [Paragraph(first)]
    blocks.append(Paragraph(holds) if best.reached == "reached" else Paragraph(holds, "warning"))
    if best.asked:
        kept, asked = (Number(float(n), "count") for n in (best.kept, best.asked))
        told_kept = text(
            "It keeps ", kept, " of ", asked, " wishes and targets, those of each scenario in it."
        )
        blocks.append(Paragraph(told_kept))
    return blocks


def _what(together: Together, found: Across, labels: Labels, i: int) -> tuple[str | Number, ...]:
    return against_today(labels, together.space, found.X[i])


def _scenarios(together: Together, found: Across) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for k, system in enumerate(together.systems):
        alone = int((found.survives[:, k] & (found.survives.sum(axis=1) == 1)).sum())
        rows.append(
            (
                system.scenario.name,
                Number(together.weights[k], "fraction"),
                Number(float(found.survives[:, k].sum()), "count"),
                Number(float(alone), "count"),
            )
        )
    head = ("scenario", "weight", "designs that survive it", "that survive no other")
    return Section(
        "scenarios", "The scenarios", (Table("scenarios", "Who survives where", head, tuple(rows)),)
    )


def _cost(together: Together, found: Across) -> Section:
    names = [dimension.name for dimension in found.parts[0].dimensions]
    safe, told = safety(found, names.index(COST.name))
    if safe is None:
        words = text("There is no design that is safe everywhere, at any price.")
        return Section("safety", "What it costs to be safe everywhere", (Paragraph(words, "warning"),))
    rows: list[tuple[Cell, ...]] = []
    for system, one in zip(together.systems, told, strict=True):
        own: Cell = None if math.isnan(one.cheapest_usd) else Number(one.cheapest_usd, "USD")
        more: Cell = None if own is None else Number(one.safe_usd - one.cheapest_usd, "USD")
        rows.append((system.scenario.name, own, Number(one.safe_usd, "USD"), more))
    who = called(together.space, found.X, safe)
    head = ("scenario", "its own cheapest survivor", f"{who}, safe everywhere", "safety costs")
    mean = sum(
        weight * (one.safe_usd - one.cheapest_usd)
        for weight, one in zip(together.weights, told, strict=True)
        if not math.isnan(one.cheapest_usd)
    )
    caption = (
        "The design that survives everywhere and is cheapest on average, beside each scenario's own cheapest"
    )
    blocks: tuple[Block, ...] = (
        Paragraph(text("On average over the scenarios safety costs ", Number(mean, "USD"), ".")),
        Table("safety", caption, head, tuple(rows)),
    )
    return Section("safety", "What it costs to be safe everywhere", blocks)


def _front(
    together: Together,
    found: Across,
    labels: Labels,
    name: str,
    title: str,
    what: str,
    front: np.ndarray,
    values: Array,
    knee: int | None,
) -> Section:
    dimensions = found.parts[0].dimensions
    shown = [int(i) for i in front[:MOST_SHOWN]]
    if knee is not None and knee not in shown:
        shown.insert(0, knee)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            marked(together.space, found.X[i], _numbered(found, i, knee)),
            *(_value(name, d, float(values[i, j])) for j, d in enumerate(dimensions)),
            _what(together, found, labels, i),
        )
        for i in shown
    )
    head = ("design", *(d.name for d in dimensions), "changes")
    many = Number(float(len(front)), "count")
    told = text(many, f" designs that survive everywhere are dominated by none of these, measured by {what}.")
    blocks: list[Block] = [Paragraph(told)]
    if rows:
        blocks.append(Table(name, f"The front by {what}", head, rows))
    return Section(name, title, tuple(blocks))


def _numbered(found: Across, i: int, knee: int | None) -> str:
    """The number of a design, and what it is beside that: `5 (recommended, knee)`."""
    is_best = found.overall is not None and i == found.overall.position
    told = [word for word, holds in (("recommended", is_best), ("knee", i == knee)) if holds]
    return f"{i + 1} ({', '.join(told)})" if told else str(i + 1)


def _value(name: str, dimension: Dimension, value: float) -> Number:
    return Number(value, "fraction" if name == "regret" else dimension.unit)
