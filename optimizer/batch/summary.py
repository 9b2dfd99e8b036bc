"""What a batch tells: a row a case, how recommendations move along what varied, all fronts in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from models.evaluation import COST
from models.units import count
from optimizer.batch.along import (
    along,
    as_written,
    dimensions_of,
    done_cases,
    is_confidence_known,
    number_of,
    varied_paths,
)
from optimizer.batch.cases import Case
from optimizer.batch.overridden import overridden
from optimizer.batch.running import Batch
from optimizer.decide.recommend.recommendation import FirstBreak
from optimizer.files.tables import plain_table
from optimizer.report.content import Report
from optimizer.sections.breaking import break_text
from optimizer.sections.content import Block, Bullets, Cell, Number, Paragraph, Section, Table, joined, text
from optimizer.sections.verify import SHORT
from optimizer.sections.wording import counted, limit_label

if TYPE_CHECKING:
    import pandas as pd

#: Cases that the tables of a summary show; the CSV holds all of them.
MOST_SHOWN = 500


def batch_report(batch: Batch, *, made: date, out: str = "") -> Report:
    """The summary of a batch, as every format of a report shows it."""
    varied = varied_paths(batch.cases)
    sections = [_answer(batch), _cases(batch, varied)]
    sections += [section for path in varied if (section := along(batch, path)) is not None]
    if batch.failed:
        sections.append(_failures(batch))
    names = ", ".join(dict.fromkeys(case.scenario for case in batch.cases))
    return Report(
        title=f"Batch: {names}",
        subtitle=f"{count(len(batch.cases))} cases, over {', '.join(varied) or 'nothing'}.",
        sections=tuple(sections),
        provenance=(("made on", (made.isoformat(),)), ("cases", (count(len(batch.cases)),))),
        decision=None,
        designs=tidy(batch),
        solution={},
    )


def tidy(batch: Batch) -> pd.DataFrame:
    """All fronts of all cases in one table: a row a design, with its case and what was changed."""
    rows = []
    for case in batch.cases:
        result = batch.results.get(case.number)
        if result is None or not result["answer"]:
            continue
        about = {"case": case.number, "scenario": case.scenario, "seed": case.seed, **_named(case)}
        place = recommended_place(result["answer"])
        for i, design in enumerate(result["answer"]["front"]):
            row: dict[str, object] = {**about, "design": i + 1, "is_recommended": i == place}
            row |= {name: number_of(told["value"]) for name, told in design["dimensions"].items()}
            row |= {f"indicator.{name}": number_of(value) for name, value in design["indicators"].items()}
            row |= {f"decision.{name}": value for name, value in _flat(design["design"]).items()}
            rows.append(row)
    return plain_table(rows)


def recommended_place(answer: Mapping[str, Any]) -> int | None:
    """Position of the recommended design on the front of a kept answer; older versions suggested the knee."""
    record = answer.get("recommendation")
    if record is None:
        knee: int | None = answer["knee"]
        return knee
    return next((pick["position"] for pick in record["picks"] if "recommended" in pick["roles"]), None)


def summary_rows(batch: Batch) -> list[dict[str, object]]:
    """A row a case: what survived, what is recommended, its cheapest survivor; or why it failed."""
    rows = []
    for case in batch.cases:
        result = batch.results.get(case.number)
        row: dict[str, object] = {"case": case.number, "scenario": case.scenario, "seed": case.seed}
        row |= _named(case)
        told = None if result is None else result["facts"]
        row["state"] = "missing" if result is None else "failed" if result["error"] else "done"
        row["error"] = "" if result is None else result["error"]
        for name in ("evaluated", "feasible", "on_front", "today_survives"):
            row[name] = None if told is None else told[name]
        found = {} if told is None else told["recommended"] or {}
        first = found.get("first_break") or {}
        row |= {"breaks_first": first.get("limit"), "breaks_at": first.get("times")}
        row |= {name: found.get(name) for name in ("confidence", "reached")}
        if case.wants_check:
            row["check"] = found.get("check")
        for key in ("recommended", "cheapest"):
            values = told[key]["values"] if told is not None and told[key] is not None else {}
            row |= {f"{key}.{name}": number_of(value) for name, value in values.items()}
        rows.append(row)
    return rows


def _named(case: Case) -> dict[str, object]:
    return {f"vary.{path}": value for path, value in case.changes}


def _flat(design: Mapping[str, Any]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in design.items():
        flat |= (
            {f"{name}@{phase}": v for phase, v in value.items()} if isinstance(value, dict) else {name: value}
        )
    return flat


def _answer(batch: Batch) -> Section:
    done = done_cases(batch)
    survive = [case for case, told in done if told["on_front"]]
    whole = Number(float(len(batch.cases)), "count")
    first = text(
        "Of ",
        whole,
        " cases ",
        Number(float(len(survive)), "count"),
        " have a design that survives; today's design survives in ",
        Number(float(sum(told["today_survives"] for _, told in done)), "count"),
        ".",
    )
    blocks: list[Block] = [Paragraph(first)]
    breaks: dict[str, int] = {}
    for _, told in done:
        first_break = told["recommended"]["first_break"] if told["recommended"] else None
        if first_break:
            breaks[first_break["limit"]] = breaks.get(first_break["limit"], 0) + 1
    if breaks:
        parts = [text(f"{limit_label(name)} in ", Number(float(n), "count")) for name, n in breaks.items()]
        which = "Which limit of the recommended design is broken first as the load grows: "
        blocks.append(Paragraph(text(which, *joined(parts), ".")))
    blocks += _how_sure(done)
    blocks += _checked(done)
    blocks += [Paragraph(text(one), "warning") for one in overridden(batch.cases)]
    if batch.failed or batch.missing:
        failed, missing = (Number(float(len(one)), "count") for one in (batch.failed, batch.missing))
        undone = text(
            failed,
            " cases failed, ",
            missing,
            " are missing; they are done when the batch goes on.",
        )
        blocks.append(Paragraph(undone, "warning"))
    return Section("answer", "The answer", tuple(blocks))


def _how_sure(done: Sequence[tuple[Case, Mapping[str, Any]]]) -> list[Block]:
    """In how many cases what is recommended is less sure of its limits than was wanted, or nobody asked."""
    reached = [told["recommended"]["reached"] for _, told in done if told["recommended"]]
    told = (
        (
            ("closest", "never"),
            " no design is as likely to keep its limits as is asked for: the recommended one comes closest.",
        ),
        (
            (None,),
            " an older version has suggested the knee, which stands for what is recommended; begin the batch "
            "anew.",
        ),
    )
    return [
        Paragraph(text("In ", *counted(many, "case"), words), "warning")
        for which, words in told
        if (many := sum(one in which for one in reached))
    ]


def _checked(done: Sequence[tuple[Case, Mapping[str, Any]]]) -> list[Block]:
    """What simulations said of the recommended designs, where they were asked for."""
    found: dict[str, int] = {}
    for case, told in done:
        if case.wants_check and told["recommended"]:
            verdict = told["recommended"]["check"]
            found[verdict] = found.get(verdict, 0) + 1
    if not found:
        return []
    parts = [
        text(f"{words} in ", Number(float(found[verdict]), "count"))
        for verdict, words in SHORT.items()
        if verdict in found
    ]
    return [Paragraph(text("The recommended designs, checked by simulation: ", *joined(parts), "."))]


def _cases(batch: Batch, varied: Sequence[str]) -> Section:
    """What became of each case, and what is recommended, in two tables: one would be too broad to read."""
    dimensions = dimensions_of(batch)
    several = (len({case.scenario for case in batch.cases}) > 1, len({case.seed for case in batch.cases}) > 1)
    has_confidence = is_confidence_known(batch)
    rows: list[tuple[Cell, ...]] = []
    recommended: list[tuple[Cell, ...]] = []
    for case in batch.cases[:MOST_SHOWN]:
        result = batch.results.get(case.number)
        told = None if result is None else result["facts"]
        changes = dict(case.changes)
        cells: list[Cell] = [str(case.number)]
        cells += [case.scenario] if several[0] else []
        cells += [as_written(changes.get(path)) for path in varied]
        cells += [str(case.seed)] if several[1] else []
        if told is None:
            rows.append((*cells, None, None, None, "missing" if result is None else "failed"))
            continue
        best, cheapest = told["recommended"], told["cheapest"]
        rows.append(
            (
                *cells,
                Number(float(told["feasible"]), "count"),
                Number(float(told["on_front"]), "count"),
                Number(number_of(cheapest["values"][COST.name]), "USD") if cheapest else None,
                "none survives" if best is None else _break_cell(best["first_break"]),
            )
        )
        if best is not None:
            sure: list[Cell] = []
            if has_confidence:
                sure = [None if best["confidence"] is None else Number(best["confidence"], "fraction")]
            values = (Number(number_of(best["values"][d.name]), d.unit) for d in dimensions)
            recommended.append((*cells, *sure, *values))
    head = ["case", *(["scenario"] if several[0] else []), *varied, *(["seed"] if several[1] else [])]
    more = ["survivors", "on the front", "cheapest survivor", "first break"]
    blocks: list[Block] = [Table("cases", "What came out of each case", (*head, *more), tuple(rows))]
    if recommended:
        names = (d.name for d in dimensions)
        caption = "The recommended design of each case"
        columns = (*head, *(["confidence"] if has_confidence else []), *names)
        blocks.append(Table("recommended", caption, columns, tuple(recommended)))
    if len(batch.cases) > MOST_SHOWN:
        shown = (Number(float(n), "count") for n in (MOST_SHOWN, len(batch.cases)))
        blocks.insert(
            0, Paragraph(text("The first ", next(shown), " of ", next(shown), "; cases.csv has all."))
        )
    return Section("cases", "The cases", tuple(blocks))


def _break_cell(first: Mapping[str, Any] | None) -> Cell:
    """Where a design breaks first: `utilisation (db), at 2.01 times the load`."""
    if first is None:
        return None
    times = number_of(first["times"])
    return break_text(FirstBreak(first["limit"], times, first.get("component", "")))


def _failures(batch: Batch) -> Section:
    by_number = {case.number: case for case in batch.cases}
    points = tuple(
        text(f"Case {number} ({by_number[number].label}): {batch.results[number]['error']}")
        for number in batch.failed
    )
    return Section("failures", "Cases that failed", (Bullets(points),))
