"""Phases cut from a measured load: a CSV with the columns `time` (seconds) and `rate` (requests/s).

The rule is that of a load-duration curve. Each row holds until the next one (the last as long as the one
before it). Rates are sorted into `phases` bands of equal width in log rate, between the smallest rate above
0 and the largest; empty bands are dropped; a rate of 0 belongs to the lowest. A band is one phase: its hours
are the time spent in it, its rate the mean over that time. Only the highest band, the peak, has the largest
rate itself, so that no design passes by averaging the worst minute away. One band is all peak.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from models.errors import Code, Finding
from models.scenario.reading.document import MAX_BYTES
from models.scenario.reading.scalar import plain
from models.scenario.workload import Phase, Trace, Workload

_COLUMNS = ("time", "rate")
#: Findings about one CSV that are told.
_MAX_FINDINGS = 20
#: Rates above 0, requests/s: their ratio must be a number, and fewer than one in 30 years are none.
_MIN_RATE, _MAX_RATE = 1e-9, 1e12
#: Shortest time that a rate holds, s.
_MIN_SPAN_S = 1e-3


@dataclass(frozen=True, slots=True)
class Row:
    """A rate that holds from a moment on."""

    time_s: float
    rate: float


class TraceError(ValueError):
    """A trace that can't be read; carries findings whose text names the line in the CSV."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"{len(findings)} errors in a trace")
        self.findings = findings


def with_phases(workload: Workload, folder: Path | None) -> Workload:
    """The workload with the phases that its trace stands for; without a trace itself.

    Args:
        workload: The workload as written.
        folder: Folder of the scenario file; None when there is no file.

    Raises:
        TraceError: The trace can't be read, or there are phases too.
    """
    if workload.trace is None:
        return workload
    trace = Trace(file=workload.trace) if isinstance(workload.trace, str) else workload.trace
    where = "workload.trace" if isinstance(workload.trace, str) else "workload.trace.file"
    if workload.phases:
        raise TraceError(
            [
                Finding(
                    "workload",
                    "phases and a trace",
                    "one of the two",
                    "remove one of them",
                    code=Code.CONFLICT,
                )
            ]
        )
    phases = cut(read_trace(_content(trace.file, folder, where), where), trace.phases)
    source = workload.source or f"phases cut from {trace.file}"
    return workload.model_copy(update={"phases": phases, "trace": None, "source": source})


