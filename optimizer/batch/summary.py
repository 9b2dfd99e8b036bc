"""What a batch tells: a row a case, how knees move along what was varied, all fronts in one table."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from models.dimension import Dimension
from models.units import count
from optimizer.batch.cases import Case
from optimizer.batch.running import Batch
from optimizer.report.content import (
    Block,
    Bullets,
    Cell,
    Line,
    Number,
    Paragraph,
    Report,
    Section,
    Table,
    joined,
    text,
)
from optimizer.report.wording import limit_label
from optimizer.tables import plain_table

if TYPE_CHECKING:
    import pandas as pd


def batch_report(batch: Batch, *, made: date, out: str = "") -> Report:
    """The summary of a batch, as every format of a report shows it."""
    varied = varied_paths(batch.cases)
    sections = [_answer(batch), _cases(batch, varied)]
    sections += [section for path in varied if (section := _along(batch, path)) is not None]
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


def varied_paths(cases: Sequence[Case]) -> list[str]:
    """What differs between cases of the same scenario, in the order of the changes."""
    seen: dict[str, set[str]] = {}
    for case in cases:
        for path, value in case.changes:
            seen.setdefault(path, set()).add(repr(value))
    return [path for path, values in seen.items() if len(values) > 1]


def tidy(batch: Batch) -> pd.DataFrame:
    """All fronts of all cases in one table: a row a design, with its case and what was changed."""
    rows = []
    for case in batch.cases:
        result = batch.results.get(case.number)
        if result is None or not result["answer"]:
            continue
        about = {"case": case.number, "scenario": case.scenario, "seed": case.seed, **_named(case)}
        knee = result["answer"]["knee"]
        for i, design in enumerate(result["answer"]["front"]):
            row: dict[str, object] = {**about, "design": i + 1, "is_knee": i == knee}
            row |= {name: _number(told["value"]) for name, told in design["dimensions"].items()}
            row |= {f"indicator.{name}": _number(value) for name, value in design["indicators"].items()}
            row |= {f"decision.{name}": value for name, value in _flat(design["design"]).items()}
            rows.append(row)
    return plain_table(rows)


def summary_rows(batch: Batch) -> list[dict[str, object]]:
    """A row a case: what survived, its knee, its cheapest survivor, what breaks first; or why it failed."""
    rows = []
    for case in batch.cases:
        result = batch.results.get(case.number)
        row: dict[str, object] = {"case": case.number, "scenario": case.scenario, "seed": case.seed}
        row |= _named(case)
        told = None if result is None else result["facts"]
        row["state"] = "missing" if result is None else "failed" if result["error"] else "done"
        row["error"] = "" if result is None else result["error"]
        for name in ("evaluated", "feasible", "on_front", "today_survives", "breaks_first", "breaks_at"):
            row[name] = None if told is None else told[name]
        for key in ("knee", "cheapest"):
            values = told[key]["values"] if told is not None and told[key] is not None else {}
            row |= {f"{key}.{name}": _number(value) for name, value in values.items()}
        rows.append(row)
    return rows


def _named(case: Case) -> dict[str, object]:
    return {f"vary.{path}": value for path, value in case.changes}


def _number(value: float | None) -> float:
    return float("inf") if value is None else value


def _flat(design: Mapping[str, Any]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in design.items():
        flat |= (
            {f"{name}@{phase}": v for phase, v in value.items()} if isinstance(value, dict) else {name: value}
        )
    return flat


def _dimensions(batch: Batch) -> list[Dimension]:
    """The dimensions of the model; none where no case is done."""
    for result in batch.results.values():
        if result["answer"]:
            return [Dimension(**told) for told in result["answer"]["dimensions"]]
    return []


def _done(batch: Batch) -> list[tuple[Case, dict[str, Any]]]:
    return [
        (case, batch.results[case.number]["facts"])
        for case in batch.cases
        if case.number in batch.results and batch.results[case.number]["facts"]
    ]


def _answer(batch: Batch) -> Section:
    done = _done(batch)
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
        if told["breaks_first"]:
            breaks[told["breaks_first"]] = breaks.get(told["breaks_first"], 0) + 1
    if breaks:
        parts = [text(f"{limit_label(name)} in ", Number(float(n), "count")) for name, n in breaks.items()]
        blocks.append(
            Paragraph(text("What falls first at the knee as the load grows: ", *joined(parts), "."))
        )
    if batch.failed or batch.missing:
        failed, missing = (Number(float(len(one)), "count") for one in (batch.failed, batch.missing))
        undone = text(failed, " cases failed, ", missing, " are missing (--resume does them).")
        blocks.append(Paragraph(undone, "warning"))
    return Section("answer", "The answer", tuple(blocks))


def _cases(batch: Batch, varied: Sequence[str]) -> Section:
    dimensions = _dimensions(batch)
    names = list(dict.fromkeys(case.scenario for case in batch.cases))
    seeds = {case.seed for case in batch.cases}
    rows: list[tuple[Cell, ...]] = []
    for case in batch.cases:
        result = batch.results.get(case.number)
        told = None if result is None else result["facts"]
        changes = dict(case.changes)
        cells: list[Cell] = [str(case.number)]
        cells += [case.scenario] if len(names) > 1 else []
        cells += [_written(changes.get(path)) for path in varied]
        cells += [str(case.seed)] if len(seeds) > 1 else []
        if told is None:
            why = "missing" if result is None else f"failed: {result['error']}"
            rows.append((*cells, why, *(None for _ in range(len(dimensions) + 3))))
            continue
        knee, cheapest = told["knee"], told["cheapest"]
        cells += [Number(float(told["feasible"]), "count"), Number(float(told["on_front"]), "count")]
        if knee is None:
            cells += ["none survives", *(None for _ in range(len(dimensions) + 1))]
        else:
            cells += [Number(_number(knee["values"][d.name]), d.unit) for d in dimensions]
            cells.append(Number(_number(cheapest["values"]["cost"]), "USD") if cheapest else None)
            falls = told["breaks_first"]
            at = Number(_number(told["breaks_at"]), "times")
            cells.append(None if falls is None else text(f"{limit_label(falls)} at ", at))
        rows.append(tuple(cells))
    head = ["case", *(["scenario"] if len(names) > 1 else []), *varied, *(["seed"] if len(seeds) > 1 else [])]
    head += ["survivors", "on the front", *(f"knee: {d.name}" for d in dimensions)]
    head += ["cheapest survivor", "breaks first"]
    table = Table("cases", "What came out of each case", tuple(head), tuple(rows))
    return Section("cases", "The cases", (table,))


def _along(batch: Batch, path: str) -> Section | None:
    """How the knee moves along one thing that was varied; other changes are taken together by the median."""
    dimensions = _dimensions(batch)
    groups: dict[str, list[dict[str, Any]]] = {}
    values: dict[str, object] = {}
    for case, told in _done(batch):
        value = dict(case.changes).get(path)
        groups.setdefault(_written(value), []).append(told)
        values[_written(value)] = value
    rows: list[tuple[Cell, ...]] = []
    points: dict[str, list[tuple[float, float]]] = {d.name: [] for d in dimensions}
    for written, found in groups.items():
        knees = [told["knee"]["values"] for told in found if told["knee"] is not None]
        cells: list[Cell] = [written, Number(float(len(found)), "count"), Number(float(len(knees)), "count")]
        for d in dimensions:
            finite = [knee[d.name] for knee in knees if knee[d.name] is not None]
            middle = statistics.median(finite) if finite else None
            cells.append(None if middle is None else Number(float(middle), d.unit))
            value = values[written]
            if middle is not None and isinstance(value, (int, float)) and not isinstance(value, bool):
                points[d.name].append((float(value), float(middle)))
        rows.append(tuple(cells))
    head = (path, "cases", "with survivors", *(f"knee: {d.name}" for d in dimensions))
    several = any(len(found) > 1 for found in groups.values())
    how = " (the median of several cases)" if several else ""
    table = Table(f"along {path}", f"The knee along {path}{how}", head, tuple(rows))
    blocks: list[Block] = [table]
    for d in dimensions:
        line = sorted(points[d.name])
        if len(line) > 1 and len({y for _, y in line}) > 1:
            blocks.append(_line(path, d.name, d.unit, line))
    return Section(
        f"along-{path.replace('.', '-').replace('_', '-').lower()}", f"Along {path}", tuple(blocks)
    )


def _line(path: str, name: str, unit: str, points: list[tuple[float, float]]) -> Line:
    rows = tuple((Number(x, ""), Number(y, unit)) for x, y in points)
    ends = f"from {Number(points[0][1], unit)} to {Number(points[-1][1], unit)}"
    return Line(
        title=f"{name} of the knee along {path}",
        alt=f"A line {ends}. The table below gives its points.",
        x_label=path,
        y_label=name,
        x_unit="",
        y_unit=unit,
        points=tuple(points),
        table=Table(f"{name} along {path}", f"{name} of the knee", (path, name), rows, is_headed=False),
    )


def _failures(batch: Batch) -> Section:
    by_number = {case.number: case for case in batch.cases}
    points = tuple(
        text(f"Case {number} ({by_number[number].label}): {batch.results[number]['error']}")
        for number in batch.failed
    )
    return Section("failures", "Cases that failed", (Bullets(points),))


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "as in the file" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
