"""What is filled in by hand, and the predicted curves: run log, post-mortem, CSV to lay over a dashboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from models.faults.metrics import bins_of, read
from models.system.system import System
from optimizer.report.gameday.timetable import band_then, moments_of
from optimizer.report.markdown import escaped
from optimizer.resilience.exports.drill import Drill
from optimizer.resilience.prediction import Prediction

#: Columns of the run log; `returns` reads it back.
LOG_COLUMNS = (
    *("digest", "experiment", "second", "clock", "action", "metric", "predicted_low", "predicted_high"),
    *("observed", "steady_state", "who", "note"),
)
#: Rows of a curve at the most.
MOST_ROWS = 2000
_PERCENT = (5.0, 50.0, 95.0)


def run_log(system: System, drills: Sequence[Drill]) -> str:
    """The run log: what is done when, and a line for each metric that is read then; the rest is filled in."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(LOG_COLUMNS)
    digest = system.scenario.digest()
    for drill in drills:
        for moment in moments_of(drill):
            second = f"{moment.at_s:g}"
            writer.writerow([digest, drill.name, second, "", moment.what, "", "", "", "", "", "", ""])
            for watched in drill.prediction.watched if moment.part else ():
                band = band_then(watched, moment.part)
                if band is not None:
                    low, high = (f"{value:.6g}" for value in band)
                    row = [digest, drill.name, second, "", f"read {moment.part}", watched.key, low, high]
                    writer.writerow([*row, "", "", "", ""])
    return target.getvalue()


def post_mortem(system: System, drills: Sequence[Drill]) -> str:
    """A blameless post-mortem to be filled in."""
    name = escaped(system.scenario.title or system.scenario.name)
    lines = [
        f"# Game day: {name}",
        "",
        "Date: ____________ Game master: ____________ Scribe: ____________",
        "",
        "Nobody is blamed here: what people did made sense to them with what they knew. What did the system "
        "make "
        "easy, and what hard?",
        "",
        "## What happened",
        "",
        "| experiment | steady state held | ended by | hypothesis | who or what noticed first | noticed "
        "after, s |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| {drill.name} | yes / no | itself / abort / by hand | confirmed / refuted / undecided | | |"
            for drill in drills
        ),
        "",
        "Detection time (from the fault to the first alarm, and to the first person), and time to take it "
        "back:",
        "",
        "## What went well",
        "",
        "- ",
        "",
        "## What could be improved",
        "",
        "- ",
        "",
        "## Action items",
        "",
        "| finding | severity (1-4) | owner | ticket | re-test on |",
        "| --- | --- | --- | --- | --- |",
        "| | | | | |",
        "",
        "Numbers outside of their predicted bands (`tradespace returns` lists them), and the guess that "
        "explains them:",
        "",
        "- ",
    ]
    return "\n".join(lines) + "\n"


def curve(system: System, found: Prediction) -> str | None:
    """The predicted metrics by the second since the fault, with their intervals; None where none is known."""
    series, injection = found.trial.series, found.trial.injection
    if series is None or injection is None or not found.watched:
        return None
    begins = np.arange(series.bins) * series.bin_s
    columns: list[tuple[str, np.ndarray]] = []
    for one in found.watched:
        values = read(series, system, one.metric, one.of, one.stretch_s)
        bins = bins_of(series, one.stretch_s)
        padded = np.full((values.shape[0], series.bins), np.nan)
        padded[:, bins - 1 : bins - 1 + values.shape[1]] = values  # told when the stretch is over
        known = np.isfinite(padded).any(axis=0)
        bands = np.full((3, series.bins), np.nan)
        bands[:, known] = np.nanpercentile(padded[:, known], _PERCENT, axis=0)
        columns += [(f"{one.key}{end}", bands[k]) for k, end in enumerate((".low", "", ".high"))]
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(["second", *(name for name, _ in columns)])
    every = max(int(np.ceil(series.bins / MOST_ROWS)), 1)
    for t in range(0, series.bins, every):
        second = begins[t] + series.bin_s - injection.from_s
        writer.writerow([f"{second:g}", *(f"{v[t]:.6g}" if np.isfinite(v[t]) else "" for _, v in columns)])
    return target.getvalue()
