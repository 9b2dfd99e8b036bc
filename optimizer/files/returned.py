"""What came back of experiments, read from files of tools and of people; refused where it isn't ours."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from models.errors import TradespaceError
from models.system.system import System
from optimizer.resilience.exports.predicted import VERSION
from optimizer.resilience.prediction import Band
from optimizer.resilience.returns import Part, Reading, Returned, Verdict

#: Largest file that is read, bytes.
_MOST = 64 * 2**20
#: What a probe says where it could read nothing.
_NOTHING = -1.0
Json = Mapping[str, Any]


class ReturnedError(TradespaceError):
    """A file that can't be laid beside a prediction."""


def read_journal(path: Path, system: System) -> tuple[Returned, ...]:
    """A journal of Chaos Toolkit.

    Args:
        path: The file.
        system: The compiled scenario; a journal of another one is refused.

    Raises:
        ReturnedError: It can't be read, was cut, or is of something else.
    """
    told = _json(path)
    try:
        return (_journal(path, told, system),)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        raise ReturnedError(f"{path}: no whole journal of Chaos Toolkit: {error!r} isn't there") from None


def _journal(path: Path, told: Json, system: System) -> Returned:
    ours = [one for one in told["experiment"].get("extensions", ()) if one.get("name") == "tradespace"]
    if not ours:
        raise ReturnedError(f"{path}: the experiment holds no prediction: only what `gameday` exported does")
    predicted: Json = ours[0]
    if predicted["version"] != VERSION:
        raise ReturnedError(f"{path}: a prediction of version {predicted['version']!r}; allowed: {VERSION}")
    _same(path, str(predicted["scenario"]), str(predicted["digest"]), system)
    metrics = {one["key"]: one for one in predicted["metrics"]}
    observed = list(_observed(told))
    wrong = sorted({key for key, _, _ in observed} - set(metrics))
    if wrong:
        raise ReturnedError(
            f"{path}: found the probe {wrong[0]!r}; predicted are {', '.join(metrics) or 'none'}"
        )
    readings = [
        Reading(metrics[key]["metric"], metrics[key]["of"], part, _band(metrics[key][part]), value)
        for key, part, value in observed
        if math.isfinite(value)
    ]
    blind = sorted({key for key, _, value in observed if not math.isfinite(value)})
    notes = (f"nothing was to be read of {', '.join(blind)}",) if blind else ()
    verdict, why = _ended(told)
    return Returned(
        str(predicted["experiment"]), dict(predicted["design"]), verdict, why, tuple(readings), notes
    )


def _ended(told: Json) -> tuple[Verdict, str]:
    """What became of the hypothesis: a run that didn't come to its end says nothing of it."""
    status = told["status"]
    failed = [one["activity"]["name"] for one in told["run"] if one.get("status") != "succeeded"]
    left = [one["activity"]["name"] for one in told.get("rollbacks", ()) if one.get("status") != "succeeded"]
    if left:
        return Verdict.UNDECIDED, f"THE FAULT MAY STILL BE IN PLACE: {left[0]} failed"
    if status == "interrupted":
        return Verdict.UNDECIDED, "the run was ended early, by an abort or by hand"
    if status != "completed":
        return (
            Verdict.UNDECIDED,
            f"the run ended as {status}: its steady state didn't hold before, or it broke",
        )
    if failed:
        return Verdict.UNDECIDED, f"{failed[0]} failed: nobody knows whether the fault was there"
    if told["deviated"]:
        after = told["steady_states"]["after"] or {"probes": []}
        broken = [one["activity"]["name"] for one in after["probes"] if not one.get("tolerance_met", True)]
        return Verdict.REFUTED, f"broken: {', '.join(broken) or 'a statement'}"
    if not told["steady_states"].get("after"):
        return Verdict.UNDECIDED, "no statement was looked at after the fault: people judge it"
    return Verdict.CONFIRMED, "all statements held"


