"""The table of how far off the model is, by family."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.families.comparison import Measure, Row

#: What is promised: the median and the worst error of the mean and the 99th percentile, and the worst of what
#: is answered.
PROMISED = {"mean_ms": (0.05, 0.10), "p99_ms": (0.10, 0.20), "success": (0.02, 0.02)}
#: Up to this load no collapse is false and none is missed.
SURE_TO = 0.85


@dataclass(frozen=True, slots=True)
class Summary:
    """The systems of one family.

    Attributes:
        family: Its name.
        systems: Systems that were compared.
        errors: By metric the median of the errors and the worst beyond the interval of its simulation; of
            systems that the model isn't sure of none counts.
        false_collapses: Systems that are said to collapse, and live.
        missed_collapses: Systems that are said to live, and die within the phase in half of the runs.
        unsure: Systems that the model says it isn't sure of, or that they won't last.
        refused: Systems that could not be compared.
        broken: What of the promise doesn't hold.
    """

    family: str
    systems: int
    errors: dict[str, tuple[float, float]]
    false_collapses: int
    missed_collapses: int
    unsure: int
    refused: int
    broken: tuple[str, ...]


def summary(family: str, rows: Sequence[Row]) -> Summary:
    """Puts the rows of a family together."""
    compared = [row for row in rows if not row.refused]
    sure = [row for row in compared if not row.is_unsure and not row.tips_over]
    errors: dict[str, tuple[float, float]] = {}
    broken: list[str] = []
    for metric, (usual, most) in PROMISED.items():
        found = list(_measures(sure, metric))
        if not found:
            continue
        middle = median(abs(each.error) for each in found)
        worst = max((each.beyond for each in found), key=abs)
        errors[metric] = (middle, worst)
        broken += [f"median of {metric}"] if middle > usual else []
        broken += [f"worst {metric}"] if abs(worst) > most else []
    false = [row for row in sure if row.is_false_collapse]
    missed = [row for row in sure if row.is_missed_collapse]
    broken += ["false collapse"] if any(row.utilisation <= SURE_TO for row in false) else []
    broken += ["missed collapse"] if any(row.utilisation <= SURE_TO for row in missed) else []
    return Summary(
        family,
        len(compared),
        errors,
        len(false),
        len(missed),
        len(compared) - len(sure),
        len(rows) - len(compared),
        tuple(broken),
    )


def _measures(rows: Sequence[Row], metric: str) -> Iterator[Measure]:
    for row in rows:
        for name, each in row.measures.items():
            if name.endswith(metric):
                yield each


def summaries(rows: Sequence[Row]) -> list[Summary]:
    """One for each family in the order of the rows, and one of all."""
    families = list(dict.fromkeys(row.family for row in rows))
    found = [summary(name, [row for row in rows if row.family == name]) for name in families]
    return [*found, summary("all", rows)] if len(families) > 1 else found


HEAD = (
    "family",
    "systems",
    "mean: median",
    "worst",
    "p99: median",
    "worst",
    "success: worst",
    "false collapses",
    "missed",
    "unsure",
    "beyond the promise",
)


def cells(each: Summary) -> list[str]:
    """The cells of a row, errors in percent, shares as differences."""

    def percent(metric: str) -> list[str]:
        if metric not in each.errors:
            return ["", ""]
        middle, worst = each.errors[metric]
        return [f"{100 * middle:.1f}", f"{100 * worst:+.1f}"]

    success = f"{each.errors['success'][1]:+.3f}" if "success" in each.errors else ""
    refused = f" ({each.refused} refused)" if each.refused else ""
    return [
        each.family,
        f"{each.systems}{refused}",
        *percent("mean_ms"),
        *percent("p99_ms"),
        success,
        str(each.false_collapses),
        str(each.missed_collapses),
        str(each.unsure),
        ", ".join(each.broken),
    ]


def markdown(found: Sequence[Summary]) -> str:
    """The table as it stands in docs/model.md."""
    lines = [HEAD, ["---"] * len(HEAD), *(cells(each) for each in found)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


#: Share of the flows that are within the error that rankings reckon with.
USUAL = 0.95


def usual_p99_by_load(rows: Sequence[Row], loads: Sequence[float]) -> list[float]:
    """The error beyond its interval that 19 of 20 99th percentiles are within, up to each load.

    Rankings reckon with it (`optimizer.model.MODEL_ERROR`). Of systems that the model isn't sure of, or that
    won't last, none counts.
    """
    sure = [row for row in rows if not row.refused and not row.is_unsure and not row.tips_over]
    found, below = [], 0.0
    for load in loads:
        inside = [row for row in sure if below <= row.utilisation < load]
        errors = sorted(abs(each.beyond) for each in _measures(inside, "p99_ms"))
        found.append(errors[min(int(USUAL * len(errors)), len(errors) - 1)] if errors else 0.0)
        below = load
    return found


#: Where the table stands in a page.
BEGIN, END = "<!-- families: begin -->", "<!-- families: end -->"


def into_page(page: str, found: Sequence[Summary]) -> str:
    """A page with the table in the place of the one that it holds.

    Raises:
        ValueError: The page has no place for it.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no place for the table: {BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n\n{markdown(found)}\n\n{END}{after}"


def plain(found: Sequence[Summary], *, told: Callable[[str], None] = print) -> None:
    """The table for a terminal."""
    rows = [list(HEAD), *(cells(each) for each in found)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(HEAD))]
    for row in rows:
        first = row[0].ljust(widths[0])
        rest = "  ".join(cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True))
        told(f"{first}  {rest}  {row[-1]}".rstrip())


def furthest_off(rows: Sequence[Row], count: int = 15) -> list[str]:
    """Lines for the systems that are furthest off, measured by what is promised."""

    def by(row: Row) -> float:
        if row.is_false_collapse or row.is_missed_collapse:
            return 100.0
        return max(
            (abs(each.beyond) / PROMISED[name.split()[-1]][1] for name, each in row.measures.items()),
            default=0.0,
        )

    lines = []
    for row in sorted(rows, key=by, reverse=True)[:count]:
        told = [
            f"{name}: {each.model:.4g} for {each.simulation:.4g}"
            for name, each in row.measures.items()
            if abs(each.beyond) > 0.5 * PROMISED[name.split()[-1]][1]
        ]
        told += ["false collapse"] if row.is_false_collapse else []
        told += [f"dead in {row.dead_share:.0%} of the runs"] if row.is_missed_collapse else []
        flags = " (unsure)" if row.is_unsure else ""
        flags += " (tips over)" if row.tips_over else ""
        lines.append(f"{row.name} at {row.utilisation:.2f}{flags}: {'; '.join(told) or 'within'}")
    return lines