def read_trace(content: bytes, where: str) -> tuple[Row, ...]:
    """The rows of a CSV, at least two, with times that increase.

    Raises:
        TraceError: With all that is wrong, the line in the CSV in each finding.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _error(where, "the trace is not a text file", "a CSV in UTF-8") from None
    if "\0" in text:
        raise _error(where, "the trace is not a text file", "a CSV in UTF-8")
    lines = csv.reader(io.StringIO(text, newline=""))
    rows: list[Row] = []
    found: list[Finding] = []
    try:
        header = [name.strip() for name in next(lines, [])]
        missing = [name for name in _COLUMNS if name not in header]
        if missing:
            said = f"line 1 of the trace: the columns {', '.join(header[:10]) or '(none)'}"
            raise _error(where, said[:200], "the columns time (seconds) and rate (requests/s)")
        places = [header.index(name) for name in _COLUMNS]
        for cells in lines:
            if any(cell.strip() for cell in cells) and len(found) < _MAX_FINDINGS:
                _take(cells, places, rows, found, f"line {lines.line_num} of the trace", where)
    except csv.Error as error:
        raise _error(where, f"line {lines.line_num} of the trace: {error}", "a CSV") from None
    if found:
        raise TraceError(found)
    if len(rows) < 2:
        raise _error(where, f"{len(rows)} rows in the trace", "at least 2 rows under the line of columns")
    if max(row.rate for row in rows) == 0:
        raise _error(where, "every rate of the trace is 0", "a rate above 0 in one row at least")
    return tuple(rows)


def cut(rows: tuple[Row, ...], bands: int) -> tuple[Phase, ...]:
    """Phases of a measured load, lowest first; the last is the peak.

    Args:
        rows: At least two, times increasing, one rate above 0.
        bands: Bands of equal width in log rate; empty ones are dropped.
    """
    spans = [after.time_s - row.time_s for row, after in pairwise(rows)]
    spans.append(spans[-1])
    top = max(row.rate for row in rows)
    bottom = min(row.rate for row in rows if row.rate > 0)
    width = math.log(top / bottom) / bands
    held: dict[int, list[tuple[float, float]]] = {}
    for row, span in zip(rows, spans, strict=True):
        held.setdefault(_band(row.rate, bottom, width, bands), []).append((row.rate, span))
    phases = []
    for k, (_, parts) in enumerate(sorted(held.items())):
        is_peak = k == len(held) - 1
        total = math.fsum(span for _, span in parts)
        mean = math.fsum(rate * span for rate, span in parts) / total
        name = "peak" if is_peak else "low" if k == 0 else f"band-{k + 1}"
        phases.append(Phase(name=name, rate=top if is_peak else mean, hours=total / 3600, peak=is_peak))
    return tuple(phases)


def _band(rate: float, bottom: float, width: float, bands: int) -> int:
    if width == 0:  # all rates are the same: one band, the peak
        return bands - 1 if rate > 0 else 0
    return min(int(math.log(rate / bottom) / width), bands - 1) if rate > 0 else 0


def _take(
    cells: list[str], places: list[int], rows: list[Row], found: list[Finding], line: str, where: str
) -> None:
    """Adds a row, or what is wrong with it."""
    values = []
    for name, place in zip(_COLUMNS, places, strict=True):
        text = cells[place].strip() if place < len(cells) else ""
        value = _number(text)
        if value is None:
            said = f"{line}: the {name} {text[:40]!r}" if text else f"{line}: no {name}"
            found.append(Finding(where, said, "a number", code=Code.NOT_A_NUMBER))
            return
        values.append(value)
    time_s, rate = values
    if rate != 0.0 and not _MIN_RATE <= rate <= _MAX_RATE:
        allowed = "0, or a number from 1e-9 to 1e12 requests/s"
        found.append(Finding(where, f"{line}: the rate {rate:g}", allowed, code=Code.OUT_OF_RANGE))
    elif not abs(time_s) <= 1e12:
        found.append(
            Finding(
                where, f"{line}: the time {time_s:g}", "seconds from -1e12 to 1e12", code=Code.OUT_OF_RANGE
            )
        )
    elif rows and time_s <= rows[-1].time_s:
        said = f"{line}: the time {time_s:g} after {rows[-1].time_s:g}"
        found.append(
            Finding(
                where,
                said,
                "times that increase from line to line",
                "sort the file by time",
                code=Code.WRONG_ORDER,
            )
        )
    elif rows and time_s - rows[-1].time_s < _MIN_SPAN_S:
        said = f"{line}: the time {time_s:g} right after {rows[-1].time_s:g}"
        found.append(
            Finding(
                where,
                said,
                "times that are a millisecond apart at least",
                "take rows out",
                code=Code.WRONG_ORDER,
            )
        )
    else:
        rows.append(Row(time_s, rate))


def _number(text: str) -> float | None:
    try:
        value = plain(text)
    except ValueError:
        return None
    return None if isinstance(value, (str, bool)) or value is None else float(value)


def _content(file: str, folder: Path | None, where: str) -> bytes:
    if folder is None:
        found = "a trace of a scenario that was not read from a file: the files it names are not looked at"
        hint = "write the phases; or leave it to the command line, which reads the CSV beside the file"
        raise _error(where, found, "phases", hint)
    if "\0" in file:
        raise _error(where, "a file name with a NUL character", "the name of a CSV beside the scenario")
    # Resolved, so that neither .. nor a link leads out of the folder.
    path = (folder / file).resolve()
    if Path(file).is_absolute() or not path.is_relative_to(folder.resolve()):
        found = f"the file {file!r} is outside of the scenario's folder"
        raise _error(where, found, "the name of a CSV beside the scenario", "copy it there")
    try:
        if path.exists() and not path.is_file():
            raise _error(where, f"{file!r} is not a file", "the name of a CSV beside the scenario")
        if path.stat().st_size > 10 * MAX_BYTES:
            raise _error(where, f"{file!r} is larger than {MAX_BYTES / 1e5:g} MB", "a shorter trace")
        return path.read_bytes()
    except FileNotFoundError:
        raise _error(where, f"there is no file {file!r}", "the name of a CSV beside the scenario") from None
    except OSError as error:
        raise _error(where, f"{file!r} can't be read: {error.strerror}", "a CSV") from None


def _error(where: str, found: str, allowed: str, hint: str = "") -> TraceError:
    return TraceError([Finding(where, found, allowed, hint, code=Code.UNREADABLE)])
