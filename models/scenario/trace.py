"""A measured load: phases cut from a CSV of times and rates.

The load-duration curve is cut into bands of equal width in the logarithm of the rate. Each band is a phase:
its hours are the time spent in it, its rate the mean over that time; the highest band is the peak, and its
rate is the highest rate measured, so that no design is judged by less than the system has seen.
"""

from __future__ import annotations

import csv
import io
import itertools
import math
from pathlib import Path

from models.errors import Finding
from models.scenario.scenario import Scenario
from models.scenario.workload import Phase, Trace

MOST_BYTES = 20_000_000
SECONDS_PER_HOUR = 3600.0
_WHERE = "workload.trace"


def with_phases_from_trace(scenario: Scenario, folder: Path | None) -> tuple[Scenario, list[Finding]]:
    """The scenario with phases in place of its trace, or what is wrong with the trace.

    Args:
        scenario: A scenario of right types.
        folder: Folder of the scenario file; None = it did not come from a file.
    """
    written = scenario.workload.trace
    if written is None or scenario.workload.phases:
        return scenario, []
    trace = Trace(file=written) if isinstance(written, str) else written
    if folder is None:
        return scenario, [Finding(_WHERE, "a trace is read beside a scenario file", "phases")]
    path = folder / trace.file
    if Path(trace.file).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
        return scenario, [Finding(_WHERE, f"{trace.file!r} leads elsewhere", "a file beside the scenario")]
    try:
        if path.stat().st_size > MOST_BYTES:
            return scenario, [
                Finding(_WHERE, f"{trace.file}: more than {MOST_BYTES:,} bytes", "a shorter trace")
            ]
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        return scenario, [Finding(_WHERE, f"{trace.file} can't be read: {reason}", "a CSV file")]
    samples, found = _samples(text, trace.file)
    if found:
        return scenario, found
    workload = scenario.workload.model_copy(update={"phases": _cut(samples, trace.phases), "trace": None})
    return scenario.model_copy(update={"workload": workload}), []


def _samples(text: str, name: str) -> tuple[list[tuple[float, float]], list[Finding]]:
    """Times (s) and rates (requests/s) of a CSV, or what is wrong with its lines."""
    rows = csv.DictReader(io.StringIO(text))
    if rows.fieldnames is None or not {"time", "rate"} <= set(rows.fieldnames):
        head = ", ".join(rows.fieldnames or []) or "nothing"
        return [], [Finding(_WHERE, f"{name} has the columns {head}", "time (seconds) and rate (requests/s)")]
    samples: list[tuple[float, float]] = []
    found: list[Finding] = []
    for line, row in enumerate(rows, start=2):
        try:
            time, rate = float(row["time"]), float(row["rate"])
        except (TypeError, ValueError):
            found.append(Finding(_WHERE, f"{name} line {line}: time or rate is not a number", "numbers"))
            continue
        if not (math.isfinite(time) and 0.0 <= rate <= 1e12):
            found.append(Finding(_WHERE, f"{name} line {line}: rate {row['rate']}", "a rate from 0 to 1e12"))
        elif samples and time <= samples[-1][0]:
            found.append(
                Finding(_WHERE, f"{name} line {line}: time {time:g} does not increase", "later times")
            )
        else:
            samples.append((time, rate))
        if len(found) >= 20:
            break
    if not found and (len(samples) < 2 or max(rate for _, rate in samples) <= 0.0):
        found.append(Finding(_WHERE, f"{name} has too few samples", "at least two, with a rate above 0"))
    return samples, found


def _cut(samples: list[tuple[float, float]], count: int) -> tuple[Phase, ...]:
    """Phases, the quietest first; each sample lasts until the next, the last as long as the one before."""
    lasts = [b[0] - a[0] for a, b in itertools.pairwise(samples)]
    lasts.append(lasts[-1])
    rates = [rate for _, rate in samples]
    highest = max(rates)
    lowest = max(min(rates), highest * 1e-6)
    width = math.log(highest / lowest) / count
    bands: dict[int, list[tuple[float, float]]] = {}
    for rate, seconds in zip(rates, lasts, strict=True):
        place = count - 1 if width == 0.0 else int(math.log(max(rate, lowest) / lowest) / width)
        bands.setdefault(min(place, count - 1), []).append((rate, seconds))
    phases = []
    for place in sorted(bands):
        seconds = math.fsum(s for _, s in bands[place])
        mean = math.fsum(rate * s for rate, s in bands[place]) / seconds
        is_peak = place == max(bands)
        phases.append(
            Phase(
                name="peak" if is_peak else f"band-{place + 1}",
                rate=highest if is_peak else mean,
                hours=seconds / SECONDS_PER_HOUR,
                peak=is_peak,
            )
        )
    return tuple(phases)