def _observed(told: Json) -> Iterator[tuple[str, Part, float]]:
    """By metric and part the mean of what was read; NaN where nothing was."""
    before = (told["steady_states"].get("before") or {"probes": []})["probes"]
    for probe in before:
        arguments = probe["activity"]["provider"]["arguments"]
        if probe["activity"]["name"].startswith("steady") and "key" in arguments:
            yield arguments["key"], Part.STEADY, _number(probe["output"])
    for run in told["run"]:
        name = run["activity"]["name"]
        if not name.startswith("observe") or not isinstance(run.get("output"), dict):
            continue
        is_after = name.endswith("afterwards")
        for key, points in run["output"].items():
            # The second half of the fault is its plateau; of the time after it the last quarter counts.
            first = len(points) * 3 // 4 if is_after else len(points) // 2
            known = [value for _, value in points[first:] if _number(value) == _number(value)]
            mean = sum(known) / len(known) if known else math.nan
            yield key, Part.AFTER if is_after else Part.PLATEAU, mean


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value == _NOTHING:
        return math.nan
    return float(value)


def _band(told: Json | None) -> Band | None:
    return None if told is None else Band(float(told["low"]), float(told["middle"]), float(told["high"]))


def read_log(path: Path, system: System) -> tuple[Returned, ...]:
    """A run log that people filled in.

    Args:
        path: The file, `run-log.csv` of a game day.
        system: The compiled scenario; a log of another one is refused.

    Raises:
        ReturnedError: It can't be read, a number is none, or it is of something else.
    """
    rows = list(csv.DictReader(io.StringIO(_text(path))))
    needed = {"digest", "experiment", "action", "metric", "predicted_low", "predicted_high", "observed"}
    missing = sorted(needed - set(rows[0] if rows else ()))
    if missing:
        raise ReturnedError(f"{path}: no run log of a game day: the column {missing[0]} isn't there")
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        _same(path, system.scenario.name, row["digest"] or "", system)
        found.setdefault(row["experiment"] or "", []).append(row)
    return tuple(_logged(path, name, own) for name, own in found.items())


def _logged(path: Path, name: str, rows: list[dict[str, str]]) -> Returned:
    readings = []
    for row in rows:
        if not row["metric"] or not (row["observed"] or "").strip():
            continue
        part = row["action"].removeprefix("read ")
        of, _, metric = row["metric"].partition(".")
        try:
            low, high, observed = (float(row[key]) for key in ("predicted_low", "predicted_high", "observed"))
            where = Part(part)
        except ValueError:
            found = f"{row['metric']}, observed {row['observed']!r}"
            raise ReturnedError(f"{path}: {name}: {found} is no number (shares from 0 to 1, ms)") from None
        band = Band(low, 0.5 * (low + high), high)
        readings.append(Reading(metric, None if of == "all" else of, where, band, observed))
    judged = [row for row in rows if row["action"].startswith("judged")]
    told = (judged[0].get("steady_state") or "").strip().lower() if judged else ""
    verdict = {"yes": Verdict.CONFIRMED, "no": Verdict.REFUTED}.get(told, Verdict.UNDECIDED)
    why = {"yes": "the log says that it held", "no": "the log says that it didn't hold"}.get(
        told, "the line `judged` says neither yes nor no under steady_state"
    )
    return Returned(name, None, verdict, why, tuple(readings))


def _same(path: Path, scenario: str, digest: str, system: System) -> None:
    if digest != system.scenario.digest():
        own = f"{system.scenario.name} ({system.scenario.digest()[:12]})"
        raise ReturnedError(
            f"{path}: a prediction of {scenario[:80]} ({digest[:12]}), and this is {own}: predict and run "
            "it anew"
        )


def _json(path: Path) -> Json:
    try:
        found = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise ReturnedError(f"{path}: no whole JSON, was it cut? {error}") from None
    if not isinstance(found, dict):
        raise ReturnedError(f"{path}: no journal of Chaos Toolkit")
    return found


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST:
            raise ReturnedError(f"{path}: larger than {_MOST // 2**20} MiB")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ReturnedError(f"{path} can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ReturnedError(f"{path}: no text in UTF-8") from None
