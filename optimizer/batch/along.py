"""How what a batch recommends moves along each thing that was varied."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.evaluation import Dimension, dimension_from
from optimizer.batch.cases import Case
from optimizer.batch.running import Batch
from optimizer.sections.content import Block, Cell, Line, Number, Section, Table, text

#: Lines of a chart that people can tell apart.
MOST_LINES = 4


def along(batch: Batch, path: str) -> Section | None:
    """How the recommended design moves along one thing, the other changes held or taken together."""
    dimensions = dimensions_of(batch)
    values: dict[str, object] = {}
    groups: dict[str, list[Mapping[str, Any]]] = {}
    lines: dict[str, dict[str, Mapping[str, float | None]]] = {}
    others = _others(batch, path)
    for case, told in done_cases(batch):
        value = dict(case.changes).get(path)
        written = as_written(value)
        values[written] = value
        groups.setdefault(written, []).append(told)
        if told["recommended"] is not None:
            lines.setdefault(others(case), {})[written] = told["recommended"]["values"]
    has_confidence = is_confidence_known(batch)
    rows: list[tuple[Cell, ...]] = []
    for written, found in groups.items():
        best = [told["recommended"] for told in found if told["recommended"] is not None]
        cells: list[Cell] = [written, Number(float(len(found)), "count"), Number(float(len(best)), "count")]
        if has_confidence:
            cells.append(
                _range([one["confidence"] for one in best if one["confidence"] is not None], "fraction")
            )
        cells += [_range([number_of(one["values"][d.name]) for one in best], d.unit) for d in dimensions]
        rows.append(tuple(cells))
    sure = ["confidence"] if has_confidence else []
    head = (path, "cases", "with survivors", *sure, *(d.name for d in dimensions))
    how = " (lowest and highest of several cases)" if len(lines) > 1 else ""
    caption = f"The recommended design along {path}{how}"
    blocks: list[Block] = [Table(f"along {path}", caption, head, tuple(rows))]
    numbers = {
        written: float(value)
        for written, value in values.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    for d in dimensions:
        points = {
            name: tuple(
                sorted(
                    (numbers[written], float(best_values[d.name] or 0.0))
                    for written, best_values in line.items()
                    if written in numbers and best_values[d.name] is not None
                )
            )
            for name, line in lines.items()
        }
        drawn = {name: line for name, line in points.items() if len(line) > 1}
        if len(drawn) > MOST_LINES:
            drawn = _taken_together(drawn)
        if any(len({y for _, y in line}) > 1 for line in drawn.values()):
            blocks.append(_line(path, d, drawn))
    return Section(
        f"along-{path.replace('.', '-').replace('_', '-').lower()}", f"Along {path}", tuple(blocks)
    )


def _others(batch: Batch, path: str) -> Callable[[Case], str]:
    """What sets a case apart from others along a path."""
    others = [other for other in varied_paths(batch.cases) if other != path]
    has_scenarios = len({case.scenario for case in batch.cases}) > 1
    has_seeds = len({case.seed for case in batch.cases}) > 1

    def told(case: Case) -> str:
        changes = dict(case.changes)
        parts = [case.scenario] if has_scenarios else []
        parts += [f"{other} = {as_written(changes.get(other))}" for other in others]
        parts += [f"seed {case.seed}"] if has_seeds else []
        return ", ".join(parts)

    return told


def _taken_together(
    lines: Mapping[str, tuple[tuple[float, float], ...]],
) -> dict[str, tuple[tuple[float, float], ...]]:
    """The lowest, the middle and the highest of many lines; each point is of a case, none is a mean."""
    at: dict[float, list[float]] = {}
    for line in lines.values():
        for x, y in line:
            at.setdefault(x, []).append(y)
    kinds: dict[str, Callable[[list[float]], float]] = {
        "highest": max,
        "middle": statistics.median_low,
        "lowest": min,
    }
    return {
        f"{name} of {len(lines)} combinations": tuple((x, float(kind(ys))) for x, ys in sorted(at.items()))
        for name, kind in kinds.items()
    }


def _range(found: Sequence[float], unit: str) -> Cell:
    """The lowest and the highest of some numbers; one where they are the same."""
    if not found:
        return None
    low, high = Number(min(found), unit), Number(max(found), unit)
    return low if str(low) == str(high) else text(low, " to ", high)


def _line(path: str, d: Dimension, lines: Mapping[str, tuple[tuple[float, float], ...]]) -> Line:
    (name, points), *more = lines.items()
    ends = f"from {Number(points[0][1], d.unit)} to {Number(points[-1][1], d.unit)}"
    others = f", and {len(more)} more" if more else ""
    rows = tuple(
        (*((label,) if more else ()), Number(x, ""), Number(y, d.unit))
        for label, line in lines.items()
        for x, y in line
    )
    head = (*(("line",) if more else ()), path, d.name)
    return Line(
        title=f"{d.name} of the recommended design along {path}",
        alt=f"A line {ends}{others}. The table below gives the points.",
        x_label=path,
        y_label=d.name,
        x_unit="",
        y_unit=d.unit,
        points=points,
        table=Table(
            f"{d.name} along {path}", f"{d.name} of the recommended design", head, rows, is_headed=False
        ),
        name=name,
        more=tuple(more),
    )


def varied_paths(cases: Sequence[Case]) -> list[str]:
    """What differs between cases, in the order of the changes; what a case leaves out is a value too."""
    seen: dict[str, list[str]] = {}
    for case in cases:
        for path, value in case.changes:
            seen.setdefault(path, []).append(repr(value))
    return [path for path, values in seen.items() if len(set(values)) > 1 or len(values) < len(cases)]


def dimensions_of(batch: Batch) -> list[Dimension]:
    """The dimensions of the model; none where no case is done."""
    for result in batch.results.values():
        if result["answer"]:
            return [dimension_from(told) for told in result["answer"]["dimensions"]]
    return []


def done_cases(batch: Batch) -> list[tuple[Case, dict[str, Any]]]:
    """The cases that were solved, with what is told of them."""
    return [
        (case, batch.results[case.number]["facts"])
        for case in batch.cases
        if case.number in batch.results and batch.results[case.number]["facts"]
    ]


def is_confidence_known(batch: Batch) -> bool:
    """Whether any case says how likely its recommended design keeps its limits."""
    best = (told["recommended"] for _, told in done_cases(batch))
    return any(one is not None and one["confidence"] is not None for one in best)


def number_of(value: float | None) -> float:
    """A number from plain values, in which none stands for infinite."""
    return float("inf") if value is None else value


def as_written(value: object) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "as in the file" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
