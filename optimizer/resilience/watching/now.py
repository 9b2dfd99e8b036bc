"""A running system now: its emergence score with its terms, its phase, and what the runbook says to do."""

from __future__ import annotations

import csv
import io
import json
import math
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.dimensions.emergence import THRESHOLDS, emergence_score
from models.errors import TradespaceError
from models.evaluation import Array
from models.system.system import System
from optimizer.resilience.escape import rates_of
from optimizer.resilience.metric_queries import Queries
from optimizer.resilience.watching.alarms import Alarm, Levels, Signal

#: How long an answer is waited for, s.
_TIMEOUT_S = 10.0
#: Largest file of readings, bytes.
_MOST = 64 * 2**20
#: What is read, by its name in a file: those of the score, and the load.
READ = (Signal.LOAD, Signal.UTILISATION, Signal.AMPLIFICATION, "p50_ms", "p99_ms", Signal.GC)


class NotReadError(TradespaceError):
    """Readings that can't be had."""


@dataclass(frozen=True, slots=True)
class Now:
    """A running system now.

    Attributes:
        values: What was read, by name; NaN where nothing was.
        score: The emergence score, in [0, 1].
        terms: Its terms, each over its threshold.
        phase: The phase whose load is nearest; None where the load isn't known.
        raised: The alarms whose level is reached.
        between: Switches whose load is between their levels: on if they are on, off if they are off.
    """

    values: Mapping[str, float]
    score: float
    terms: Mapping[str, float]
    phase: str | None
    raised: tuple[Alarm, ...]
    between: tuple[Alarm, ...]

    @property
    def is_urgent(self) -> bool:
        """Whether somebody would be woken."""
        return any(alarm.is_urgent for alarm in self.raised)


def now_of(system: System, x: Array, levels: Levels, values: Mapping[str, float]) -> Now:
    """What readings say of a design that runs.

    Args:
        system: The compiled scenario.
        x: The design that runs, `(d,)`.
        levels: Its levels.
        values: The readings, by name (`READ`); what is missing counts as nothing.
    """

    def value(name: str, otherwise: float = 0.0) -> float:
        found = values.get(name, math.nan)
        return found if math.isfinite(found) else otherwise

    amplification = max(value(Signal.AMPLIFICATION, 1.0), 1.0)
    p50 = value("p50_ms")
    tail = value("p99_ms") / p50 if p50 > 0.0 else 0.0
    found = emergence_score(
        utilisation=np.array([value(Signal.UTILISATION)]),
        coupling=np.array([levels.coupling]),
        retry_rate=np.array([1.0 - 1.0 / amplification]),
        p99_over_p50=np.array([tail]),
        gc_share=np.array([value(Signal.GC)]),
    )
    score = float(found.score[0])
    signals = {**values, Signal.SCORE: score, Signal.TAIL: tail}
    raised = tuple(a for a in levels.alarms if signals.get(a.signal, -math.inf) >= a.level)
    between = tuple(
        a
        for a in levels.alarms
        if a.off_below is not None and a.off_below <= signals.get(a.signal, -math.inf) < a.level
    )
    load = values.get(Signal.LOAD, math.nan)
    rates = rates_of(system, x)
    phase = system.phases[int(np.argmin(np.abs(rates - load)))] if math.isfinite(load) else None
    terms = {name: float(term[0]) for name, term in found.terms.items()}
    assert set(terms) == set(THRESHOLDS)
    return Now(dict(values), score, terms, phase, raised, between)


def asked_of(address: str, queries: Queries, services: tuple[str, ...]) -> dict[str, float]:
    """Readings from the Prometheus at an address, and from nowhere else.

    Args:
        address: Its address, as a person typed it.
        queries: How metrics are read.
        services: The components whose utilisation counts.

    Raises:
        NotReadError: The address is none, or nobody answers as Prometheus does.
    """
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        raise NotReadError(f"{address!r} is no address of Prometheus; allowed: http://HOST:PORT")
    found = {}
    for name in READ:
        if name == Signal.UTILISATION:
            several = [_asked(address, queries.query(name, one)) for one in services]
            known = [value for value in several if math.isfinite(value)]
            found[str(name)] = max(known) if known else math.nan
        else:
            found[str(name)] = _asked(address, queries.query(name))
    return found


class _Stays(urllib.request.HTTPRedirectHandler):
    """Follows nobody to another address."""

    def redirect_request(self, *_: object) -> None:
        """No request comes of a redirect."""


def _asked(address: str, query: str | None) -> float:
    if query is None:
        return math.nan
    told = urllib.parse.urlencode({"query": query})
    opener = urllib.request.build_opener(_Stays, urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address.rstrip('/')}/api/v1/query?{told}", timeout=_TIMEOUT_S) as answer:
            result = json.loads(answer.read(_MOST))["data"]["result"]
        return float(result[0]["value"][1]) if result else math.nan
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        reason = getattr(error, "reason", None) or error
        raise NotReadError(f"{address} doesn't answer as Prometheus does: {reason}") from None


def read_from(path: Path) -> dict[str, float]:
    """The last line of a CSV file with a column for each reading.

    Raises:
        NotReadError: It can't be read, has no such column, or something else than numbers.
    """
    try:
        if path.stat().st_size > _MOST:
            raise NotReadError(f"{path}: larger than {_MOST // 2**20} MiB")
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except OSError as error:
        raise NotReadError(f"{path} can't be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise NotReadError(f"{path} is no CSV in UTF-8: {error}") from None
    known = [str(name) for name in READ]
    if not rows or not set(known) & set(rows[-1]):
        raise NotReadError(f"{path}: found no line with one of the columns {', '.join(known)}")
    found = {}
    for name in known:
        told = (rows[-1].get(name) or "").strip()
        try:
            found[name] = float(told) if told else math.nan
        except ValueError:
            raise NotReadError(f"{path}: {name}: found {told[:40]!r}; allowed: a number") from None
        if found[name] < 0.0 or math.isinf(found[name]):
            raise NotReadError(f"{path}: {name}: found {told[:40]!r}; allowed: a number from 0 on")
    return found
